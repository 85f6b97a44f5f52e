/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What became of commands: a list, one of them, or as they come and go.
 */
#include "build.h"

#include "cz2ctl/run.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "cz2ctl/command.h"
#include "cz2ctl/say.h"
#include "cz2ctl/value.h"
#include "cz2ctl/view.h"
#include "cz2ctl/word.h"

enum {
	TARGET_MAX = 256,
	LIST_STANDARD = 20,
	LIST_MAX = TABLE_ROWS_MAX,
	NEWEST = 256,        /* among so many an ID may be shortened */
	ID_LENGTH = 36,
	ID_LEAST = 4,        /* of it */
	FOLLOW_NEWEST = 100, /* of which those that are new are shown */
	SOON_MS = 50,        /* between looks at one command, at first, */
	LATER_MS = 2000,     /* and in the end */
	NEWS_MS = 1000,      /* between looks at all */
};

static void
pause_ms(int ms)
{
	struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};

	nanosleep(&time, NULL);
}

/* ------------------------------------------------------------------------
 * Lists
 */

/* The target of a list of the newest; false after an error was told. */
static bool
list_target(const struct ctl *ctl, long limit, char target[TARGET_MAX])
{
	const char *device = ctl->options->given[OPTION_DEVICE];
	const char *status = ctl->options->given[OPTION_STATUS];
	char word[WORD_MAX] = "";

	if (device != NULL && (!word_is_plain(device) || strlen(device) > TARGET_MAX / 2)) {
		say_error("--device %s: there can be no such device", device);
		return false;
	}
	if (status != NULL)
		word_find("pending|sent|delivered|failed|expired", status, word);
	snprintf(target, TARGET_MAX, "/api/v1/commands%s%s?limit=%ld%s%s",
		 device != NULL ? "/device/" : "", device != NULL ? device : "", limit,
		 status != NULL ? "&status_filter=" : "", word);
	return true;
}

static enum ctl_exit
list(struct ctl *ctl)
{
	long limit = options_number(ctl->options, OPTION_LIMIT, LIST_STANDARD);
	char target[TARGET_MAX];

	if (limit < 1 || limit > LIST_MAX) {
		say_error("--limit %ld: a number from 1 to %d is wanted", limit, LIST_MAX);
		return CTL_USAGE;
	}
	if (!list_target(ctl, limit, target))
		return CTL_USAGE;
	return call_look(ctl, target, view_commands);
}

/* ------------------------------------------------------------------------
 * One command
 */

/* At its beginning or at its end, which is what lists show. */
static bool
has_part(const char *id, const char *part)
{
	size_t length = strlen(part), whole = strlen(id);

	return length <= whole && (strncmp(id, part, length) == 0 ||
				   strcmp(id + whole - length, part) == 0);
}

/* Its whole ID among the newest. */
static enum ctl_exit
complete(struct ctl *ctl, const char *part, char id[ID_LENGTH + 1])
{
	char target[TARGET_MAX];
	const json_t *record;
	json_t *answer;
	enum ctl_exit code;
	size_t i;
	int found = 0;

	snprintf(target, sizeof target, "/api/v1/commands?limit=%d", NEWEST);
	code = call_get(ctl, target, 0, &answer);
	if (code != CTL_DONE)
		return code;
	json_array_foreach(json_object_get(answer, "commands"), i, record) {
		const char *one = json_string_value(json_object_get(record, "command_id"));

		if (one == NULL || !has_part(one, part))
			continue;
		snprintf(id, ID_LENGTH + 1, "%s", one);
		found++;
	}
	json_decref(answer);
	if (found == 1)
		return CTL_DONE;
	say_error("of the newest %d commands %s begins or ends with %s", NEWEST,
		  found == 0 ? "none" : "more than one", part);
	return CTL_REFUSED;
}

/* The target of a command that is named by its ID or a part of that. */
static enum ctl_exit
find(struct ctl *ctl, const char *name, char target[TARGET_MAX])
{
	char id[ID_LENGTH + 1];
	enum ctl_exit code;

	if (strlen(name) < ID_LEAST || strlen(name) > ID_LENGTH || !word_is_plain(name)) {
		say_error("'%s' is no ID of a command, and no part of one: %d characters of it are "
			  "wanted at least", name, ID_LEAST);
		return CTL_USAGE;
	}
	snprintf(id, sizeof id, "%s", name);
	if (strlen(name) < ID_LENGTH && (code = complete(ctl, name, id)) != CTL_DONE)
		return code;
	snprintf(target, TARGET_MAX, "/commands/%s", id);
	return CTL_DONE;
}

static enum ctl_exit
show(struct ctl *ctl, const char *name)
{
	char target[TARGET_MAX];
	json_t *record;
	enum ctl_exit code = find(ctl, name, target);

	if (code == CTL_DONE)
		code = call_get(ctl, target, 0, &record);
	if (code != CTL_DONE)
		return code;
	call_show(ctl, record, view_command);
	json_decref(record);
	return CTL_DONE;
}

/* What a command that waited would have ended with. */
static enum ctl_exit
exit_of(const json_t *record)
{
	static const char *const silent[] = {"timeout", "closed", "unconfirmed"};
	const json_t *result = json_object_get(record, "result");

	if (value_is_word(record, "status", "delivered"))
		return CTL_DONE;
	for (size_t i = 0; i < sizeof silent / sizeof silent[0]; i++)
		if (value_is_word(result, "error_code", silent[i]))
			return CTL_NO_PANEL;
	return CTL_REFUSED;
}

static bool
is_final(const json_t *record)
{
	return !value_is_word(record, "status", "pending") &&
	       !value_is_word(record, "status", "sent");
}

/* JSON has the end alone; people see each step. */
static void
show_step(struct ctl *ctl, const json_t *record, char told[VALUE_MAX])
{
	bool json = options_has(ctl->options, OPTION_JSON);
	char status[VALUE_MAX];

	value_word(record, "status", status);
	if (strcmp(status, told) == 0 || (json && !is_final(record)))
		return;
	strcpy(told, status);
	call_show(ctl, record, view_command_line);
	fflush(ctl->screen.file);
}

static int
longer(int ms)
{
	return 2 * ms < LATER_MS ? 2 * ms : LATER_MS;
}

/* As a refusal would have been told to who waited. */
static void
tell_failure(const json_t *record)
{
	const json_t *result = json_object_get(record, "result");
	const char *message = json_string_value(json_object_get(result, "error_message"));

	if (exit_of(record) != CTL_DONE)
		say_error("%s", message != NULL ? message : "no reason is given");
}

/* show: each step, to people; else only why it failed. */
static enum ctl_exit
follow_to_its_end(struct ctl *ctl, const char *name, bool show)
{
	char target[TARGET_MAX], told[VALUE_MAX] = "";
	json_t *record;
	enum ctl_exit code = find(ctl, name, target);
	bool final = false;

	for (int ms = SOON_MS; code == CTL_DONE && !final; ms = longer(ms)) {
		code = call_get(ctl, target, 0, &record);
		if (code != CTL_DONE)
			break;
		if (show)
			show_step(ctl, record, told);
		final = is_final(record);
		if (final && !show)
			tell_failure(record);
		if (final)
			code = exit_of(record);
		json_decref(record);
		if (!final)
			pause_ms(ms);
	}
	return code;
}

enum ctl_exit
commands_await(struct ctl *ctl, const char *id)
{
	return follow_to_its_end(ctl, id, false);
}

/* ------------------------------------------------------------------------
 * All that is new
 */

/* {ID: when it was changed last} */
static json_t *
stamps_of(const json_t *page)
{
	json_t *stamps = mem_or_end(json_object());
	const json_t *record;
	size_t i;

	json_array_foreach(page, i, record) {
		const char *id = json_string_value(json_object_get(record, "command_id"));

		if (id != NULL)
			json_object_set(stamps, id, json_object_get(record, "updated_at"));
	}
	return stamps;
}

static const json_t *
stamp_of(const json_t *stamps, const json_t *record)
{
	const char *id = json_string_value(json_object_get(record, "command_id"));

	return id != NULL ? json_object_get(stamps, id) : NULL;
}

/*
 * Which of those that were not there are new: of a list that was full, what stands behind
 * all that were there has only moved up as others left. One that is old may come in anywhere
 * when it gets the status that is asked for.
 */
static size_t
end_of_news(const json_t *page, const json_t *stamps)
{
	size_t end = json_array_size(page);

	if (json_object_size(stamps) < FOLLOW_NEWEST)
		return end;
	while (end > 0 && stamp_of(stamps, json_array_get(page, end - 1)) == NULL)
		end--;
	return end > 0 ? end : json_array_size(page);
}

/* The oldest first. */
static void
show_news(struct ctl *ctl, const json_t *page, const json_t *stamps)
{
	size_t end = end_of_news(page, stamps);

	for (size_t i = json_array_size(page); i-- > 0;) {
		const json_t *record = json_array_get(page, i);
		const json_t *stamp = stamp_of(stamps, record);
		const json_t *now = json_object_get(record, "updated_at");

		if (stamp != NULL ? !json_equal(stamp, now) : i < end)
			call_show(ctl, record, view_command_line);
	}
	fflush(ctl->screen.file);
}

static enum ctl_exit
follow_all(struct ctl *ctl)
{
	json_t *stamps = NULL, *answer;
	char target[TARGET_MAX];
	enum ctl_exit code;

	if (!list_target(ctl, FOLLOW_NEWEST, target))
		return CTL_USAGE;
	while ((code = call_get(ctl, target, 0, &answer)) == CTL_DONE) {
		const json_t *page = json_object_get(answer, "commands");

		if (stamps != NULL)
			show_news(ctl, page, stamps);
		json_decref(stamps);
		stamps = stamps_of(page);
		json_decref(answer);
		if (ferror(ctl->screen.file))
			break;
		pause_ms(NEWS_MS);
	}
	json_decref(stamps);
	return code;
}

/* ------------------------------------------------------------------------
 * The command
 */

static enum ctl_exit
wrong(const char *what)
{
	say_error("commands %s", what);
	return CTL_USAGE;
}

/* Of lists, which may be about one device. */
static enum ctl_exit
hinted(const struct ctl *ctl, enum ctl_exit code)
{
	return options_has(ctl->options, OPTION_DEVICE) ? call_hint_devices(ctl, code) : code;
}

enum ctl_exit
run_commands(struct ctl *ctl)
{
	bool named = ctl->arguments[0] != NULL;
	const char *id = named ? ctl->arguments[1] : NULL;
	bool limited = options_has(ctl->options, OPTION_LIMIT);
	bool filtered = options_has(ctl->options, OPTION_DEVICE) ||
			options_has(ctl->options, OPTION_STATUS);
	char action[WORD_MAX] = "list";

	if (named && !word_find("list|show|follow", ctl->arguments[0], action))
		return wrong("takes list, show ID, follow, or follow ID");
	if (strcmp(action, "list") == 0)
		return id == NULL ? hinted(ctl, list(ctl)) : wrong("list takes no ID");
	if (limited || (filtered && id != NULL))
		return wrong("takes these options with a list only");
	if (id != NULL)
		return strcmp(action, "show") == 0 ? show(ctl, id)
						   : follow_to_its_end(ctl, id, true);
	return strcmp(action, "follow") == 0 ? hinted(ctl, follow_all(ctl))
					     : wrong("show takes an ID");
}
