/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/* cz2sim: options in, exit status out. */
#include "build.h"

#include <stdlib.h>

#include "cz2sim/options.h"
#include "cz2sim/server.h"

int
main(int argc, char **argv)
{
	struct options options;
	struct server *server;

	options_parse(&options, argc, argv);
	server = server_new(&options);
	if (server == NULL)
		return EXIT_FAILURE;
	server_run(server);
	server_free(server);
	return EXIT_SUCCESS;
}
