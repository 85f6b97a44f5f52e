/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What a panel shall be, from a file that need not tell everything.
 */
#ifndef CZ2CTL_RESTORE_WANTED_H
#define CZ2CTL_RESTORE_WANTED_H

#include "cz2ctl/copy.h"

/*
 * Of the parts (of difference.h) that are meant, tells what this panel cannot be made, and wants
 * it no more. Returns whether there was any.
 */
bool
restore_leave(struct copy *wanted, const struct copy *now, unsigned parts);

/* What the file does not tell, and zones that are not meant, are wanted as they are now. */
void
restore_fill_gaps(struct copy *wanted, const struct copy *now);

/*
 * Of what differs in the end, takes over the setpoints that a schedule rules and those that OUT
 * covers: they are no failure. Returns whether there were any.
 */
bool
restore_forgive(struct copy *wanted, const struct copy *now, unsigned parts);

#endif
