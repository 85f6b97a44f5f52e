/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The door for HTTP with next to nothing behind it, for tests of the door alone:
 *   http_server [-a ADDRESS] [-s SOCKET] [-m MAX] [-p MAX-PER-ADDRESS] [-b BYTES]
 * prints its port. Ends on SIGTERM as the daemon does. Routes:
 *   GET /shared     the same document of BYTES bytes each time
 *   GET /seen       path, peer and the query x, as the handler sees them
 *   POST /echo      the body
 *   GET /later      is kept
 *   POST /release   answers all that are kept, then itself
 *   GET /counts     {"kept": now, "gone": so far}
 */
#include "build.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "cz2d/http/http.h"

enum { KEPT_MAX = 1024, TEXT_MAX = 1024, SHARED_BYTES = 1200 };

struct server {
	uv_loop_t loop;
	struct http *http;
	struct http_body *shared;
	struct http_request *kept[KEPT_MAX];
	size_t kept_count;
	unsigned gone;
};

static const struct {
	const char *path, *methods;
} routes[] = {
	{"/shared", "GET, HEAD"}, {"/seen", "GET, HEAD"},  {"/echo", "POST"},
	{"/later", "GET, HEAD"},  {"/release", "POST"}, {"/counts", "GET, HEAD"},
};

static const char *
methods(void *self, const char *path)
{
	(void)self;
	if (strncmp(path, "/seen/", 6) == 0)
		return "GET, HEAD";
	for (size_t n = 0; n < sizeof routes / sizeof routes[0]; n++)
		if (strcmp(path, routes[n].path) == 0)
			return routes[n].methods;
	return NULL;
}

static void
answer(struct http_request *request, const char *text)
{
	http_answer(request, 200, text, strlen(text), NULL);
}

static void
answer_seen(struct http_request *request)
{
	const char *x = http_query(request, "x");
	char text[TEXT_MAX];

	snprintf(text, sizeof text, "{\"path\": \"%s\", \"peer\": \"%s\", \"x\": %s%s%s}",
		 http_path(request), http_peer(request), x != NULL ? "\"" : "",
		 x != NULL ? x : "null", x != NULL ? "\"" : "");
	answer(request, text);
}

static void
answer_counts(const struct server *server, struct http_request *request)
{
	char text[TEXT_MAX];

	snprintf(text, sizeof text, "{\"kept\": %zu, \"gone\": %u}", server->kept_count,
		 server->gone);
	answer(request, text);
}

static void
release(struct server *server)
{
	while (server->kept_count > 0)
		answer(server->kept[--server->kept_count], "{\"late\": true}");
}

static void
on_request(void *self, struct http_request *request)
{
	static const char *const marks[] = {"X-Mark", "echo", NULL};
	struct server *server = self;
	const char *path = http_path(request), *body;
	size_t length;

	if (strcmp(path, "/shared") == 0) {
		http_answer_shared(request, server->shared);
	} else if (strcmp(path, "/later") == 0) {
		server->kept[server->kept_count++] = request;
	} else if (strcmp(path, "/release") == 0) {
		release(server);
		answer(request, "{}");
	} else if (strcmp(path, "/counts") == 0) {
		answer_counts(server, request);
	} else if (strcmp(path, "/echo") == 0) {
		body = http_body(request, &length);
		http_answer(request, 200, body, length, marks);
	} else {
		answer_seen(request);
	}
}

/* The kept one is found by its tag in no time in a daemon; here there are few. */
static void
on_gone(void *self, struct http_request *request)
{
	struct server *server = self;

	for (size_t n = 0; n < server->kept_count; n++) {
		if (server->kept[n] != request)
			continue;
		server->kept[n] = server->kept[--server->kept_count];
		server->gone++;
		return;
	}
	fprintf(stderr, "gone: a request that is not kept\n");
	abort();
}

static void
on_stop(uv_signal_t *terminate, int number)
{
	struct server *server = terminate->data;

	(void)number;
	http_stop(server->http);
	if (server->kept_count > 0)
		answer(server->kept[--server->kept_count], "{\"late\": \"at the end\"}");
	uv_stop(terminate->loop);
}

static void
read_options(int argc, char **argv, struct http_config *config, size_t *bytes)
{
	int option;

	while ((option = getopt(argc, argv, "a:s:m:p:b:")) != -1) {
		switch (option) {
		case 'a': config->listen = optarg; break;
		case 's': config->socket = optarg; break;
		case 'm': config->max_connections = atoi(optarg); break;
		case 'p': config->max_per_address = atoi(optarg); break;
		case 'b': *bytes = (size_t)atol(optarg); break;
		default: exit(2);
		}
	}
}

static void
serve(struct server *server)
{
	uv_signal_t terminate;

	uv_signal_init(&server->loop, &terminate);
	terminate.data = server;
	uv_signal_start(&terminate, on_stop, SIGTERM);
	printf("%d\n", http_port(server->http));
	fflush(stdout);
	uv_run(&server->loop, UV_RUN_DEFAULT);
	http_free(server->http);
	uv_close((uv_handle_t *)&terminate, NULL);
	uv_run(&server->loop, UV_RUN_DEFAULT);
}

int
main(int argc, char **argv)
{
	struct http_config config = {.listen = "127.0.0.1",
				     .socket = "",
				     .max_connections = 512,
				     .max_per_address = 32};
	struct server *server = mem_new(1, sizeof *server);
	struct http_handler handler = {.self = server,
				       .methods = methods,
				       .request = on_request,
				       .gone = on_gone};
	size_t bytes = SHARED_BYTES;
	char why[512];
	char *text;

	read_options(argc, argv, &config, &bytes);
	log_init(LOG_LEVEL_DEBUG, false);
	signal(SIGPIPE, SIG_IGN);
	uv_loop_init(&server->loop);
	text = mem_new(bytes + 1, 1);
	memset(text, 'x', bytes);
	server->shared = http_body_new(text, bytes);
	free(text);
	server->http = http_new(&config, &handler, &server->loop, why, sizeof why);
	if (server->http == NULL)
		fprintf(stderr, "%s\n", why);
	else
		serve(server);
	http_body_free(server->shared);
	uv_loop_close(&server->loop);
	bytes = server->http == NULL;
	free(server);
	return (int)bytes;
}
