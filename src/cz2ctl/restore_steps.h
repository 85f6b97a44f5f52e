/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * From what a panel is to what it shall be: the requests that it takes, nothing else being
 * touched. They follow from the two copies alone, so that whoever was interrupted begins anew.
 */
#ifndef CZ2CTL_RESTORE_STEPS_H
#define CZ2CTL_RESTORE_STEPS_H

#include "cz2ctl/copy.h"

/*
 * A list of {"method", "target", "body"}, in the order in which they are to be sent: the
 * program, then setpoints and flags, then the system. parts: of difference.h.
 */
json_t *
restore_steps(const struct copy *wanted, const struct copy *now, unsigned parts);

#endif
