/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What a daemon has told of itself, as the examinations see it.
 */
#ifndef CZ2CTL_DOCTOR_PATIENT_H
#define CZ2CTL_DOCTOR_PATIENT_H

#include "cz2ctl/doctor.h"

/* The documents; NULL: the daemon does not have it, or it was noted why it did not come. */
struct patient {
	struct ctl *ctl;
	json_t *health, *version, *devices, *panel, *config, *status, *clock;
	const json_t *link; /* of panel */
	int barred;         /* documents that others get */
	int missed;         /* ... that should have come */
	struct report *report;
};

/* 0: there is none. */
static inline double
patient_number(const json_t *object, const char *member)
{
	return json_number_value(json_object_get(object, member));
}

/* "?": there is none. */
static inline const char *
patient_text(const json_t *object, const char *member)
{
	const char *value = json_string_value(json_object_get(object, member));

	return value != NULL ? value : "?";
}

static inline bool
patient_has(const json_t *object, const char *member)
{
	const json_t *value = json_object_get(object, member);

	return value != NULL && !json_is_null(value);
}

/* doctor_bus.c: the line and the panel */
void
doctor_bus(const struct patient *patient);

#endif
