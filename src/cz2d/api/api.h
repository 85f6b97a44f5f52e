/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The REST interface: the table of routes and their short handlers. Turns a request
 * into a cz2_command or a document, and the outcome of a command into an answer.
 */
#ifndef CZ2D_API_H
#define CZ2D_API_H

#include "cz2d/http/http.h"

struct access;
struct api;
struct bus;
struct config;
struct devices;
struct engine;
struct ledger;
struct link;
struct model;
struct mqtt;
struct store;

/* Borrowed; all must outlive the api. mqtt may be NULL. */
struct api_parts {
	const struct config *config;
	struct access *access;
	struct devices *devices;
	struct link *link;
	struct bus *bus;
	struct model *model;
	struct engine *engine;
	struct ledger *ledger;
	struct store *store;
	struct mqtt *const *mqtt; /* changes on reload */
};

struct api *
api_new(const struct api_parts *parts);

struct api *
api_free(struct api *api);

/* What http needs to know of it. */
struct http_handler
api_handler(struct api *api);

/* Forget rendered documents: names have changed. */
void
api_reloaded(struct api *api);

/* Method, path and summary of each route, one per line, for the documentation test. */
struct api_route_text {
	const char *method, *path, *summary;
};

/* The n-th route, false behind the last. */
bool
api_route(unsigned n, struct api_route_text *text);

#endif
