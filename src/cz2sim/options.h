/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/* The command line of cz2sim. */
#ifndef CZ2SIM_OPTIONS_H
#define CZ2SIM_OPTIONS_H

#include <stdbool.h>

#include "cz2sim/sim.h"

enum { OPTIONS_HOST_SIZE = 256, OPTIONS_PORT_SIZE = 6 };

struct options {
	bool pty;
	const char *link;    /* symbolic link to the pseudo-terminal, or NULL */
	const char *listen;  /* as it was written, or NULL; its parts: */
	char host[OPTIONS_HOST_SIZE], port[OPTIONS_PORT_SIZE];
	const char *control; /* path of the control socket, or NULL */
	struct sim_config sim;
};

/* Ends the program for --help, --version (0) and bad usage (2). */
void
options_parse(struct options *options, int argc, char **argv);

#endif
