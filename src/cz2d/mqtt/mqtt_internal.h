/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What the parts of the mqtt room share. mqtt.c owns the connection and the parts; a part
 * says what is to be published, and is told what happens. Not for other rooms.
 *
 *	mqtt.c           births and deaths, what goes out when, what comes in
 *	mqtt_connection  connecting, leaving, and trying again
 *	mqtt_owed        what the broker has not acknowledged yet
 *	mqtt_retained    the retained topics: what each says, and what the broker has of it
 *	mqtt_outbox      what is said once: results and audit
 *	mqtt_state       the documents about the panel, kept up to date
 *	mqtt_audit       who did what, and what nobody did
 *	mqtt_command     what arrives under <prefix>/set, on its way to the ledger and back
 *	mqtt_announcer   what Home Assistant is told of our devices
 *	mqtt_discovery   when Home Assistant is told of our devices
 *	mqtt_report      what all that has come to, for people
 */
#ifndef CZ2D_MQTT_INTERNAL_H
#define CZ2D_MQTT_INTERNAL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "cz2d/mqtt/mqtt.h"

enum {
	MQTT_TOPIC_MAX = 512, /* longer ones are nobody's of ours */
	MQTT_CORRELATION_MAX = 256,
};

/*
 * After each connecting a rank is published when the broker has taken all of the one before:
 * "online" says that the state is true, and Home Assistant shall find it when it hears of us.
 */
enum mqtt_rank { MQTT_RANK_STATE, MQTT_RANK_LINK, MQTT_RANK_AVAILABILITY, MQTT_RANK_DISCOVERY };

/*
 * A message that arrived. Borrowed for the length of a call. Of a payload of more than 64 KiB
 * only so much comes; a topic with a 0 in it does not come at all. When more arrives than can be
 * kept (1024 messages, 1 MiB), the rest is dropped and counted in the log.
 */
struct mqtt_incoming {
	const char *topic; /* whole, ended by 0 */
	const char *payload; /* length bytes, whatever they are, and a 0 behind them */
	size_t length;
	bool retained; /* it lay at the broker */
	const char *response_topic; /* MQTT 5: where the sender wants his answer; or NULL */
	const void *correlation;    /* MQTT 5: what he knows it by again */
	size_t correlation_length;
};

/* Something that is said once. Texts are copied, the document is taken. */
struct mqtt_note {
	const char *topic; /* whole; NULL: only to the response topic */
	json_t *document;  /* NULL: an empty message that erases what is retained there */
	const char *response_topic; /* the same to there, too; or NULL */
	const void *correlation;
	size_t correlation_length;
};

/* The whole topic for what follows the prefix: "hvac/cz2/zone/1" for "zone/1". */
void
mqtt_topic(const struct mqtt *mqtt, const char *name, char topic[MQTT_TOPIC_MAX]);

/*
 * From now on the topic (whole) retains this text; it is copied. What it says already is not
 * sent again. "" or NULL erases the topic, also one that was never retained here.
 * It goes out when the loop next turns: of several texts in one turn only the last one.
 * After each connecting all topics are sent again, but for those of MQTT_RANK_DISCOVERY, which
 * the broker mostly has: they need a mqtt_repeat() if it has not. At most 64 topics.
 */
void
mqtt_retain(struct mqtt *mqtt, const char *topic, enum mqtt_rank rank, const char *text);

/* Erases a topic of the state of which nothing was said yet: an earlier life may have. */
void
mqtt_disown(struct mqtt *mqtt, const char *topic);

/* Sends what the topic retains once more, though nothing has changed. Of others: nothing. */
void
mqtt_repeat(struct mqtt *mqtt, const char *topic);

/* From now on nothing is retained, until mqtt_announce(). */
void
mqtt_withhold(struct mqtt *mqtt);

/*
 * Says something once, after all that is retained and has changed before. What cannot be said
 * since the broker is away waits, up to 64 of them, and then has the member "late": true. While
 * it is there 1024 may wait.
 */
void
mqtt_say(struct mqtt *mqtt, struct mqtt_note *note);

/*
 * Asks the broker for a topic; the messages come to all parts. Forgotten with the connection, so
 * this belongs into ..._connected(). Nothing is published before the broker has answered.
 */
void
mqtt_subscribe(struct mqtt *mqtt, const char *topic);

void
mqtt_unsubscribe(struct mqtt *mqtt, const char *topic);

/*
 * When the connection is closed for good and all commands are with the ledger, this tells whoever
 * waits for the end, and may free the parts. To be called when either may just have come true.
 */
void
mqtt_end_if_handed_over(struct mqtt *mqtt);

/*
 * The parts have the same life: made before the first attempt to connect; told of each
 * connection (before anything is published on it), of each message and of what changed.
 */
struct mqtt_state;
struct mqtt_audit;
struct mqtt_command;
struct mqtt_discovery;

struct mqtt_state *
mqtt_state_new(const struct mqtt_rooms *rooms, struct mqtt *mqtt);
struct mqtt_state *
mqtt_state_free(struct mqtt_state *state);
void
mqtt_state_connected(struct mqtt_state *state);
/* Names, zones in use or the configuration may be others. */
void
mqtt_state_renamed(struct mqtt_state *state);
/* The zone's document (0: the system's) once more, so that who shows a wish returns to the fact. */
void
mqtt_state_repeat(struct mqtt_state *state, int zone);
/*
 * Of a zone that was used once, or that an earlier configuration had, nothing remains. Only when
 * Home Assistant has let go of the device: to its templates an empty message is an error.
 */
void
mqtt_state_erase(struct mqtt_state *state, int zone);

/* Erases what an earlier life may have told of which this one has told nothing yet. */
void
mqtt_state_disown(struct mqtt_state *state);

struct mqtt_audit *
mqtt_audit_new(const struct mqtt_rooms *rooms, struct mqtt *mqtt);
struct mqtt_audit *
mqtt_audit_free(struct mqtt_audit *audit);

struct mqtt_command *
mqtt_command_new(const struct mqtt_rooms *rooms, struct mqtt *mqtt, struct mqtt_state *state);
/* After mqtt_command_hand_over(). What goes on in the ledger is told to nobody any more. */
struct mqtt_command *
mqtt_command_free(struct mqtt_command *command);
void
mqtt_command_connected(struct mqtt_command *command);
/* Says what can be said already: there will be no other occasion. */
void
mqtt_command_finish(struct mqtt_command *command);
/*
 * No message comes any more: what was acknowledged to the broker goes to the ledger. False while
 * the disk is still asked whether some of it is new: when that is known it calls
 * mqtt_end_if_handed_over(). What ends or is refused meanwhile nobody hears: mqtt_free() tells
 * how much that was.
 */
bool
mqtt_command_hand_over(struct mqtt_command *command);
void
mqtt_command_message(struct mqtt_command *command, const struct mqtt_incoming *message);

struct mqtt_discovery *
mqtt_discovery_new(const struct mqtt_rooms *rooms, struct mqtt *mqtt, struct mqtt_state *state);
struct mqtt_discovery *
mqtt_discovery_free(struct mqtt_discovery *discovery);
void
mqtt_discovery_connected(struct mqtt_discovery *discovery);
void
mqtt_discovery_message(struct mqtt_discovery *discovery, const struct mqtt_incoming *message);
void
mqtt_discovery_renamed(struct mqtt_discovery *discovery);
/* Tells everything once more, also what was taken back by forget(). */
void
mqtt_discovery_announce(struct mqtt_discovery *discovery);
/* Takes everything back, and says no more until announce(). */
void
mqtt_discovery_forget(struct mqtt_discovery *discovery);

/* Messages of this life: documents of devices, erased ones, and how often all of them went out. */
struct mqtt_discovery_counts {
	uint64_t announced, taken_back, births;
};

struct mqtt_discovery_counts
mqtt_discovery_counts(const struct mqtt_discovery *discovery);

/* "off", "listening", "told" or "forgotten". */
const char *
mqtt_discovery_phase(const struct mqtt_discovery *discovery);

/* The document that is retained of the device, with its topic; NULL: none. */
const char *
mqtt_discovery_told(const struct mqtt_discovery *discovery, int number,
		    char topic[MQTT_TOPIC_MAX]);

/* Messages since the door was opened. */
struct mqtt_counts {
	uint64_t published, acknowledged, received;
	uint64_t dropped; /* never said: the broker was away for too long */
};

/* What a report is made from; all NULL: MQTT is off. */
struct mqtt_view {
	const struct mqtt_connection *connection;
	const struct mqtt_retained *retained;
	const struct mqtt_discovery *discovery;
	struct mqtt_counts counts;
};

json_t *
mqtt_view_document(const struct mqtt_view *view);

#endif
