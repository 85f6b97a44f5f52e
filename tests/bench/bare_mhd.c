/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The yardstick: libmicrohttpd as its manual shows it, with its own thread on epoll
 * and a constant answer, nothing of ours. bare_mhd PORT BYTES prints its port (0: any)
 * and serves until a signal ends it.
 */
#include "build.h"

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum MHD_Result
on_request(void *self, struct MHD_Connection *connection, const char *path, const char *method,
	   const char *version, const char *bytes, size_t *size, void **context)
{
	(void)path;
	(void)method;
	(void)version;
	(void)bytes;
	(void)size;
	/* Answered in the first call, the connection would be closed. */
	if (*context == NULL) {
		*context = connection;
		return MHD_YES;
	}
	return MHD_queue_response(connection, MHD_HTTP_OK, self);
}

static struct MHD_Response *
make_answer(size_t length)
{
	char *text = malloc(length + 1);
	struct MHD_Response *answer;

	if (text == NULL)
		exit(EXIT_FAILURE);
	memset(text, 'x', length);
	answer = MHD_create_response_from_buffer(length, text, MHD_RESPMEM_MUST_FREE);
	MHD_add_response_header(answer, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
	MHD_add_response_header(answer, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	return answer;
}

int
main(int argc, char **argv)
{
	struct MHD_Daemon *daemon;

	if (argc != 3) {
		fprintf(stderr, "usage: bare_mhd PORT BYTES\n");
		return 2;
	}
	daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, (uint16_t)atoi(argv[1]), NULL, NULL,
				  on_request, make_answer((size_t)atol(argv[2])), MHD_OPTION_END);
	if (daemon == NULL) {
		fprintf(stderr, "bare_mhd: libmicrohttpd does not start\n");
		return EXIT_FAILURE;
	}
	printf("%d\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
	fflush(stdout);
	pause();
	return EXIT_FAILURE;
}
