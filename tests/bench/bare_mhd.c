/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The yardstick: libmicrohttpd as its manual shows it, with its own thread on epoll
 * and a constant answer, nothing of ours. bare_mhd BYTES prints its port, serves
 * until its standard input ends.
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
	struct MHD_Response *answer;
	struct MHD_Daemon *daemon;
	char byte;

	if (argc != 2) {
		fprintf(stderr, "usage: bare_mhd BYTES\n");
		return 2;
	}
	answer = make_answer((size_t)atol(argv[1]));
	daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, on_request, answer,
				  MHD_OPTION_END);
	if (daemon == NULL) {
		fprintf(stderr, "bare_mhd: libmicrohttpd does not start\n");
		return EXIT_FAILURE;
	}
	printf("%d\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		continue;
	MHD_stop_daemon(daemon);
	MHD_destroy_response(answer);
	return EXIT_SUCCESS;
}
