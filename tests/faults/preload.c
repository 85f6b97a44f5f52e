/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A worse operating system for cz2d, by LD_PRELOAD. The environment says how:
 *
 *	CZ2_FAIL_CALL=write:17:ENOSPC    the 17th call of write() fails, once
 *	CZ2_COUNT_CALLS=FILE             how often each function was called, at the end
 *	CZ2_WEATHER=FILE                 a struct weather, which may be changed at any time
 *
 * Calls are counted from main() on. Any other program that inherits the environment,
 * like the shell around cz2d, is left alone.
 */
#include "build.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "calls.h"

/* What else may happen to a function than to fail once; what is of MEMORY asks no system. */
enum kind { PLAIN, MEMORY, DISK, SYNC };

/* Shared with tests/e2e/preload.py. */
struct weather {
	int64_t wall_shift_s;      /* of CLOCK_REALTIME */
	int64_t monotonic_shift_s; /* of CLOCK_MONOTONIC, for the loop */
	int64_t sync_ms;           /* how long each fsync() takes more */
	int64_t disk_error;        /* errno of all that writes to the database; 0: none */
	atomic_llong syncs;        /* how many calls of fsync() began: ours to tell */
	atomic_llong disk_bytes;   /* and how much was written to the database */
	atomic_llong die_in;       /* kill -9 instead of the nth system call from now; 0: never */
	int64_t synchronized;      /* 1: the clock was set right, -1: it was not; 0: as it is */
};

enum call {
#define CALL(name, ...) CALL_##name,
	CALLS(CALL)
#undef CALL
	CALL_COUNT
};

static const struct {
	const char *name;
	enum kind kind;
} calls[] = {
#define CALL(name, kind, ...) [CALL_##name] = {#name, kind},
	CALLS(CALL)
#undef CALL
};

static struct {
	bool active;
	enum call call; /* CALL_COUNT: none fails */
	unsigned long nth;
	int error;
	struct weather *weather;
	atomic_ulong counts[CALL_COUNT];
} faults;

static int
failure(void)
{
	return faults.error;
}

/* What a stream that cannot be read tells besides: else it is at its end. */
static size_t
spoiled(FILE *file)
{
	enum { GLIBC_ERROR_SEEN = 0x20 };

	file->_flags |= GLIBC_ERROR_SEEN;
	return 0;
}

/* ------------------------------------------------------------------------
 * What happens to a call
 */

__attribute__((format(printf, 1, 2))) static void
say(const char *format, ...)
{
	char line[200];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	syscall(SYS_write, STDERR_FILENO, line, (size_t)length);
}

/* The log shows who was hit: whoever has to mend it need not look for him. */
static void
report(enum call call)
{
	enum { FRAMES = 12 };
	void *frames[FRAMES];

	say("preload: call %lu of %s fails: %s\n", faults.nth, calls[call].name,
	    strerrorname_np(failure()));
	backtrace_symbols_fd(frames, backtrace(frames, FRAMES), STDERR_FILENO);
}

static bool
strikes(enum call call)
{
	unsigned long n = atomic_fetch_add(&faults.counts[call], 1) + 1;

	if (call != faults.call || n != faults.nth)
		return false;
	report(call);
	errno = failure();
	return true;
}

/* As if the power went: nothing of this call happens any more, nor of any other thread's. */
static void
die_if_told(enum call call)
{
	struct weather *weather = faults.weather;

	if (weather == NULL || calls[call].kind == MEMORY || weather->die_in <= 0)
		return;
	if (atomic_fetch_sub(&weather->die_in, 1) == 1)
		syscall(SYS_kill, getpid(), SIGKILL);
}

static bool
disk_fails(enum call call)
{
	struct weather *weather = faults.weather;

	if (weather == NULL || calls[call].kind == PLAIN || calls[call].kind == MEMORY)
		return false;
	if (calls[call].kind == SYNC) {
		int64_t ms = weather->sync_ms; /* it may change when it is seen that we are here */

		atomic_fetch_add(&weather->syncs, 1);
		nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
	}
	errno = (int)weather->disk_error;
	return errno != 0;
}

static void
note_written(enum call call, int64_t bytes)
{
	if (faults.active && faults.weather != NULL && calls[call].kind == DISK && bytes > 0)
		atomic_fetch_add(&faults.weather->disk_bytes, bytes);
}

/* The name in C differs from the linker's: the headers' own idea of it does not matter here. */
#define CALL(name, kind, result, parameters, arguments, failed) \
	result fault_##name parameters __asm__(#name); \
	result fault_##name parameters \
	{ \
		static result(*real) parameters; \
		result got; \
		if (real == NULL) \
			*(void **)&real = dlsym(RTLD_NEXT, #name); \
		if (faults.active) \
			die_if_told(CALL_##name); \
		if (faults.active && (strikes(CALL_##name) || disk_fails(CALL_##name))) \
			return failed; \
		got = real arguments; \
		note_written(CALL_##name, (int64_t)got); \
		return got; \
	}
CALLS(CALL)
#undef CALL

/* ------------------------------------------------------------------------
 * Clocks. The rest of the machine goes on in its own time, and so do all threads but the
 * loop's: a library would give up what needs a second, a connection, when minutes pass in it.
 */

static int64_t
shift_of(clockid_t clock)
{
	if (faults.weather == NULL)
		return 0;
	if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
		return faults.weather->wall_shift_s;
	if (clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_BOOTTIME)
		return gettid() == getpid() ? faults.weather->monotonic_shift_s : 0;
	return 0;
}

int
clock_gettime(clockid_t clock, struct timespec *now)
{
	static int (*real)(clockid_t, struct timespec *);
	int result;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
	result = real(clock, now);
	now->tv_sec += shift_of(clock);
	return result;
}

time_t
time(time_t *out)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (out != NULL)
		*out = now.tv_sec;
	return now.tv_sec;
}

int fault_gettimeofday(struct timeval *now, void *zone) __asm__("gettimeofday");
int
fault_gettimeofday(struct timeval *now, void *zone)
{
	struct timespec precise;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &precise);
	*now = (struct timeval){precise.tv_sec, precise.tv_nsec / 1000};
	return 0;
}

/*
 * The MQTT library's sender is the only one that waits so. It does by CLOCK_REALTIME, for a second
 * at a time, and may miss that it is woken: it would then sleep for as long as that was shifted.
 */
int
pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex,
		       const struct timespec *until)
{
	static int (*real)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
	const struct timespec ours = {until->tv_sec - shift_of(CLOCK_REALTIME), until->tv_nsec};

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
	return real(condition, mutex, &ours);
}

/* The sign that the clock was set right. */
int
faccessat(int at, const char *path, int mode, int flags)
{
	static int (*real)(int, const char *, int, int);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "faccessat");
	if (faults.weather == NULL || faults.weather->synchronized == 0 ||
	    strcmp(path, "/run/systemd/timesync/synchronized") != 0)
		return real(at, path, mode, flags);
	errno = ENOENT;
	return faults.weather->synchronized > 0 ? 0 : -1;
}

/* ------------------------------------------------------------------------
 * Beginning and end
 */

static int
error_named(const char *name)
{
	enum { ERRORS = 134 };

	for (int error = 1; error < ERRORS; error++)
		if (strerrorname_np(error) != NULL && strcmp(strerrorname_np(error), name) == 0)
			return error;
	return 0;
}

/* "write:17:ENOSPC" */
static void
choose(const char *text)
{
	char name[32], error[32];

	if (sscanf(text, "%31[^:]:%lu:%31s", name, &faults.nth, error) == 3)
		while (faults.call < CALL_COUNT && strcmp(calls[faults.call].name, name) != 0)
			faults.call++;
	faults.error = error_named(error);
	if (faults.call == CALL_COUNT || faults.nth == 0 || faults.error == 0) {
		say("preload: what is CZ2_FAIL_CALL=%s?\n", text);
		_exit(EXIT_FAILURE);
	}
}

static bool
is_daemon(void)
{
	return strcmp(program_invocation_short_name, "cz2d") == 0 ||
	       strcmp(program_invocation_short_name, "lt-cz2d") == 0;
}

static struct weather *
map_weather(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	void *weather = mmap(NULL, sizeof(struct weather), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (weather != MAP_FAILED)
		return weather;
	say("preload: there is no weather at %s\n", path);
	_exit(EXIT_FAILURE);
}

__attribute__((constructor)) static void
begin(void)
{
	const char *fail = getenv("CZ2_FAIL_CALL"), *weather = getenv("CZ2_WEATHER");

	if (!is_daemon())
		return;
	faults.call = CALL_COUNT;
	if (weather != NULL)
		faults.weather = map_weather(weather);
	if (fail != NULL) {
		faults.call = 0;
		choose(fail);
	}
	faults.active = true;
}

__attribute__((destructor)) static void
end(void)
{
	const char *path = getenv("CZ2_COUNT_CALLS");
	FILE *file;

	if (!faults.active)
		return;
	faults.active = false;
	file = path != NULL ? fopen(path, "w") : NULL;
	if (file == NULL)
		return;
	for (enum call call = 0; call < CALL_COUNT; call++)
		fprintf(file, "%s %lu\n", calls[call].name, faults.counts[call]);
	fclose(file);
}
