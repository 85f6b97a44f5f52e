/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What the daemon says when it does not do something, in sentences.
 */
#ifndef CZ2CTL_REFUSAL_H
#define CZ2CTL_REFUSAL_H

#include <jansson.h>

#include "cz2ctl/exit.h"

/* answer: of an HTTP status that is no success; NULL when it was no JSON. */
enum ctl_exit
refusal_tell(long status, const json_t *answer);

#endif
