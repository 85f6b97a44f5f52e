/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Saving a panel, and comparing it with what was saved.
 */
#include "build.h"

#include "cz2ctl/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cz2ctl/copy.h"
#include "cz2ctl/difference.h"
#include "cz2ctl/document_file.h"
#include "cz2ctl/text.h"
#include "cz2ctl/view.h"

static void
tell_saved(const struct ctl *ctl, const char *path, const json_t *document)
{
	const json_t *status = json_object_get(document, "status");

	if (strcmp(path, "-") == 0 || options_has(ctl->options, OPTION_QUIET) ||
	    options_has(ctl->options, OPTION_JSON))
		return;
	fprintf(ctl->screen.file, "Saved %zu zones and %zu rows in ",
		json_array_size(json_object_get(status, "zones")),
		json_array_size(json_object_get(document, "rows")));
	text_put(path, ctl->screen.file);
	putc('\n', ctl->screen.file);
}

enum ctl_exit
run_backup(struct ctl *ctl)
{
	const char *path = ctl->arguments[0] != NULL ? ctl->arguments[0] : "-";
	struct copy *copy = mem_new(1, sizeof *copy);
	json_t *document;
	enum ctl_exit code = copy_take(ctl, copy, &document);

	if (code == CTL_DONE)
		code = document_save(path, document);
	if (code == CTL_DONE) {
		copy_warn(copy);
		tell_saved(ctl, path, document);
	}
	json_decref(document);
	free(copy);
	return code;
}

static void
view_result(const struct screen *screen, const json_t *result)
{
	const json_t *list = json_object_get(result, "differences");

	if (json_array_size(list) > 0)
		view_differences(screen, list);
	else
		fputs("Nothing differs.\n", screen->file);
}

static enum ctl_exit
tell(struct ctl *ctl, const struct copy *old, const struct copy *now)
{
	json_t *list = mem_or_end(json_array());
	json_t *result;
	bool same;

	difference_find(old, now, PARTS_ALL, list);
	same = json_array_size(list) == 0;
	result = mem_or_end(json_pack("{s:b, s:o}", "same", same, "differences", list));
	if (!same || options_has(ctl->options, OPTION_JSON) ||
	    !options_has(ctl->options, OPTION_QUIET))
		call_show(ctl, result, view_result);
	json_decref(result);
	return same ? CTL_DONE : CTL_REFUSED;
}

enum ctl_exit
run_diff(struct ctl *ctl)
{
	const char *second = ctl->arguments[1];
	struct copy *copies = mem_new(2, sizeof *copies);
	json_t *document = NULL;
	enum ctl_exit code = copy_load(ctl->arguments[0], &copies[0]);

	if (code == CTL_DONE && second != NULL)
		code = copy_load(second, &copies[1]);
	else if (code == CTL_DONE)
		code = copy_take(ctl, &copies[1], &document);
	if (code == CTL_DONE) {
		copy_warn(&copies[1]);
		code = tell(ctl, &copies[0], &copies[1]);
	}
	json_decref(document);
	free(copies);
	return code;
}
