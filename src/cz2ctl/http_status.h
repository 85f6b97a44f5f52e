/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What the daemon means by an HTTP status, where a command acts on it (docs/rest.md).
 */
#ifndef CZ2CTL_HTTP_STATUS_H
#define CZ2CTL_HTTP_STATUS_H

enum {
	STATUS_OK = 200,
	STATUS_NO_TOKEN = 401,
	STATUS_NO_SCOPE = 403,
	STATUS_ABSENT = 404,    /* no such row or device, or (of an older daemon) route */
	STATUS_UNHEALTHY = 503, /* GET /health brings its document all the same */
	STATUS_SILENT = 504,    /* the panel did not answer */
};

#endif
