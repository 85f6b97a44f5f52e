/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * One value: from text into its field of struct config, and back into the
 * syntax of the file. Checks what the key's row says; does not know where the
 * text came from, and complains to nobody.
 */
#include "build.h"

#include "cz2d/config/config_key.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cz2d/config/config_check.h"

enum { DECIMAL_DIGITS_MAX = 18, HEX_DIGITS_MAX = 15 }; /* what surely fits a long long */

static const struct {
	const char *word;
	bool value;
} booleans[] = {
	{"true", true}, {"false", false}, {"1", true},  {"0", false},
	{"yes", true},  {"no", false},    {"on", true}, {"off", false},
};

static void *
field_of(const struct config_key *key, struct config *config)
{
	return (char *)config + key->offset;
}

static const void *
content_of(const struct config_key *key, const struct config *config)
{
	return (const char *)config + key->offset;
}

static bool
set_bool(const struct config_key *key, struct config *config, const char *text)
{
	size_t i;

	for (i = 0; i < sizeof booleans / sizeof booleans[0]; i++) {
		if (strcasecmp(text, booleans[i].word) != 0)
			continue;
		*(bool *)field_of(key, config) = booleans[i].value;
		return true;
	}
	return false;
}

/* Decimal or 0x..., with the L that libconfig allows behind it. Leading zeros mean nothing. */
static bool
parse_number(const char *text, long long *number)
{
	bool negative = text[0] == '-';
	bool hex;
	const char *digits;
	size_t count;

	if (text[0] == '-' || text[0] == '+')
		text++;
	hex = strncasecmp(text, "0x", 2) == 0;
	digits = hex ? text + 2 : text;
	count = strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789");
	if (count == 0 || digits[count + strspn(digits + count, "L")] != '\0')
		return false;
	while (count > 1 && digits[0] == '0') {
		digits++;
		count--;
	}
	if (count > (size_t)(hex ? HEX_DIGITS_MAX : DECIMAL_DIGITS_MAX))
		return false;
	*number = strtoll(digits, NULL, hex ? 16 : 10) * (negative ? -1 : 1);
	return true;
}

static bool
set_number(const struct config_key *key, struct config *config, const char *text)
{
	long long number;

	if (!parse_number(text, &number))
		return false;
	if (number < key->minimum || number > key->maximum)
		return false;
	if (key->hole_last && number >= key->hole_first && number <= key->hole_last)
		return false;
	*(int *)field_of(key, config) = (int)number;
	return true;
}

static bool
set_text(const struct config_key *key, struct config *config, const char *text)
{
	size_t length = strlen(text);
	char *field = field_of(key, config);

	if (length < (size_t)key->minimum || length > (size_t)key->maximum || length >= key->size)
		return false;
	if (length && key->check && !key->check(text))
		return false;
	memset(field, 0, key->size);
	memcpy(field, text, length);
	return true;
}

static bool
set_word(const struct config_key *key, struct config *config, const char *text)
{
	int word;

	for (word = 0; key->words[word]; word++) {
		if (strcasecmp(text, key->words[word]) != 0)
			continue;
		*(int *)field_of(key, config) = word;
		return true;
	}
	return false;
}

bool
config_value_set(const struct config_key *key, struct config *config, const char *text)
{
	static bool (*const setters[])(const struct config_key *, struct config *, const char *) = {
		[CONFIG_KIND_BOOL] = set_bool,
		[CONFIG_KIND_NUMBER] = set_number,
		[CONFIG_KIND_TEXT] = set_text,
		[CONFIG_KIND_WORD] = set_word,
	};

	return setters[key->kind](key, config, text);
}

static bool
fits_list(const struct config_key *key, const char *text)
{
	size_t length = strlen(text);

	return length >= (size_t)key->minimum && length <= (size_t)key->maximum &&
	       length < key->item_size && key->check(text);
}

bool
config_value_set_list(const struct config_key *key, struct config *config,
		      const char *const *texts, size_t count)
{
	char *field = field_of(key, config);
	size_t i;

	if (count > key->size / key->item_size)
		return false;
	for (i = 0; i < count; i++) {
		if (!fits_list(key, texts[i]))
			return false;
	}
	memset(field, 0, key->size);
	for (i = 0; i < count; i++)
		strcpy(field + i * key->item_size, texts[i]);
	return true;
}

static void
print_quoted(const char *text, FILE *out)
{
	putc('"', out);
	for (; *text; text++) {
		if (strchr("\"\\", *text))
			putc('\\', out);
		putc(*text, out);
	}
	putc('"', out);
}

static void
print_list(const struct config_key *key, const char *content, FILE *out)
{
	const char *end = content + key->size;
	const char *item;

	putc('(', out);
	for (item = content; item < end && *item; item += key->item_size) {
		fputs(item > content ? ", " : "", out);
		print_quoted(item, out);
	}
	putc(')', out);
}

void
config_value_print(const struct config_key *key, const struct config *config, FILE *out)
{
	const void *content = content_of(key, config);

	switch (key->kind) {
	case CONFIG_KIND_BOOL:
		fputs(*(const bool *)content ? "true" : "false", out);
		return;
	case CONFIG_KIND_NUMBER:
		fprintf(out, "%d", *(const int *)content);
		return;
	case CONFIG_KIND_TEXT:
		print_quoted(content, out);
		return;
	case CONFIG_KIND_WORD:
		print_quoted(key->words[*(const int *)content], out);
		return;
	case CONFIG_KIND_LIST:
		print_list(key, content, out);
		return;
	}
}

bool
config_value_equal(const struct config_key *key, const struct config *a, const struct config *b)
{
	const void *left = content_of(key, a);
	const void *right = content_of(key, b);

	if (key->kind == CONFIG_KIND_TEXT)
		return strcmp(left, right) == 0;
	return memcmp(left, right, key->size) == 0;
}

void
config_value_copy(const struct config_key *key, struct config *to, const struct config *from)
{
	memcpy(field_of(key, to), content_of(key, from), key->size);
}

void
config_value_quote(const char *text, char *quoted, size_t size)
{
	size_t used = 0;
	bool plain = config_check_plain(text);

	quoted[used++] = '"';
	for (; *text && used + sizeof "...\"" < size; text++)
		quoted[used++] = (char)((plain || (*text >= ' ' && *text <= '~')) ? *text : '?');
	snprintf(quoted + used, size - used, "%s\"", *text ? "..." : "");
}
