/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Asks the daemon for all that it knows of itself, and examines the daemon.
 */
#include "build.h"

#include "cz2ctl/doctor_patient.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cz2ctl/http_status.h"
#include "cz2ctl/value.h"

enum { TARGET_MAX = 128 };

static const char config_path[] = "/etc/cz2d/cz2d.conf";

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
	const char *version = patient_text(patient->version, "version");
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
 * Asking
 */

/* NULL, and that is noted, unless only the daemon is too old for it. */
static json_t *
ask_for(struct patient *patient, const char *target)
{
	json_t *answer = NULL;
	long status = 0;

	if (call_any(patient->ctl, target, &status, &answer) == CTL_DONE && status / 100 == 2 &&
	    json_is_object(answer))
		return answer;
	if (status == STATUS_NO_TOKEN || status == STATUS_NO_SCOPE)
		patient->barred++;
	else if (status != STATUS_ABSENT)
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
		snprintf(target, sizeof target, "/api/v1/devices/%s/%s",
			 patient_text(device, "device_id"), part);
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
	    (status != STATUS_OK && status != STATUS_UNHEALTHY) ||
	    !json_is_object(patient.health)) {
		judge_silence(&patient, status);
		json_decref(patient.health);
		return;
	}
	report_add(report, "daemon", VERDICT_OK, ADVICE_NONE, "cz2d answers");
	ask(&patient);
	check_access(&patient);
	check_version(&patient);
	check_config(&patient);
	check_storage(&patient);
	check_mqtt(&patient);
	doctor_bus(&patient);
	forget(&patient);
}
