/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What was said in an answer that goes on, and its client has not taken yet: a ring of
 * bytes that never grows. Knows no connections.
 */
#ifndef CZ2D_HTTP_STREAM_H
#define CZ2D_HTTP_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_stream {
	char *ring;
	size_t start, length;
	int64_t deadline; /* when its time is up */
	bool over;        /* nothing is put any more */
};

struct http_stream *
http_stream_new(int64_t deadline);

struct http_stream *
http_stream_free(struct http_stream *stream);

/* All of it or nothing: false. */
bool
http_stream_add(struct http_stream *stream, const char *text, size_t length);

/* At most size bytes, in their order. Returns how many. */
size_t
http_stream_take(struct http_stream *stream, char *out, size_t size);

#endif
