/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Secrets: making them, keeping only what cannot be turned back, comparing without
 * telling by the time how far two were alike.
 */
#ifndef KEYS_CRYPT_H
#define KEYS_CRYPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CRYPT_DIGEST_SIZE = 32 };

/* Bytes that nobody can guess; without a source of them the program ends. */
void
crypt_random(void *bytes, size_t size);

/* SHA-256. Without memory for it the program ends. */
void
crypt_digest(const void *bytes, size_t size, uint8_t digest[CRYPT_DIGEST_SIZE]);

/* In a time that depends on size only. */
bool
crypt_equal(const void *a, const void *b, size_t size);

/* When the first certificate of a PEM text ends, in seconds since 1970; -1: there is none. */
int64_t
crypt_cert_end(const char *cert);

enum crypt_pair {
	CRYPT_PAIR_FITS,
	CRYPT_PAIR_NO_CERT,
	CRYPT_PAIR_NO_KEY,    /* none that could be used without a password */
	CRYPT_PAIR_STRANGERS, /* each is good, and they are not of one another */
};

/* Is this the key of the first certificate? Both PEM; reason is a constant text. */
enum crypt_pair
crypt_pair(const char *cert, const char *key, const char **reason);

#endif
