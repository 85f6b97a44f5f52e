/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Any bytes as the file of tokens: what is taken is whole, of each line one of three
 * things is true, and a line that names somebody is found by that name. Input: the file.
 */
#include "build.h"

#include <string.h>

#include "fuzz.h"
#include "keys/tokens.h"

static struct {
	int last, count;
} blamed;

static void
complain(void *self, int line, const char *why)
{
	FUZZ_ASSERT(self == &blamed && why[0] != '\0');
	FUZZ_ASSERT(line > blamed.last);
	blamed.last = line;
	blamed.count++;
}

static int
count_lines(const char *text, size_t size)
{
	int count = 0;

	for (size_t n = 0; n < size; n++)
		count += text[n] == '\n' || n + 1 == size;
	return count;
}

static void
check_token(const struct token *token)
{
	FUZZ_ASSERT(memchr(token->name, '\0', sizeof token->name) != NULL);
	FUZZ_ASSERT(memchr(token->created, '\0', sizeof token->created) != NULL);
	FUZZ_ASSERT(token_is_name(token->name));
	FUZZ_ASSERT(token->scope >= SCOPE_READ && token->scope < SCOPE_COUNT);
}

/* cz2ctl revokes by the name that it finds at the start of a line. */
static int
count_named(const char *text, size_t size, const char *name)
{
	const char *end = text + size;
	int count = 0;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline != NULL ? newline : end;
		char found[TOKEN_NAME_SIZE];

		token_line_name(text, (size_t)(stop - text), found);
		count += strcmp(found, name) == 0;
		text = stop + (newline != NULL);
	}
	return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct tokens tokens;
	char *text = malloc(size + 1); /* of its own, so that a sanitizer sees its end */

	memcpy(text, data, size);
	blamed.last = blamed.count = 0;
	tokens_parse(&tokens, text, size, complain, &blamed);
	FUZZ_ASSERT(tokens.broken == blamed.count);
	FUZZ_ASSERT(tokens.count >= 0 && tokens.count <= TOKENS_MAX);
	FUZZ_ASSERT(tokens.count + tokens.broken <= count_lines(text, size));
	for (int n = 0; n < tokens.count; n++) {
		check_token(&tokens.list[n]);
		FUZZ_ASSERT(count_named(text, size, tokens.list[n].name) >= 1);
	}
	FUZZ_ASSERT(tokens_find(&tokens, "cz2_") == NULL);
	free(text);
	return 0;
}
