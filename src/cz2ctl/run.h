/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The handlers of the table of commands. Arguments and options were checked by it.
 */
#ifndef CZ2CTL_RUN_H
#define CZ2CTL_RUN_H

#include "cz2ctl/call.h"

/* run_look.c: what only reads */
enum ctl_exit
run_status(struct ctl *ctl);

enum ctl_exit
run_health(struct ctl *ctl);

enum ctl_exit
run_version(struct ctl *ctl);

/* run_system.c */
enum ctl_exit
run_mode(struct ctl *ctl);

enum ctl_exit
run_fan(struct ctl *ctl);

enum ctl_exit
run_update(struct ctl *ctl);

/* run_token.c: without the daemon */
enum ctl_exit
run_token(struct ctl *ctl);

/* run_commands.c */
enum ctl_exit
run_commands(struct ctl *ctl);

/*
 * Waits for the end of a command that was queued, and returns what it would have ended with. An
 * error was told.
 */
enum ctl_exit
commands_await(struct ctl *ctl, const char *id);

/* run_devices.c */
enum ctl_exit
run_devices(struct ctl *ctl);

/* run_doctor.c */
enum ctl_exit
run_doctor(struct ctl *ctl);

/* run_monitor.c */
enum ctl_exit
run_monitor(struct ctl *ctl);

/* run_mqtt.c */
enum ctl_exit
run_mqtt(struct ctl *ctl);

/* run_schedule.c */
enum ctl_exit
run_schedule(struct ctl *ctl);

/* run_clock.c */
enum ctl_exit
run_clock(struct ctl *ctl);

/* run_backup.c */
enum ctl_exit
run_backup(struct ctl *ctl);

enum ctl_exit
run_diff(struct ctl *ctl);

/* run_rows.c: the panel's memory */
enum ctl_exit
run_read(struct ctl *ctl);

enum ctl_exit
run_dump(struct ctl *ctl);

/* run_decode.c: without the daemon */
enum ctl_exit
run_decode(struct ctl *ctl);

/* run_write.c */
enum ctl_exit
run_write(struct ctl *ctl);

/* run_restore.c */
enum ctl_exit
run_restore(struct ctl *ctl);

/* run_zone.c */
enum ctl_exit
run_zone(struct ctl *ctl);

enum ctl_exit
run_hold(struct ctl *ctl);

enum ctl_exit
run_resume(struct ctl *ctl);

#endif
