/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Names that nobody else gives to anything.
 */
#ifndef BASE_UUID_H
#define BASE_UUID_H

enum { UUID_SIZE = 37 };

/* A UUID by time and chance (RFC 9562, version 7) in lower case. */
void
uuid_make(char out[UUID_SIZE]);

#endif
