/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Options and exit status.
 */
#include "build.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "cz2d/config/config.h"
#include "cz2d/daemon.h"

/* Promised to scripts; in the man page. */
enum exit_code { EXIT_CLEAN = 0, EXIT_RUNTIME = 1, EXIT_CONFIG = 2 };

enum option_code { OPTION_PRINT_CONFIG = 256, OPTION_PRINT_KEYS, OPTION_VERSION };

struct options {
	const char *path;
	bool foreground, test, print, print_keys;
	int verbosity;
};

static const struct option long_options[] = {
	{"config", required_argument, NULL, 'c'},
	{"foreground", no_argument, NULL, 'f'},
	{"test-config", no_argument, NULL, 't'},
	{"print-config", no_argument, NULL, OPTION_PRINT_CONFIG},
	{"print-keys", no_argument, NULL, OPTION_PRINT_KEYS},
	{"verbose", no_argument, NULL, 'v'},
	{"version", no_argument, NULL, OPTION_VERSION},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

static const char usage[] =
	"Usage: cz2d [-c FILE] [-f] [-t] [--print-config] [--print-keys] [-v]...\n"
	"Owns the link to a ComfortZone II panel; serves REST and MQTT.\n"
	"\n"
	"  -c, --config FILE   read FILE instead of /etc/cz2d/cz2d.conf\n"
	"  -f, --foreground    log to the terminal (standard error), with times\n"
	"  -t, --test-config   check the configuration and exit\n"
	"      --print-config  print the configuration in force and exit\n"
	"      --print-keys    list every key with its default and exit\n"
	"  -v, --verbose       log more; twice: more still\n"
	"      --version       print the version and exit\n"
	"  -h, --help          print this and exit\n"
	"\n"
	"More in cz2d(8) and cz2d.conf(5).\n";

/* 0 to go on, else the exit status + 1. */
static int
parse(int argc, char **argv, struct options *options)
{
	int code;

	while ((code = getopt_long(argc, argv, "c:ftvh", long_options, NULL)) != -1) {
		switch (code) {
		case 'c':
			options->path = optarg;
			break;
		case 'f':
			options->foreground = true;
			break;
		case 't':
			options->test = true;
			break;
		case 'v':
			options->verbosity++;
			break;
		case OPTION_PRINT_CONFIG:
			options->print = true;
			break;
		case OPTION_PRINT_KEYS:
			options->print_keys = true;
			break;
		case OPTION_VERSION:
			puts(PACKAGE_STRING);
			return EXIT_CLEAN + 1;
		case 'h':
			fputs(usage, stdout);
			return EXIT_CLEAN + 1;
		default:
			fputs(usage, stderr);
			return EXIT_CONFIG + 1;
		}
	}
	if (optind == argc)
		return 0;
	fprintf(stderr, "cz2d: unexpected argument '%s'\n%s", argv[optind], usage);
	return EXIT_CONFIG + 1;
}

static enum exit_code
run(const struct config *config, const char *path, const struct options *options)
{
	struct daemon *daemon;

	log_init(LOG_LEVEL_INFO, options->foreground);
	if (path == NULL)
		log_info("config", "there is no %s: the defaults and the environment are in force",
			 config_default_path);
	daemon = daemon_new(config, options->path, options->verbosity);
	if (daemon != NULL)
		daemon_run(daemon);
	daemon_free(daemon);
	log_flush();
	return daemon != NULL ? EXIT_CLEAN : EXIT_RUNTIME;
}

int
main(int argc, char **argv)
{
	static struct config config;
	struct options options = {0};
	char why[CONFIG_WHY_MAX];
	const char *path;
	int parsed = parse(argc, argv, &options);

	if (parsed != 0)
		return parsed - 1;
	if (options.print_keys) {
		config_print_keys(stdout);
		return EXIT_CLEAN;
	}
	path = config_path(options.path);
	if (config_load(&config, path, why) != 0) {
		fprintf(stderr, "cz2d: %s\n", why);
		return EXIT_CONFIG;
	}
	if (options.print)
		config_print(&config, stdout);
	else if (options.test)
		printf("%s: the configuration is good\n", path != NULL ? path : "defaults");
	if (options.print || options.test)
		return EXIT_CLEAN;
	return (int)run(&config, path, &options);
}
