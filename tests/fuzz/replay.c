/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Runs a fuzz target over files without a fuzzer, so that every build checks
 * the seeds: the files named on the command line, else the target's own seeds.
 */
#include "build.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "fuzz.h"

enum { INPUT_MAX = 1 << 20 };

static bool
run_file(const char *path)
{
	uint8_t *data = malloc(INPUT_MAX);
	FILE *file = fopen(path, "rb");
	uint8_t *exact;
	size_t size;

	if (file == NULL || data == NULL) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		free(data);
		return false;
	}
	size = fread(data, 1, INPUT_MAX, file);
	fclose(file);
	/* Shrunk to its size, so that a sanitizer sees reading beyond the end. */
	exact = realloc(data, size > 0 ? size : 1);
	LLVMFuzzerTestOneInput(exact != NULL ? exact : data, size);
	free(exact != NULL ? exact : data);
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
		char file[1024];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
		count += run_file(file);
	}
	closedir(directory);
	return count;
}

int
main(int argc, char **argv)
{
	const char *srcdir = getenv("srcdir");
	char seeds[1024];
	int count = 0;

	for (int i = 1; i < argc; i++)
		count += run_file(argv[i]);
	if (argc < 2) {
		snprintf(seeds, sizeof seeds, "%s/" SEEDS, srcdir != NULL ? srcdir : ".");
		count = run_directory(seeds);
	}
	printf("%d inputs\n", count);
	return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
