/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Certificate and key are looked into when the configuration is read, so that a mistake
 * is told by cz2d -t too, and not by a browser.
 */
#include "build.h"

#include "cz2d/config_key.h"

#include "keys/pair.h"

static int
refuse(struct config_reading *reading, const char *path, const char *why)
{
	return config_refuse(reading, config_key_place(reading, config_key_find(path)), path, "%s",
			     why);
}

int
config_tls_check(struct config_reading *reading)
{
	const char *cert = reading->config->http.tls_cert, *key = reading->config->http.tls_key;
	char why[PAIR_WHY_SIZE];
	struct pair pair;

	if (*cert == '\0' && *key == '\0')
		return 0;
	if (*key == '\0')
		return refuse(reading, "http.tls_cert",
			      "http.tls_key is missing: accepted is both or none");
	if (*cert == '\0')
		return refuse(reading, "http.tls_key",
			      "http.tls_cert is missing: accepted is both or none");
	switch (pair_read(&pair, cert, key, why)) {
	case PAIR_BAD_CERT:
		return refuse(reading, "http.tls_cert", why);
	case PAIR_BAD_KEY:
		return refuse(reading, "http.tls_key", why);
	case PAIR_GOOD:
		break;
	}
	pair_end(&pair);
	return 0;
}
