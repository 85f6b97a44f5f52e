/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * From the request to its end: what went wrong is told here, once.
 */
#include "build.h"

#include "cz2ctl/call.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cz2ctl/http_status.h"
#include "cz2ctl/refusal.h"
#include "cz2ctl/say.h"
#include "cz2ctl/text.h"

enum { WARNINGS_MAX = 32 };

/* Line by line: within a string of JSON an end of line is escaped already. */
static void
put_lines(char *text, FILE *to)
{
	const char *line;

	while ((line = strsep(&text, "\n")) != NULL) {
		text_put(line, to);
		putc('\n', to);
	}
}

/* For people on a terminal, for programs anywhere else. */
static void
print_json(const struct screen *screen, const json_t *answer)
{
	size_t flags = screen->terminal ? JSON_INDENT(2) : JSON_COMPACT;
	char *text = mem_or_end(json_dumps(answer, flags | JSON_ENCODE_ANY));

	if (screen->terminal)
		put_lines(text, screen->file);
	else
		fprintf(screen->file, "%s\n", text);
	free(text);
}

static void
tell_warnings(const json_t *answer)
{
	const json_t *list = json_object_get(answer, "warnings");

	for (size_t i = 0; i < json_array_size(list) && i < WARNINGS_MAX; i++)
		if (json_is_string(json_array_get(list, i)))
			say_warning("%s", json_string_value(json_array_get(list, i)));
}

static enum ctl_exit
refused(const struct ctl *ctl, long status, const json_t *answer)
{
	if (answer != NULL && options_has(ctl->options, OPTION_JSON))
		print_json(&ctl->screen, answer);
	return refusal_tell(status, answer);
}

/* The answer is the caller's, unless it was an error. */
static enum ctl_exit
judge(const struct ctl *ctl, long status, long also, json_t **answer)
{
	enum ctl_exit code = CTL_DONE;

	if (status / 100 != 2 && status != also)
		code = refused(ctl, status, *answer);
	else if (!json_is_object(*answer)) {
		say_error("the daemon's answer is not understood");
		code = CTL_REFUSED;
	}
	if (code != CTL_DONE) {
		json_decref(*answer);
		*answer = NULL;
		return code;
	}
	tell_warnings(*answer);
	return CTL_DONE;
}

static enum ctl_exit
exchange(const struct ctl *ctl, const char *method, const char *target, const char *body, long also,
	 json_t **answer)
{
	struct client_answer raw;
	enum ctl_exit code = client_exchange(ctl->client, method, target, body, &raw);

	*answer = NULL;
	if (code != CTL_DONE)
		return code;
	*answer = json_loadb(raw.text, raw.length, JSON_DECODE_ANY, NULL);
	free(raw.text);
	return judge(ctl, raw.status, also, answer);
}

enum ctl_exit
call_get(struct ctl *ctl, const char *target, long also, json_t **answer)
{
	return exchange(ctl, "GET", target, NULL, also, answer);
}

enum ctl_exit
call_any(struct ctl *ctl, const char *target, long *status, json_t **answer)
{
	struct client_answer raw;
	enum ctl_exit code = client_exchange(ctl->client, "GET", target, NULL, &raw);

	*answer = NULL;
	if (code != CTL_DONE)
		return code;
	*status = raw.status;
	*answer = json_loadb(raw.text, raw.length, 0, NULL);
	free(raw.text);
	return CTL_DONE;
}

enum ctl_exit
call_refused(const struct ctl *ctl, long status, json_t *answer)
{
	enum ctl_exit code = refused(ctl, status, answer);

	json_decref(answer);
	return code;
}

json_t *
call_try(struct ctl *ctl, const char *target)
{
	struct client_answer raw;
	json_t *answer = NULL;

	if (client_exchange(ctl->client, "GET", target, NULL, &raw) != CTL_DONE)
		return NULL;
	if (raw.status / 100 == 2)
		answer = json_loadb(raw.text, raw.length, 0, NULL);
	free(raw.text);
	return answer;
}

enum ctl_exit
call_listen(struct ctl *ctl, const char *target, const struct client_listener *listener)
{
	struct client_answer raw;
	enum ctl_exit code = client_listen(ctl->client, target, listener, &raw);
	json_t *answer;

	if (code != CTL_DONE || raw.text == NULL || raw.status == 0)
		goto out;
	answer = json_loadb(raw.text, raw.length, JSON_DECODE_ANY, NULL);
	code = refused(ctl, raw.status, answer);
	json_decref(answer);
out:
	free(raw.text);
	return code;
}

static void
put_line(const char *text, const struct screen *screen)
{
	text_put(text, screen->file);
	putc('\n', screen->file);
}

/* NULL: it was carried out. */
static const char *
queued_as(const json_t *answer)
{
	return json_string_value(json_object_get(answer, "command_id"));
}

static void
view_message(const struct screen *screen, const json_t *answer)
{
	const char *message = json_string_value(json_object_get(answer, "message"));
	const char *id = queued_as(answer);

	if (id != NULL) {
		fputs("Queued: cz2ctl commands follow ", screen->file);
		message = id;
	}
	put_line(message != NULL ? message : "Done", screen);
}

/* For $(...) of a shell. */
static void
view_id(const struct screen *screen, const json_t *answer)
{
	const char *id = queued_as(answer);

	put_line(id != NULL ? id : "", screen);
}

enum ctl_exit
call_look(struct ctl *ctl, const char *target,
	  void (*view)(const struct screen *screen, const json_t *answer))
{
	json_t *answer;
	enum ctl_exit code = call_get(ctl, target, 0, &answer);

	if (code == CTL_DONE)
		call_show(ctl, answer, view);
	json_decref(answer);
	return code;
}

enum ctl_exit
call_send(struct ctl *ctl, const char *method, const char *target, json_t *body, json_t **answer)
{
	char *text = mem_or_end(body != NULL ? json_dumps(body, JSON_COMPACT) : mem_text("{}"));
	enum ctl_exit code;

	if (options_has(ctl->options, OPTION_NO_WAIT))
		client_prefer_async(ctl->client);
	code = exchange(ctl, method, target, text, 0, answer);
	free(text);
	json_decref(body);
	return code;
}

void
call_show_sent(const struct ctl *ctl, const json_t *answer)
{
	if (options_has(ctl->options, OPTION_NO_WAIT))
		call_show(ctl, answer, view_id);
	else if (options_has(ctl->options, OPTION_JSON) || !options_has(ctl->options, OPTION_QUIET))
		call_show(ctl, answer, view_message);
}

enum ctl_exit
call_command(struct ctl *ctl, const char *target, json_t *body)
{
	json_t *answer;
	enum ctl_exit code = call_send(ctl, "POST", target, body, &answer);

	if (code == CTL_DONE)
		call_show_sent(ctl, answer);
	json_decref(answer);
	return code;
}

enum ctl_exit
call_change(struct ctl *ctl, const char *method, const char *target, json_t *body,
	    void (*view)(const struct screen *screen, const json_t *answer))
{
	char *text = mem_or_end(json_dumps(body, JSON_COMPACT));
	json_t *answer;
	enum ctl_exit code = exchange(ctl, method, target, text, 0, &answer);

	free(text);
	json_decref(body);
	if (code == CTL_DONE &&
	    (options_has(ctl->options, OPTION_JSON) || !options_has(ctl->options, OPTION_QUIET)))
		call_show(ctl, answer, view);
	json_decref(answer);
	return code;
}

enum ctl_exit
call_hint_devices(const struct ctl *ctl, enum ctl_exit code)
{
	if (code == CTL_REFUSED && client_status(ctl->client) == STATUS_ABSENT)
		say_error("cz2ctl devices lists the IDs");
	return code;
}

void
call_show(const struct ctl *ctl, const json_t *answer,
	  void (*view)(const struct screen *screen, const json_t *answer))
{
	if (options_has(ctl->options, OPTION_JSON))
		print_json(&ctl->screen, answer);
	else
		view(&ctl->screen, answer);
}
