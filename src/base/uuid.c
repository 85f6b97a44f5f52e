/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * 122 bits from the kernel, and six that say so.
 */
#include "build.h"

#include "base/uuid.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/log.h"

enum { BYTES = 16 };

void
uuid_make(char out[UUID_SIZE])
{
	unsigned char bytes[BYTES];
	ssize_t length;
	size_t used = 0;

	do
		length = getrandom(bytes, sizeof bytes, 0);
	while (length < 0 && errno == EINTR);
	if (length != BYTES) {
		log_error("uuid", "the system has no random numbers: %s", strerror(errno));
		_exit(EXIT_FAILURE);
	}
	bytes[6] = (unsigned char)((bytes[6] & 0x0F) | 0x40);
	bytes[8] = (unsigned char)((bytes[8] & 0x3F) | 0x80);
	for (int i = 0; i < BYTES; i++)
		used += (size_t)snprintf(out + used, UUID_SIZE - used, "%s%02x",
					 i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", bytes[i]);
}
