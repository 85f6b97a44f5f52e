/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The configuration: one table of keys that drives reading, checking, the
 * environment, --print-config and the test that every key is documented.
 */
#ifndef CZ2D_CONFIG_H
#define CZ2D_CONFIG_H

#include <stdbool.h>
#include <stdio.h>

#include <cz2/row.h>

enum { CONFIG_TEXT_MAX = 256, CONFIG_LIST_MAX = 16 };

enum config_mqtt_version { CONFIG_MQTT_AUTO, CONFIG_MQTT_5, CONFIG_MQTT_3_1_1 };
enum config_discovery { CONFIG_DISCOVERY_DEVICE, CONFIG_DISCOVERY_OFF };
/* What a zone's mode command may do. STANDARD: SYSTEM_WITH_OFF in a house of one zone, else SYSTEM. */
enum config_zone_mode {
	CONFIG_ZONE_MODE_STANDARD,
	CONFIG_ZONE_MODE_SYSTEM,
	CONFIG_ZONE_MODE_READONLY,
	CONFIG_ZONE_MODE_SYSTEM_WITH_OFF,
};
enum config_zone_off { CONFIG_ZONE_OFF_REFUSE, CONFIG_ZONE_OFF_AWAY };
enum config_setpoint_hold { CONFIG_SETPOINT_TEMPORARY, CONFIG_SETPOINT_HOLD };
enum config_clock_sync { CONFIG_CLOCK_OFF, CONFIG_CLOCK_WARN, CONFIG_CLOCK_AUTO };
enum config_temp_step { CONFIG_STEP_ONE, CONFIG_STEP_HALF };

struct config {
	struct {
		char id[33];
		char connect[CONFIG_TEXT_MAX];
		int zones;
		char zone_names[CZ2_ZONES_MAX][65];
		int bus_address;
		bool read_only;
		bool raw_writes;
	} panel;
	struct {
		char listen[CONFIG_TEXT_MAX];
		bool allow_anonymous;
		int port;
		char socket[CONFIG_TEXT_MAX];
		char tokens[CONFIG_TEXT_MAX];
		int max_connections;
		int max_per_address;
		char allowed_hosts[CONFIG_LIST_MAX][CONFIG_TEXT_MAX]; /* ended by "" */
		char cors_origins[CONFIG_LIST_MAX][CONFIG_TEXT_MAX];
		char tls_cert[CONFIG_TEXT_MAX]; /* both or none */
		char tls_key[CONFIG_TEXT_MAX];
	} http;
	struct {
		bool enabled;
		char host[CONFIG_TEXT_MAX];
		int port;
		char user[CONFIG_TEXT_MAX];
		char password[CONFIG_TEXT_MAX];
		char password_file[CONFIG_TEXT_MAX];
		char client_id[CONFIG_TEXT_MAX]; /* "": made from panel.id and the machine id */
		int keepalive_seconds;
		char topic_prefix[CONFIG_TEXT_MAX];
		char discovery_prefix[CONFIG_TEXT_MAX]; /* "": Home Assistant is told nothing */
		char device_name[65]; /* of the panel, in Home Assistant */
		bool commands; /* are taken from the broker */
		int version;   /* enum config_mqtt_version */
		bool tls, tls_insecure;
		char tls_ca[CONFIG_TEXT_MAX]; /* "": the authorities of the system */
		char tls_cert[CONFIG_TEXT_MAX]; /* both or none */
		char tls_key[CONFIG_TEXT_MAX];
	} mqtt;
	struct {
		int discovery;    /* enum config_discovery */
		int zone_mode;    /* enum config_zone_mode */
		int zone_off;     /* enum config_zone_off */
		bool zone_fan;
		int setpoint_hold; /* enum config_setpoint_hold */
		bool away_holds;
		int temp_step;    /* enum config_temp_step */
		char areas[CZ2_ZONES_MAX][65]; /* ended by "": suggested to Home Assistant */
	} home; /* the group "ha" */
	struct {
		bool enabled;
		int stale_seconds;
		int refresh_interval;
	} cache;
	struct {
		int sync; /* enum config_clock_sync */
	} clock;
	struct {
		int timeout_seconds;
		int guard_ms;
	} command;
	struct {
		bool enabled;
		int queue_limit;
	} worker;
	struct {
		int reply_timeout_ms; /* 0: by kind of link */
		int attempts;
		int gap_ms;
	} bus;
	struct {
		char path[CONFIG_TEXT_MAX];
		int keep_commands_days;
	} storage;
	struct {
		int level; /* enum log_level */
	} log;
};

extern const char config_default_path[];

/* The file to read: the one that was named, else the default one if it is there, else NULL. */
const char *
config_path(const char *named);

/*
 * Defaults, then the file (NULL: none), then the environment, then the checks
 * across keys. On failure -1, and *why one message that names file, line,
 * key, value and what is accepted. why holds CONFIG_WHY_MAX.
 */
enum { CONFIG_WHY_MAX = 1024 };

int
config_load(struct config *config, const char *path, char *why);

/* Writes the configuration in force, in the syntax of the file; secrets are hidden. */
void
config_print(const struct config *config, FILE *out);

/*
 * Takes what can change without dropping the link from fresh into config.
 * needs (CONFIG_WHY_MAX) gets the keys that differ but need a restart, comma-separated.
 */
void
config_reload(struct config *config, const struct config *fresh, char *needs);

/* Names, defaults and help of each key, one per line, for the documentation test. */
void
config_print_keys(FILE *out);

#endif
