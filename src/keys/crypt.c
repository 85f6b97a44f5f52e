/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The one file that knows GnuTLS. TLS itself is libmicrohttpd's, which uses the same
 * library.
 */
#include "build.h"

#include "keys/crypt.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>

#include "base/log.h"

/* A secret that could be guessed, or a hash that is none, would be worse than no program. */
static void
must(int result, const char *what)
{
	if (result == 0)
		return;
	log_error("keys", "%s cannot be had: %s", what, gnutls_strerror(result));
	exit(EXIT_FAILURE);
}

void
crypt_random(void *bytes, size_t size)
{
	must(gnutls_rnd(GNUTLS_RND_KEY, bytes, size), "a random number");
}

void
crypt_digest(const void *bytes, size_t size, uint8_t digest[CRYPT_DIGEST_SIZE])
{
	must(gnutls_hash_fast(GNUTLS_DIG_SHA256, bytes, size, digest), "a hash");
}

bool
crypt_equal(const void *a, const void *b, size_t size)
{
	return gnutls_memcmp(a, b, size) == 0;
}
