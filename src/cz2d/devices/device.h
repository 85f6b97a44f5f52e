/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What is kept of a device, which is the panel or one of its zones: what people have said
 * about it. devices holds it, the store keeps it, json shows it.
 */
#ifndef CZ2D_DEVICE_H
#define CZ2D_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "cz2d/ledger/record.h"

enum {
	DEVICE_NAME_CHARACTERS = 64,
	DEVICE_NAME_SIZE = 4 * DEVICE_NAME_CHARACTERS + 1, /* a character of UTF-8 has 4 bytes */
	DEVICE_METADATA_SIZE = 4096 + 1,
};

struct device {
	char id[RECORD_WORD_SIZE];           /* "cz2", "cz2-zone-1" */
	char name[DEVICE_NAME_SIZE];         /* "": as the configuration has it */
	char metadata[DEVICE_METADATA_SIZE]; /* a JSON object; opaque here */
	bool decommissioned;
	int64_t created_us, updated_us; /* microseconds since 1970 */
};

enum device_type { DEVICE_PANEL, DEVICE_ZONE, DEVICE_TYPE_COUNT };

enum device_status {
	DEVICE_ONLINE,         /* the panel answers */
	DEVICE_OFFLINE,        /* it does not */
	DEVICE_ERROR,          /* something is wrong that takes a person to put right */
	DEVICE_DECOMMISSIONED, /* a zone that is wired and not used */
	DEVICE_STATUS_COUNT
};

/* "panel", "zone"; "online", "offline", ...; ended by NULL. */
extern const char *const device_type_names[];
extern const char *const device_status_names[];

#endif
