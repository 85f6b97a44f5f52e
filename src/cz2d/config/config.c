/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Loading, printing and reloading the configuration, and the rules between
 * two keys. What single keys are is in config_table.c, where their values come
 * from in config_file.c, config_env.c and config_secret.c.
 */
#include "build.h"

#include "cz2d/config/config_key.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cz2d/config/config_check.h"
#include "keys/file.h"
#include "keys/tokens.h"

const char config_default_path[] = "/etc/cz2d/cz2d.conf";

enum {
	REASON_MAX = 320, /* what fits CONFIG_WHY_MAX behind the longest place */
	MQTT_TLS_PORT = 8883
};

int
config_refuse(struct config_reading *reading, const struct config_place *place, const char *path,
	      const char *format, ...)
{
	char reason[REASON_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, sizeof reason, format, arguments);
	va_end(arguments);
	snprintf(reading->why, CONFIG_WHY_MAX, "%s: %s%s%s: %s", place->where, path,
		 *place->value ? " = " : "", place->value, reason);
	return -1;
}

static void
set_standards(struct config *config)
{
	const struct config_key *key;

	memset(config, 0, sizeof *config);
	for (key = config_keys; key->path; key++) {
		if (*key->standard && key->kind != CONFIG_KIND_LIST)
			config_value_set(key, config, key->standard);
	}
}

/* Where the key was set; one that was not is placed at its default. */
static const struct config_place *
place_of(struct config_reading *reading, const char *path)
{
	const struct config_key *key = config_key_find(path);
	struct config_place *place = config_key_place(reading, key);

	if (!*place->where) {
		snprintf(place->where, sizeof place->where, "default");
		config_value_quote(key->standard, place->value, sizeof place->value);
	}
	return place;
}

static bool
is_given(struct config_reading *reading, const char *path)
{
	return *config_key_place(reading, config_key_find(path))->where;
}

static int
count_names(const struct config *config)
{
	int count = 0;

	while (count < CZ2_ZONES_MAX && *config->panel.zone_names[count])
		count++;
	return count;
}

static int
check_zone_names(struct config_reading *reading)
{
	struct config *config = reading->config;
	int zones = config->panel.zones;
	int count = count_names(config);
	int i;

	if (is_given(reading, "panel.zone_names")) {
		if (count == zones)
			return 0;
		return config_refuse(reading, place_of(reading, "panel.zone_names"),
				     "panel.zone_names",
				     "%d name%s for %d zone%s (panel.zones): accepted is %s", count,
				     count == 1 ? "" : "s", zones, zones == 1 ? "" : "s",
				     config_key_find("panel.zone_names")->accepted);
	}
	for (i = 0; i < zones; i++)
		snprintf(config->panel.zone_names[i], sizeof config->panel.zone_names[i], "Zone %d",
			 i + 1);
	return 0;
}

/* False with why when the file should hold one; "" when there is none, or nothing in it. */
static bool
has_tokens(const char *path, char why[FILE_WHY_SIZE])
{
	struct tokens *tokens = mem_new(1, sizeof *tokens);
	size_t length;
	bool some = false;
	char *text;

	why[0] = '\0';
	if (path[0] != '\0' &&
	    file_read(path, TOKENS_BYTES_MAX, &text, &length, why) == FILE_FOUND) {
		tokens_parse(tokens, text, length, NULL, NULL);
		some = tokens->count > 0;
		if (!some && tokens->broken > 0)
			snprintf(why, FILE_WHY_SIZE, "no line of it can be understood");
		free(text);
	}
	free(tokens);
	return some;
}

/* Without this, a typo would let the whole network at the furnace. */
static int
check_listen(struct config_reading *reading)
{
	const struct config *config = reading->config;
	const struct config_place *place = place_of(reading, "http.listen");
	bool environment = strncmp(place->where, "environment", strlen("environment")) == 0;
	char why[FILE_WHY_SIZE];
	const char *usual = config_key_find("http.tokens")->standard;

	if (config->http.allow_anonymous || config_check_loopback(config->http.listen) ||
	    has_tokens(config->http.tokens, why))
		return 0;
	/* Who has made tokens must not be talked into letting in everyone. */
	if (why[0] != '\0')
		return config_refuse(reading, place_of(reading, "http.tokens"), "http.tokens",
				     "no token is in force and http.listen is open to the network:"
				     " %s; accepted is a file of tokens that this user can read"
				     " (cz2ctl token list)", why);
	return config_refuse(
		reading, place, "http.listen",
		"everyone on the network could control the heating: accepted is 127.0.0.1, ::1 or"
		" localhost, or a token (cz2ctl token add NAME --scope command%s); to allow it all"
		" the same, add %s",
		strcmp(config->http.tokens, usual) != 0 ? " --file FILE, that of http.tokens" : "",
		environment ? "the variable  API_ALLOW_ANONYMOUS=true"
			    : "to the group http the line  allow_anonymous = true;");
}

static int
check_password(struct config_reading *reading)
{
	const struct config *config = reading->config;

	if (*config->mqtt.password && *config->mqtt.password_file)
		return config_refuse(reading, place_of(reading, "mqtt.password_file"),
				     "mqtt.password_file",
				     "mqtt.password is given too (%s): accepted is one of them",
				     place_of(reading, "mqtt.password")->where);
	if (config_secret_read(reading) < 0)
		return -1;
	if (!config->mqtt.enabled || !*config->mqtt.password || *config->mqtt.user)
		return 0;
	return config_refuse(reading, place_of(reading, "mqtt.user"), "mqtt.user",
			     "there is a password without a user: accepted is both or none");
}

static int
check_areas(struct config_reading *reading)
{
	const struct config *config = reading->config;
	int count = 0;

	while (count < CZ2_ZONES_MAX && *config->home.areas[count])
		count++;
	if (count <= config->panel.zones)
		return 0;
	return config_refuse(reading, place_of(reading, "ha.areas"), "ha.areas",
			     "%d areas for %d zone%s (panel.zones): accepted is %s", count,
			     config->panel.zones, config->panel.zones == 1 ? "" : "s",
			     config_key_find("ha.areas")->accepted);
}

/* Legacy answers come straight from the panel: none of them can come before it was asked. */
static int
check_worker(struct config_reading *reading)
{
	const struct config *config = reading->config;

	if (!config->worker.enabled || config->cache.enabled)
		return 0;
	return config_refuse(reading, place_of(reading, "worker.enabled"), "worker.enabled",
			     "cache.enabled is false (%s): accepted is one of them",
			     place_of(reading, "cache.enabled")->where);
}

const char *
config_path(const char *named)
{
	if (named != NULL)
		return named;
	return access(config_default_path, F_OK) == 0 || errno != ENOENT ? config_default_path
									 : NULL;
}

int
config_load(struct config *config, const char *path, char *why)
{
	struct config fresh;
	struct config_reading reading = {.config = &fresh, .path = path, .why = why};

	why[0] = '\0';
	set_standards(&fresh);
	if (path && config_file_read(&reading) < 0)
		return -1;
	if (config_env_read(&reading) < 0)
		return -1;
	if (check_zone_names(&reading) < 0 || check_listen(&reading) < 0 ||
	    check_password(&reading) < 0 || config_tls_check(&reading) < 0 ||
	    check_areas(&reading) < 0 || check_worker(&reading) < 0)
		return -1;
	if (fresh.mqtt.tls && !is_given(&reading, "mqtt.port"))
		fresh.mqtt.port = MQTT_TLS_PORT;
	*config = fresh;
	return 0;
}

static void
print_key(const struct config_key *key, const struct config *config, FILE *out)
{
	const char *name = strchr(key->path, '.') + 1;
	const char *value = (const char *)config + key->offset;

	if (key->secret) {
		fprintf(out, "\t# %s is %s\n", name, *value ? "set, and not shown" : "not set");
		return;
	}
	fprintf(out, "\t%s = ", name);
	config_value_print(key, config, out);
	fputs(";\n", out);
}

void
config_print(const struct config *config, FILE *out)
{
	const struct config_key *key;
	size_t group = 0;

	for (key = config_keys; key->path; key++) {
		bool first = key == config_keys || strncmp(key->path, key[-1].path, group) != 0;

		if (first && group)
			fputs("};\n\n", out);
		group = strcspn(key->path, ".") + 1;
		if (first)
			fprintf(out, "%.*s: {\n", (int)group - 1, key->path);
		print_key(key, config, out);
	}
	fputs("};\n", out);
}

/* Names belong to a number of zones, and that number cannot change on the way. */
static bool
is_reloadable(const struct config_key *key, const struct config *config, const struct config *fresh)
{
	if (key == config_key_find("panel.zone_names") && config->panel.zones != fresh->panel.zones)
		return false;
	return key->reloadable;
}

void
config_reload(struct config *config, const struct config *fresh, char *needs)
{
	const struct config_key *key;
	size_t used = 0;

	needs[0] = '\0';
	for (key = config_keys; key->path; key++) {
		if (config_value_equal(key, config, fresh))
			continue;
		if (is_reloadable(key, config, fresh))
			config_value_copy(key, config, fresh);
		else if (used + strlen(key->path) + sizeof ", " < CONFIG_WHY_MAX)
			used += (size_t)snprintf(needs + used, CONFIG_WHY_MAX - used, "%s%s",
						 used ? ", " : "", key->path);
	}
}

static void
print_standard(const struct config_key *key, FILE *out)
{
	bool quoted = key->kind == CONFIG_KIND_TEXT || key->kind == CONFIG_KIND_WORD;
	bool list = key->kind == CONFIG_KIND_LIST;

	fprintf(out, list ? "(%s)" : quoted ? "\"%s\"" : "%s", key->standard);
}

void
config_print_keys(FILE *out)
{
	char accepted[CONFIG_ACCEPTED_MAX];
	const struct config_key *key;

	for (key = config_keys; key->path; key++) {
		config_key_accepted(key, false, accepted, sizeof accepted);
		fprintf(out, "%s\t%s\t", key->path, key->variable ? key->variable : "-");
		print_standard(key, out);
		fprintf(out, "\t%s\t%s\n", accepted, key->help);
	}
}
