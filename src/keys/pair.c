/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Two small files, and one question about them.
 */
#include "build.h"

#include "keys/pair.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "keys/crypt.h"

enum { BYTES_MAX = 64 * 1024 };

static void
wipe(char *text)
{
	if (text != NULL)
		explicit_bzero(text, strlen(text));
	free(text);
}

/* False with errno when it stopped before its end. */
static bool
read_whole(int fd, char *text)
{
	size_t length = 0;
	ssize_t got;

	while ((got = read(fd, text + length, BYTES_MAX - length)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		length += (size_t)got;
	}
	text[length] = '\0';
	return true;
}

/* NULL with why. A pipe would keep us for ever. */
static char *
read_file(const char *path, char why[PAIR_WHY_SIZE])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *text = mem_new(BYTES_MAX + 1, 1);
	struct stat about;
	bool good = fd >= 0 && fstat(fd, &about) == 0;

	if (good && (!S_ISREG(about.st_mode) || about.st_size >= BYTES_MAX)) {
		snprintf(why, PAIR_WHY_SIZE, "it is no file of at most %d bytes", BYTES_MAX - 1);
		good = false;
	} else if (!good || !read_whole(fd, text)) {
		snprintf(why, PAIR_WHY_SIZE, "it cannot be read: %s", strerror(errno));
		good = false;
	}
	if (fd >= 0)
		close(fd);
	if (good)
		return text;
	wipe(text);
	return NULL;
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
