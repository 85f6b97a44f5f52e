/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Captured frames, chance and the runner for the unit tests. Knows the file
 * of captures and nothing of what is tested.
 */
#include "build.h"

#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
source_path(const char *path, char *out, size_t size)
{
	const char *srcdir = getenv("srcdir");

	snprintf(out, size, "%s/%s", srcdir != NULL ? srcdir : ".", path);
}

size_t
parse_hex(const char *text, uint8_t *out, size_t room)
{
	size_t count = 0;
	char *end;

	for (;;) {
		unsigned long byte = strtoul(text, &end, 16);

		if (end == text)
			return count;
		ck_assert_uint_le(byte, 0xFF);
		ck_assert_uint_lt(count, room);
		out[count++] = (uint8_t)byte;
		text = end;
	}
}

char *
read_source_file(const char *path)
{
	char full[1024];
	char *text;
	FILE *file;
	long size;

	source_path(path, full, sizeof full);
	file = fopen(full, "rb");
	ck_assert_msg(file != NULL, "%s cannot be opened", full);
	ck_assert_int_eq(fseek(file, 0, SEEK_END), 0);
	size = ftell(file);
	ck_assert_int_ge(size, 0);
	rewind(file);
	text = calloc(1, (size_t)size + 1);
	ck_assert_ptr_nonnull(text);
	ck_assert_uint_eq(fread(text, 1, (size_t)size, file), (size_t)size);
	fclose(file);
	return text;
}

static void
parse_capture(char *line, struct capture *capture)
{
	const char *kind = strsep(&line, "\t");
	const char *hex = strsep(&line, "\t");
	const char *evidence = strsep(&line, "\t");
	const char *meaning = strsep(&line, "\t");
	const char *values = strsep(&line, "\t");

	ck_assert_msg(values != NULL && line != NULL, "too few columns after %s", kind);
	ck_assert_msg(strcmp(evidence, "C") == 0 || strcmp(evidence, "P") == 0,
		      "evidence %s", evidence);
	capture->noise = strcmp(kind, "noise") == 0;
	capture->size = parse_hex(hex, capture->bytes, sizeof capture->bytes);
	snprintf(capture->meaning, sizeof capture->meaning, "%s", meaning);
	snprintf(capture->values, sizeof capture->values, "%s", values);
}

const struct captures *
captures(void)
{
	static struct captures loaded;
	char *text, *rest, *line;

	if (loaded.count > 0)
		return &loaded;
	text = read_source_file("tests/data/frames.tsv");
	rest = text;
	while ((line = strsep(&rest, "\n")) != NULL) {
		if (line[0] == '#' || line[0] == '\0')
			continue;
		ck_assert_int_lt(loaded.count, CAPTURES_MAX);
		parse_capture(line, &loaded.list[loaded.count++]);
	}
	free(text);
	return &loaded;
}

const struct capture *
captured_noise(void)
{
	const struct captures *all = captures();

	for (int i = 0; i < all->count; i++)
		if (all->list[i].noise)
			return &all->list[i];
	ck_abort_msg("no noise among the captures");
}

bool
commands_same(const struct cz2_command *one, const struct cz2_command *other)
{
	return memcmp(&one->wish, &other->wish, sizeof one->wish) == 0 &&
	       one->program == other->program &&
	       memcmp(&one->day, &other->day, sizeof one->day) == 0 &&
	       one->week_start == other->week_start;
}

int
setting(const char *name, int standard)
{
	const char *text = getenv(name);

	return text != NULL ? atoi(text) : standard;
}

/* xorshift32: a seed of 0 would stay 0. */
uint32_t
random_next(uint32_t *state)
{
	uint32_t x = *state != 0 ? *state : 0x9E3779B9;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	*state = x;
	return x;
}

unsigned
random_below(uint32_t *state, unsigned limit)
{
	return (random_next(state) >> 8) % limit;
}

void
random_bytes(uint32_t *state, uint8_t *out, size_t length)
{
	for (size_t i = 0; i < length; i++)
		out[i] = (uint8_t)random_below(state, 256);
}

void
random_frame(uint32_t *state, struct cz2_frame *frame)
{
	static const uint8_t functions[] = {CZ2_REPLY, CZ2_READ, CZ2_WRITE, CZ2_ERROR};
	unsigned longest = random_below(state, 4) == 0 ? CZ2_PAYLOAD_MAX : 20;

	frame->destination = (uint8_t)random_below(state, 256);
	frame->source = (uint8_t)random_below(state, 256);
	frame->function = functions[random_below(state, sizeof functions)];
	frame->length = (uint8_t)(1 + random_below(state, longest));
	random_bytes(state, frame->payload, frame->length);
}

bool
same_frame(const struct cz2_frame *a, const struct cz2_frame *b)
{
	return a->destination == b->destination && a->source == b->source &&
	       a->function == b->function && a->length == b->length &&
	       memcmp(a->payload, b->payload, a->length) == 0;
}

int
run_suite(const char *name, const TTest *const *tests)
{
	return run_fixed_suite(name, tests, NULL, NULL);
}

int
run_fixed_suite(const char *name, const TTest *const *tests, SFun set_up, SFun tear_down)
{
	Suite *suite = suite_create(name);
	TCase *all = tcase_create(name);
	SRunner *runner;
	int failed;

	/* Sanitizers and valgrind make everything many times slower. */
	tcase_set_timeout(all, 180);
	tcase_add_checked_fixture(all, set_up, tear_down);
	for (; *tests != NULL; tests++)
		tcase_add_test(all, *tests);
	suite_add_tcase(suite, all);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
