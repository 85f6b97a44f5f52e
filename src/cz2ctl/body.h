/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The JSON of a command, from words and options. What is in range is left to the daemon.
 */
#ifndef CZ2CTL_BODY_H
#define CZ2CTL_BODY_H

#include <jansson.h>
#include <stdbool.h>

#include "cz2ctl/option.h"

/* A body with the options given that are members of one. */
json_t *
body_of(const struct options *options);

/* Adds the one of the choices that was meant. False after an error was told. */
bool
body_add_word(json_t *body, const char *member, const char *choices, const char *word);

/* The same for "on" and "off". */
bool
body_add_switch(json_t *body, const char *member, const char *word);

#endif
