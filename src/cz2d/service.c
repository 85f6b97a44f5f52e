/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Messages to systemd, the only place that knows of it. Whether they arrive is
 * nobody's concern: without NOTIFY_SOCKET the library sends nothing. When to
 * call is the daemon's decision.
 */
#include "build.h"

#include "cz2d/service.h"

#include <string.h>
#include <time.h>

#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#endif


enum { SIGNS_PER_PATIENCE = 3 };

#ifdef HAVE_SYSTEMD

static void
tell(const char *message)
{
	sd_notify(0, message);
}

void
service_reloading(void)
{
	/* The time is what Type=notify-reload needs to tell this reload from the last one. */
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld",
		   (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
}

/* A line feed would begin another variable. */
void
service_status(const char *text)
{
	sd_notifyf(0, "STATUS=%.*s", (int)strcspn(text, "\n"), text);
}

int64_t
service_watchdog_interval_ms(void)
{
	uint64_t patience_us;

	if (sd_watchdog_enabled(0, &patience_us) <= 0)
		return 0;
	patience_us /= UINT64_C(1000) * SIGNS_PER_PATIENCE;
	return patience_us > 0 ? (int64_t)patience_us : 1;
}

#else

static void
tell(const char *message)
{
	(void)message;
}

void
service_reloading(void)
{
}

void
service_status(const char *text)
{
	(void)text;
}

int64_t
service_watchdog_interval_ms(void)
{
	return 0;
}

#endif

void
service_ready(void)
{
	tell("READY=1");
}

void
service_stopping(void)
{
	tell("STOPPING=1");
}

void
service_alive(void)
{
	tell("WATCHDOG=1");
}
