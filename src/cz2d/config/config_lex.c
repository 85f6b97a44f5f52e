/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The smallest parts of a configuration file: blanks, comments, texts, words.
 * Takes no notice of their meaning.
 */
#include "build.h"

#include "cz2d/config/config_lex.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

static bool
begins(const struct config_lex *lex, const char *mark)
{
	return strncmp(lex->at, mark, strlen(mark)) == 0;
}

static const char *
skip_comment(struct config_lex *lex)
{
	unsigned begin = lex->line;

	for (lex->at += 2; !begins(lex, "*/"); lex->at++) {
		if (!*lex->at) {
			lex->line = begin;
			return "a comment begins here and never ends: */ is missing";
		}
		lex->line += *lex->at == '\n';
	}
	lex->at += 2;
	return NULL;
}

const char *
config_lex_space(struct config_lex *lex)
{
	for (;;) {
		if (begins(lex, "/*")) {
			const char *wrong = skip_comment(lex);

			if (wrong)
				return wrong;
		} else if (begins(lex, "#") || begins(lex, "//")) {
			lex->at += strcspn(lex->at, "\n");
		} else if (isspace((unsigned char)*lex->at)) {
			lex->line += *lex->at++ == '\n';
		} else {
			return NULL;
		}
	}
}

const char *
config_lex_text(struct config_lex *lex)
{
	unsigned begin = lex->line;

	for (lex->at++; *lex->at != '"'; lex->at++) {
		if (begins(lex, "\\x00"))
			return "\\x00: a text cannot hold a zero byte";
		if (*lex->at == '\\' && lex->at[1])
			lex->at++;
		if (!*lex->at) {
			lex->line = begin;
			return "a text begins here and never ends: \" is missing";
		}
		lex->line += *lex->at == '\n';
	}
	lex->at++;
	return NULL;
}

size_t
config_lex_word(const struct config_lex *lex)
{
	const char *end = lex->at;

	while (isalnum((unsigned char)*end) || (*end && strchr("+-._*", *end)))
		end++;
	return (size_t)(end - lex->at);
}
