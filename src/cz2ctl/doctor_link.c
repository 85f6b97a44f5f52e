/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A link that is not open: its reason in the words of the link, and what this machine knows
 * besides: which ports are there, and who holds this one.
 */
#include "build.h"

#include "cz2ctl/doctor.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "link/link.h"

enum { MORE_MAX = 256, NAME_SIZE = 32, PATH_SIZE = 320 };

/* ------------------------------------------------------------------------
 * What else is known
 */

static void
name_of(const char *process, char out[NAME_SIZE])
{
	char path[PATH_SIZE];
	FILE *file;

	snprintf(path, sizeof path, "/proc/%s/comm", process);
	strcpy(out, "?");
	file = fopen(path, "re");
	if (file == NULL)
		return;
	if (fgets(out, NAME_SIZE, file) != NULL)
		out[strcspn(out, "\n")] = '\0';
	fclose(file);
}

static bool
holds(const char *process, const char *device)
{
	char path[PATH_SIZE], target[PATH_MAX];
	const struct dirent *entry;
	bool found = false;
	DIR *directory;

	snprintf(path, sizeof path, "/proc/%s/fd", process);
	directory = opendir(path);
	while (!found && directory != NULL && (entry = readdir(directory)) != NULL) {
		ssize_t length =
			readlinkat(dirfd(directory), entry->d_name, target, sizeof target - 1);

		target[length > 0 ? length : 0] = '\0';
		found = strcmp(target, device) == 0;
	}
	if (directory != NULL)
		closedir(directory);
	return found;
}

/* "cz2d (1234)": of all processes that we may look at. */
static void
find_holders(const char *link, char *out, size_t size)
{
	char device[PATH_MAX];
	const struct dirent *entry;
	DIR *directory = realpath(link, device) != NULL ? opendir("/proc") : NULL;

	while (directory != NULL && (entry = readdir(directory)) != NULL) {
		size_t used = strlen(out);
		char name[NAME_SIZE];

		if (entry->d_name[0] < '0' || entry->d_name[0] > '9' ||
		    !holds(entry->d_name, device))
			continue;
		name_of(entry->d_name, name);
		snprintf(out + used, size - used, "%s%s (%s)", used > 0 ? ", " : "held by ", name,
			 entry->d_name);
	}
	if (directory != NULL)
		closedir(directory);
}

static void
find_ports(const char *link, char *out, size_t size)
{
	(void)link;
	link_serial.present(out, size);
}

/* ------------------------------------------------------------------------
 * Judging
 */

static const struct {
	const char *clause; /* how it begins */
	const char *check;
	enum advice advice;
	void (*find)(const char *link, char *out, size_t size); /* or NULL */
} reasons[] = {
	{"no such device", "adapter", ADVICE_ADAPTER, find_ports},
	{"it is no serial port", "adapter", ADVICE_ADAPTER, find_ports},
	{"the device is gone", "adapter", ADVICE_ADAPTER, find_ports},
	{"it hung up", "adapter", ADVICE_ADAPTER, find_ports},
	{"permission denied", "permission", ADVICE_PERMISSION, NULL},
	{"not permitted", "permission", ADVICE_PERMISSION, NULL},
	{"another program", "in use", ADVICE_HELD, find_holders},
};

enum { REASONS = sizeof reasons / sizeof reasons[0] };

void
doctor_link(const char *link, const char *why, bool here, struct report *report)
{
	char more[MORE_MAX] = "";

	for (int i = 0; i < REASONS; i++) {
		if (strncmp(why, reasons[i].clause, strlen(reasons[i].clause)) != 0)
			continue;
		if (here && reasons[i].find != NULL)
			reasons[i].find(link, more, sizeof more);
		report_add(report, reasons[i].check, VERDICT_FAILED, reasons[i].advice,
			   "%s: %s%s%s", link, why, more[0] != '\0' ? "; " : "", more);
		return;
	}
	report_add(report, "adapter", VERDICT_FAILED,
		   strchr(link, '/') != NULL ? ADVICE_ADAPTER : ADVICE_BRIDGE, "%s: %s", link, why);
}
