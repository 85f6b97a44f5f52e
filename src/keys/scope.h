/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What somebody may do. Each scope includes those before it.
 */
#ifndef KEYS_SCOPE_H
#define KEYS_SCOPE_H

enum scope {
	SCOPE_UNSET, /* forgotten: of a token nothing, of a route nobody */
	SCOPE_OPEN,  /* what everybody may */
	SCOPE_READ,
	SCOPE_COMMAND,
	SCOPE_ADMIN,
	SCOPE_COUNT
};

/* "read", ...; NULL for those without a name. */
extern const char *const scope_names[SCOPE_COUNT];

/* The highest of a list with commas; SCOPE_UNSET when it is empty or one of them is unknown. */
enum scope
scope_parse(const char *list);

#endif
