/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Two small files, and one question about them.
 */
#include "build.h"

#include "keys/pair.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/crypt.h"
#include "keys/file.h"

enum { BYTES_MAX = 64 * 1024 };

static void
wipe(char *text)
{
	if (text != NULL)
		explicit_bzero(text, strlen(text));
	free(text);
}

/* NULL with why. */
static char *
read_file(const char *path, char why[PAIR_WHY_SIZE])
{
	char reason[FILE_WHY_SIZE], *text;
	size_t length;

	switch (file_read(path, BYTES_MAX, &text, &length, reason)) {
	case FILE_FOUND:
		return text;
	case FILE_ABSENT:
		snprintf(why, PAIR_WHY_SIZE, "it cannot be read: %s", strerror(ENOENT));
		return NULL;
	default:
		snprintf(why, PAIR_WHY_SIZE, "it cannot be read: %.200s", reason);
		return NULL;
	}
}

static enum pair_fault
judge(const struct pair *pair, char why[PAIR_WHY_SIZE])
{
	const char *reason = "";

	switch (crypt_pair(pair->cert, pair->key, &reason)) {
	case CRYPT_PAIR_NO_CERT:
		snprintf(why, PAIR_WHY_SIZE, "it holds no certificate as PEM: %s", reason);
		return PAIR_BAD_CERT;
	case CRYPT_PAIR_NO_KEY:
		snprintf(why, PAIR_WHY_SIZE, "it holds no private key as PEM without a password: %s",
			 reason);
		return PAIR_BAD_KEY;
	case CRYPT_PAIR_STRANGERS:
		snprintf(why, PAIR_WHY_SIZE, "the key does not belong to the certificate: %s", reason);
		return PAIR_BAD_KEY;
	default:
		return PAIR_GOOD;
	}
}

enum pair_fault
pair_read(struct pair *pair, const char *cert_path, const char *key_path, char why[PAIR_WHY_SIZE])
{
	enum pair_fault fault = PAIR_BAD_CERT;

	*pair = (struct pair){.cert = read_file(cert_path, why)};
	if (pair->cert != NULL) {
		fault = PAIR_BAD_KEY;
		pair->key = read_file(key_path, why);
	}
	if (pair->key != NULL)
		fault = judge(pair, why);
	if (fault == PAIR_GOOD)
		pair->end = crypt_cert_end(pair->cert);
	else
		pair_end(pair);
	return fault;
}

void
pair_end(struct pair *pair)
{
	free(pair->cert);
	wipe(pair->key);
	*pair = (struct pair){.cert = NULL};
}
