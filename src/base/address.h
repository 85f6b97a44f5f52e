/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Network addresses as people and URLs write them.
 */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <stddef.h>

/* HOST:PORT, or [HOST]:PORT for an IPv6 address, cut to size. Returns out. */
const char *
address_text(const char *host, int port, char *out, size_t size);

#endif
