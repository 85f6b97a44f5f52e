/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What the service manager is told: ready, alive, reloading, stopping. Built
 * without systemd, or started by something else, every call does nothing.
 */
#ifndef CZ2D_SERVICE_H
#define CZ2D_SERVICE_H

#include <stdint.h>

/* The doors are open. Also ends a reload. */
void
service_ready(void);

void
service_reloading(void);

void
service_stopping(void);

/* One line for `systemctl status`. */
void
service_status(const char *text);

/*
 * How often service_alive() has to be called: a third of the manager's patience,
 * so that two in a row may come late. 0: nobody is waiting for it.
 */
int64_t
service_watchdog_interval_ms(void);

/* Only to be called when everything that matters has made progress. */
void
service_alive(void);

#endif
