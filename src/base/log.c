/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Lines for people, one write each, so that they never mix. Text from outside
 * (a file, the network) may stand in any argument: what could break a line or
 * fool a terminal is escaped here and nowhere else. When to speak, and in which
 * words, is left to the rooms.
 */
#include "build.h"

#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum {
	TEXT_MAX = 1024, /* of one message; what is longer is cut */
	HEAD_MAX = 64,   /* priority, or time of day and level */
	HELD_MS = 60000, /* repeats are held back for so long at most */
};

const char *const log_level_names[] = {
	[LOG_LEVEL_ERROR] = "error",   [LOG_LEVEL_WARNING] = "warning",
	[LOG_LEVEL_INFO] = "info",     [LOG_LEVEL_DEBUG] = "debug",
	[LOG_LEVEL_FRAMES] = "frames", [LOG_LEVEL_COUNT] = NULL,
};

/* What the journal calls the levels: see sd-daemon(3). */
static const int priorities[LOG_LEVEL_COUNT] = {
	[LOG_LEVEL_ERROR] = 3, [LOG_LEVEL_WARNING] = 4, [LOG_LEVEL_INFO] = 6,
	[LOG_LEVEL_DEBUG] = 7, [LOG_LEVEL_FRAMES] = 7,
};

/* A helper thread may run out of memory and say so: hence the lock. */
static struct {
	pthread_mutex_t lock;
	enum log_level level;
	bool terminal;

	char last[TEXT_MAX]; /* the message told last; "" when none may repeat it */
	enum log_level last_level;
	unsigned long repeats; /* of it that were not told */
	int64_t held_since;
} log_state = {.lock = PTHREAD_MUTEX_INITIALIZER, .level = LOG_LEVEL_INFO};

/* ------------------------------------------------------------------------
 * What a message may hold
 */

/*
 * Length of the character that text begins with, when it is one that may be
 * shown as it is; 0 for control characters and whatever is not UTF-8.
 */
static size_t
plain(const unsigned char *text)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t least; /* below it the form is overlong */
	} forms[] = {{0xE0, 0xC0, 0xA0 /* C1 controls are below */},
		     {0xF0, 0xE0, 0x800},
		     {0xF8, 0xF0, 0x10000}};

	if (text[0] < 0x80)
		return text[0] >= ' ' && text[0] != 0x7F;
	for (size_t form = 0; form < sizeof forms / sizeof forms[0]; form++) {
		uint32_t character = text[0] & (unsigned char)~forms[form].mask;

		if ((text[0] & forms[form].mask) != forms[form].lead)
			continue;
		for (size_t next = 1; next <= form + 1; next++) {
			if ((text[next] & 0xC0) != 0x80)
				return 0;
			character = character << 6 | (text[next] & 0x3F);
		}
		if (character < forms[form].least || character > 0x10FFFF ||
		    (character >= 0xD800 && character < 0xE000))
			return 0;
		return form + 2;
	}
	return 0;
}

/* Copies text, escaped; cuts it, with three dots, between characters. */
static void
escape(const char *text, char out[TEXT_MAX])
{
	enum { DOTS = 3, ESCAPE = 4 };
	const unsigned char *from = (const unsigned char *)text;
	size_t used = 0;

	while (*from != '\0') {
		size_t length = plain(from);

		if (used + (length > 0 ? length : ESCAPE) + DOTS >= TEXT_MAX) {
			memcpy(out + used, "...", DOTS);
			used += DOTS;
			break;
		}
		if (length > 0) {
			memcpy(out + used, from, length);
			used += length;
			from += length;
		} else {
			used += (size_t)snprintf(out + used, ESCAPE + 1, "\\x%02x", *from++);
		}
	}
	out[used] = '\0';
}

/* ------------------------------------------------------------------------
 * Telling
 */

static int
write_head(enum log_level level, char head[HEAD_MAX])
{
	struct timespec now;
	struct tm day;

	if (!log_state.terminal)
		return snprintf(head, HEAD_MAX, "<%d>", priorities[level]);
	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &day);
	return snprintf(head, HEAD_MAX, "%02d:%02d:%02d.%03d %-7s ", day.tm_hour, day.tm_min,
			day.tm_sec, (int)(now.tv_nsec / 1000000), log_level_names[level]);
}

/* A log that cannot be written is no reason to stop, and there is nobody to tell. */
static void
tell(enum log_level level, const char *text)
{
	char line[HEAD_MAX + TEXT_MAX + 1];
	size_t head = (size_t)write_head(level, line);
	size_t length = strlen(text);
	ssize_t written;

	memcpy(line + head, text, length);
	line[head + length] = '\n';
	do
		written = write(STDERR_FILENO, line, head + length + 1);
	while (written < 0 && errno == EINTR);
}

static void
tell_repeats(void)
{
	char text[TEXT_MAX];

	if (log_state.repeats == 0)
		return;
	snprintf(text, sizeof text, "(the last line came %lu more time%s)", log_state.repeats,
		 log_state.repeats == 1 ? "" : "s");
	log_state.repeats = 0;
	tell(log_state.last_level, text);
}

/* True when the line is the last one again; then it has been counted. */
static bool
fold(enum log_level level, const char *text)
{
	int64_t now = clock_now();

	if (level != log_state.last_level || strcmp(text, log_state.last) != 0) {
		tell_repeats();
		log_state.last_level = level;
		strcpy(log_state.last, text);
		return false;
	}
	if (log_state.repeats++ == 0)
		log_state.held_since = now;
	else if (now - log_state.held_since >= HELD_MS)
		tell_repeats();
	return true;
}

/* ------------------------------------------------------------------------
 * The room's doors
 */

void
log_init(enum log_level level, bool terminal)
{
	pthread_mutex_lock(&log_state.lock);
	log_state.level = level;
	log_state.terminal = terminal;
	pthread_mutex_unlock(&log_state.lock);
}

void
log_set_level(enum log_level level)
{
	pthread_mutex_lock(&log_state.lock);
	log_state.level = level;
	pthread_mutex_unlock(&log_state.lock);
}

bool
log_enabled(enum log_level level)
{
	bool enabled;

	pthread_mutex_lock(&log_state.lock);
	enabled = level <= log_state.level;
	pthread_mutex_unlock(&log_state.lock);
	return enabled;
}

void
log_line(enum log_level level, const char *room, const char *format, ...)
{
	int saved = errno;
	char raw[TEXT_MAX + 1], text[TEXT_MAX]; /* one more: escape() sees what is too long */
	va_list arguments;
	int used;

	if (!log_enabled(level))
		return;
	used = snprintf(raw, sizeof raw, "%s: ", room);
	va_start(arguments, format);
	if (used > 0 && (size_t)used < sizeof raw)
		vsnprintf(raw + used, sizeof raw - (size_t)used, format, arguments);
	va_end(arguments);
	escape(raw, text);

	pthread_mutex_lock(&log_state.lock);
	if (!fold(level, text))
		tell(level, text);
	pthread_mutex_unlock(&log_state.lock);
	errno = saved;
}

/* Never folded: a transcript of the line has no use for "the same again". */
void
log_frame(const char *direction, const unsigned char *bytes, size_t length)
{
	int saved = errno;
	char text[TEXT_MAX];
	size_t used, shown;

	if (!log_enabled(LOG_LEVEL_FRAMES))
		return;
	used = (size_t)snprintf(text, sizeof text, "bus: %.2s", direction);
	for (shown = 0; shown < length && used + sizeof " xx ..." < sizeof text; shown++)
		used += (size_t)snprintf(text + used, sizeof text - used, " %02X", bytes[shown]);
	if (shown < length)
		strcpy(text + used, " ...");

	pthread_mutex_lock(&log_state.lock);
	tell_repeats();
	log_state.last[0] = '\0';
	tell(LOG_LEVEL_FRAMES, text);
	pthread_mutex_unlock(&log_state.lock);
	errno = saved;
}

void
log_flush(void)
{
	int saved = errno;

	pthread_mutex_lock(&log_state.lock);
	tell_repeats();
	pthread_mutex_unlock(&log_state.lock);
	errno = saved;
}
