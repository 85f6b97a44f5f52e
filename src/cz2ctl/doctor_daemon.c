/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What the daemon knows of itself, the line and the panel, examined point by point. What an
 * older daemon does not tell is not examined.
 */
#include "build.h"

#include "cz2ctl/doctor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cz2ctl/value.h"

enum {
	HEALTHY = 200,
	UNHEALTHY = 503, /* GET /health answers with it and brings its document all the same */
	NO_TOKEN = 401,
	NO_SCOPE = 403,
	NO_ROUTE = 404, /* of an older daemon */
	TARGET_MAX = 128,
	LIST_MAX = 128,
	PERCENT = 100,
	LOST_SOME = 2, /* percent of the requests */
	LOST_MANY = 20,
	LOST_LEAST = 20, /* requests, before it is a percentage */
	MINUTE_S = 60,
	CLOCK_OFF_S = 120,
	SILENT_S = 30,
};

static const char config_path[] = "/etc/cz2d/cz2d.conf";

/* The documents; NULL: the daemon does not have it, or it was noted why it did not come. */
struct patient {
	struct ctl *ctl;
	json_t *health, *version, *devices, *panel, *config, *status, *clock;
	const json_t *link; /* of panel */
	int barred;         /* documents that others get */
	int missed;         /* ... that should have come */
	struct report *report;
};

/* ------------------------------------------------------------------------
 * Members
 */

static double
number(const json_t *object, const char *member)
{
	return json_number_value(json_object_get(object, member));
}

static const char *
text(const json_t *object, const char *member)
{
	const char *value = json_string_value(json_object_get(object, member));

	return value != NULL ? value : "?";
}

static bool
has(const json_t *object, const char *member)
{
	const json_t *value = json_object_get(object, member);

	return value != NULL && !json_is_null(value);
}

/* ------------------------------------------------------------------------
 * The daemon
 */

/* What could not be looked at must not pass for well. */
static void
check_access(const struct patient *patient)
{
	if (patient->barred > 0)
		report_add(patient->report, "access", VERDICT_FAILED, ADVICE_TOKEN,
			   "the daemon does not let us look: most of it cannot be examined");
	if (patient->missed > 0)
		report_add(patient->report, "access", VERDICT_FAILED, ADVICE_JOURNAL,
			   "%d of our questions were not answered", patient->missed);
}

static void
check_version(const struct patient *patient)
{
	const char *version = text(patient->version, "version");
	bool same = strcmp(version, PACKAGE_VERSION) == 0;

	if (patient->version != NULL)
		report_add(patient->report, "version", same ? VERDICT_OK : VERDICT_WARNING,
			   ADVICE_RESTART, "the daemon is %s, cz2ctl is %s", version,
			   PACKAGE_VERSION);
}

static void
check_config(const struct patient *patient)
{
	if (options_has(patient->ctl->options, OPTION_URL))
		return;
	if (access(config_path, R_OK) == 0)
		report_add(patient->report, "config", VERDICT_OK, ADVICE_NONE, "%s can be read",
			   config_path);
	else if (errno == ENOENT)
		report_add(patient->report, "config", VERDICT_OK, ADVICE_NONE,
			   "there is no %s: the defaults are in force, unless another was named",
			   config_path);
	else
		report_add(patient->report, "config", VERDICT_WARNING, ADVICE_CONFIG, "%s: %s",
			   config_path, strerror(errno));
}

static void
check_storage(const struct patient *patient)
{
	bool ok = value_is_true(json_object_get(patient->health, "storage"), "ok");

	report_add(patient->report, "storage", ok ? VERDICT_OK : VERDICT_FAILED, ADVICE_STORAGE,
		   ok ? "what happens is kept" : "the database cannot be used");
}

static void
check_mqtt(const struct patient *patient)
{
	const json_t *mqtt = json_object_get(patient->health, "mqtt");
	bool connected = value_is_true(mqtt, "connected");

	if (!value_is_true(mqtt, "enabled"))
		report_add(patient->report, "mqtt", VERDICT_OK, ADVICE_NONE, "is switched off");
	else
		report_add(patient->report, "mqtt", connected ? VERDICT_OK : VERDICT_FAILED,
			   ADVICE_BROKER,
			   connected ? "the broker answers"
				     : "there is no connection to the broker");
}

/* ------------------------------------------------------------------------
 * The line
 */

static void
check_adapter(const struct patient *patient)
{
	const char *target = text(patient->link, "target");

	if (value_is_true(patient->link, "open"))
		report_add(patient->report, "adapter", VERDICT_OK, ADVICE_NONE, "%s is open (%s)",
			   target, text(patient->link, "kind"));
	else if (value_is_false(patient->link, "open"))
		doctor_link(target, text(patient->link, "trouble"), patient->report);
}

static void
check_wires(const struct patient *patient)
{
	bool swapped = value_is_true(patient->link, "swapped");

	if (swapped)
		report_add(patient->report, "wires", VERDICT_FAILED, ADVICE_WIRES,
			   "every frame comes inverted: A and B look exchanged");
	else if (number(patient->link, "frames_received") > 0)
		report_add(patient->report, "wires", VERDICT_OK, ADVICE_NONE, "A and B are right");
}

static void
check_traffic(const struct patient *patient)
{
	const json_t *link = patient->link;
	double age = number(link, "last_frame_age");

	if (!value_is_true(link, "open"))
		return;
	if (has(link, "last_frame_age") && age <= SILENT_S)
		report_add(patient->report, "traffic", VERDICT_OK, ADVICE_NONE,
			   "%.0f frames were heard, the last one %.0f s ago",
			   number(link, "frames_received"), age);
	else if (has(link, "last_frame_age"))
		report_add(patient->report, "traffic", VERDICT_FAILED, ADVICE_SILENT,
			   "no frame was heard for %.0f s", age);
	else
		report_add(patient->report, "traffic", VERDICT_FAILED,
			   number(link, "bytes_received") > 0 ? ADVICE_CHECKSUMS : ADVICE_SILENT,
			   "%.0f bytes were heard, and no frame", number(link, "bytes_received"));
}

static void
check_rhythm(const struct patient *patient)
{
	bool known = value_is_true(patient->link, "rhythm");

	if (number(patient->link, "frames_received") > 0 && has(patient->link, "rhythm"))
		report_add(patient->report, "rhythm", known ? VERDICT_OK : VERDICT_WARNING,
			   ADVICE_RHYTHM,
			   known ? "the wall unit asks the panel every ten seconds"
				 : "the wall unit was not heard asking the panel");
}

static void
check_checksums(const struct patient *patient)
{
	double frames = number(patient->link, "frames_received");
	double errors = number(patient->link, "crc_errors");

	if (frames + errors > 0)
		doctor_checksums(frames, errors, patient->report);
}

static void
check_answers(const struct patient *patient)
{
	double requests = number(patient->link, "requests");
	double lost = number(patient->link, "timeouts"), retries = number(patient->link, "retries");
	double percent = requests > 0 ? PERCENT * lost / requests : 0;
	enum verdict verdict = requests < LOST_LEAST || percent <= LOST_SOME ? VERDICT_OK
			       : percent > LOST_MANY                         ? VERDICT_FAILED
									     : VERDICT_WARNING;

	if (requests > 0)
		report_add(patient->report, "answers", verdict, ADVICE_LOST,
			   "%.0f of %.0f requests got none (%.1f %%), %.0f frames were sent again",
			   lost, requests, percent, retries);
}

static void
check_twin(const struct patient *patient)
{
	double seen = number(patient->link, "address_conflicts");

	if (value_is_true(patient->link, "address_conflict"))
		report_add(patient->report, "address", VERDICT_FAILED, ADVICE_TWIN,
			   "another device uses our bus address: nothing is written");
	else if (has(patient->link, "address_conflicts"))
		report_add(patient->report, "address", seen > 0 ? VERDICT_WARNING : VERDICT_OK,
			   ADVICE_TWIN,
			   seen > 0 ? "another device has used our bus address, and is silent now"
				    : "nobody else uses our bus address");
}

/* ------------------------------------------------------------------------
 * The panel
 */

static void
check_panel(const struct patient *patient)
{
	bool answers = value_is_true(json_object_get(patient->health, "link"), "connected");

	report_add(patient->report, "panel", answers ? VERDICT_OK : VERDICT_FAILED, ADVICE_PANEL,
		   answers ? "answers us" : "does not answer us");
}

/* "1, 2": of those with a temperature, or without. */
static int
list_zones(const json_t *zones, bool with, char *out, size_t size)
{
	const json_t *zone;
	size_t i, used = 0;
	int count = 0;

	out[0] = '\0';
	json_array_foreach(zones, i, zone)
	{
		if (has(zone, "temperature") != with || used >= size)
			continue;
		count++;
		used += (size_t)snprintf(out + used, size - used, "%s%.0f", used > 0 ? ", " : "",
					 number(zone, "zone_id"));
	}
	return count;
}

static void
check_zones(const struct patient *patient)
{
	const json_t *zones = json_object_get(json_object_get(patient->status, "status"), "zones");
	char without[LIST_MAX], with[LIST_MAX];

	if (!json_is_array(zones))
		return;
	if (list_zones(zones, false, without, sizeof without) > 0)
		report_add(patient->report, "zones", VERDICT_WARNING, ADVICE_SENSOR,
			   "no temperature is known of zone %s", without);
	else if (list_zones(zones, true, with, sizeof with) > 0)
		report_add(patient->report, "zones", VERDICT_OK, ADVICE_NONE,
			   "there is a temperature of zone %s", with);
}

static const json_t *
setting(const json_t *config, const char *name)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(config, "settings"), i, one)
	{
		if (value_is_word(one, "name", name))
			return one;
	}
	return NULL;
}

static int
count_zones(const json_t *devices)
{
	const json_t *device;
	int count = 0;
	size_t i;

	json_array_foreach(json_object_get(devices, "devices"), i, device)
	{
		count += value_is_word(device, "type", "zone");
	}
	return count;
}

static void
check_count(const struct patient *patient)
{
	const json_t *told = setting(patient->config, "zone_count");
	int configured = count_zones(patient->devices);
	int panel = (int)number(told, "value");

	if (has(told, "value"))
		report_add(patient->report, "zone count",
			   panel == configured ? VERDICT_OK : VERDICT_WARNING, ADVICE_ZONES,
			   "the panel serves %d zones, the configuration says %d", panel,
			   configured);
}

static void
check_clock(const struct patient *patient)
{
	const json_t *clock = json_object_get(patient->clock, "clock");
	double offset = number(clock, "offset_seconds");
	double distance = offset < 0 ? -offset : offset;
	bool off = distance > CLOCK_OFF_S;

	if (!has(clock, "offset_seconds"))
		return;
	report_add(patient->report, "clock", off ? VERDICT_WARNING : VERDICT_OK, ADVICE_CLOCK,
		   "the panel's clock is %.0f %s %s that of the daemon's machine",
		   off ? distance / MINUTE_S : distance, off ? "minutes" : "seconds",
		   offset < 0 ? "behind" : "before");
}

/* ------------------------------------------------------------------------
 * All of it
 */

static void (*const checks[])(const struct patient *patient) = {
	check_access,  check_version, check_config,  check_storage, check_mqtt,  check_adapter,
	check_wires,   check_traffic, check_rhythm,  check_twin,  check_checksums,
	check_answers, check_panel,   check_zones,   check_count, check_clock,
};

/* NULL, and that is noted, unless only the daemon is too old for it. */
static json_t *
ask_for(struct patient *patient, const char *target)
{
	json_t *answer = NULL;
	long status = 0;

	if (call_any(patient->ctl, target, &status, &answer) == CTL_DONE && status / 100 == 2 &&
	    json_is_object(answer))
		return answer;
	if (status == NO_TOKEN || status == NO_SCOPE)
		patient->barred++;
	else if (status != NO_ROUTE)
		patient->missed++;
	json_decref(answer);
	return NULL;
}

static json_t *
ask_for_panel(struct patient *patient, const char *part)
{
	const json_t *device;
	char target[TARGET_MAX];
	size_t i;

	json_array_foreach(json_object_get(patient->devices, "devices"), i, device)
	{
		if (!value_is_word(device, "type", "panel"))
			continue;
		snprintf(target, sizeof target, "/api/v1/devices/%s/%s", text(device, "device_id"),
			 part);
		return ask_for(patient, target);
	}
	return NULL;
}

static void
ask(struct patient *patient)
{
	patient->version = ask_for(patient, "/api/v1/system/version");
	patient->devices = ask_for(patient, "/api/v1/devices");
	patient->panel = ask_for_panel(patient, "health");
	patient->config = ask_for_panel(patient, "config");
	patient->status = ask_for(patient, "/status");
	patient->clock = ask_for(patient, "/clock");
	patient->link = json_object_get(patient->panel, "link");
}

static void
forget(const struct patient *patient)
{
	json_decref(patient->health);
	json_decref(patient->version);
	json_decref(patient->devices);
	json_decref(patient->panel);
	json_decref(patient->config);
	json_decref(patient->status);
	json_decref(patient->clock);
}

static void
judge_silence(const struct patient *patient, long status)
{
	struct report *report = patient->report;

	if (client_was_barred(patient->ctl->client))
		report_add(report, "permission", VERDICT_FAILED, ADVICE_GROUP,
			   "we may not use the daemon's socket");
	else if (status == 0)
		report_add(report, "daemon", VERDICT_FAILED, ADVICE_START, "cz2d does not answer");
	else
		report_add(report, "daemon", VERDICT_FAILED, ADVICE_JOURNAL,
			   "what answers does not say how it is");
	check_config(patient);
}

void
doctor_daemon(struct ctl *ctl, struct report *report)
{
	struct patient patient = {.ctl = ctl, .report = report};
	long status = 0;

	if (call_any(ctl, "/health", &status, &patient.health) != CTL_DONE ||
	    (status != HEALTHY && status != UNHEALTHY) || !json_is_object(patient.health)) {
		judge_silence(&patient, status);
		json_decref(patient.health);
		return;
	}
	report_add(report, "daemon", VERDICT_OK, ADVICE_NONE, "cz2d answers");
	ask(&patient);
	for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
		checks[i](&patient);
	forget(&patient);
}
