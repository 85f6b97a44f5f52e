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
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>

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

/* ------------------------------------------------------------------------
 * Certificates
 */

/* The library asks for a pointer to what it could change, and does not. */
static gnutls_datum_t
datum_of(const char *text)
{
	return (gnutls_datum_t){.data = (unsigned char *)(uintptr_t)text,
				.size = (unsigned)strlen(text)};
}

/* end: of the first one. */
static int
check_cert(const gnutls_datum_t *text, int64_t *end)
{
	gnutls_x509_crt_t *list;
	unsigned count;
	int result = gnutls_x509_crt_list_import2(&list, &count, text, GNUTLS_X509_FMT_PEM, 0);

	if (result < 0)
		return result;
	*end = count > 0 ? (int64_t)gnutls_x509_crt_get_expiration_time(list[0]) : -1;
	for (unsigned n = 0; n < count; n++)
		gnutls_x509_crt_deinit(list[n]);
	gnutls_free(list);
	return 0;
}

int64_t
crypt_cert_end(const char *cert)
{
	gnutls_datum_t text = datum_of(cert);
	int64_t end;

	return check_cert(&text, &end) == 0 ? end : -1;
}

static int
check_key(const gnutls_datum_t *text)
{
	gnutls_x509_privkey_t key;
	int result = gnutls_x509_privkey_init(&key);

	if (result < 0)
		return result;
	result = gnutls_x509_privkey_import2(key, text, GNUTLS_X509_FMT_PEM, NULL, 0);
	gnutls_x509_privkey_deinit(key);
	return result;
}

/* As the server will use them. */
static int
check_both(const gnutls_datum_t *cert, const gnutls_datum_t *key)
{
	gnutls_certificate_credentials_t both;
	int result = gnutls_certificate_allocate_credentials(&both);

	if (result < 0)
		return result;
	result = gnutls_certificate_set_x509_key_mem(both, cert, key, GNUTLS_X509_FMT_PEM);
	gnutls_certificate_free_credentials(both);
	return result;
}

enum crypt_pair
crypt_pair(const char *cert, const char *key, const char **reason)
{
	gnutls_datum_t cert_datum = datum_of(cert), key_datum = datum_of(key);
	enum crypt_pair found = CRYPT_PAIR_NO_CERT;
	int64_t end;
	int result = check_cert(&cert_datum, &end);

	if (result >= 0) {
		found = CRYPT_PAIR_NO_KEY;
		result = check_key(&key_datum);
	}
	if (result >= 0) {
		found = CRYPT_PAIR_STRANGERS;
		result = check_both(&cert_datum, &key_datum);
	}
	if (result >= 0)
		return CRYPT_PAIR_FITS;
	*reason = gnutls_strerror(result);
	return found;
}
