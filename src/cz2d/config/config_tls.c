/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Certificates and keys are looked into when the configuration is read, so that a mistake
 * is told by cz2d -t too, and not by a browser or a broker.
 */
#include "build.h"

#include "cz2d/config/config_key.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "keys/crypt.h"
#include "keys/file.h"
#include "keys/pair.h"

static const char ca[] = "mqtt.tls_ca";

enum { AUTHORITIES_BYTES_MAX = 1 << 20 }; /* all those of a system are 200 KiB */

static int
refuse(struct config_reading *reading, const char *path, const char *why)
{
	return config_refuse(reading, config_key_place(reading, config_key_find(path)), path, "%s",
			     why);
}

/* The certificate and the key of two keys that belong together: both or none. */
static int
check_pair(struct config_reading *reading, const char *cert_path, const char *cert,
	   const char *key_path, const char *key)
{
	char why[PAIR_WHY_SIZE];
	struct pair pair;

	if (*cert == '\0' && *key == '\0')
		return 0;
	snprintf(why, sizeof why, "%s is missing: accepted is both or none",
		 *key == '\0' ? key_path : cert_path);
	if (*key == '\0' || *cert == '\0')
		return refuse(reading, *key == '\0' ? cert_path : key_path, why);
	switch (pair_read(&pair, cert, key, why)) {
	case PAIR_BAD_CERT:
		return refuse(reading, cert_path, why);
	case PAIR_BAD_KEY:
		return refuse(reading, key_path, why);
	case PAIR_GOOD:
		break;
	}
	pair_end(&pair);
	return 0;
}

static int
check_authorities(struct config_reading *reading)
{
	const char *path = reading->config->mqtt.tls_ca;
	char why[FILE_WHY_SIZE];
	size_t length;
	char *text;
	bool good;

	if (*path == '\0')
		return 0;
	snprintf(why, sizeof why, "%s", strerror(ENOENT)); /* unless it tells otherwise */
	if (file_read(path, AUTHORITIES_BYTES_MAX, &text, &length, why) != FILE_FOUND)
		return config_refuse(reading, config_key_place(reading, config_key_find(ca)), ca,
				     "it cannot be read: %s", why);
	good = crypt_cert_end(text) >= 0;
	free(text);
	return good ? 0 : refuse(reading, ca, "it holds no certificate as PEM");
}

/* Who names certificates believes that the connection is encrypted. */
static int
check_wanted(struct config_reading *reading)
{
	const struct config *config = reading->config;
	const char *path = *config->mqtt.tls_ca     ? ca
			   : *config->mqtt.tls_cert ? "mqtt.tls_cert"
						    : NULL;

	if (path == NULL || config->mqtt.tls)
		return 0;
	return refuse(reading, path, "mqtt.tls is false: accepted is mqtt.tls = true, or \"\"");
}

int
config_tls_check(struct config_reading *reading)
{
	const struct config *config = reading->config;

	if (check_pair(reading, "http.tls_cert", config->http.tls_cert, "http.tls_key",
		       config->http.tls_key) < 0 ||
	    check_pair(reading, "mqtt.tls_cert", config->mqtt.tls_cert, "mqtt.tls_key",
		       config->mqtt.tls_key) < 0 ||
	    check_authorities(reading) < 0)
		return -1;
	return check_wanted(reading);
}
