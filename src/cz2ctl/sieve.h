/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Which of the frames on the line somebody wants to see.
 */
#ifndef CZ2CTL_SIEVE_H
#define CZ2CTL_SIEVE_H

#include "cz2ctl/option.h"
#include "cz2ctl/talk.h"

/*
 * By --from, --to, --row and --function. Noise belongs to nobody: it passes while none of
 * them is given. That something was lost always passes.
 */
bool
sieve_passes(const struct options *options, const struct event *event,
	     const struct talk_facts *facts);

/* That what was given can be met at all. An error was told. */
enum ctl_exit
sieve_check(const struct options *options);

#endif
