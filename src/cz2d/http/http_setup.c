/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What http is told. That certificate and key fit has been seen when the configuration
 * was read; here they are read once more, to be used.
 */
#include "build.h"

#include "cz2d/http/http_setup.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "cz2d/config/config_check.h"

enum { SECOND_US = 1000000 };

static void
point_at(const char *list[CONFIG_LIST_MAX + 1],
	 const char texts[CONFIG_LIST_MAX][CONFIG_TEXT_MAX])
{
	int count = 0;

	while (count < CONFIG_LIST_MAX && texts[count][0] != '\0') {
		list[count] = texts[count];
		count++;
	}
	list[count] = NULL;
}

static void
warn(const struct config *config)
{
	const char *key = config->http.tls_key;
	struct stat about;

	if (key[0] != '\0' && stat(key, &about) == 0 && (about.st_mode & S_IROTH) != 0)
		log_warning("http", "%s can be read by every user of this machine: chmod o-r", key);
	if (key[0] == '\0' && !config->http.allow_anonymous &&
	    !config_check_loopback(config->http.listen))
		log_warning("http", "tokens cross the network unencrypted: http.tls_cert and"
			    " http.tls_key would change that");
}

/* No reason not to begin: the clock may be wrong, and the Unix socket needs none. */
static void
warn_of_end(const struct pair *pair, const char *path)
{
	if (clock_wall_us() / SECOND_US > pair->end)
		log_warning("http", "%s has expired: clients will not believe it until it is"
			    " renewed and cz2d started again", path);
}

static bool
take_pair(struct http_setup *setup, const struct config *config, char *why, size_t why_size)
{
	char reason[PAIR_WHY_SIZE];
	enum pair_fault fault;

	if (config->http.tls_cert[0] == '\0')
		return true;
	fault = pair_read(&setup->pair, config->http.tls_cert, config->http.tls_key, reason);
	if (fault == PAIR_GOOD) {
		warn_of_end(&setup->pair, config->http.tls_cert);
		setup->http.tls = &setup->pair;
		return true;
	}
	snprintf(why, why_size, "%s: %s",
		 fault == PAIR_BAD_CERT ? config->http.tls_cert : config->http.tls_key, reason);
	return false;
}

bool
http_setup_begin(struct http_setup *setup, const struct config *config, int max_connections,
		 char *why, size_t why_size)
{
	*setup = (struct http_setup){
		.http = {.listen = config->http.listen,
			 .port = config->http.port,
			 .socket = config->http.socket,
			 .max_connections = max_connections,
			 .max_per_address = config->http.max_per_address,
			 .allowed_hosts = setup->hosts,
			 .cors_origins = setup->origins}};
	point_at(setup->hosts, config->http.allowed_hosts);
	point_at(setup->origins, config->http.cors_origins);
	warn(config);
	return take_pair(setup, config, why, why_size);
}

void
http_setup_end(struct http_setup *setup)
{
	pair_end(&setup->pair);
}
