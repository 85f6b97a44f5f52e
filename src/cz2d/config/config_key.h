/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The table of keys, and what the parts of the configuration share with each
 * other. Everyone else uses config.h.
 */
#ifndef CZ2D_CONFIG_KEY_H
#define CZ2D_CONFIG_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "cz2d/config/config.h"

enum config_kind {
	CONFIG_KIND_BOOL,
	CONFIG_KIND_NUMBER,
	CONFIG_KIND_TEXT,
	CONFIG_KIND_WORD,  /* one of a list; the field is its place there */
	CONFIG_KIND_LIST   /* texts; the field is an array, behind the last one come empty ones */
};

/* One row per key. Everything known about a key stands in its row. */
struct config_key {
	const char *path;
	const char *variable; /* of the environment; NULL: none */
	enum config_kind kind;
	size_t offset;        /* of the field in struct config */
	size_t size;          /* of the field */
	size_t item_size;     /* of one text of a list */
	const char *standard; /* the default, as the environment would give it */
	int minimum;          /* of a number, or of the length in bytes of a text, or of each of a list */
	int maximum;
	int hole_first; /* numbers from here ... */
	int hole_last;  /* ... to here are refused; 0: no hole */
	const char *const *words; /* ended by NULL */
	bool (*check)(const char *text);
	const char *accepted; /* NULL: made from kind and limits */
	bool reloadable;
	bool secret;
	const char *help;
};

enum {
	CONFIG_KEYS_MAX = 64,
	CONFIG_PATH_MAX = 96,   /* a key's full name, whatever a file calls it */
	CONFIG_WHERE_MAX = 512, /* "FILE:LINE" */
	CONFIG_VALUE_MAX = 128, /* a value quoted in a message; longer ones are cut */
	CONFIG_ACCEPTED_MAX = 256
};

/* Ended by a row without path. */
extern const struct config_key config_keys[];

/* Where a key got its value, for messages. An empty where: nowhere, it is the default. */
struct config_place {
	char where[CONFIG_WHERE_MAX];
	char value[CONFIG_VALUE_MAX];
};

/* One pass of config_load. */
struct config_reading {
	struct config *config;
	const char *path;                            /* the file; NULL: none */
	struct config_place places[CONFIG_KEYS_MAX]; /* indexed like config_keys */
	char *why;
};

/* config_key.c: finding rows */

/* NULL when there is no such key. */
const struct config_key *
config_key_find(const char *path);

bool
config_key_is_group(const char *name);

/* The known key (or group) that was most likely meant; false when nothing is near. */
bool
config_key_near(const char *path, char *near, size_t size);

/* What the key accepts, as half a sentence. environment: as a variable instead of in the file. */
void
config_key_accepted(const struct config_key *key, bool environment, char *text, size_t size);

struct config_place *
config_key_place(struct config_reading *reading, const struct config_key *key);

/* config_value.c: text to field and back */

/* Checks and stores. False leaves the field as it was. Not for CONFIG_KIND_LIST. */
bool
config_value_set(const struct config_key *key, struct config *config, const char *text);

/* The same for a CONFIG_KIND_LIST: false also when there are more texts than places. */
bool
config_value_set_list(const struct config_key *key, struct config *config,
		      const char *const *texts, size_t count);

/* Writes the value in the syntax of the file. */
void
config_value_print(const struct config_key *key, const struct config *config, FILE *out);

bool
config_value_equal(const struct config_key *key, const struct config *a, const struct config *b);

void
config_value_copy(const struct config_key *key, struct config *to, const struct config *from);

/* Text in double quotes, as a message shows it: cut to fit, nothing unprintable. */
void
config_value_quote(const char *text, char *quoted, size_t size);

/* config_file.c, config_env.c, config_secret.c: where values come from. -1: why is filled. */

int
config_file_read(struct config_reading *reading);

int
config_env_read(struct config_reading *reading);

/* Replaces mqtt.password by what mqtt.password_file holds. */
int
config_secret_read(struct config_reading *reading);

/* config_tls.c: whether the files of certificates and keys can be used. */
int
config_tls_check(struct config_reading *reading);

/* Fills why with "WHERE: KEY = VALUE: REASON", without VALUE when place has none. Returns -1. */
int
config_refuse(struct config_reading *reading, const struct config_place *place, const char *path,
	      const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
