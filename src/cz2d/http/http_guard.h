/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What the HTTP library lets pass and we do not: requests that two parsers could
 * understand in two ways. Looks at the header once, field by field, and notes on
 * the way what the door wants to know of it. Pure: text in, verdict out.
 */
#ifndef CZ2D_HTTP_GUARD_H
#define CZ2D_HTTP_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cz2d/http/http_origin.h"

struct guard {
	const char *fault;   /* NULL, or a sentence: the first thing that was wrong */
	uint64_t length;     /* of the body as announced; 0 when chunked */
	bool chunked;
	bool expects;        /* the client waits for our consent before it sends the body */
	struct origin_text host, origin;
	bool foreign;        /* the body claims to be something else than JSON */

	/* Private. */
	const char *block, *end; /* the header as it lies in memory */
	const char *seen;        /* end of what was looked at last */
	bool old;                /* HTTP/1.0 */
	unsigned hosts, lengths, codings, origins, authorizations;
};

/* NULL, or what is wrong with the target of a request, as it came on the wire. */
const char *
guard_target(const char *target);

/*
 * Begins with a header of size bytes, of which method is the start; target, its end and
 * version lie in it. The fields follow in their order, then guard_end().
 */
void
guard_begin(struct guard *guard, const char *method, const char *target, const char *target_end,
	    const char *version, size_t size);

/* True while nothing is wrong. */
bool
guard_field(struct guard *guard, const char *name, size_t name_length, const char *value,
	    size_t value_length);

void
guard_end(struct guard *guard);

static inline bool
guard_has_body(const struct guard *guard)
{
	return guard->chunked || guard->length > 0;
}

#endif
