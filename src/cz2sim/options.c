/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * One table of options: it parses them and is the text of --help.
 */
#include "build.h"

#include "cz2sim/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cz2/row.h>

enum { USAGE = 2, FIRST_VALUE = 256, MS = 1000 };

enum option_id {
	OPTION_PTY,
	OPTION_LINK,
	OPTION_LISTEN,
	OPTION_CONTROL,
	OPTION_ZONES,
	OPTION_TURNAROUND,
	OPTION_NO_PACING,
	OPTION_ECHO,
	OPTION_BURST,
	OPTION_NO_BURST,
	OPTION_LOAD,
	OPTION_SEED,
	OPTION_REVERT,
	OPTION_SETPOINT_RANGE,
	OPTION_BOTH_FLAGS,
	OPTION_DEADBAND,
	OPTION_FIRST_RATE,
	OPTION_HELP = OPTION_FIRST_RATE + FAULT_RATES,
	OPTION_VERSION,
	OPTIONS
};

static const struct {
	const char *name, *argument, *help;
} texts[OPTIONS] = {
	[OPTION_PTY] = {"pty", NULL, "offer a pseudo-terminal (the default without --listen)"},
	[OPTION_LINK] = {"link", "PATH", "make PATH a symbolic link to it"},
	[OPTION_LISTEN] = {"listen", "HOST:PORT", "offer the line on TCP; port 0: any"},
	[OPTION_CONTROL] = {"control", "PATH", "open the control socket there"},
	[OPTION_ZONES] = {"zones", "N", "zones in the house, 1 to 8 (8)"},
	[OPTION_TURNAROUND] = {"turnaround-ms", "N", "from a request to its reply (30)"},
	[OPTION_NO_PACING] = {"no-pacing", NULL, "bytes take no time; turnaround 0 unless given"},
	[OPTION_ECHO] = {"echo", NULL, "clients hear their own bytes"},
	[OPTION_BURST] = {"burst", NULL, "the panel's own traffic every ten seconds (default)"},
	[OPTION_NO_BURST] = {"no-burst", NULL, "none of it"},
	[OPTION_LOAD] = {"load", "PERCENT", "foreign traffic, 0 to 60 (0)"},
	[OPTION_SEED] = {"seed", "N", "of all random numbers (1)"},
	[OPTION_REVERT] = {"revert-ms", "N", "until the schedule takes a setpoint back (2000)"},
	[OPTION_SETPOINT_RANGE] = {"setpoint-range", "LOW-HIGH", "setpoints that are kept (40-99)"},
	[OPTION_BOTH_FLAGS] = {"both-flags", "keep|drop",
			       "hold after a period with hold and temporary (drop)"},
	[OPTION_DEADBAND] = {"deadband-on-bus", NULL, "setpoints from the bus obey the deadband"},
	[OPTION_FIRST_RATE + RATE_FLIP] = {"flip-rate", "P", "a bit of a byte is wrong"},
	[OPTION_FIRST_RATE + RATE_DROP] = {"drop-rate", "P", "a byte is missing"},
	[OPTION_FIRST_RATE + RATE_LOSE_REQUEST] = {"lose-request-rate", "P", "a request is lost"},
	[OPTION_FIRST_RATE + RATE_LOSE_REPLY] = {"lose-reply-rate", "P", "a reply is lost"},
	[OPTION_FIRST_RATE + RATE_LATE_REPLY] = {"late-reply-rate", "P", "a reply is late"},
	[OPTION_FIRST_RATE + RATE_DOUBLE_REPLY] = {"double-reply-rate", "P", "a reply comes twice"},
	[OPTION_FIRST_RATE + RATE_GARBAGE] = {"garbage-rate", "P", "noise before a reply"},
	[OPTION_HELP] = {"help", NULL, "this text"},
	[OPTION_VERSION] = {"version", NULL, "the version"},
};

static _Noreturn void
usage_error(const char *name, const char *value, const char *accepted)
{
	fprintf(stderr, "cz2sim: --%s %s: not %s\n", name, value, accepted);
	exit(USAGE);
}

static long
number(enum option_id id, const char *text, long min, long max)
{
	char accepted[64];
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	if (errno == 0 && end != text && *end == '\0' && value >= min && value <= max)
		return value;
	snprintf(accepted, sizeof accepted, "a number from %ld to %ld", min, max);
	usage_error(texts[id].name, text, accepted);
}

static double
probability(enum option_id id, const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end != '\0' || !(value >= 0 && value <= 1))
		usage_error(texts[id].name, text, "a probability from 0 to 1");
	return value;
}

/* getaddrinfo() would take a port modulo 65536. */
static bool
is_port(const char *text)
{
	return text[0] != '\0' && strspn(text, "0123456789") == strlen(text) &&
	       strlen(text) < OPTIONS_PORT_SIZE && atoi(text) <= UINT16_MAX;
}

/* "HOST:PORT" or "[HOST]:PORT"; ":PORT" is of this machine. */
static void
listen_address(struct options *options, const char *text)
{
	const char *colon = strrchr(text, ':');
	const char *host = text;
	size_t length = colon != NULL ? (size_t)(colon - text) : 0;

	if (colon == NULL || !is_port(colon + 1) || length >= OPTIONS_HOST_SIZE)
		usage_error(texts[OPTION_LISTEN].name, text,
			    "an address like 127.0.0.1:8899, its port 0 to 65535");
	if (length >= 2 && host[0] == '[' && host[length - 1] == ']') {
		host++;
		length -= 2;
	}
	options->listen = text;
	snprintf(options->host, sizeof options->host, "%.*s", (int)length, host);
	if (length == 0)
		strcpy(options->host, "127.0.0.1");
	strcpy(options->port, colon + 1);
}

static void
setpoint_range(struct sim_config *sim, const char *text)
{
	int low, high, end = 0;

	if (sscanf(text, "%3d-%3d%n", &low, &high, &end) != 2 || text[end] != '\0' || low < 0 ||
	    high > 255 || low > high)
		usage_error("setpoint-range", text, "LOW-HIGH in degrees");
	sim->setpoint_min = low;
	sim->setpoint_max = high;
}

static bool
keep_or_drop(const char *text)
{
	if (strcmp(text, "keep") != 0 && strcmp(text, "drop") != 0)
		usage_error("both-flags", text, "\"keep\" or \"drop\"");
	return strcmp(text, "keep") == 0;
}

static _Noreturn void
help(void)
{
	printf("usage: cz2sim [options]\nA simulated ComfortZone II panel; see cz2sim(1).\n\n");
	for (int id = 0; id < OPTIONS; id++) {
		char left[64];

		snprintf(left, sizeof left, "--%s%s%s", texts[id].name,
			 texts[id].argument != NULL ? " " : "",
			 texts[id].argument != NULL ? texts[id].argument : "");
		printf("  %-27s %s\n", left, texts[id].help);
	}
	exit(EXIT_SUCCESS);
}

static void
set_switch(struct options *options, enum option_id id)
{
	switch (id) {
	case OPTION_PTY:
		options->pty = true;
		break;
	case OPTION_NO_PACING:
		options->sim.paced = false;
		break;
	case OPTION_ECHO:
		options->sim.echo = true;
		break;
	case OPTION_BURST:
	case OPTION_NO_BURST:
		options->sim.burst = id == OPTION_BURST;
		break;
	case OPTION_DEADBAND:
		options->sim.deadband_on_bus = true;
		break;
	case OPTION_VERSION:
		puts("cz2sim " PACKAGE_VERSION);
		exit(EXIT_SUCCESS);
	default:
		help();
	}
}

static void
set_value(struct options *options, enum option_id id, const char *text)
{
	struct sim_config *sim = &options->sim;

	switch (id) {
	case OPTION_LINK:
		options->link = text;
		options->pty = true;
		break;
	case OPTION_LISTEN:
		listen_address(options, text);
		break;
	case OPTION_CONTROL:
		options->control = text;
		break;
	case OPTION_ZONES:
		sim->zones = (int)number(id, text, 1, CZ2_ZONES_MAX);
		break;
	case OPTION_TURNAROUND:
		sim->turnaround_us = number(id, text, 0, 60000) * MS;
		break;
	case OPTION_LOAD:
		sim->load = (int)number(id, text, 0, SIM_LOAD_MAX);
		break;
	case OPTION_SEED:
		sim->seed = (uint64_t)number(id, text, 0, 2147483647);
		break;
	case OPTION_REVERT:
		sim->revert_us = number(id, text, 0, 3600000) * MS;
		break;
	case OPTION_SETPOINT_RANGE:
		setpoint_range(sim, text);
		break;
	case OPTION_BOTH_FLAGS:
		sim->both_flags_keep = keep_or_drop(text);
		break;
	default:
		sim->rates[id - OPTION_FIRST_RATE] = probability(id, text);
	}
}

static void
fill_long_options(struct option longs[OPTIONS + 1])
{
	memset(longs, 0, (OPTIONS + 1) * sizeof *longs);
	for (int id = 0; id < OPTIONS; id++) {
		longs[id].name = texts[id].name;
		longs[id].has_arg = texts[id].argument != NULL ? required_argument : no_argument;
		longs[id].val = FIRST_VALUE + id;
	}
}

void
options_parse(struct options *options, int argc, char **argv)
{
	struct option longs[OPTIONS + 1];
	bool turnaround_given = false;
	int value;

	memset(options, 0, sizeof *options);
	options->sim = sim_config_default();
	fill_long_options(longs);
	while ((value = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		enum option_id id = (enum option_id)(value - FIRST_VALUE);

		if (value < FIRST_VALUE)
			exit(USAGE);
		turnaround_given |= id == OPTION_TURNAROUND;
		if (optarg == NULL)
			set_switch(options, id);
		else
			set_value(options, id, optarg);
	}
	if (optind < argc) {
		fprintf(stderr, "cz2sim: unexpected argument \"%s\"\n", argv[optind]);
		exit(USAGE);
	}
	if (!options->sim.paced && !turnaround_given)
		options->sim.turnaround_us = 0;
	options->pty |= options->listen == NULL;
}
