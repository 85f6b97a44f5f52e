/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The panel is read first; then all that is known of it is one question.
 */
#include "build.h"

#include "cz2ctl/copy.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cz2ctl/http_status.h"
#include "cz2ctl/reading.h"
#include "cz2ctl/row_call.h"
#include "cz2ctl/say.h"
#include "cz2ctl/text.h"
#include "cz2ctl/value.h"

/* Rows that the daemon reads only when somebody wants them: the installer's. */
static const enum cz2_row seldom[] = {CZ2_ROW_1_11, CZ2_ROW_1_19, CZ2_ROW_1_31};

static enum ctl_exit
ask(struct ctl *ctl, const char *target)
{
	json_t *answer;
	enum ctl_exit code = call_get(ctl, target, 0, &answer);

	json_decref(answer);
	return code;
}

/* Who may not read single rows gets the seldom ones as the daemon last knew them, if at all. */
static enum ctl_exit
freshen(struct ctl *ctl, struct copy *copy)
{
	enum ctl_exit code = ask(ctl, "/status/live");
	json_t *answer = NULL;

	if (code != CTL_DONE)
		return code;
	for (size_t i = 0; i < sizeof seldom / sizeof seldom[0]; i++) {
		const struct cz2_row_info *info = cz2_row_info(seldom[i]);
		struct row row = {.device = info->device, .table = info->table, .row = info->row};
		char target[ROW_TARGET_MAX];
		long status = 0;

		code = call_any(ctl, row_target(&row, target), &status, &answer);
		if (code != CTL_DONE)
			return code;
		copy->unread += status != STATUS_OK && status != STATUS_ABSENT;
		json_decref(answer);
	}
	code = reading_program(ctl, &answer);
	json_decref(answer);
	return code;
}

static json_t *
no_names(void)
{
	json_t *names = mem_or_end(json_array());

	for (int zone = 0; zone <= CZ2_ZONES_MAX; zone++)
		json_array_append_new(names, json_null());
	return names;
}

/* The zones in use, and their names. */
static enum ctl_exit
take_zones(struct ctl *ctl, struct copy *copy, json_t *names)
{
	const json_t *list, *zone;
	json_t *answer;
	enum ctl_exit code = call_get(ctl, "/status", 0, &answer);
	size_t index;

	if (code != CTL_DONE)
		return code;
	list = json_object_get(json_object_get(answer, "status"), "zones");
	json_array_foreach(list, index, zone)
	{
		json_int_t id = json_integer_value(json_object_get(zone, "zone_id"));

		if (id < 1 || id > CZ2_ZONES_MAX)
			continue;
		copy->zones |= 1U << (id - 1);
		json_array_set(names, (size_t)id, json_object_get(zone, "name"));
	}
	json_decref(answer);
	return CTL_DONE;
}

static enum ctl_exit
take_panel(struct ctl *ctl, struct copy *copy)
{
	char id[VALUE_MAX];
	json_t *answer;
	enum ctl_exit code = call_get(ctl, "/api/v1/devices?type=panel", 0, &answer);

	if (code != CTL_DONE)
		return code;
	value_word(json_array_get(json_object_get(answer, "devices"), 0), "device_id", id);
	text_escape(id, copy->panel, sizeof copy->panel);
	json_decref(answer);
	return CTL_DONE;
}

/* What the rows say of the zones that there are. */
static void
decode(struct copy *copy)
{
	cz2_state_decode(copy->rows, &copy->values);
	copy_clear_days(copy->days);
	for (int i = 0; i < CZ2_SCHEDULES; i++) {
		const struct cz2_image *row = &copy->rows[CZ2_ROW_SCHEDULE + i];
		int zone, day;

		cz2_schedule_split((enum cz2_row)(CZ2_ROW_SCHEDULE + i), &zone, &day);
		if (row->length > 0 && copy_has(copy, zone))
			cz2_day_read(row->bytes, row->length, &copy->days[i]);
		copy->unread += row->length == 0 && copy_has(copy, zone);
	}
}

/* Takes the names. */
static enum ctl_exit
take_rows(struct ctl *ctl, struct copy *copy, json_t *names, json_t **document)
{
	char why[COPY_WHY_MAX], version[VALUE_MAX];
	json_t *about = call_try(ctl, "/api/v1/system/version");
	json_t *answer;
	enum ctl_exit code = call_get(ctl, "/api/v1/rows", 0, &answer);

	if (code == CTL_DONE && !copy_read_rows(json_object_get(answer, "rows"), copy, why)) {
		say_error("the daemon's answer is not understood: %s", why);
		code = CTL_REFUSED;
	}
	if (code == CTL_DONE) {
		decode(copy);
		value_word(about, "version", version);
		*document = copy_document(copy, version, names, json_object_get(answer, "rows"));
	}
	json_decref(answer);
	json_decref(about);
	json_decref(names);
	return code;
}

enum ctl_exit
copy_take(struct ctl *ctl, struct copy *copy, json_t **document)
{
	json_t *names = no_names();
	enum ctl_exit code;

	*document = NULL;
	memset(copy, 0, sizeof *copy);
	code = freshen(ctl, copy);
	if (code == CTL_DONE)
		code = take_panel(ctl, copy);
	if (code == CTL_DONE)
		code = take_zones(ctl, copy, names);
	if (code == CTL_DONE)
		return take_rows(ctl, copy, names, document);
	json_decref(names);
	return code;
}

void
copy_warn(const struct copy *copy)
{
	if (copy->unread > 0)
		say_warning("%d row%s could not be read: what the daemon knew of %s before, if "
			    "anything, counts", copy->unread, copy->unread == 1 ? "" : "s",
			    copy->unread == 1 ? "it" : "them");
}
