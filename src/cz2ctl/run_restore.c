/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Making a panel what a backup says: look, show, ask, write, look again.
 */
#include "build.h"

#include "cz2ctl/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cz2ctl/copy.h"
#include "cz2ctl/difference.h"
#include "cz2ctl/http_status.h"
#include "cz2ctl/restore_steps.h"
#include "cz2ctl/restore_wanted.h"
#include "cz2ctl/say.h"
#include "cz2ctl/stop.h"
#include "cz2ctl/text.h"
#include "cz2ctl/view.h"
#include "cz2ctl/word.h"

enum { ANSWER_MAX = 16 };

/* What --only can name, and how its end is told. */
static const struct part {
	const char *word; /* NULL: all of them */
	unsigned set;     /* of difference.h */
	const char *is;
} parts[] = {
	{"schedules", PART_SCHEDULES, "the schedules are"},
	{"setpoints", PART_SETPOINTS, "setpoints and flags are"},
	{"system", PART_SYSTEM, "mode, fan and ALL are"},
	{NULL, PARTS_SET, "all is"},
};

struct restore {
	struct ctl *ctl;
	const char *path;
	const struct part *part;
	struct copy told; /* by the file */
	struct copy wanted, now;
	bool left_alone; /* something that cannot be restored */
	int refused;     /* steps */
};

static const struct part *
part_of(const struct options *options)
{
	const char *only = options->given[OPTION_ONLY];
	const struct part *part = parts;
	char found[WORD_MAX];

	while (part->word != NULL && (only == NULL || !word_find(part->word, only, found)))
		part++;
	return part;
}

/* ------------------------------------------------------------------------
 * What is wanted
 */

static enum ctl_exit
look(struct restore *restore)
{
	json_t *document;
	enum ctl_exit code = copy_take(restore->ctl, &restore->now, &document);

	json_decref(document);
	return code;
}

/* What the file does not tell may change while we write. */
static void
want(struct restore *restore)
{
	restore->wanted = restore->told;
	restore_fill_gaps(&restore->wanted, &restore->now);
}

static enum ctl_exit
prepare(struct restore *restore)
{
	struct copy *told = &restore->told;
	enum ctl_exit code = copy_load(restore->path, told);

	if (code == CTL_DONE)
		code = look(restore);
	if (code != CTL_DONE)
		return code;
	if (strcmp(told->panel, restore->now.panel) != 0)
		say_warning("%s was made of the panel %s, and this one is %s", restore->path,
			    told->panel, restore->now.panel);
	restore->left_alone = restore_leave(told, &restore->now, restore->part->set);
	want(restore);
	return CTL_DONE;
}

/* ------------------------------------------------------------------------
 * The plan
 */

static json_t *
find_differences(const struct restore *restore)
{
	json_t *list = mem_or_end(json_array());

	difference_find(&restore->now, &restore->wanted, restore->part->set, list);
	return list;
}

static void
view_plan(const struct screen *screen, const json_t *plan)
{
	view_differences(screen, json_object_get(plan, "differences"));
}

/* Returns how many there are. */
static size_t
show_differences(const struct restore *restore)
{
	json_t *list = find_differences(restore);
	json_t *plan = mem_or_end(json_pack("{s:o}", "differences", list));
	size_t count = json_array_size(list);

	if (count > 0 || options_has(restore->ctl->options, OPTION_JSON))
		call_show(restore->ctl, plan, view_plan);
	json_decref(plan);
	return count;
}

/* Standard input may be the file itself, or nobody. */
static enum ctl_exit
ask(const struct restore *restore, int steps)
{
	char answer[ANSWER_MAX];

	if (options_has(restore->ctl->options, OPTION_YES))
		return CTL_DONE;
	if (!isatty(STDIN_FILENO) || strcmp(restore->path, "-") == 0) {
		say_error("nobody can be asked whether to write this: --yes is wanted");
		return CTL_USAGE;
	}
	fflush(stdout);
	fprintf(stderr, "Write this to the panel %s, in %d step%s? [y/N] ", restore->now.panel,
		steps, steps == 1 ? "" : "s");
	fflush(stderr);
	if (fgets(answer, sizeof answer, stdin) != NULL && (answer[0] == 'y' || answer[0] == 'Y'))
		return CTL_DONE;
	say_error("nothing was written");
	return CTL_REFUSED;
}

/* ------------------------------------------------------------------------
 * Writing
 */

/* What a person can read of a step that failed. */
static void
tell_refused(const json_t *step)
{
	char *body = mem_or_end(json_dumps(json_object_get(step, "body"), JSON_COMPACT));

	say_error("this was refused: %s %s", json_string_value(json_object_get(step, "target")),
		  body);
	free(body);
}

/* To its end, also with a daemon that queues everything. */
static enum ctl_exit
send_step(struct ctl *ctl, const json_t *step)
{
	json_t *answer;
	enum ctl_exit code = call_send(ctl, json_string_value(json_object_get(step, "method")),
				       json_string_value(json_object_get(step, "target")),
				       json_incref(json_object_get(step, "body")), &answer);
	const char *queued = json_string_value(json_object_get(answer, "command_id"));

	if (code == CTL_DONE && queued != NULL)
		code = commands_await(ctl, queued);
	json_decref(answer);
	return code;
}

/* So would be all others. */
static bool
is_barred(const struct restore *restore)
{
	long status = client_status(restore->ctl->client);

	return status == STATUS_NO_TOKEN || status == STATUS_NO_SCOPE;
}

/* A step that is refused leaves the others to be done; without a panel there are no others. */
static enum ctl_exit
take_step(struct restore *restore, const json_t *step)
{
	enum ctl_exit code = send_step(restore->ctl, step);

	if (code != CTL_REFUSED || is_barred(restore))
		return code;
	tell_refused(step);
	restore->refused++;
	return CTL_DONE;
}

static enum ctl_exit
take_steps(struct restore *restore, const json_t *steps)
{
	enum ctl_exit code = CTL_DONE;
	int count = (int)json_array_size(steps), done = 0;

	stop_catch();
	while (code == CTL_DONE && done < count && !stop_wanted()) {
		say_bar("Restoring", done, count);
		code = take_step(restore, json_array_get(steps, (size_t)done));
		done += code == CTL_DONE;
	}
	stop_release();
	say_bar_end();
	if (code == CTL_DONE && done < count)
		code = CTL_REFUSED;
	if (code != CTL_DONE)
		say_error("stopped after %d of %d steps%s", done, count,
			  is_barred(restore) ? "" : ": run it again to go on");
	return code;
}

/* ------------------------------------------------------------------------
 * What came of it
 */

static void
tell_good(const struct restore *restore, bool forgiven)
{
	FILE *file = restore->ctl->screen.file;

	if (options_has(restore->ctl->options, OPTION_QUIET) ||
	    options_has(restore->ctl->options, OPTION_JSON))
		return;
	fprintf(file, "The panel was read: %s as in ", restore->part->is);
	text_put(restore->path, file);
	fprintf(file, "%s%s.\n",
		forgiven ? ", but for setpoints that a schedule rules or OUT covers" : "",
		restore->left_alone ? ", but for what was left alone" : "");
}

/* Reads all of it again. What is left is shown on standard output, and counted behind it. */
static enum ctl_exit
verify(struct restore *restore)
{
	enum ctl_exit code = look(restore);
	bool forgiven;
	size_t left;

	if (code != CTL_DONE) {
		say_error("each step was taken, but what came of them could not be read");
		return code;
	}
	want(restore);
	forgiven = restore_forgive(&restore->wanted, &restore->now, restore->part->set);
	left = show_differences(restore);
	if (left == 0 && restore->refused == 0) {
		tell_good(restore, forgiven);
		return CTL_DONE;
	}
	fflush(restore->ctl->screen.file);
	say_error("not all is as in %s: %zu difference%s left, %d step%s refused", restore->path,
		  left, left == 1 ? " is" : "s are", restore->refused,
		  restore->refused == 1 ? " was" : "s were");
	return CTL_REFUSED;
}

/* ------------------------------------------------------------------------
 * The command
 */

static enum ctl_exit
write_all(struct restore *restore)
{
	json_t *steps = restore_steps(&restore->wanted, &restore->now, restore->part->set);
	int count = (int)json_array_size(steps); /* 0: what differs cannot be set */
	enum ctl_exit code = count > 0 ? ask(restore, count) : CTL_DONE;

	if (code == CTL_DONE)
		code = take_steps(restore, steps);
	if (code == CTL_DONE)
		code = verify(restore);
	json_decref(steps);
	return code;
}

static enum ctl_exit
carry_out(struct restore *restore)
{
	if (show_differences(restore) == 0) {
		tell_good(restore, false);
		return CTL_DONE;
	}
	if (options_has(restore->ctl->options, OPTION_DRY_RUN))
		return CTL_DONE;
	return write_all(restore);
}

enum ctl_exit
run_restore(struct ctl *ctl)
{
	struct restore *restore = mem_new(1, sizeof *restore);
	enum ctl_exit code;

	restore->ctl = ctl;
	restore->path = ctl->arguments[0];
	restore->part = part_of(ctl->options);
	code = prepare(restore);
	if (code == CTL_DONE)
		code = carry_out(restore);
	free(restore);
	return code;
}
