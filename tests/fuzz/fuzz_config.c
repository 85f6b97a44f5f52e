/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Any text as the configuration file: accepted with every value in its range, and
 * then printed as a file that means the same; or refused with one line that names
 * the file and a place in it, or the key. Input: the file.
 */
#include "build.h"

#include "cz2d/config/config.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "cz2d/config/config_check.h"
#include "cz2d/config/config_key.h"
#include "fuzz.h"

enum { PATH_SIZE = 64 };

static char path[PATH_SIZE];

/* libconfig 1.5 forgets a text that a syntax error follows: its leak, not ours. */
const char *
__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libconfig.so";
}

static void
clean_up(void)
{
	unlink(path);
}

static void
set_up(void)
{
	int fd;

	if (path[0] != '\0')
		return;
	for (const struct config_key *key = config_keys; key->path != NULL; key++)
		if (key->variable != NULL)
			unsetenv(key->variable);
	unsetenv("CREDENTIALS_DIRECTORY");
	snprintf(path, sizeof path, "%s/fuzz_config.XXXXXX",
		 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	fd = mkstemp(path);
	FUZZ_ASSERT(fd >= 0);
	close(fd);
	atexit(clean_up);
}

static void
write_file(const void *bytes, size_t size)
{
	FILE *file = fopen(path, "wb");

	FUZZ_ASSERT(file != NULL && fwrite(bytes, 1, size, file) == size);
	FUZZ_ASSERT(fclose(file) == 0);
}

/* ------------------------------------------------------------------------
 * Accepted
 */

static bool
number_fits(const struct config_key *key, int number)
{
	bool in_hole = key->hole_last != 0 && number >= key->hole_first && number <= key->hole_last;

	return number >= key->minimum && number <= key->maximum && !in_hole;
}

static bool
text_fits(const struct config_key *key, const char *text)
{
	size_t length = strnlen(text, key->size);

	return length < key->size && length >= (size_t)key->minimum &&
	       length <= (size_t)key->maximum && config_check_plain(text) &&
	       (length == 0 || key->check == NULL || key->check(text));
}

static bool
names_fit(const struct config *config)
{
	for (int zone = 0; zone < CZ2_ZONES_MAX; zone++) {
		const char *name = config->panel.zone_names[zone];

		if ((name[0] != '\0') != (zone < config->panel.zones) || !config_check_plain(name))
			return false;
	}
	return true;
}

static bool
list_fits(const struct config_key *key, const char *field)
{
	bool ended = false;

	for (size_t at = 0; at < key->size; at += key->item_size) {
		const char *item = field + at;

		if (ended ? item[0] != '\0' : item[0] != '\0' && !key->check(item))
			return false;
		ended = item[0] == '\0';
	}
	return true;
}

static bool
word_fits(const struct config_key *key, int value)
{
	int count = 0;

	while (key->words[count] != NULL)
		count++;
	return value >= 0 && value < count;
}

static bool
value_fits(const struct config_key *key, const struct config *config)
{
	const char *field = (const char *)config + key->offset;

	switch (key->kind) {
	case CONFIG_KIND_BOOL:
		return field[0] == 0 || field[0] == 1;
	case CONFIG_KIND_NUMBER:
		return number_fits(key, *(const int *)(const void *)field);
	case CONFIG_KIND_WORD:
		return word_fits(key, *(const int *)(const void *)field);
	case CONFIG_KIND_TEXT:
		return text_fits(key, field);
	case CONFIG_KIND_LIST:
		return list_fits(key, field) &&
		       (field != config->panel.zone_names[0] || names_fit(config));
	}
	return false;
}

static bool
reaches_strangers(const struct config *config)
{
	/* A file of tokens that the input cannot have made. */
	return !config_check_loopback(config->http.listen) && !config->http.allow_anonymous &&
	       access(config->http.tokens, F_OK) != 0;
}

static void
check_accepted(const struct config *config)
{
	for (const struct config_key *key = config_keys; key->path != NULL; key++)
		FUZZ_ASSERT(value_fits(key, config));
	FUZZ_ASSERT(!reaches_strangers(config));
	FUZZ_ASSERT(!config->mqtt.password[0] || config->mqtt.user[0] || !config->mqtt.enabled);
}

/* All but the password, which is not printed. */
static void
check_printed(const struct config *config)
{
	struct config again;
	char why[CONFIG_WHY_MAX];
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	config_print(config, out);
	fclose(out);
	write_file(text, size);
	FUZZ_ASSERT(config_load(&again, path, why) == 0);
	for (const struct config_key *key = config_keys; key->path != NULL; key++)
		FUZZ_ASSERT(key->secret || config_value_equal(key, config, &again));
	free(text);
}

/* ------------------------------------------------------------------------
 * Refused
 */

static bool
names_key(const char *why)
{
	const char *name = strncmp(why, "default: ", 9) == 0 ? why + 9 : "";

	for (const struct config_key *key = config_keys; key->path != NULL; key++)
		if (strncmp(name, key->path, strlen(key->path)) == 0)
			return true;
	return false;
}

static bool
names_line(const char *why)
{
	size_t length = strlen(path);
	size_t digits;

	if (strncmp(why, path, length) != 0 || why[length] != ':')
		return false;
	digits = strspn(why + length + 1, "0123456789");
	return digits > 0 && why[length + 1] != '0' && why[length + 1 + digits] == ':';
}

static void
check_refused(const char *why)
{
	FUZZ_ASSERT(memchr(why, '\0', CONFIG_WHY_MAX) != NULL);
	FUZZ_ASSERT(strstr(why, ": ") != NULL);
	FUZZ_ASSERT(names_line(why) || names_key(why));
	FUZZ_ASSERT(config_check_plain(why));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[CONFIG_WHY_MAX];
	struct config config;

	set_up();
	write_file(data, size);
	if (config_load(&config, path, why) != 0) {
		check_refused(why);
		return 0;
	}
	FUZZ_ASSERT(why[0] == '\0');
	check_accepted(&config);
	check_printed(&config);
	return 0;
}
