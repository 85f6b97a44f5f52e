/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What somebody wants a period to be, as words or as options.
 */
#ifndef CZ2CTL_SCHEDULE_SETTING_H
#define CZ2CTL_SCHEDULE_SETTING_H

#include <jansson.h>

#include "cz2ctl/option.h"

/* A period as REST takes it, from all words and the options. NULL after an error was told. */
json_t *
schedule_setting(const struct options *options, char **words);

/* The name of an option that says what to set; NULL: none is given. */
const char *
schedule_setting_option(const struct options *options);

#endif
