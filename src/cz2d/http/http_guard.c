/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The checks on raw requests. Behind a proxy, a request that it and we take apart
 * differently smuggles a second one past it; so whatever is ambiguous is refused,
 * even where libmicrohttpd has an opinion. Answering is left to the door.
 */
#include "build.h"

#include "cz2d/http/http_guard.h"

#include <string.h>
#include <strings.h>

/* ------------------------------------------------------------------------
 * The target
 */

static int
hex(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	digit |= 'a' ^ 'A';
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* The next byte of the target once decoded, -1 when it is malformed. */
static int
next_byte(const char **at)
{
	const char *text = *at;

	if (*text != '%') {
		*at += 1;
		return *text > ' ' && *text < 0x7F ? *text : -1;
	}
	if (hex(text[1]) < 0 || hex(text[2]) < 0)
		return -1;
	*at += 3;
	return hex(text[1]) << 4 | hex(text[2]);
}

/* How many bytes follow the first of a character in UTF-8, -1 when none begins so. */
static int
followers(int first)
{
	if (first < 0x80)
		return 0;
	if (first >= 0xC2 && first < 0xE0)
		return 1;
	if (first >= 0xE0 && first < 0xF0)
		return 2;
	return first >= 0xF0 && first < 0xF5 ? 3 : -1;
}

/* The smallest and largest second byte: no overlong forms, surrogates or beyond U+10FFFF. */
static bool
second_fits(int first, int second)
{
	int least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
	int most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;

	return second >= least && second <= most;
}

/* Takes one character; false when there is none. */
static bool
next_character(const char **at)
{
	int first = next_byte(at);
	int count = followers(first);

	if (first < ' ' || first == 0x7F || count < 0)
		return false;
	for (int n = 0; n < count; n++) {
		int byte = **at == '%' ? next_byte(at) : -1;

		if (!second_fits(n == 0 ? first : 0, byte))
			return false;
	}
	return true;
}

const char *
guard_target(const char *target)
{
	if (*target != '/')
		return "The target of a request must be a path that begins with a slash.";
	while (*target != '\0')
		if (!next_character(&target))
			return "The target of a request may hold visible ASCII and complete "
			       "percent-encodings of UTF-8 text without control characters.";
	return NULL;
}

/* ------------------------------------------------------------------------
 * Fields that mean something for the frame of a request
 */

static const char *
see_host(struct guard *guard, const char *value, size_t length)
{
	guard->host = (struct origin_text){value, length};
	return guard->hosts++ > 0 ? "There is more than one Host." : NULL;
}

static const char *
see_origin(struct guard *guard, const char *value, size_t length)
{
	guard->origin = (struct origin_text){value, length};
	return guard->origins++ > 0 ? "There is more than one Origin." : NULL;
}

/* Two could be read as one or the other. */
static const char *
see_authorization(struct guard *guard, const char *value, size_t length)
{
	(void)value;
	(void)length;
	return guard->authorizations++ > 0 ? "There is more than one Authorization." : NULL;
}

static const char *
see_length(struct guard *guard, const char *value, size_t length)
{
	uint64_t number = 0;

	if (guard->lengths++ > 0)
		return "There is more than one Content-Length.";
	if (length == 0 || length > 18)
		return "Content-Length must be a number of bytes.";
	for (size_t n = 0; n < length; n++) {
		if (value[n] < '0' || value[n] > '9')
			return "Content-Length must be a number of bytes.";
		number = number * 10 + (uint64_t)(value[n] - '0');
	}
	guard->length = number;
	return NULL;
}

static bool
is_word(const char *value, size_t length, const char *word)
{
	return length == strlen(word) && strncasecmp(value, word, length) == 0;
}

static const char *
see_coding(struct guard *guard, const char *value, size_t length)
{
	if (guard->codings++ > 0 || !is_word(value, length, "chunked"))
		return "Transfer-Encoding may only be chunked, once.";
	if (guard->old)
		return "HTTP/1.0 has no Transfer-Encoding.";
	guard->chunked = true;
	return NULL;
}

static const char *
see_expectation(struct guard *guard, const char *value, size_t length)
{
	guard->expects = guard->expects || is_word(value, length, "100-continue");
	return NULL;
}

/* application/json and application/anything+json, with or without parameters. */
static bool
is_json(const char *value, size_t length)
{
	static const char tree[] = "application/", suffix[] = "+json";
	const size_t tree_length = sizeof tree - 1, suffix_length = sizeof suffix - 1;
	size_t end = 0;

	while (end < length && strchr("; \t", value[end]) == NULL)
		end++;
	if (is_word(value, end, "application/json"))
		return true;
	return end > tree_length + suffix_length && strncasecmp(value, tree, tree_length) == 0 &&
	       strncasecmp(value + end - suffix_length, suffix, suffix_length) == 0;
}

static const char *
see_type(struct guard *guard, const char *value, size_t length)
{
	guard->foreign = guard->foreign || !is_json(value, length);
	return NULL;
}

static const struct {
	const char *name;
	size_t length;
	const char *(*see)(struct guard *guard, const char *value, size_t length);
} fields[] = {
	{"Host", 4, see_host},
	{"Expect", 6, see_expectation},
	{"Origin", 6, see_origin},
	{"Content-Type", 12, see_type},
	{"Authorization", 13, see_authorization},
	{"Content-Length", 14, see_length},
	{"Transfer-Encoding", 17, see_coding},
};

/* ------------------------------------------------------------------------
 * The header
 */

/* What a name may consist of, and a method. */
static bool
is_token(const char *text, size_t length)
{
	static const char others[] = "!#$%&'*+-.^_`|~";

	for (size_t n = 0; n < length; n++) {
		char letter = text[n] | ('a' ^ 'A');

		if ((letter < 'a' || letter > 'z') && (text[n] < '0' || text[n] > '9') &&
		    (text[n] == '\0' || strchr(others, text[n]) == NULL))
			return false;
	}
	return length > 0;
}

static bool
is_value(const char *text, size_t length)
{
	for (size_t n = 0; n < length; n++)
		if (((unsigned char)text[n] < ' ' && text[n] != '\t') || text[n] == 0x7F)
			return false;
	return true;
}

/*
 * libmicrohttpd parses a header where it lies and puts NULs over the ends of lines, so
 * what stood between two texts can still be seen: blanks, and as many NULs as there were
 * CR and LF. One less was a LF alone. One more was sent to us, to hide what follows, or
 * stands for the colon of a line without a name, which the library takes for the end.
 * (A NUL and a LF alone cannot be told from CR LF any more.) Folded lines are moved out
 * of the block.
 */
static bool
is_gap(const struct guard *guard, const char *next, size_t ends)
{
	uintptr_t from = (uintptr_t)guard->seen, to = (uintptr_t)next;
	size_t found = 0;

	if (from < (uintptr_t)guard->block || to > (uintptr_t)guard->end || to < from)
		return false;
	for (const char *at = guard->seen; at < next; at++) {
		if (*at != '\0' && *at != ' ' && *at != '\t')
			return false;
		found += *at == '\0';
	}
	return found == ends;
}

static const char unclear_lines[] =
	"Lines of the header must end with CR LF, without folding and NUL bytes.";

void
guard_begin(struct guard *guard, const char *method, const char *target, const char *target_end,
	    const char *version, size_t size)
{
	bool parted;

	*guard = (struct guard){.block = method, .end = method + size};
	guard->seen = method + strlen(method);
	parted = is_gap(guard, target, 1);
	guard->seen = target_end;
	parted = parted && is_gap(guard, version, 1);
	guard->old = strcmp(version, "HTTP/1.0") == 0;
	if (!guard->old && strcmp(version, "HTTP/1.1") != 0)
		guard->fault = "The version must be HTTP/1.1 or HTTP/1.0.";
	else if (!is_token(method, strlen(method)))
		guard->fault = "The method must be a word.";
	else if (!parted)
		guard->fault = "The first line must be method, target and version.";
	guard->seen = version + strlen(version);
}

bool
guard_field(struct guard *guard, const char *name, size_t name_length, const char *value,
	    size_t value_length)
{
	if (guard->fault != NULL)
		return false;
	if (!is_gap(guard, name, 2))
		guard->fault = unclear_lines;
	else if (!is_token(name, name_length))
		guard->fault = "The name of a header field must be a word, with a colon right behind.";
	else if (!is_value(value, value_length))
		guard->fault = "The value of a header field holds a control character.";
	guard->seen = value + value_length;

	for (size_t n = 0; guard->fault == NULL && n < sizeof fields / sizeof fields[0]; n++)
		if (name_length == fields[n].length &&
		    strncasecmp(name, fields[n].name, name_length) == 0)
			guard->fault = fields[n].see(guard, value, value_length);
	return guard->fault == NULL;
}

void
guard_end(struct guard *guard)
{
	if (guard->fault != NULL)
		return;
	if (!is_gap(guard, guard->end, 4))
		guard->fault = unclear_lines;
	else if (guard->hosts == 0 && !guard->old)
		guard->fault = "Host is missing.";
	else if (guard->lengths > 0 && guard->codings > 0)
		guard->fault = "Content-Length and Transfer-Encoding exclude each other.";
}
