/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What is kept of a command: who asked for what, when, and how it ended. The ledger
 * writes it, the store keeps it, json shows it. Texts in JSON are opaque here.
 */
#ifndef CZ2D_RECORD_H
#define CZ2D_RECORD_H

#include <stdbool.h>
#include <stdint.h>

/* In the order of a life; the last three are ends. Kept as numbers: never renumber. */
enum record_status {
	RECORD_PENDING, /* accepted, nothing was written for it */
	RECORD_SENT,    /* its first write frame left */
	RECORD_DELIVERED,
	RECORD_FAILED,
	RECORD_EXPIRED, /* nothing was written for it in time */
	RECORD_STATUS_COUNT
};

/* The door it came through. Kept as numbers: never renumber. */
enum record_source {
	RECORD_REST,
	RECORD_MQTT,
	RECORD_CTL,
	RECORD_GUARD,
	RECORD_SCHEDULE,
	RECORD_PANEL, /* through none: a change on the panel that no command asked for */
	RECORD_SOURCE_COUNT
};

enum {
	RECORD_ID_SIZE = 37, /* a UUID as text */
	RECORD_WORD_SIZE = 64, /* of a device or a command */
	RECORD_USER_SIZE = 128,
	RECORD_KEY_SIZE = 129,
};

/* The command that writes a row by its address. */
#define RECORD_RAW_WRITE "raw.write"

/* Times are microseconds since 1970; 0: it has not come to that. */
struct record {
	char id[RECORD_ID_SIZE];
	char device[RECORD_WORD_SIZE];  /* "cz2", "cz2-zone-1" */
	char command[RECORD_WORD_SIZE]; /* "zone.temperature" */
	char user[RECORD_USER_SIZE];    /* "local:<user>", "anonymous" */
	char key[RECORD_KEY_SIZE];      /* by which its user knows it again; "": none */
	enum record_source source;
	enum record_status status;
	/*
	 * Set, and kept on the disk, before its first write frame may leave: after a crash
	 * nobody knows whether it did.
	 */
	bool armed;
	int64_t requested_us, updated_us, sent_us, delivered_us, expires_us;
	/* JSON objects, owned; NULL: none. answer: what was answered, if it has a key. */
	char *params, *wish, *metadata, *result, *answer;
	int answer_status; /* of HTTP */
};

/* The texts are copied too; of the struct that is copied to nothing is freed. */
void
record_copy(struct record *to, const struct record *from);

/* Frees the texts, not the struct. */
void
record_fini(struct record *record);

/* True when nothing changes it any more. */
bool
record_is_final(const struct record *record);

/* The zone that the record's device is; 0: the panel. */
int
record_zone(const struct record *record, const char *panel_id);

/* True when this command was given for this device of the panel: a zone, or 0. */
bool
record_is_of(const struct record *record, const char *panel_id, const char *command, int zone);

/* What a zone's device is called, or the panel's for zone 0: "cz2-zone-1", "cz2". */
void
record_device_name(const char *panel_id, int zone, char out[RECORD_WORD_SIZE]);

/* "pending", "sent", ...; "rest", "mqtt", ...; ended by NULL. */
extern const char *const record_status_names[];
extern const char *const record_source_names[];

#endif
