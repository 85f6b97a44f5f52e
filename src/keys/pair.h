/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A certificate and the private key that belongs to it, from PEM files.
 */
#ifndef KEYS_PAIR_H
#define KEYS_PAIR_H

#include <stdint.h>

enum { PAIR_WHY_SIZE = 256 };

/* Texts with a NUL behind them. */
struct pair {
	char *cert; /* our own first, then those that vouch for it */
	char *key;
	int64_t end; /* of the certificate, in seconds since 1970 */
};

enum pair_fault {
	PAIR_GOOD,
	PAIR_BAD_CERT, /* why tells what is wrong with that file */
	PAIR_BAD_KEY,
};

/* Reads both, and sees that the key is the certificate's. To be ended when it was good. */
enum pair_fault
pair_read(struct pair *pair, const char *cert_path, const char *key_path, char why[PAIR_WHY_SIZE]);

/* Leaves no key behind in memory. */
void
pair_end(struct pair *pair);

#endif
