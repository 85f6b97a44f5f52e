/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * One entry per topic, in the order in which they were named. Of a topic one message is
 * in flight at a time, so that the last word is the last one to arrive; only its erasure, when
 * all is withheld, may follow at once.
 */
#include "build.h"

#include "cz2d/mqtt/mqtt_retained.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct entry {
	char *topic;
	char *text; /* "": erased, or to be */
	enum mqtt_rank rank;
	bool changed;       /* since it was sent */
	bool taken;         /* by the broker, since the connection began */
	uint64_t in_flight; /* the message that waits for its acknowledgement, or 0 */
	bool erasing;       /* that message is an empty one */
	uint64_t changed_at, sent_of; /* moments of the change to be sent, and of the one in flight */
};

struct mqtt_retained {
	struct entry entries[MQTT_RETAINED_MAX];
	size_t count;
	bool withheld;
};

struct mqtt_retained *
mqtt_retained_new(void)
{
	return mem_new(1, sizeof(struct mqtt_retained));
}

struct mqtt_retained *
mqtt_retained_free(struct mqtt_retained *retained)
{
	if (retained == NULL)
		return NULL;
	for (size_t i = 0; i < retained->count; i++) {
		free(retained->entries[i].topic);
		free(retained->entries[i].text);
	}
	free(retained);
	return NULL;
}

static size_t
place_of(const struct mqtt_retained *retained, const char *topic)
{
	size_t i = 0;

	while (i < retained->count && strcmp(retained->entries[i].topic, topic) != 0)
		i++;
	return i;
}

bool
mqtt_retained_knows(const struct mqtt_retained *retained, const char *topic)
{
	return place_of(retained, topic) < retained->count;
}

static struct entry *
find(struct mqtt_retained *retained, const char *topic)
{
	size_t place = place_of(retained, topic);

	return place < retained->count ? &retained->entries[place] : NULL;
}

static struct entry *
add(struct mqtt_retained *retained, const char *topic, enum mqtt_rank rank)
{
	struct entry *entry = &retained->entries[retained->count];

	if (retained->count == MQTT_RETAINED_MAX)
		return NULL;
	retained->count++;
	*entry = (struct entry){.topic = mem_text(topic), .rank = rank};
	return entry;
}

static void
change(struct entry *entry, uint64_t moment)
{
	if (!entry->changed)
		entry->changed_at = moment;
	entry->changed = true;
}

bool
mqtt_retained_set(struct mqtt_retained *retained, const char *topic, enum mqtt_rank rank,
		  const char *text, uint64_t moment)
{
	struct entry *entry = find(retained, topic);

	if (text == NULL)
		text = "";
	if (entry == NULL)
		entry = add(retained, topic, rank);
	if (entry == NULL)
		return false;
	if (entry->text != NULL && strcmp(entry->text, text) == 0)
		return true;
	free(entry->text);
	entry->text = mem_text(text);
	if (!retained->withheld || text[0] == '\0')
		change(entry, moment);
	return true;
}

static bool
is_erased(const struct entry *entry)
{
	return entry->text[0] == '\0';
}

/* Devices are erased again where a broker remembers them; a state that is not there is none. */
static bool
may_repeat(const struct mqtt_retained *retained, const struct entry *entry)
{
	return is_erased(entry) ? entry->rank == MQTT_RANK_DISCOVERY : !retained->withheld;
}

void
mqtt_retained_repeat(struct mqtt_retained *retained, const char *topic, uint64_t moment)
{
	struct entry *entry = find(retained, topic);

	if (entry != NULL && may_repeat(retained, entry))
		change(entry, moment);
}

void
mqtt_retained_withhold(struct mqtt_retained *retained, bool on, uint64_t moment)
{
	if (retained->withheld == on)
		return;
	retained->withheld = on;
	for (size_t i = 0; i < retained->count; i++)
		if (on || !is_erased(&retained->entries[i]))
			change(&retained->entries[i], moment);
}

bool
mqtt_retained_is_withheld(const struct mqtt_retained *retained)
{
	return retained->withheld;
}

/* What the broker shall have. */
static const char *
payload_of(const struct mqtt_retained *retained, const struct entry *entry)
{
	return retained->withheld ? "" : entry->text;
}

bool
mqtt_retained_at(const struct mqtt_retained *retained, size_t n, const char **topic,
		 enum mqtt_rank *rank, size_t *bytes)
{
	const struct entry *entry = &retained->entries[n];

	if (n >= retained->count)
		return false;
	*topic = entry->topic;
	*rank = entry->rank;
	*bytes = strlen(payload_of(retained, entry));
	return true;
}

void
mqtt_retained_begin(struct mqtt_retained *retained)
{
	for (size_t i = 0; i < retained->count; i++) {
		struct entry *entry = &retained->entries[i];

		/* What was in flight may not have arrived. */
		entry->changed |= entry->in_flight != 0 || entry->rank != MQTT_RANK_DISCOVERY;
		entry->in_flight = 0;
		entry->taken = false;
	}
}

/* What is withheld from the start is not on its way, and nobody waits for it. */
static bool
is_owed(const struct entry *entry)
{
	return !entry->taken && (entry->changed || entry->in_flight != 0);
}

/* The first rank of which the broker does not have all: what is erased knows no order. */
static enum mqtt_rank
rank_to_send(const struct mqtt_retained *retained)
{
	enum mqtt_rank rank = MQTT_RANK_DISCOVERY;

	if (retained->withheld)
		return rank;
	for (size_t i = 0; i < retained->count; i++)
		if (is_owed(&retained->entries[i]) && retained->entries[i].rank < rank)
			rank = retained->entries[i].rank;
	return rank;
}

/* One word about a topic at a time; but nothing is newer than that it is erased for good. */
static bool
may_go(const struct mqtt_retained *retained, const struct entry *entry)
{
	return entry->in_flight == 0 || (retained->withheld && !entry->erasing);
}

static const struct entry *
next(const struct mqtt_retained *retained)
{
	enum mqtt_rank last = rank_to_send(retained);

	for (int rank = MQTT_RANK_STATE; rank <= (int)last; rank++) {
		for (size_t i = 0; i < retained->count; i++) {
			const struct entry *entry = &retained->entries[i];

			if ((int)entry->rank == rank && entry->changed && may_go(retained, entry))
				return entry;
		}
	}
	return NULL;
}

bool
mqtt_retained_next(const struct mqtt_retained *retained, const char **topic, const char **payload)
{
	const struct entry *entry = next(retained);

	if (entry == NULL)
		return false;
	*topic = entry->topic;
	*payload = payload_of(retained, entry);
	return true;
}

void
mqtt_retained_sent(struct mqtt_retained *retained, uint64_t number)
{
	struct entry *entry = &retained->entries[next(retained) - retained->entries];

	entry->in_flight = number;
	entry->erasing = payload_of(retained, entry)[0] == '\0';
	entry->sent_of = entry->changed_at;
	entry->changed = false;
}

static struct entry *
in_flight(struct mqtt_retained *retained, uint64_t number)
{
	for (size_t i = 0; i < retained->count; i++)
		if (retained->entries[i].in_flight == number)
			return &retained->entries[i];
	return NULL;
}

const char *
mqtt_retained_topic(const struct mqtt_retained *retained, uint64_t number)
{
	for (size_t i = 0; i < retained->count; i++)
		if (retained->entries[i].in_flight == number)
			return retained->entries[i].topic;
	return NULL;
}

bool
mqtt_retained_taken(struct mqtt_retained *retained, uint64_t number)
{
	struct entry *entry = in_flight(retained, number);

	if (entry == NULL)
		return false;
	entry->in_flight = 0;
	entry->taken = true;
	return true;
}

bool
mqtt_retained_dropped(struct mqtt_retained *retained, uint64_t number)
{
	struct entry *entry = in_flight(retained, number);

	if (entry == NULL)
		return false;
	entry->in_flight = 0;
	entry->changed = true;
	entry->changed_at = entry->sent_of;
	return true;
}

bool
mqtt_retained_owes(const struct mqtt_retained *retained, uint64_t moment)
{
	for (size_t i = 0; i < retained->count; i++) {
		const struct entry *entry = &retained->entries[i];

		if (entry->rank == MQTT_RANK_DISCOVERY)
			continue;
		if ((entry->changed && entry->changed_at < moment) ||
		    (entry->in_flight != 0 && entry->sent_of < moment))
			return true;
	}
	return false;
}
