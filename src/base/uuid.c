/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * 48 bits of the time, 74 from the kernel, and six that say so. Of names that begin with
 * the time those that were made together stand together: an index of them grows at its end.
 */
#include "build.h"

#include "base/uuid.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

enum { BYTES = 16, TIME_BYTES = 6 };

void
uuid_make(char out[UUID_SIZE])
{
	unsigned char bytes[BYTES];
	int64_t ms = clock_wall_us() / 1000;
	ssize_t length;
	size_t used = 0;

	do
		length = getrandom(bytes, sizeof bytes, 0);
	while (length < 0 && errno == EINTR);
	if (length != BYTES) {
		log_error("uuid", "the system has no random numbers: %s", strerror(errno));
		_exit(EXIT_FAILURE);
	}
	for (int i = 0; i < TIME_BYTES; i++)
		bytes[i] = (unsigned char)(ms >> 8 * (TIME_BYTES - 1 - i));
	bytes[6] = (unsigned char)((bytes[6] & 0x0F) | 0x70);
	bytes[8] = (unsigned char)((bytes[8] & 0x3F) | 0x80);
	for (int i = 0; i < BYTES; i++)
		used += (size_t)snprintf(out + used, UUID_SIZE - used, "%s%02x",
					 i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
					 bytes[i]);
}
