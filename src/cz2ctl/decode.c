/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Each field in the order of the table, then what no field covers. Days of the program and
 * the clock are no sets of numbers to people, and have words of their own.
 */
#include "build.h"

#include "cz2ctl/decode.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cz2/field.h>
#include <cz2/schedule.h>

#include "cz2ctl/calendar.h"

enum {
	ALL_BITS = 0xFF,
	RUN_MAX = 16, /* unknown bytes of one item */
	LABEL_WIDTH = 22,
	SIXTEENTHS = 16,
	SMART_SENSOR_TABLE = 2,
};

/* A row while it is taken apart. */
struct taking {
	struct decode *decode;
	enum cz2_row row;
	const uint8_t *bytes;
	size_t length;
	uint8_t known[CZ2_PAYLOAD_MAX]; /* the bits that were explained */
};

/* ------------------------------------------------------------------------
 * Text
 */

static void __attribute__((format(printf, 3, 4)))
append(char *out, size_t size, const char *format, ...)
{
	size_t used = strlen(out);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(out + used, size - used, format, arguments);
	va_end(arguments);
}

/* "cool_setpoint" as "cool setpoint". */
static struct decode_item *
add_item(struct taking *taking, const char *name)
{
	static struct decode_item spare;
	struct decode *decode = taking->decode;
	struct decode_item *item =
		decode->count < DECODE_ITEMS_MAX ? &decode->items[decode->count++] : &spare;

	memset(item, 0, sizeof *item);
	snprintf(item->label, sizeof item->label, "%s", name);
	for (char *c = item->label; *c != '\0'; c++)
		if (*c == '_')
			*c = ' ';
	return item;
}

/* 632 is "39.5". */
static void
append_sixteenths(struct decode_item *item, int value)
{
	char text[16], *end;

	snprintf(text, sizeof text, "%.4f", (double)value / SIXTEENTHS);
	for (end = text + strlen(text); end[-1] == '0'; end--)
		end[-1] = '\0';
	if (end[-1] == '.')
		end[-1] = '\0';
	append(item->value, sizeof item->value, "%s", text);
}

/* ------------------------------------------------------------------------
 * Values
 */

static const char *
unit_of(const struct cz2_field_info *info)
{
	if (strcmp(info->unit, "F/16") == 0)
		return " F";
	if (strcmp(info->unit, "1/15") == 0)
		return " of 15";
	return info->unit;
}

static void
append_value(struct decode_item *item, const struct cz2_field_info *info, int value)
{
	if (value == CZ2_UNKNOWN)
		append(item->value, sizeof item->value, "-");
	else if (info->words != NULL)
		append(item->value, sizeof item->value, "%s", info->words[value]);
	else if (cz2_field_is_flag(info))
		append(item->value, sizeof item->value, "%s", value ? "yes" : "no");
	else if (strcmp(info->unit, "F/16") == 0)
		append_sixteenths(item, value);
	else
		append(item->value, sizeof item->value, "%d",
		       value * (info->scale != 0 ? info->scale : 1));
}

static void
append_unit(struct decode_item *item, const struct cz2_field_info *info)
{
	const char *unit = unit_of(info);

	if (unit[0] != '\0' && strcmp(item->value, "-") != 0)
		append(item->value, sizeof item->value, "%s%s", unit[0] != ' ' ? " " : "", unit);
}

static int
value_of(const struct taking *taking, const struct cz2_field_info *info,
	 const struct cz2_place *place, int zone)
{
	return cz2_place_get(info, place, zone, taking->bytes, taking->length);
}

/* "zones 1 4", for flags that are a bit of each zone. */
static void
put_zone_bits(struct taking *taking, const struct cz2_field_info *info,
	      const struct cz2_place *place)
{
	struct decode_item *item = add_item(taking, info->name);

	for (int zone = place->first_zone; zone <= place->last_zone; zone++)
		if (value_of(taking, info, place, zone) == 1)
			append(item->value, sizeof item->value, "%s%d",
			       item->value[0] != '\0' ? " " : "zones ", zone);
	item->usual = item->value[0] == '\0';
	if (item->usual)
		append(item->value, sizeof item->value, "no zone");
}

static void
put_zones(struct taking *taking, const struct cz2_field_info *info, const struct cz2_place *place)
{
	struct decode_item *item = add_item(taking, info->name);

	for (int zone = place->first_zone; zone <= place->last_zone; zone++) {
		append(item->value, sizeof item->value, "%s", zone > place->first_zone ? " " : "");
		append_value(item, info, value_of(taking, info, place, zone));
	}
	append_unit(item, info);
}

static void
put_one(struct taking *taking, const struct cz2_field_info *info, const struct cz2_place *place)
{
	int value = value_of(taking, info, place, place->first_zone);
	struct decode_item *item = add_item(taking, info->name);

	append_value(item, info, value);
	append_unit(item, info);
	item->usual = cz2_field_is_flag(info) && value == 0;
}

static void
put_all_mode(struct taking *taking, const struct cz2_field_info *info,
	     const struct cz2_place *place)
{
	int zone = value_of(taking, info, place, 0);
	struct decode_item *item = add_item(taking, info->name);

	item->usual = zone == 0;
	if (zone > 0)
		append(item->value, sizeof item->value, "zone %d rules", zone);
	else
		append(item->value, sizeof item->value, "%s", zone == 0 ? "off" : "-");
}

/* ------------------------------------------------------------------------
 * What is known
 */

static size_t
width_of(const struct cz2_place *place)
{
	size_t zones = (size_t)(place->last_zone - place->first_zone) + 1;

	switch (place->codec) {
	case CZ2_TEMP16:
		return 2;
	case CZ2_ZONE_BYTE:
		return zones;
	case CZ2_ZONE_TEMP16:
		return 2 * zones;
	default:
		return 1;
	}
}

static void
mark(struct taking *taking, const struct cz2_place *place)
{
	for (size_t i = 0; i < width_of(place); i++)
		taking->known[place->byte + i] |=
			place->codec == CZ2_ZONE_BIT ? ALL_BITS : place->mask;
}

static void
put_place(struct taking *taking, enum cz2_field field, const struct cz2_place *place)
{
	const struct cz2_field_info *info = cz2_field_info(field);

	/* A row may be shorter than what is known of it. */
	if (place->byte + width_of(place) > taking->length)
		return;
	mark(taking, place);
	if (field == CZ2_ALL)
		put_all_mode(taking, info, place);
	else if (place->codec == CZ2_ZONE_BIT)
		put_zone_bits(taking, info, place);
	else if (place->first_zone != place->last_zone)
		put_zones(taking, info, place);
	else
		put_one(taking, info, place);
}

static void
put_fields(struct taking *taking)
{
	for (int field = 0; field < CZ2_FIELD_COUNT; field++) {
		const struct cz2_place *place = cz2_field_info((enum cz2_field)field)->places;

		for (; place->codec != CZ2_PLACES_END; place++)
			if (place->row == (int)taking->row)
				put_place(taking, (enum cz2_field)field, place);
	}
}

static void
put_clock(struct taking *taking)
{
	const uint8_t *bytes = taking->bytes;
	struct decode_item *item = add_item(taking, "clock");

	if (bytes[3] < CZ2_DAYS)
		snprintf(item->value, sizeof item->value, "%s %02d:%02d:%02d",
			 calendar_day_names[bytes[3]], bytes[4], bytes[5], bytes[6]);
	else
		snprintf(item->value, sizeof item->value, "-");
	memset(taking->known, ALL_BITS, taking->length);
}

static void
put_setpoint(struct decode_item *item, const char *label, int value)
{
	if (value != CZ2_UNKNOWN)
		append(item->value, sizeof item->value, "  %s %d", label, value);
	else
		append(item->value, sizeof item->value, "  %s -", label);
}

static void
put_day(struct taking *taking)
{
	struct cz2_day day;

	cz2_day_read(taking->bytes, taking->length, &day);
	memset(taking->known, ALL_BITS, taking->length);
	for (int period = 0; period < CZ2_PERIODS; period++) {
		const struct cz2_setting *setting = &day.periods[period];
		struct decode_item *item = add_item(taking, cz2_period_names[period]);
		char start[CALENDAR_TIME_MAX];

		if (setting->start != CZ2_UNKNOWN)
			append(item->value, sizeof item->value, "%s",
			       calendar_time_text(setting->start, start));
		else
			append(item->value, sizeof item->value, "-");
		if (setting->out == 1) {
			append(item->value, sizeof item->value, "  out");
			continue;
		}
		put_setpoint(item, "heat", setting->heat);
		put_setpoint(item, "cool", setting->cool);
	}
}

/* ------------------------------------------------------------------------
 * What is not
 */

static void
put_run(struct taking *taking, size_t first, size_t end)
{
	struct decode_item *item;
	char label[DECODE_LABEL_MAX];

	if (end - first > 1)
		snprintf(label, sizeof label, "unknown %zu-%zu", first, end - 1);
	else
		snprintf(label, sizeof label, "unknown %zu", first);
	item = add_item(taking, label);
	item->unknown = true;
	for (size_t i = first; i < end; i++)
		append(item->value, sizeof item->value, "%s%02x", i > first ? " " : "",
		       taking->bytes[i]);
}

/* Bytes of which no bit is known, in runs. */
static void
put_unknown(struct taking *taking, size_t from)
{
	size_t i = from;

	while (i < taking->length) {
		size_t first = i;

		while (i < taking->length && taking->known[i] == 0 && i - first < RUN_MAX)
			i++;
		if (i > first)
			put_run(taking, first, i);
		else
			i++;
	}
}

/* ------------------------------------------------------------------------
 * Rows
 */

const char *
decode_name(unsigned device, unsigned table, unsigned row, char out[DECODE_NAME_MAX])
{
	if (cz2_row_find(device, table, row) != CZ2_ROW_NONE && table != SMART_SENSOR_TABLE)
		snprintf(out, DECODE_NAME_MAX, "%u.%u", table, row);
	else if (device == CZ2_ADDRESS_UI && table == 1)
		snprintf(out, DECODE_NAME_MAX, "1.%u", row);
	else
		snprintf(out, DECODE_NAME_MAX, "%u.%u@%u", table, row, device);
	return out;
}

static void
put_title(struct taking *taking)
{
	struct decode *decode = taking->decode;
	int zone, day;

	if (taking->row == CZ2_ROW_NONE)
		snprintf(decode->title, sizeof decode->title, "unknown row");
	else if (cz2_schedule_split(taking->row, &zone, &day))
		snprintf(decode->title, sizeof decode->title, "schedule, zone %d %s", zone,
			 calendar_day_names[day]);
	else
		snprintf(decode->title, sizeof decode->title, "%s",
			 cz2_row_info(taking->row)->title);
}

void
decode_row(unsigned device, const uint8_t *payload, size_t length, struct decode *decode)
{
	bool named = length > CZ2_ROW_PREFIX && length <= CZ2_PAYLOAD_MAX;
	struct taking taking = {
		.decode = decode, .row = CZ2_ROW_NONE, .bytes = payload, .length = length};

	memset(decode, 0, sizeof *decode);
	if (length > CZ2_PAYLOAD_MAX)
		taking.length = CZ2_PAYLOAD_MAX;
	if (named) {
		decode_name(device, payload[1], payload[2], decode->name);
		taking.row = cz2_row_find(device, payload[1], payload[2]);
	}
	put_title(&taking);
	/* One of another length than it should have is nothing that we know. */
	if (taking.row != CZ2_ROW_NONE && cz2_row_matches(taking.row, payload, length)) {
		if (taking.row >= CZ2_ROW_SCHEDULE)
			put_day(&taking);
		else if (taking.row == CZ2_ROW_1_18)
			put_clock(&taking);
		else
			put_fields(&taking);
	}
	put_unknown(&taking, named ? CZ2_ROW_PREFIX : 0);
}

const char *
decode_line(const struct decode *decode, char out[DECODE_LINE_MAX])
{
	out[0] = '\0';
	for (int i = 0; i < decode->count; i++) {
		const struct decode_item *item = &decode->items[i];

		if (!item->usual)
			append(out, DECODE_LINE_MAX, "%s%s%s %s", out[0] != '\0' ? ", " : "",
			       item->label, item->unknown ? ":" : "", item->value);
	}
	return out;
}

void
decode_print(const struct decode *decode, const struct screen *screen)
{
	screen_begin(screen, STYLE_TITLE);
	fprintf(screen->file, "%s  %s", decode->name, decode->title);
	screen_end(screen, STYLE_TITLE);
	putc('\n', screen->file);
	for (int i = 0; i < decode->count; i++) {
		const struct decode_item *item = &decode->items[i];
		enum style style = item->unknown ? STYLE_WARN : STYLE_PLAIN;

		fprintf(screen->file, "  %-*s  ", LABEL_WIDTH, item->label);
		screen_begin(screen, style);
		fputs(item->value, screen->file);
		screen_end(screen, style);
		putc('\n', screen->file);
	}
}
