/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What the unit tests of libcz2 share: captured frames as data, repeatable
 * chance, and the few lines that run a suite.
 */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cz2/command.h>

enum { CAPTURE_SIZE_MAX = 512, CAPTURE_TEXT_MAX = 1024, CAPTURES_MAX = 256 };

/* One line of tests/data/frames.tsv, which describes the columns. */
struct capture {
	bool noise; /* not a frame */
	uint8_t bytes[CAPTURE_SIZE_MAX];
	size_t size;
	char meaning[CAPTURE_TEXT_MAX];
	char values[CAPTURE_TEXT_MAX]; /* "field=1 field[zone]=2", or "-" */
};

struct captures {
	struct capture list[CAPTURES_MAX];
	int count;
};

/* Loaded once; a file that cannot be read fails the test. */
const struct captures *
captures(void);

/* The wire noise among them. */
const struct capture *
captured_noise(void);

/* "00 01 0C" into bytes; returns how many. */
size_t
parse_hex(const char *text, uint8_t *out, size_t room);

/* By their members: what lies between those says nothing. */
bool
commands_same(const struct cz2_command *one, const struct cz2_command *other);

/* The text of a file of the source tree, to be freed. */
char *
read_source_file(const char *path);

/* A number from the environment. */
int
setting(const char *name, int standard);

/* Repeatable random numbers: the same seed, the same test. */
uint32_t
random_next(uint32_t *state);

/* 0 .. limit - 1. */
unsigned
random_below(uint32_t *state, unsigned limit);

void
random_bytes(uint32_t *state, uint8_t *out, size_t length);

/* Any frame that the bus could carry. */
void
random_frame(uint32_t *state, struct cz2_frame *frame);

bool
same_frame(const struct cz2_frame *a, const struct cz2_frame *b);

/* Runs the tests, a list ended by NULL; returns the program's exit status. */
int
run_suite(const char *name, const TTest *const *tests);

/* The same, with functions that run before and after each test (may be NULL). */
int
run_fixed_suite(const char *name, const TTest *const *tests, SFun set_up, SFun tear_down);

#endif
