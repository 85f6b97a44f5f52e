/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Copies of messages, and how they are shown in the result. Payloads are hostile until
 * somebody has read them: what is no UTF-8 is shown as null.
 */
#include "build.h"

#include "cz2d/mqtt/mqtt_letter.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cz2d/config/config.h"
#include "cz2d/mqtt/mqtt_internal.h"

enum { SHOWN_MAX = 8192 }; /* bytes of a payload that are shown in a result */

static void *
copy(const void *bytes, size_t length)
{
	char *made = mem_new(1, length + 1);

	if (length > 0)
		memcpy(made, bytes, length);
	return made;
}

/* Is the topic this one, or below it? */
static bool
is_under(const char *topic, const char *above)
{
	size_t length = strlen(above);

	return strncmp(topic, above, length) == 0 &&
	       (topic[length] == '\0' || topic[length] == '/');
}

/* Who may only command must not be able to say through us what the panel shows. */
static bool
is_ours(const char *topic, const char *prefix)
{
	static const char *const names[] = {"set", "availability", "link", "status", "system",
					    "zone", "schedule", "diagnostics", "audit"};

	if (!is_under(topic, prefix))
		return false;
	topic += strlen(prefix);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (topic[0] == '/' && is_under(topic + 1, names[i]))
			return true;
	return false;
}

static bool
is_utf8(const char *text)
{
	json_t *string = json_string(text);
	bool fine = string != NULL;

	json_decref(string);
	return fine;
}

bool
mqtt_letter_may_answer(const char *topic, const struct config *config)
{
	if (topic[0] == '\0' || topic[0] == '$' || strpbrk(topic, "+#") != NULL)
		return false;
	if (strlen(topic) >= MQTT_TOPIC_MAX || !is_utf8(topic))
		return false;
	if (config->mqtt.discovery_prefix[0] != '\0' &&
	    is_under(topic, config->mqtt.discovery_prefix))
		return false;
	return !is_ours(topic, config->mqtt.topic_prefix);
}

struct mqtt_letter *
mqtt_letter_new(const struct mqtt_incoming *message, const char *name, const struct config *config,
		int64_t now)
{
	struct mqtt_letter *letter = mem_new(1, sizeof *letter);
	size_t shown = message->length < SHOWN_MAX ? message->length : SHOWN_MAX;

	letter->arrived = now;
	letter->name = mem_text(name);
	letter->payload = copy(message->payload, shown);
	letter->length = shown;
	/* Who would not know the answer again gets none. */
	if (message->response_topic == NULL ||
	    message->correlation_length > MQTT_CORRELATION_MAX ||
	    !mqtt_letter_may_answer(message->response_topic, config))
		return letter;
	letter->response_topic = mem_text(message->response_topic);
	letter->correlation = copy(message->correlation, message->correlation_length);
	letter->correlation_length = message->correlation_length;
	return letter;
}

struct mqtt_letter *
mqtt_letter_free(struct mqtt_letter *first)
{
	while (first != NULL) {
		struct mqtt_letter *next = first->next;

		free(first->name);
		free(first->payload);
		free(first->response_topic);
		free(first->correlation);
		free(first);
		first = next;
	}
	return NULL;
}

struct mqtt_letter *
mqtt_letter_join(struct mqtt_letter *first, struct mqtt_letter *more)
{
	struct mqtt_letter *last = first;

	if (first == NULL)
		return more;
	while (last->next != NULL)
		last = last->next;
	last->next = more;
	return first;
}

int
mqtt_letter_count(const struct mqtt_letter *first)
{
	int count = 0;

	for (; first != NULL; first = first->next)
		count++;
	return count;
}

/* Text of others; JSON null when it is no UTF-8. */
static json_t *
shown(const char *text, size_t length)
{
	json_t *string = json_stringn(text, length);

	return string != NULL ? string : json_null();
}

json_t *
mqtt_letter_topics(const struct mqtt_letter *first)
{
	json_t *topics = json_array();

	for (; first != NULL; first = first->next)
		json_array_append_new(topics, shown(first->name, strlen(first->name)));
	return topics;
}

static json_t *
payload_of(const struct mqtt_letter *letter)
{
	json_t *object = json_loadb(letter->payload, letter->length, 0, NULL);

	if (json_is_object(object))
		return object;
	json_decref(object);
	return shown(letter->payload, letter->length);
}

json_t *
mqtt_letter_request(const struct mqtt_letter *first)
{
	json_t *request = json_object();

	for (; first != NULL; first = first->next) {
		const char *slash = strrchr(first->name, '/');

		/* A name that is no UTF-8 is left out. */
		json_object_set_new(request, slash != NULL ? slash + 1 : first->name,
				    payload_of(first));
	}
	return request;
}
