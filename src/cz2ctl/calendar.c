/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Lists of words that stand for sets, each to be shortened as long as it is clear what is
 * meant, and times of the day in both ways of counting hours.
 */
#include "build.h"

#include "cz2ctl/calendar.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <cz2/schedule.h>

enum { PART_MAX = 32, HOUR = 60, NOON = 12, DIGITS = 2, JOINED = 4 };

/* A word, and the set that it stands for. */
struct word {
	const char *text;
	unsigned set;
};

/* What lists of a kind are made of. count: members of the largest set, for ranges. */
struct kind {
	const char *name, *accepted;
	int count;
	const struct word *words;
	int word_count;
};

#define WORDS(list) list, (int)(sizeof(list) / sizeof(list)[0])

static const struct word day_words[] = {
	{"sunday", 0x01},   {"monday", 0x02},   {"tuesday", 0x04},
	{"wednesday", 0x08}, {"thursday", 0x10}, {"friday", 0x20},
	{"saturday", 0x40}, {"all", CALENDAR_ALL_DAYS},
	{"weekdays", 0x3E}, {"weekend", 0x41},  {"weekends", 0x41},
};

static const struct word period_words[] = {
	{"wake", 1 << CZ2_WAKE},  {"morning", 1 << CZ2_WAKE},  {"day", 1 << CZ2_DAY},
	{"eve", 1 << CZ2_EVE},    {"evening", 1 << CZ2_EVE},   {"sleep", 1 << CZ2_SLEEP},
	{"night", 1 << CZ2_SLEEP}, {"all", CALENDAR_ALL_PERIODS},
};

static const struct kind kind_of_days = {
	"day", "mon, mon,wed,fri, mon-fri, weekdays, weekend or all", CZ2_DAYS, WORDS(day_words)};

static const struct kind kind_of_periods = {
	"period", "wake, day, eve, sleep, a list like day,sleep or all", CZ2_PERIODS,
	WORDS(period_words)};

const char *const calendar_day_keys[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL};

const char *const calendar_day_names[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

/* ------------------------------------------------------------------------
 * Sets of words
 */

/* The set that a word or the beginning of one stands for; 0: of none, or of several. */
static unsigned
set_of(const struct kind *kind, const char *text, char why[CALENDAR_WHY_MAX])
{
	size_t length = strlen(text);
	unsigned found = 0;

	for (int i = 0; i < kind->word_count; i++) {
		const struct word *word = &kind->words[i];

		if (strcasecmp(word->text, text) == 0)
			return word->set;
		if (length == 0 || strncasecmp(word->text, text, length) != 0)
			continue;
		if (found != 0 && found != word->set) {
			snprintf(why, CALENDAR_WHY_MAX,
				 "'%s' may be more than one %s: more of the word is wanted", text,
				 kind->name);
			return 0;
		}
		found = word->set;
	}
	if (found == 0)
		snprintf(why, CALENDAR_WHY_MAX, "'%s' is no %s: %s are accepted", text, kind->name,
			 kind->accepted);
	return found;
}

static bool
is_single(unsigned set)
{
	return set != 0 && (set & (set - 1)) == 0;
}

/* From one member to another, round the end if need be. */
static unsigned
set_between(const struct kind *kind, unsigned first, unsigned last)
{
	unsigned whole = (1U << kind->count) - 1, set = first;

	while (first != last) {
		first = first << 1 & whole;
		if (first == 0)
			first = 1;
		set |= first;
	}
	return set;
}

/* A word, or a range of two. part is taken apart. */
static unsigned
set_of_part(const struct kind *kind, char *part, char why[CALENDAR_WHY_MAX])
{
	char *dash = strchr(part, '-');
	unsigned first, last;

	if (dash == NULL)
		return set_of(kind, part, why);
	*dash = '\0';
	first = set_of(kind, part, why);
	last = first != 0 ? set_of(kind, dash + 1, why) : 0;
	if (last == 0)
		return 0;
	if (is_single(first) && is_single(last))
		return set_between(kind, first, last);
	snprintf(why, CALENDAR_WHY_MAX, "'%s-%s' is no range of %ss", part, dash + 1, kind->name);
	return 0;
}

/* The text up to the next comma, without any blanks; false when it is too long. */
static bool
next_part(const char **text, char part[PART_MAX])
{
	size_t used = 0;

	for (; **text != '\0' && **text != ','; (*text)++) {
		if (**text == ' ')
			continue;
		if (used + 1 == PART_MAX)
			return false;
		part[used++] = **text;
	}
	part[used] = '\0';
	return true;
}

static unsigned
parse(const struct kind *kind, const char *text, char why[CALENDAR_WHY_MAX])
{
	unsigned set = 0;

	for (;; text++) {
		char part[PART_MAX];
		unsigned more;

		if (!next_part(&text, part)) {
			snprintf(why, CALENDAR_WHY_MAX,
				 "a %s in the list is too long: %s are accepted", kind->name,
				 kind->accepted);
			return 0;
		}
		more = set_of_part(kind, part, why);
		if (more == 0)
			return 0;
		set |= more;
		if (*text == '\0')
			return set;
	}
}

unsigned
calendar_days(const char *text, char why[CALENDAR_WHY_MAX])
{
	return parse(&kind_of_days, text, why);
}

unsigned
calendar_periods(const char *text, char why[CALENDAR_WHY_MAX])
{
	return parse(&kind_of_periods, text, why);
}

/* ------------------------------------------------------------------------
 * Times
 */

/* So many digits; -1 when there are others. Moves on behind them. */
static int
read_digits(const char **text, size_t least, size_t most)
{
	size_t length = strspn(*text, "0123456789");
	int value = 0;

	if (length < least || length > most)
		return -1;
	while (length-- > 0)
		value = 10 * value + (*(*text)++ - '0');
	return value;
}

/* What stands behind the hour. */
struct rest {
	int minute, second;
	bool plain; /* nothing did: it takes "am" or "pm" to be a time */
};

/* ":30", ":30:15" or nothing. */
static bool
read_rest(const char **text, struct rest *rest)
{
	*rest = (struct rest){.plain = **text != ':'};
	if (rest->plain)
		return true;
	(*text)++;
	rest->minute = read_digits(text, DIGITS, DIGITS);
	if (**text == ':') {
		(*text)++;
		rest->second = read_digits(text, DIGITS, DIGITS);
	}
	return rest->minute >= 0 && rest->minute < HOUR && rest->second >= 0 && rest->second < HOUR;
}

/* The hour of the whole day. Without "am" or "pm" it is one already; -1: it cannot be. */
static int
whole_hour(const char *half, int hour, bool plain)
{
	bool morning = strcasecmp(half, "am") == 0, evening = strcasecmp(half, "pm") == 0;

	if (half[0] == '\0')
		return plain || hour >= 2 * NOON ? -1 : hour;
	if ((!morning && !evening) || hour < 1 || hour > NOON)
		return -1;
	return hour % NOON + (evening ? NOON : 0);
}

static int
seconds_of(int hour, int minute, int second)
{
	return (hour * HOUR + minute) * HOUR + second;
}

/* "1930", as on a ship. */
static int
read_joined(const char *text)
{
	enum { HUNDRED = 100 };
	int value = read_digits(&text, JOINED, JOINED);

	if (value < 0 || *text != '\0' || value / HUNDRED >= 2 * NOON || value % HUNDRED >= HOUR)
		return -1;
	return seconds_of(value / HUNDRED, value % HUNDRED, 0);
}

static int
read_time(const char *text)
{
	struct rest rest;
	int hour;

	if (strspn(text, "0123456789") == JOINED)
		return read_joined(text);
	if (strcasecmp(text, "noon") == 0)
		return seconds_of(NOON, 0, 0);
	if (strcasecmp(text, "midnight") == 0)
		return 0;
	hour = read_digits(&text, 1, DIGITS);
	if (hour < 0 || !read_rest(&text, &rest))
		return -1;
	while (*text == ' ')
		text++;
	hour = whole_hour(text, hour, rest.plain);
	return hour >= 0 ? seconds_of(hour, rest.minute, rest.second) : -1;
}

int
calendar_time(const char *text, char why[CALENDAR_WHY_MAX])
{
	int seconds = read_time(text);

	if (seconds < 0)
		snprintf(why, CALENDAR_WHY_MAX,
			 "'%.64s' is no time: 19:00, 7pm, 7:15am, 1900, noon or midnight are "
			 "accepted", text);
	return seconds;
}

int
calendar_start(const char *text, char why[CALENDAR_WHY_MAX])
{
	enum { STEP = CZ2_START_STEP * HOUR };
	int seconds = calendar_time(text, why), before, after;
	char early[CALENDAR_TIME_MAX], late[CALENDAR_TIME_MAX];

	if (seconds < 0 || seconds % STEP == 0)
		return seconds < 0 ? -1 : seconds / HOUR;
	before = seconds / STEP * CZ2_START_STEP;
	after = (before + CZ2_START_STEP) % CZ2_DAY_MINUTES;
	snprintf(why, CALENDAR_WHY_MAX,
		 "'%.64s': periods begin at quarters of an hour: %s or %s would do", text,
		 calendar_time_text(before, early), calendar_time_text(after, late));
	return -1;
}

/* ------------------------------------------------------------------------
 * And back
 */

char *
calendar_time_text(int minutes, char out[CALENDAR_TIME_MAX])
{
	snprintf(out, CALENDAR_TIME_MAX, "%02d:%02d", minutes / HOUR, minutes % HOUR);
	return out;
}

/* People's weeks begin on Monday. */
static int
day_at(int place)
{
	return (place + 1) % CZ2_DAYS;
}

static bool
has_place(unsigned days, int place)
{
	return place < CZ2_DAYS && (days >> day_at(place) & 1) != 0;
}

char *
calendar_days_text(unsigned days, char out[CALENDAR_DAYS_MAX])
{
	size_t used = 0;

	if (days == CALENDAR_ALL_DAYS) {
		strcpy(out, "Every day");
		return out;
	}
	out[0] = '\0';
	for (int place = 0; place < CZ2_DAYS; place++) {
		bool first = has_place(days, place) && (place == 0 || !has_place(days, place - 1));
		bool last = has_place(days, place) && !has_place(days, place + 1);

		if (first || last)
			used += (size_t)snprintf(out + used, CALENDAR_DAYS_MAX - used, "%s%s",
						 first && used > 0 ? "," : first ? "" : "-",
						 calendar_day_names[day_at(place)]);
	}
	return out;
}
