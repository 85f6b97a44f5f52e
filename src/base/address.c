/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A host name has no colons; an IPv6 address has nothing else between its digits.
 */
#include "build.h"

#include "base/address.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

const char *
address_text(const char *host, int port, char *out, size_t size)
{
	bool six = strchr(host, ':') != NULL;

	snprintf(out, size, "%s%s%s:%d", six ? "[" : "", host, six ? "]" : "", port);
	return out;
}
