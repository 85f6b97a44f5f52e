/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The examinations of cz2ctl doctor. Nothing is changed, and nothing sent to the panel.
 */
#ifndef CZ2CTL_DOCTOR_H
#define CZ2CTL_DOCTOR_H

#include "cz2ctl/call.h"
#include "cz2ctl/report.h"

/* doctor_daemon.c: by what the daemon says of itself. */
void
doctor_daemon(struct ctl *ctl, struct report *report);

/* doctor_line.c: by listening on the line for so long, while nobody else uses it. */
void
doctor_line(const char *link, int seconds, struct report *report);

/*
 * doctor_link.c: why a link is not open, a clause as link.h has it, and what there is to do. here:
 * it is a link of this machine, which is looked around on.
 */
void
doctor_link(const char *link, const char *why, bool here, struct report *report);

/* So many of so many, in percent; both are judged alike by who listens and who asks. */
void
doctor_checksums(double frames, double errors, struct report *report);

#endif
