/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The ring. Who is told that something did not fit is left to whoever put it.
 */
#include "build.h"

#include "cz2d/http/http_stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cz2d/http/http.h"

struct http_stream *
http_stream_new(int64_t deadline)
{
	struct http_stream *stream = mem_new(1, sizeof *stream);

	stream->ring = mem_new(1, HTTP_STREAM_ROOM);
	stream->deadline = deadline;
	return stream;
}

struct http_stream *
http_stream_free(struct http_stream *stream)
{
	if (stream == NULL)
		return NULL;
	free(stream->ring);
	free(stream);
	return NULL;
}

static size_t
smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

bool
http_stream_add(struct http_stream *stream, const char *text, size_t length)
{
	size_t end = (stream->start + stream->length) % HTTP_STREAM_ROOM;
	size_t first = smaller(length, HTTP_STREAM_ROOM - end);

	if (length > HTTP_STREAM_ROOM - stream->length)
		return false;
	memcpy(stream->ring + end, text, first);
	memcpy(stream->ring, text + first, length - first);
	stream->length += length;
	return true;
}

size_t
http_stream_take(struct http_stream *stream, char *out, size_t size)
{
	size_t length = smaller(size, stream->length);
	size_t first = smaller(length, HTTP_STREAM_ROOM - stream->start);

	memcpy(out, stream->ring + stream->start, first);
	memcpy(out + first, stream->ring, length - first);
	stream->start = (stream->start + length) % HTTP_STREAM_ROOM;
	stream->length -= length;
	return length;
}
