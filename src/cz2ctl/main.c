/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Options and arguments in, exit status out.
 */
#include "build.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cz2ctl/command.h"
#include "cz2ctl/say.h"
#include "cz2ctl/text.h"
#include "cz2ctl/token.h"

/* Unless configured otherwise the daemon takes at most 86 for the program of eight zones. */
enum { TIMEOUT_SECONDS = 90 };

static const char default_socket[] = "/run/cz2d/cz2d.sock";

static enum ctl_exit
settings_of(const struct options *options, struct client_settings *settings, char token[TOKEN_MAX])
{
	const char *socket = options->given[OPTION_SOCKET];

	if (socket != NULL && options_has(options, OPTION_URL)) {
		say_error("--socket and --url exclude each other");
		return CTL_USAGE;
	}
	if (token_read(options->given[OPTION_TOKEN_FILE], token) != CTL_DONE)
		return CTL_USAGE;
	settings->socket = socket != NULL ? socket : default_socket;
	settings->url = options->given[OPTION_URL];
	settings->ca = options->given[OPTION_CACERT];
	settings->token = token[0] != '\0' ? token : NULL;
	settings->timeout = options_number(options, OPTION_TIMEOUT, TIMEOUT_SECONDS);
	return CTL_DONE;
}

static enum ctl_exit
run(struct ctl *ctl)
{
	struct client_settings settings;
	char token[TOKEN_MAX];
	enum ctl_exit code;

	if (ctl->command->local)
		return ctl->command->run(ctl);
	code = settings_of(ctl->options, &settings, token);
	if (code != CTL_DONE)
		return code;
	ctl->client = client_new(&settings);
	if (ctl->client == NULL)
		return CTL_UNREACHED;
	code = ctl->command->run(ctl);
	client_free(ctl->client);
	return code;
}

/* A full disk must not pass for an answer. */
static enum ctl_exit
flushed(enum ctl_exit code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	say_error("standard output: %s", strerror(errno));
	return code != CTL_DONE ? code : CTL_REFUSED;
}

/* The command's name, arguments[0], may be missing or wrong. */
static enum ctl_exit
dispatch(struct ctl *ctl, int count)
{
	const char *name = ctl->arguments[0];

	ctl->command = name != NULL ? command_find(name) : NULL;
	if (name != NULL && ctl->command == NULL) {
		const char *former = command_former(name);

		say_error("there is no command '%s': %s cz2ctl %s", name,
			  former != NULL ? "that is now" : "see",
			  former != NULL ? former : "--help");
		return CTL_USAGE;
	}
	if (options_has(ctl->options, OPTION_HELP)) {
		command_help(ctl->command);
		return CTL_DONE;
	}
	if (name == NULL) {
		say_error("a command is missing: see cz2ctl --help");
		return CTL_USAGE;
	}
	if (command_check(ctl->command, ctl->options, count - 1) != CTL_DONE)
		return CTL_USAGE;
	ctl->arguments++;
	return run(ctl);
}

int
main(int argc, char **argv)
{
	static char name[] = "cz2ctl";
	struct options options;
	struct ctl ctl = {.options = &options};
	int first;

	text_init();
	if (argc > 0)
		argv[0] = name; /* what getopt calls us: libtool has us run under another */
	if (options_parse(&options, argc, argv, &first) != CTL_DONE)
		return CTL_USAGE;
	if (options_has(&options, OPTION_VERSION)) {
		puts("cz2ctl " PACKAGE_VERSION);
		return (int)flushed(CTL_DONE);
	}
	say_init(options.given[OPTION_COLOR], options_has(&options, OPTION_QUIET));
	screen_init(&ctl.screen, stdout, options.given[OPTION_COLOR]);
	ctl.arguments = argv + first;
	return (int)flushed(dispatch(&ctl, argc - first));
}
