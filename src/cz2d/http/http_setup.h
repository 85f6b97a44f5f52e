/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * From the configuration to what http wants of it: lists, and the certificate.
 */
#ifndef CZ2D_HTTP_SETUP_H
#define CZ2D_HTTP_SETUP_H

#include <stdbool.h>
#include <stddef.h>

#include "cz2d/config/config.h"
#include "cz2d/http/http.h"
#include "keys/pair.h"

struct http_setup {
	struct http_config http; /* points into the rest and into the configuration */

	/* Private. */
	const char *hosts[CONFIG_LIST_MAX + 1], *origins[CONFIG_LIST_MAX + 1];
	struct pair pair;
};

/*
 * The configuration is borrowed, and so is the setup by http. Warns of what is allowed and
 * unwise. False with why (of why_size) when the certificate cannot be used.
 */
bool
http_setup_begin(struct http_setup *setup, const struct config *config, int max_connections,
		 char *why, size_t why_size);

void
http_setup_end(struct http_setup *setup);

#endif
