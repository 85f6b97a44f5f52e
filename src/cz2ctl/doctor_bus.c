/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The line and the panel, by what the daemon knows of them. What an older daemon does not tell is
 * not examined.
 */
#include "build.h"

#include "cz2ctl/doctor_patient.h"

#include <stdio.h>

#include "cz2ctl/value.h"

enum {
	LIST_MAX = 128,
	PERCENT = 100,
	LOST_SOME = 2, /* percent of the requests */
	LOST_MANY = 20,
	LOST_LEAST = 20, /* requests, before it is a percentage */
	LOST_SILENT = 3, /* lost ones, while the panel does not answer, are enough, too */
	CLOCK_OFF_S = 120,
	SILENT_S = 30,
};

/* ------------------------------------------------------------------------
 * The line
 */

static void
check_adapter(const struct patient *patient)
{
	const char *target = patient_text(patient->link, "target");

	if (value_is_true(patient->link, "open"))
		report_add(patient->report, "adapter", VERDICT_OK, ADVICE_NONE, "%s is open (%s)",
			   target, patient_text(patient->link, "kind"));
	else if (value_is_false(patient->link, "open"))
		doctor_link(target, patient_text(patient->link, "trouble"),
			    !options_has(patient->ctl->options, OPTION_URL), patient->report);
}

static void
check_wires(const struct patient *patient)
{
	bool swapped = value_is_true(patient->link, "swapped");

	if (swapped)
		report_add(patient->report, "wires", VERDICT_FAILED, ADVICE_WIRES,
			   "every frame comes inverted: A and B look exchanged");
	else if (patient_number(patient->link, "frames_received") > 0)
		report_add(patient->report, "wires", VERDICT_OK, ADVICE_NONE, "A and B are right");
}

static void
check_traffic(const struct patient *patient)
{
	const json_t *link = patient->link;
	double age = patient_number(link, "last_frame_age");

	if (patient_has(link, "last_frame_age") && age <= SILENT_S)
		report_add(patient->report, "traffic", VERDICT_OK, ADVICE_NONE,
			   "%.0f frames were heard, the last one %.0f s ago",
			   patient_number(link, "frames_received"), age);
	else if (patient_has(link, "last_frame_age"))
		report_add(patient->report, "traffic", VERDICT_FAILED, ADVICE_SILENT,
			   "no frame was heard for %.0f s", age);
	else
		report_add(patient->report, "traffic", VERDICT_FAILED,
			   patient_number(link, "bytes_received") > 0 ? ADVICE_CHECKSUMS
								      : ADVICE_SILENT,
			   "%.0f bytes were heard, and no frame",
			   patient_number(link, "bytes_received"));
}

static void
check_rhythm(const struct patient *patient)
{
	bool known = value_is_true(patient->link, "rhythm");

	if (patient_number(patient->link, "frames_received") > 0 &&
	    patient_has(patient->link, "rhythm"))
		report_add(patient->report, "rhythm", known ? VERDICT_OK : VERDICT_WARNING,
			   ADVICE_RHYTHM,
			   known ? "the wall unit asks the panel every ten seconds"
				 : "the wall unit was not heard asking the panel");
}

static void
check_checksums(const struct patient *patient)
{
	double frames = patient_number(patient->link, "frames_received");
	double errors = patient_number(patient->link, "crc_errors");

	if (frames + errors > 0)
		doctor_checksums(frames, errors, patient->report);
}

/* The panel answers. */
static bool
is_connected(const struct patient *patient)
{
	return value_is_true(json_object_get(patient->health, "link"), "connected");
}

static void
check_answers(const struct patient *patient)
{
	double requests = patient_number(patient->link, "requests");
	double lost = patient_number(patient->link, "timeouts");
	double retries = patient_number(patient->link, "retries");
	double percent = requests > 0 ? PERCENT * lost / requests : 0;
	bool silent = lost >= LOST_SILENT && !is_connected(patient);
	bool few = requests < LOST_LEAST && !silent;
	enum verdict verdict = few || percent <= LOST_SOME ? VERDICT_OK
			       : percent > LOST_MANY       ? VERDICT_FAILED
							   : VERDICT_WARNING;

	if (requests > 0)
		report_add(patient->report, "answers", verdict, ADVICE_LOST,
			   "%.0f of %.0f requests got none (%.1f %%), %.0f frames were sent again",
			   lost, requests, percent, retries);
}

static void
check_twin(const struct patient *patient)
{
	double seen = patient_number(patient->link, "address_conflicts");

	if (value_is_true(patient->link, "address_conflict"))
		report_add(patient->report, "address", VERDICT_FAILED, ADVICE_TWIN,
			   "another device uses our bus address: nothing is written");
	else if (patient_has(patient->link, "address_conflicts"))
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
	bool answers = is_connected(patient);

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
		if (patient_has(zone, "temperature") != with || used >= size)
			continue;
		count++;
		used += (size_t)snprintf(out + used, size - used, "%s%.0f", used > 0 ? ", " : "",
					 patient_number(zone, "zone_id"));
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
	int panel = (int)patient_number(told, "value");

	if (patient_has(told, "value"))
		report_add(patient->report, "zone count",
			   panel == configured ? VERDICT_OK : VERDICT_WARNING, ADVICE_ZONES,
			   "the panel serves %d zones, the configuration says %d", panel,
			   configured);
}

static void
check_clock(const struct patient *patient)
{
	const json_t *clock = json_object_get(patient->clock, "clock");
	double offset = patient_number(clock, "offset_seconds");
	double distance = offset < 0 ? -offset : offset;
	json_t *size = json_pack("{s:f}", "seconds", distance);
	char text[VALUE_MAX];

	value_age(size, "seconds", text);
	json_decref(size);
	if (patient_has(clock, "offset_seconds"))
		report_add(patient->report, "clock",
			   distance > CLOCK_OFF_S ? VERDICT_WARNING : VERDICT_OK, ADVICE_CLOCK,
			   "the panel's clock is %s %s that of the daemon's machine", text,
			   offset < 0 ? "behind" : "ahead of");
}

/* What is known from before the link or the panel fell silent tells nothing of now. */
enum need { NEED_NOTHING, NEED_LINK, NEED_PANEL };

static const struct {
	void (*check)(const struct patient *patient);
	enum need need;
} checks[] = {
	{check_adapter, NEED_NOTHING},   {check_wires, NEED_LINK},
	{check_traffic, NEED_LINK},      {check_rhythm, NEED_LINK},
	{check_twin, NEED_LINK},         {check_checksums, NEED_NOTHING},
	{check_answers, NEED_NOTHING},   {check_panel, NEED_NOTHING},
	{check_zones, NEED_PANEL},       {check_count, NEED_PANEL},
	{check_clock, NEED_PANEL},
};

static bool
has(const struct patient *patient, enum need need)
{
	if (need == NEED_PANEL)
		return is_connected(patient);
	return need == NEED_NOTHING || value_is_true(patient->link, "open");
}

void
doctor_bus(const struct patient *patient)
{
	for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
		if (has(patient, checks[i].need))
			checks[i].check(patient);
}
