/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Reading, making and finding tokens. A line that cannot be understood lets nobody in
 * and takes nobody's place; whoever reads the file says so.
 */
#include "build.h"

#include "keys/tokens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { FIELDS_MIN = 3, FIELDS_MAX = 4, HASH_DIGITS = 2 * CRYPT_DIGEST_SIZE };

static const char name_characters[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
static const char blanks[] = " \t\r";
static const char hash_prefix[] = "sha256:";
static const char secret_prefix[] = "cz2_";

/* Who is called so in a record came without a token. */
static const char *const reserved[] = {"anonymous", "mqtt", "panel"};

bool
token_is_name(const char *name)
{
	size_t length = strlen(name);

	if (length == 0 || length >= TOKEN_NAME_SIZE || name[strspn(name, name_characters)] != '\0')
		return false;
	for (size_t n = 0; n < sizeof reserved / sizeof reserved[0]; n++)
		if (strcmp(name, reserved[n]) == 0)
			return false;
	return true;
}

/* ------------------------------------------------------------------------
 * Hexadecimal
 */

static int
value_of(char digit)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = digit != '\0' ? strchr(digits, digit) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

static bool
parse_hash(const char *text, uint8_t digest[CRYPT_DIGEST_SIZE])
{
	if (strncmp(text, hash_prefix, strlen(hash_prefix)) != 0)
		return false;
	text += strlen(hash_prefix);
	if (strlen(text) != HASH_DIGITS)
		return false;
	for (size_t n = 0; n < CRYPT_DIGEST_SIZE; n++) {
		int high = value_of(text[2 * n]), low = value_of(text[2 * n + 1]);

		if (high < 0 || low < 0)
			return false;
		digest[n] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static void
print_hex(const uint8_t *bytes, size_t size, char *out)
{
	for (size_t n = 0; n < size; n++)
		snprintf(out + 2 * n, 3, "%02x", bytes[n]);
}

/* ------------------------------------------------------------------------
 * Lines
 */

/* Cuts a line into fields; one too many is counted. */
static int
split(char *line, char *fields[FIELDS_MAX])
{
	char *rest = NULL;
	int count = 0;

	for (char *field = strtok_r(line, blanks, &rest); field != NULL;
	     field = strtok_r(NULL, blanks, &rest)) {
		if (count < FIELDS_MAX)
			fields[count] = field;
		count++;
	}
	return count;
}

const struct token *
tokens_named(const struct tokens *tokens, const char *name)
{
	for (int n = 0; n < tokens->count; n++)
		if (strcmp(tokens->list[n].name, name) == 0)
			return &tokens->list[n];
	return NULL;
}

/* What is wrong with the line, or NULL: then it was taken, or means nothing. */
static const char *
take_line(struct tokens *tokens, char *line)
{
	struct token token = {.name = ""};
	char *fields[FIELDS_MAX];
	int count = split(line, fields);

	if (count == 0 || fields[0][0] == '#')
		return NULL;
	if (!token_is_name(fields[0]))
		return "a name has 1 to 64 of A-Z, a-z, 0-9, _, . and -, and is not anonymous,"
		       " mqtt or panel";
	if (count < FIELDS_MIN || count > FIELDS_MAX)
		return "a line has name, scopes, hash and perhaps a time";
	token.scope = scope_parse(fields[1]);
	if (token.scope == SCOPE_UNSET)
		return "scopes are read, command and admin, with commas between them";
	if (!parse_hash(fields[2], token.digest))
		return "a hash is sha256: and 64 digits of 0-9 and a-f";
	if (tokens_named(tokens, fields[0]) != NULL)
		return "the name stands in a line above already";
	if (tokens->count == TOKENS_MAX)
		return "there are 256 tokens before it, more are not taken";
	snprintf(token.name, sizeof token.name, "%s", fields[0]);
	snprintf(token.created, sizeof token.created, "%s", count > FIELDS_MIN ? fields[3] : "");
	tokens->list[tokens->count++] = token;
	return NULL;
}

static const char *
take_bytes(struct tokens *tokens, const char *bytes, size_t length)
{
	char line[TOKEN_LINE_SIZE];

	if (length >= sizeof line && bytes[0] != '#')
		return "the line is too long";
	if (length >= sizeof line)
		return NULL;
	if (memchr(bytes, '\0', length) != NULL)
		return "the line holds a NUL byte";
	memcpy(line, bytes, length);
	line[length] = '\0';
	return take_line(tokens, line);
}

void
tokens_parse(struct tokens *tokens, const char *text, size_t length,
	     void (*complain)(void *self, int line, const char *why), void *self)
{
	const char *end = text + length;

	tokens->count = tokens->broken = 0;
	for (int line = 1; text < end; line++) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline != NULL ? newline : end;
		const char *why = take_bytes(tokens, text, (size_t)(stop - text));

		if (why != NULL) {
			tokens->broken++;
			if (complain != NULL)
				complain(self, line, why);
		}
		text = stop + (newline != NULL);
	}
}

/* How many bytes at its start are among the characters. */
static size_t
count_of(const char *characters, const char *bytes, size_t length)
{
	size_t count = 0;

	while (count < length && bytes[count] != '\0' &&
	       strchr(characters, bytes[count]) != NULL)
		count++;
	return count;
}

void
token_line_name(const char *line, size_t length, char name[TOKEN_NAME_SIZE])
{
	size_t from = count_of(blanks, line, length);
	size_t size = count_of(name_characters, line + from, length - from);

	if (size >= TOKEN_NAME_SIZE)
		size = 0;
	memcpy(name, line + from, size);
	name[size] = '\0';
}

/* ------------------------------------------------------------------------
 * Secrets
 */

void
token_make(const char *name, enum scope scope, const char *created,
	   char secret[TOKEN_SECRET_SIZE], char line[TOKEN_LINE_SIZE])
{
	uint8_t bytes[(TOKEN_SECRET_SIZE - sizeof secret_prefix) / 2], digest[CRYPT_DIGEST_SIZE];
	char hash[HASH_DIGITS + 1];

	crypt_random(bytes, sizeof bytes);
	strcpy(secret, secret_prefix);
	print_hex(bytes, sizeof bytes, secret + strlen(secret_prefix));
	explicit_bzero(bytes, sizeof bytes);
	crypt_digest(secret, strlen(secret), digest);
	print_hex(digest, sizeof digest, hash);
	snprintf(line, TOKEN_LINE_SIZE, "%s %s %s%s %s\n", name, scope_names[scope], hash_prefix,
		 hash, created);
}

const struct token *
tokens_find(const struct tokens *tokens, const char *secret)
{
	const struct token *found = NULL;
	uint8_t digest[CRYPT_DIGEST_SIZE];

	crypt_digest(secret, strlen(secret), digest);
	for (int n = 0; n < tokens->count; n++)
		if (crypt_equal(tokens->list[n].digest, digest, sizeof digest))
			found = &tokens->list[n];
	return found;
}
