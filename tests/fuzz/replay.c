/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Runs a fuzz target over files without a fuzzer, so that every build checks
 * the seeds: the files named on the command line, else the target's own seeds,
 * which lie in the directory of its name.
 */
#include "build.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "fuzz.h"

enum { INPUT_MAX = 1 << 20 };

static bool
run_file(const char *path)
{
	static uint8_t data[INPUT_MAX];
	FILE *file = fopen(path, "rb");
	uint8_t *exact;
	size_t size;

	if (file == NULL) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return false;
	}
	size = fread(data, 1, sizeof data, file);
	fclose(file);
	/* A block of just this size, so that a sanitizer sees reading beyond the end. */
	exact = malloc(size + 1);
	FUZZ_ASSERT(exact != NULL);
	memcpy(exact + 1, data, size);
	LLVMFuzzerTestOneInput(exact + 1, size);
	free(exact);
	return true;
}

static int
run_directory(const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	int count = 0;

	if (directory == NULL) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return 0;
	}
	while ((entry = readdir(directory)) != NULL) {
		char file[PATH_MAX];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
		count += run_file(file);
	}
	closedir(directory);
	return count;
}

/* The seeds of fuzz_body are in seeds/body; libtool may have put "lt-" before the name. */
static int
run_seeds(const char *program)
{
	const char *srcdir = getenv("srcdir"), *name = strstr(program, "fuzz_");
	char seeds[PATH_MAX / 2];

	FUZZ_ASSERT(name != NULL);
	snprintf(seeds, sizeof seeds, "%s/tests/fuzz/seeds/%s", srcdir != NULL ? srcdir : ".",
		 name + strlen("fuzz_"));
	return run_directory(seeds);
}

int
main(int argc, char **argv)
{
	int count = 0;

	for (int i = 1; i < argc; i++)
		count += run_file(argv[i]);
	if (argc < 2)
		count = run_seeds(program_invocation_short_name);
	printf("%d inputs\n", count);
	return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
