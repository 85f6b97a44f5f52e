/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The configuration file: parsed by libconfig, then walked whole, so that no
 * key in it goes unnoticed. Types are checked here, values in config_value.c.
 */
#include "build.h"

#include "cz2d/config/config_key.h"

#include <ctype.h>
#include <errno.h>
#include <libconfig.h>
#include <string.h>

#include "base/mem.h"
#include "cz2d/config/config_lex.h"
#include "cz2d/config/config_scan.h"

/* What is being walked. */
struct walk {
	struct config_reading *reading;
	const struct config_scan *scan;
};

/* libconfig does not look at what malloc() gave it: a text that it could not copy is NULL. */
static const char *
or_end(const char *text)
{
	if (!text)
		mem_or_end(NULL);
	return text;
}

static void
quote_list(const config_setting_t *setting, char *value, size_t size)
{
	size_t used = (size_t)snprintf(value, size, "(");
	int i;

	for (i = 0; i < config_setting_length(setting); i++) {
		const char *text = config_setting_get_string_elem(setting, i);
		char name[CONFIG_VALUE_MAX] = "...";

		if (text)
			config_value_quote(text, name, sizeof name);
		if (used + strlen(name) + sizeof ", ...)" > size) {
			used += (size_t)snprintf(value + used, size - used, ", ...");
			break;
		}
		used += (size_t)snprintf(value + used, size - used, "%s%s", i ? ", " : "", name);
	}
	snprintf(value + used, size - used, ")");
}

/* The value as the file has it, for messages. */
static void
quote_setting(const config_setting_t *setting, const char *word, char *value, size_t size)
{
	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_STRING:
		config_value_quote(or_end(config_setting_get_string(setting)), value, size);
		return;
	case CONFIG_TYPE_LIST:
	case CONFIG_TYPE_ARRAY:
		quote_list(setting, value, size);
		return;
	case CONFIG_TYPE_GROUP:
		snprintf(value, size, "{...}");
		return;
	default:
		snprintf(value, size, "%s", word);
	}
}

/* Where the setting stands: by the scan, which knows included files by their full name. */
static const char *
place_setting(const struct walk *walk, const config_setting_t *setting, const char *path,
	      struct config_place *place)
{
	const struct config_written *written = config_scan_find(walk->scan, path);
	const char *word = written ? written->word : "";
	const struct config_key *key = config_key_find(path);

	if (written)
		snprintf(place->where, sizeof place->where, "%s", written->where);
	else
		snprintf(place->where, sizeof place->where, "%s:%u", walk->reading->path,
			 (unsigned)config_setting_source_line(setting));
	if (key && key->secret)
		snprintf(place->value, sizeof place->value, "(hidden)");
	else
		quote_setting(setting, word, place->value, sizeof place->value);
	return word;
}

static int
refuse_value(struct walk *walk, const struct config_key *key, const struct config_place *place)
{
	char accepted[CONFIG_ACCEPTED_MAX];

	config_key_accepted(key, false, accepted, sizeof accepted);
	return config_refuse(walk->reading, place, key->path, "accepted is %s", accepted);
}

static int
refuse_unknown(struct walk *walk, const struct config_place *place, const char *path)
{
	char near[CONFIG_PATH_MAX];

	if (config_key_near(path, near, sizeof near))
		return config_refuse(walk->reading, place, path,
				     "there is no such key; did you mean %s?", near);
	return config_refuse(walk->reading, place, path,
			     "there is no such key; cz2d.conf(5) lists all that are accepted");
}

static bool
set_list(struct config *config, const struct config_key *key, const config_setting_t *setting)
{
	const char *texts[CONFIG_LIST_MAX];
	int count = config_setting_length(setting);
	int i;

	if (count > CONFIG_LIST_MAX)
		return false;
	for (i = 0; i < count; i++) {
		texts[i] = config_setting_get_string_elem(setting, i);
		if (!texts[i])
			return false;
	}
	return config_value_set_list(key, config, texts, (size_t)count);
}

/* word: the value as written. The only true form of a number: libconfig's may have lost digits. */
static bool
set_value(struct config *config, const struct config_key *key, const config_setting_t *setting,
	  const char *word)
{
	int type = config_setting_type(setting);

	switch (key->kind) {
	case CONFIG_KIND_BOOL:
		return type == CONFIG_TYPE_BOOL && config_value_set(key, config, word);
	case CONFIG_KIND_NUMBER:
		return (type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64) &&
		       config_value_set(key, config, word);
	case CONFIG_KIND_WORD:
		if (type != CONFIG_TYPE_STRING) /* some words are numbers: whoever forgets the quotes */
			return config_value_set(key, config, word);
		return config_value_set(key, config, config_setting_get_string(setting));
	case CONFIG_KIND_TEXT:
		return type == CONFIG_TYPE_STRING &&
		       config_value_set(key, config, config_setting_get_string(setting));
	case CONFIG_KIND_LIST:
		return (type == CONFIG_TYPE_LIST || type == CONFIG_TYPE_ARRAY) &&
		       set_list(config, key, setting);
	}
	return false;
}

static int
take_setting(struct walk *walk, const config_setting_t *setting, const char *path)
{
	const struct config_key *key = config_key_find(path);
	struct config_place place;
	const char *word = place_setting(walk, setting, path, &place);

	if (!key)
		return refuse_unknown(walk, &place, path);
	*config_key_place(walk->reading, key) = place;
	if (!set_value(walk->reading->config, key, setting, word))
		return refuse_value(walk, key, &place);
	return 0;
}

static int
take_group(struct walk *walk, const config_setting_t *group)
{
	const char *name = config_setting_name(group);
	char path[CONFIG_PATH_MAX];
	int i;

	for (i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *setting = config_setting_get_elem(group, (unsigned)i);

		snprintf(path, sizeof path, "%s.%s", name, or_end(config_setting_name(setting)));
		if (take_setting(walk, setting, path) < 0)
			return -1;
	}
	return 0;
}

static int
refuse_single(struct walk *walk, const config_setting_t *setting, const char *name)
{
	struct config_place place;

	place_setting(walk, setting, name, &place);
	return config_refuse(walk->reading, &place, name, "accepted is a group: %s: { ... };",
			     name);
}

static int
take_all(struct walk *walk, const config_setting_t *root)
{
	int i;

	for (i = 0; i < config_setting_length(root); i++) {
		const config_setting_t *setting = config_setting_get_elem(root, (unsigned)i);
		const char *name = or_end(config_setting_name(setting));
		int result;

		if (!config_key_is_group(name))
			result = take_setting(walk, setting, name);
		else if (config_setting_is_group(setting))
			result = take_group(walk, setting);
		else
			result = refuse_single(walk, setting, name);
		if (result < 0)
			return -1;
	}
	return 0;
}

/* Where a line begins; the lines count from 1. */
static const char *
line_at(const char *text, int number)
{
	for (; number > 1 && *text; number--) {
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return text;
}

/* Where the statement begins that is open at the line; no end within a text counts. */
static const char *
statement_around(const char *text, const char *line)
{
	struct config_lex lex = {.at = text, .line = 1};
	const char *statement = text;

	while (config_lex_space(&lex) == NULL && lex.at < line) {
		if (*lex.at == '"')
			config_lex_text(&lex);
		else if (strchr(";{}", *lex.at++))
			statement = lex.at;
	}
	return statement;
}

/* The value of a key may stand lines below it. */
static bool
may_hold_secret(const char *text, const char *line)
{
	const char *word = strcasestr(statement_around(text, line), "pass");

	return word && word < line + strcspn(line, "\n");
}

/* The parser does not tell the word that it stumbled over. "" when there is nothing to show. */
static void
quote_line(const char *text, int number, char *quoted, size_t size)
{
	const char *line = line_at(text, number);
	const char *end = line + strcspn(line, "\n");
	char trimmed[CONFIG_VALUE_MAX], value[CONFIG_VALUE_MAX];

	while (line < end && isspace((unsigned char)*line))
		line++;
	while (line < end && isspace((unsigned char)end[-1]))
		end--;
	quoted[0] = '\0';
	if (line == end || may_hold_secret(text, line))
		return;
	snprintf(trimmed, sizeof trimmed, "%.*s", (int)(end - line), line);
	config_value_quote(trimmed, value, sizeof value);
	snprintf(quoted, size, " at %s", value);
}

static int
refuse_syntax(struct config_reading *reading, const struct config_scan *scan, config_t *parsed)
{
	const char *file = config_error_file(parsed);
	bool relative = file && file[0] != '/';
	int line = config_error_line(parsed);
	char quoted[CONFIG_VALUE_MAX + sizeof " at "] = "";

	if (!file) /* the text of an included one is not at hand */
		quote_line(config_scan_text(scan), line, quoted, sizeof quoted);
	snprintf(reading->why, CONFIG_WHY_MAX,
		 "%s%s%s:%d: %s%s: accepted are lines like  http: { port = 8000; };  where text "
		 "stands in double quotes, and a switch is true or false",
		 relative ? config_scan_directory(scan) : "", relative ? "/" : "",
		 file ? file : reading->path, line, config_error_text(parsed), quoted);
	return -1;
}

static int
parse(struct config_reading *reading, const struct config_scan *scan)
{
	struct walk walk = {.reading = reading, .scan = scan};
	config_t parsed;
	int result;

	config_init(&parsed);
	config_set_include_dir(&parsed, config_scan_directory(scan));
	if (!config_read_string(&parsed, config_scan_text(scan)))
		result = refuse_syntax(reading, scan, &parsed);
	else
		result = take_all(&walk, config_root_setting(&parsed));
	config_destroy(&parsed);
	return result;
}

int
config_file_read(struct config_reading *reading)
{
	struct config_scan *scan = config_scan_new(reading->path, reading->why);
	int result;

	if (!scan)
		return -1;
	result = parse(reading, scan);
	config_scan_free(scan);
	return result;
}
