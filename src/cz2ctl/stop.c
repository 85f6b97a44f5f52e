/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A flag that a signal sets. The second one ends us at once.
 */
#include "build.h"

#include "cz2ctl/stop.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t wanted;

static void
on_signal(int number)
{
	(void)number;
	wanted = 1;
}

/* What waits is to be interrupted: no SA_RESTART. */
void
stop_catch(void)
{
	const struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

void
stop_release(void)
{
	const struct sigaction action = {.sa_handler = SIG_DFL};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

bool
stop_wanted(void)
{
	return wanted != 0;
}
