/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The table, and what follows from it.
 */
#include "build.h"

#include "cz2ctl/command.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cz2ctl/run.h"
#include "cz2ctl/say.h"

#define ZONES_HELP                                                                                 \
	"  ZONES is a number (2), a list (1,3), a range (1-3), a name, or all.\n"                  \
	"  Several zones change together, or none of them does.\n"

enum { WRITE_MAX = 3 + 61 }; /* arguments: an address, and a change of each byte */

static const struct command commands[] = {
	{"status", "", 0, 0, OPTION(REFRESH), run_status, "show the system and its zones",
	 "  From the daemon's memory; with --refresh as the panel says now.\n"},
	{"mode", "Heat|Cool|Auto|EHeat|Off", 1, 1, OPTION(ALL) | OPTION(NO_WAIT), run_mode, "set the system mode",
	 NULL},
	{"fan", "Auto|On", 1, 1, OPTION(NO_WAIT), run_fan, "set the fan mode", NULL},
	{"zone", "ZONES", 1, 1,
	 OPTION(HEAT) | OPTION(COOL) | OPTION(HOLD) | OPTION(TEMP) | OPTION(OUT) | OPTION(NO_WAIT),
	 run_zone,
	 "change setpoints and flags of zones",
	 ZONES_HELP "  A setpoint lasts only while hold or temp is on.\n"},
	{"hold", "ZONES [on|off]", 1, 2, OPTION(TEMP) | OPTION(NO_WAIT), run_hold,
	 "keep the setpoints of zones, or let the schedule rule", ZONES_HELP},
	{"update", "", 0, 0, OPTION(NO_WAIT), run_update, "have the daemon read the panel now", NULL},
	{"commands", "[list | show ID | follow [ID]]", 0, 2,
	 OPTION(DEVICE) | OPTION(STATUS) | OPTION(LIMIT), run_commands,
	 "show what was asked of the panel, and what became of it",
	 "  Also what changed on the panel without a command. ID may be the end\n"
	 "  of it, as the list shows it, or its beginning. follow ID waits for the end of\n"
	 "  a command and ends as that did; without an ID it shows what is new, until it\n"
	 "  is interrupted.\n"},
	{"devices", "[list|show|rename|health|config|decommission|recommission] [ID] [NAME]",
	 0, 3, 0, run_devices,
	 "show the panel and its zones, name them, hide a zone that is not used",
	 "  ID is the panel's, cz2 unless configured, or a zone's, cz2-zone-2: the list\n"
	 "  shows them. rename without a NAME goes back to the configured one. health\n"
	 "  without an ID is about the panel and its line; it ends with 1 when the device\n"
	 "  is offline or in error. A decommissioned zone is in no status and takes no\n"
	 "  commands.\n"},
	{"mqtt", "[show|announce|forget]", 0, 1, 0, run_mqtt,
	 "show what the broker was told, tell it anew, or take it all back",
	 "  announce tells Home Assistant and the broker everything once more. forget\n"
	 "  erases all that the broker retains of the daemon, which then retains nothing\n"
	 "  until announce or its next start: for who takes cz2d out of a house.\n"},
	{"schedule", "[show [ZONES] [DAYS] | set ZONES DAYS PERIODS SETTING...]", 0, 8,
	 OPTION(REFRESH) | OPTION(START) | OPTION(HEAT) | OPTION(COOL) | OPTION(OUT) |
		 OPTION(NO_WAIT),
	 run_schedule, "show the panel's program, or change it",
	 "  DAYS:     mon, mon,wed, mon-fri, weekdays, weekend, all\n"
	 "  PERIODS:  wake, day, eve, sleep, a list of them, all\n"
	 "  SETTING:  start=TIME, heat=N, cool=N, out; or as options. A setpoint ends out.\n"
	 "  TIME:     19:00, 7pm, 7:15am, 1900: a quarter of an hour\n" ZONES_HELP},
	{"resume", "ZONES", 1, 1, OPTION(NO_WAIT), run_resume,
	 "let the schedule rule again: hold, temp and out go off",
	 "  ZONES is a number (2), a list (1,3), a range (1-3), a name, or all.\n"},
	{"clock", "[show | sync | set DAY TIME]", 0, 3, OPTION(REFRESH) | OPTION(NO_WAIT),
	 run_clock, "show or set the panel's clock",
	 "  sync sets it by the clock of the daemon's machine.\n"},
	{"backup", "[FILE]", 0, 1, 0, run_backup, "save schedules, setpoints and modes as JSON",
	 "  To standard output without a FILE. The panel is read first.\n"},
	{"restore", "FILE", 1, 1, OPTION(DRY_RUN) | OPTION(YES) | OPTION(ONLY), run_restore,
	 "make the panel what a backup says",
	 "  Shows what differs, asks, writes only that, and reads all of it back. What was\n"
	 "  interrupted goes on when it is run again. The installer's settings are never\n"
	 "  written.\n"},
	{"diff", "FILE [FILE]", 1, 2, 0, run_diff,
	 "show what differs between a backup and the panel",
	 "  Or between two backups. Ends with 1 when something does.\n"},
	{"monitor", "", 0, 0,
	 OPTION(DIRECT) | OPTION(REPLAY) | OPTION(CAPTURE) | OPTION(HEX) | OPTION(FROM) |
		 OPTION(TO) | OPTION(ROW) | OPTION(FUNCTION) | OPTION(SECONDS) | OPTION(LINES),
	 run_monitor, "show what is said on the bus, until it is interrupted",
	 "  From the daemon; with --direct from the line itself, on which nothing is ever\n"
	 "  sent; with --replay from a capture. --json prints the lines of a capture.\n"},
	{"read", "DEV TABLE ROW", 3, 3, OPTION(HEX) | OPTION(PLAIN), run_read,
	 "read a row of the panel's memory now, and say what is in it",
	 "  DEV is a bus address: 1 the wall unit (tables 1 and 10), 9 the equipment\n"
	 "  controller (table 9). Rows that nobody knows are shown as bytes.\n"},
	{"dump", "[DEV TABLE]", 0, 2, 0, run_dump, "read all rows of the panel's memory",
	 "  A line for each: its name, and its bytes from byte 3 on, as write takes them.\n"
	 "  Of a table that nobody knows the rows 1 to 16.\n"},
	{"decode", "[FILE | TEXT]", 0, 1, 0, run_decode, "say what is in rows that were kept",
	 "  Of the raw of a status (base64), of a row in hexadecimal, or of the JSON of a\n"
	 "  status, of read or of dump. Without an argument, or with -: standard input.\n",
	 .local = true},
	{"write", "DEV TABLE ROW BYTES|INDEX:BYTE...", 4, WRITE_MAX, OPTION(YES),
	 run_write, "write a row of the panel's memory, without the checks of other commands",
	 "  For who knows what he does: panel.raw_writes has to be true. BYTES are all\n"
	 "  from byte 3 on, decimal and joined by dots, or in hexadecimal; INDEX:BYTE\n"
	 "  changes single ones. What changes is shown, and asked about.\n"},
	{"doctor", "", 0, 0, OPTION(DIRECT) | OPTION(SECONDS), run_doctor,
	 "show what is wrong, and what to do about it",
	 "  By what the daemon says; with --direct without it, by listening on the line\n"
	 "  for 25 seconds. Nothing is changed or sent. Ends with 1 when a check failed.\n"},
	{"health", "", 0, 0, 0, run_health, "show whether all parts of the daemon work",
	 "  Ends with 1 when the daemon is unhealthy.\n"},
	{"version", "", 0, 0, 0, run_version, "show the version of the daemon", NULL},
	{"token", "add|list|revoke [NAME]", 1, 2, OPTION(SCOPE) | OPTION(FILE), run_token,
	 "say who may use the daemon over the network",
	 "  add prints the new token, this once: the file keeps only its hash. What is\n"
	 "  added or revoked counts at once. All of it happens on this machine.\n",
	 .local = true},
};

enum { COMMANDS = sizeof commands / sizeof commands[0], WIDTH = 80, INDENT = 10 };

const struct command *
command_find(const char *name)
{
	for (int i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

const char *
command_former(const char *name)
{
	static const struct {
		const char *theirs, *ours;
	} names[] = {
		{"status_data", "status --json"},
		{"status_json", "status --json"},
		{"status-json", "status --json"},
		{"set_system", "mode and cz2ctl fan"},
		{"set-system", "mode and cz2ctl fan"},
		{"set_zone", "zone"},
		{"set-zone", "zone"},
		{"show_schedules", "schedule show"},
		{"set_schedule", "schedule set"},
		{"set_time", "clock sync"},
		{"set_clock", "clock set"},
		{"write_byte", "write"},
		{"read_all", "dump"},
		{"help", "--help"},
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i].theirs, name) == 0)
			return names[i].ours;
	return NULL;
}

enum ctl_exit
command_check(const struct command *command, const struct options *options, int argument_count)
{
	const char *stray = options_stray(options, command->options);

	if (stray != NULL) {
		say_error("%s takes no --%s", command->name, stray);
		return CTL_USAGE;
	}
	if (argument_count < command->least || argument_count > command->most) {
		say_error("%s takes %s%s: see cz2ctl %s --help", command->name,
			  command->most > 0 ? command->arguments : "no arguments",
			  command->options != 0 ? ", and options" : "", command->name);
		return CTL_USAGE;
	}
	return CTL_DONE;
}

/* Behind a blank, or on a line of its own when it does not fit any more. */
static void
put_unit(const char *unit, size_t length, size_t *column)
{
	if (*column + 1 + length > WIDTH)
		*column = (size_t)printf("\n%*s", INDENT, "") - 1;
	else
		*column += (size_t)printf(" ");
	*column += (size_t)printf("%.*s", (int)length, unit);
}

static void
print_usage(const char *start, const struct command *command)
{
	size_t column = (size_t)printf("%s%s", start, command->name);
	const char *at = command->arguments;
	char unit[OPTION_USAGE_MAX];

	while (*at != '\0') {
		size_t length = strcspn(at, " ");

		put_unit(at, length, &column);
		at += length + (at[length] != '\0');
	}
	for (int id = 0; id < OPTION_COUNT; id++)
		if (options_usage(command->options, id, unit))
			put_unit(unit, strlen(unit), &column);
	putchar('\n');
}

static void
print_one(const struct command *command)
{
	print_usage("Usage: cz2ctl ", command);
	printf("\n  %c%s.\n", toupper((unsigned char)command->help[0]), command->help + 1);
	if (command->details != NULL)
		fputs(command->details, stdout);
	if (command->options == 0)
		return;
	putchar('\n');
	options_print_help(command->options, stdout);
}

static void
print_all(void)
{
	printf("Usage: cz2ctl [OPTION]... COMMAND [ARGUMENT]...\n"
	       "Talks to cz2d, which owns the link to a ComfortZone II panel.\n\nCommands:\n");
	for (int i = 0; i < COMMANDS; i++) {
		print_usage("  ", &commands[i]);
		printf("      %s\n", commands[i].help);
	}
}

void
command_help(const struct command *command)
{
	if (command != NULL)
		print_one(command);
	else
		print_all();
	printf("\nOptions of every command:\n");
	options_print_help(options_common(), stdout);
	printf("\nExit status: 0 done, 1 refused or failed, 2 usage, 3 no daemon, 4 no panel.\n"
	       "More in cz2ctl(1).\n");
}
