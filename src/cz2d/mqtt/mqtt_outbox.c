/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A ring of documents. One message is in flight at a time: that keeps the order, also when
 * one has to go again.
 */
#include "build.h"

#include "cz2d/mqtt/mqtt_outbox.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct saying {
	char *topic;
	json_t *document; /* NULL: an empty message */
	void *correlation;
	size_t correlation_length;
	uint64_t moment;
	bool late;
	bool foreign; /* to a topic of somebody else's */
};

struct mqtt_outbox {
	struct saying ring[MQTT_OUTBOX_MAX];
	size_t first, count;
	uint64_t in_flight; /* the number of the first one, or 0 */
	unsigned overflow;
};

struct mqtt_outbox *
mqtt_outbox_new(void)
{
	return mem_new(1, sizeof(struct mqtt_outbox));
}

static void
drop_first(struct mqtt_outbox *outbox)
{
	struct saying *saying = &outbox->ring[outbox->first];

	free(saying->topic);
	free(saying->correlation);
	json_decref(saying->document);
	outbox->first = (outbox->first + 1) % MQTT_OUTBOX_MAX;
	outbox->count--;
	outbox->in_flight = 0;
}

struct mqtt_outbox *
mqtt_outbox_free(struct mqtt_outbox *outbox)
{
	if (outbox == NULL)
		return NULL;
	while (outbox->count > 0)
		drop_first(outbox);
	free(outbox);
	return NULL;
}

static void
make_room(struct mqtt_outbox *outbox, size_t most)
{
	for (; outbox->count > most; outbox->overflow++)
		drop_first(outbox);
}

static void
add(struct mqtt_outbox *outbox, struct saying *saying, const char *topic, json_t *document)
{
	make_room(outbox, (saying->late ? MQTT_OUTBOX_KEPT : MQTT_OUTBOX_MAX) - 1);
	saying->topic = mem_text(topic);
	saying->document = document;
	outbox->ring[(outbox->first + outbox->count++) % MQTT_OUTBOX_MAX] = *saying;
}

static void
copy_correlation(struct saying *saying, const struct mqtt_note *note)
{
	if (note->correlation_length == 0)
		return;
	saying->correlation = mem_new(1, note->correlation_length);
	saying->correlation_length = note->correlation_length;
	memcpy(saying->correlation, note->correlation, note->correlation_length);
}

void
mqtt_outbox_add(struct mqtt_outbox *outbox, const struct mqtt_note *note, bool late,
		uint64_t moment)
{
	struct saying saying = {.late = late, .moment = moment};

	if (note->topic != NULL)
		add(outbox, &saying, note->topic, json_incref(note->document));
	if (note->response_topic != NULL) {
		copy_correlation(&saying, note);
		saying.foreign = true;
		add(outbox, &saying, note->response_topic, json_incref(note->document));
	}
	json_decref(note->document);
}

size_t
mqtt_outbox_count(const struct mqtt_outbox *outbox)
{
	return outbox->count;
}

static char *
text_of(const struct saying *saying)
{
	if (saying->document == NULL)
		return NULL;
	if (saying->late)
		json_object_set_new(saying->document, "late", json_true());
	return mem_or_end(json_dumps(saying->document, JSON_COMPACT));
}

bool
mqtt_outbox_first(const struct mqtt_outbox *outbox, struct mqtt_outgoing *message)
{
	const struct saying *saying = &outbox->ring[outbox->first];

	if (outbox->count == 0 || outbox->in_flight != 0)
		return false;
	*message = (struct mqtt_outgoing){.topic = saying->topic,
					  .payload = text_of(saying),
					  .moment = saying->moment,
					  .correlation = saying->correlation,
					  .correlation_length = saying->correlation_length};
	return true;
}

void
mqtt_outbox_sent(struct mqtt_outbox *outbox, uint64_t number)
{
	outbox->in_flight = number;
}

const char *
mqtt_outbox_topic(const struct mqtt_outbox *outbox, uint64_t number)
{
	return outbox->in_flight == number ? outbox->ring[outbox->first].topic : NULL;
}

bool
mqtt_outbox_settled(struct mqtt_outbox *outbox, uint64_t number)
{
	if (outbox->in_flight != number)
		return false;
	drop_first(outbox);
	return true;
}

void
mqtt_outbox_skip(struct mqtt_outbox *outbox)
{
	if (outbox->in_flight != 0)
		drop_first(outbox);
}

/*
 * A topic that somebody else has thought of may be what the broker hung up for: what goes there
 * is sent once, or else it would take down one connection after the other.
 */
static void
take_back(struct mqtt_outbox *outbox)
{
	if (outbox->in_flight != 0 && outbox->ring[outbox->first].foreign)
		drop_first(outbox);
	outbox->in_flight = 0;
}

bool
mqtt_outbox_dropped(struct mqtt_outbox *outbox, uint64_t number)
{
	if (outbox->in_flight != number)
		return false;
	take_back(outbox);
	return true;
}

void
mqtt_outbox_lost(struct mqtt_outbox *outbox)
{
	take_back(outbox);
	make_room(outbox, MQTT_OUTBOX_KEPT);
	for (size_t i = 0; i < outbox->count; i++)
		outbox->ring[(outbox->first + i) % MQTT_OUTBOX_MAX].late = true;
}

unsigned
mqtt_outbox_overflow(struct mqtt_outbox *outbox)
{
	unsigned overflow = outbox->overflow;

	outbox->overflow = 0;
	return overflow;
}
