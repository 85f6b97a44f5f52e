/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What the files of the OpenAPI document share: pieces of JSON Schema, and the shapes of
 * answers that no table makes. Not for other rooms. What is given is taken.
 */
#ifndef CZ2D_OPENAPI_INTERNAL_H
#define CZ2D_OPENAPI_INTERNAL_H

#include <jansson.h>

/* To one of the document's schemas. */
json_t *
openapi_reference(const char *name);

/* A list for "enum", of words that end with NULL. */
json_t *
openapi_word_list(const char *const *words);

/* {"type": type}; and the same, or null. */
json_t *
openapi_plain(const char *type);
json_t *
openapi_nullable(const char *type);

json_t *
openapi_list_of(json_t *items);

/* An object with these properties. */
json_t *
openapi_object(json_t *properties);

/* A moment, or null; how something was learnt. */
json_t *
openapi_time(void);
json_t *
openapi_source(void);

/* openapi_devices.c */
json_t *
openapi_device(void);
json_t *
openapi_device_list(void);
json_t *
openapi_device_status(void);
json_t *
openapi_device_health(void);
json_t *
openapi_device_config(void);

/* openapi_schedules.c */
json_t *
openapi_time_of_day(void);
json_t *
openapi_days_wish(void);
json_t *
openapi_day_wish(void);
json_t *
openapi_period_wish(void);
json_t *
openapi_period(void);
json_t *
openapi_day(void);
json_t *
openapi_schedule(void);
json_t *
openapi_schedule_answer(void);
json_t *
openapi_schedule_set(void);
json_t *
openapi_schedules_answer(void);
json_t *
openapi_schedules_set(void);
json_t *
openapi_clock(void);
json_t *
openapi_clock_answer(void);
json_t *
openapi_clock_set(void);

/* openapi_shapes.c: all that are written out, by their names. */
json_t *
openapi_shapes(void);

#endif
