/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
#include "build.h"

#include "base/allowance.h"

void
allowance_init(struct allowance *allowance, int most, int64_t pause_ms, int64_t now)
{
	*allowance = (struct allowance){
		.most = most, .pause_ms = pause_ms, .left = most, .since = now};
}

bool
allowance_take(struct allowance *allowance, int64_t now)
{
	int64_t more = now > allowance->since ? (now - allowance->since) / allowance->pause_ms : 0;

	if (allowance->left + more >= allowance->most) {
		allowance->left = allowance->most;
		allowance->since = now;
	} else {
		allowance->left += (int)more;
		allowance->since += more * allowance->pause_ms;
	}
	if (allowance->left == 0)
		return false;
	allowance->left--;
	return true;
}
