/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What cz2ctl ends with: promised to scripts, in the man page.
 */
#ifndef CZ2CTL_EXIT_H
#define CZ2CTL_EXIT_H

enum ctl_exit {
	CTL_DONE = 0,
	CTL_REFUSED = 1,   /* the daemon or the panel refused, or failed */
	CTL_USAGE = 2,     /* wrong options, arguments or files of ours */
	CTL_UNREACHED = 3, /* no answer from the daemon */
	CTL_NO_PANEL = 4,  /* the daemon answers, the panel does not */
};

#endif
