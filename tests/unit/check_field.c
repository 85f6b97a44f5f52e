/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The table of values: what captured rows mean, the codecs at their edges,
 * that writing a value moves no other bit, and that the protocol document
 * tells the same as the table.
 */
#include "build.h"

#include <cz2/field.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

/* Calls with each field and each of its places. */
typedef void visitor(enum cz2_field field, const struct cz2_field_info *info,
		     const struct cz2_place *place);

static void
visit_places(visitor *visit)
{
	for (int field = 0; field < CZ2_FIELD_COUNT; field++) {
		const struct cz2_field_info *info = cz2_field_info((enum cz2_field)field);

		for (const struct cz2_place *p = info->places; p->codec != CZ2_PLACES_END; p++)
			visit((enum cz2_field)field, info, p);
	}
}

/* The zones that a place serves; the system's values have a zone 0 of their own. */
static int
first_zone(enum cz2_field field, const struct cz2_place *place)
{
	return cz2_field_is_zonal(field) ? place->first_zone : 0;
}

static int
last_zone(enum cz2_field field, const struct cz2_place *place)
{
	return cz2_field_is_zonal(field) ? place->last_zone : 0;
}

/* The length of a row, or more than any place needs where it is unknown. */
static size_t
length_of(const struct cz2_place *place)
{
	size_t length = cz2_row_info((enum cz2_row)place->row)->length;

	return length != 0 ? length : CZ2_ROW_SIZE_MAX;
}

/* ------------------------------------------------------------------------
 * Captures
 */

/* What the capture's column of values says of this field; CZ2_UNKNOWN if nothing. */
static int
expected(const struct capture *capture, const char *name, int zone)
{
	char key[64];
	const char *at;

	if (zone == 0)
		snprintf(key, sizeof key, " %s=", name);
	else
		snprintf(key, sizeof key, " %s[%d]=", name, zone);
	at = strstr(capture->values, key + 1);
	while (at != NULL && at != capture->values && at[-1] != ' ')
		at = strstr(at + 1, key + 1);
	return at != NULL ? atoi(at + strlen(key + 1)) : CZ2_UNKNOWN;
}

static const struct capture *shown;
static int values_compared;

static void
compare_with_capture(enum cz2_field field, const struct cz2_field_info *info,
		     const struct cz2_place *place)
{
	const uint8_t *bytes = shown->bytes;
	enum cz2_row row = cz2_row_find(bytes[7] == CZ2_REPLY ? bytes[2] : bytes[0], bytes[9],
					bytes[10]);

	if (place->row != (int)row)
		return;
	for (int zone = first_zone(field, place); zone <= last_zone(field, place); zone++) {
		int value = cz2_place_get(info, place, zone, bytes + CZ2_HEADER_SIZE, bytes[4]);

		ck_assert_msg(value == expected(shown, info->name, zone),
			      "%s: %s of zone %d is read as %d", shown->meaning, info->name, zone,
			      value);
		values_compared++;
	}
}

START_TEST(captured_rows_mean_what_their_captions_say)
{
	const struct captures *all = captures();

	for (int i = 0; i < all->count; i++) {
		shown = &all->list[i];
		if (!shown->noise && shown->bytes[4] > CZ2_ROW_PREFIX)
			visit_places(compare_with_capture);
	}
	ck_assert_int_gt(values_compared, 500);
}
END_TEST

/* ------------------------------------------------------------------------
 * The table
 */

START_TEST(every_field_is_filled_in_and_found_by_its_name)
{
	for (int field = 0; field < CZ2_FIELD_COUNT; field++) {
		const struct cz2_field_info *info = cz2_field_info((enum cz2_field)field);

		ck_assert_ptr_nonnull(info->name);
		ck_assert_ptr_nonnull(info->unit);
		ck_assert_ptr_nonnull(info->evidence);
		ck_assert_int_eq(cz2_field_find(info->name), field);
		ck_assert_int_lt(info->min, info->max);
		ck_assert_int_gt(info->min, CZ2_UNKNOWN);
		ck_assert_int_ne(info->places[0].codec, CZ2_PLACES_END);
		ck_assert_int_eq(info->places[CZ2_PLACES_MAX].codec, CZ2_PLACES_END);
	}
	ck_assert_int_eq(cz2_field_find("no_such_field"), CZ2_FIELD_COUNT);
	ck_assert_int_eq(cz2_field_find(""), CZ2_FIELD_COUNT);
}
END_TEST

START_TEST(values_with_words_have_one_for_each_number)
{
	for (int field = 0; field < CZ2_FIELD_COUNT; field++) {
		const struct cz2_field_info *info = cz2_field_info((enum cz2_field)field);
		int count = 0;

		if (info->words == NULL)
			continue;
		while (info->words[count] != NULL)
			count++;
		ck_assert_int_eq(info->min, 0);
		ck_assert_int_eq(count, info->max + 1);
	}
	ck_assert_str_eq(cz2_field_info(CZ2_MODE)->words[CZ2_MODE_EHEAT], "EHeat");
	ck_assert_str_eq(cz2_field_info(CZ2_FAN)->words[1], "On");
}
END_TEST

START_TEST(what_may_be_written_can_be_read_back_and_lies_in_one_place)
{
	for (int field = 0; field < CZ2_FIELD_COUNT; field++) {
		const struct cz2_field_info *info = cz2_field_info((enum cz2_field)field);

		if (!info->writable)
			continue;
		ck_assert_int_eq(info->places[1].codec, CZ2_PLACES_END);
		ck_assert_int_ge(info->set_min, info->min);
		/* 9 for "on" is not a value of the panel. */
		ck_assert_int_le(info->set_max, field == CZ2_ALL ? 9 : info->max);
		ck_assert_uint_ne(cz2_row_info((enum cz2_row)info->places[0].row)->length, 0);
	}
}
END_TEST

/* The bits that putting some value moves, onto all zeros or all ones. */
static void
bits_of(const struct cz2_place *place, int zone, uint8_t bits[CZ2_ROW_SIZE_MAX])
{
	static const int values[] = {0, 1, CZ2_UNKNOWN};

	memset(bits, 0, CZ2_ROW_SIZE_MAX);
	for (int old = 0; old <= 0xFF; old += 0xFF) {
		for (int i = 0; i < 3; i++) {
			uint8_t row[CZ2_ROW_SIZE_MAX];

			memset(row, old, sizeof row);
			cz2_place_put(place, zone, values[i], row);
			for (size_t byte = 0; byte < sizeof row; byte++)
				bits[byte] |= (uint8_t)(row[byte] ^ old);
		}
	}
}

/* Bits that are taken, by row and byte. */
static uint8_t taken[CZ2_ROW_COUNT][CZ2_ROW_SIZE_MAX];

static void
take_bits(enum cz2_field field, const struct cz2_field_info *info, const struct cz2_place *place)
{
	for (int zone = first_zone(field, place); zone <= last_zone(field, place); zone++) {
		uint8_t bits[CZ2_ROW_SIZE_MAX];
		int count = 0;

		bits_of(place, zone, bits);
		for (size_t i = 0; i < sizeof bits; i++) {
			ck_assert_msg((taken[place->row][i] & bits[i]) == 0,
				      "%s of zone %d shares a bit of byte %zu", info->name, zone,
				      i);
			ck_assert_msg(bits[i] == 0 || (i >= CZ2_ROW_PREFIX && i < length_of(place)),
				      "%s of zone %d lies outside its row", info->name, zone);
			taken[place->row][i] |= bits[i];
			count += __builtin_popcount(bits[i]);
		}
		ck_assert_int_gt(count, 0);
	}
}

START_TEST(no_two_values_share_a_bit_and_all_lie_inside_their_rows)
{
	visit_places(take_bits);
}
END_TEST

START_TEST(each_zone_has_each_of_its_values_somewhere)
{
	for (int field = CZ2_FIRST_ZONE_FIELD; field < CZ2_FIELD_COUNT; field++) {
		const struct cz2_field_info *info = cz2_field_info((enum cz2_field)field);

		ck_assert(cz2_field_is_zonal((enum cz2_field)field));
		for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++) {
			bool served = false;

			for (const struct cz2_place *p = info->places; p->codec != 0; p++)
				if (zone >= p->first_zone && zone <= p->last_zone)
					served = true;
			ck_assert_msg(served, "%s of zone %d", info->name, zone);
		}
	}
	for (int field = 0; field < CZ2_FIRST_ZONE_FIELD; field++)
		ck_assert(!cz2_field_is_zonal((enum cz2_field)field));
}
END_TEST

/* ------------------------------------------------------------------------
 * Codecs
 */

static int
outside(uint8_t high, uint8_t low)
{
	const struct cz2_field_info *info = cz2_field_info(CZ2_OUTSIDE_TEMP);
	uint8_t row[10] = {0, 9, 3, 0, high, low, 72, 255, 0, 0};

	return cz2_place_get(info, &info->places[0], 0, row, sizeof row);
}

START_TEST(sixteenths_of_a_degree_are_signed_and_big_endian)
{
	ck_assert_int_eq(outside(0x04, 0x48), 1096); /* 68.5 */
	ck_assert_int_eq(outside(0x02, 0x7D), 637);  /* 39.8125 */
	ck_assert_int_eq(outside(0x00, 0x00), 0);
	ck_assert_int_eq(outside(0x00, 0x01), 1);
	ck_assert_int_eq(outside(0xFF, 0xF0), -16);  /* -1.0 */
	ck_assert_int_eq(outside(0xFE, 0xC0), -320); /* -20.0 */
	ck_assert_int_eq(outside(0xFF, 0xFE), -2);
}
END_TEST

START_TEST(a_missing_or_broken_sensor_is_unknown_and_not_zero)
{
	const struct cz2_field_info *air = cz2_field_info(CZ2_AIR_HANDLER_TEMP);
	uint8_t row[10] = {0, 9, 3, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0};

	ck_assert_int_eq(outside(0xFF, 0xFF), CZ2_UNKNOWN);
	ck_assert_int_eq(outside(0x80, 0x00), CZ2_UNKNOWN);
	ck_assert_int_eq(outside(0x7F, 0xFF), CZ2_UNKNOWN);
	ck_assert_int_eq(cz2_place_get(air, &air->places[0], 0, row, sizeof row), CZ2_UNKNOWN);
}
END_TEST

START_TEST(bit_seven_of_the_outputs_is_read_in_reverse)
{
	const struct cz2_field_info *info = cz2_field_info(CZ2_DEHUMIDIFY);
	uint8_t row[4] = {0, 9, 5, 0x80};

	ck_assert_int_eq(cz2_place_get(info, &info->places[0], 0, row, sizeof row), 0);
	row[3] = 0x7F;
	ck_assert_int_eq(cz2_place_get(info, &info->places[0], 0, row, sizeof row), 1);
}
END_TEST

static void
read_with_every_shorter_length(enum cz2_field field, const struct cz2_field_info *info,
			       const struct cz2_place *place)
{
	for (int zone = first_zone(field, place); zone <= last_zone(field, place); zone++) {
		uint8_t row[CZ2_ROW_SIZE_MAX] = {0};
		bool known = false;

		cz2_place_put(place, zone, info->max, row);
		for (size_t length = 0; length <= length_of(place); length++) {
			/* From a heap block of that size, so that reading beyond shows. */
			uint8_t *exact = malloc(length + 1);
			int value;

			ck_assert_ptr_nonnull(exact);
			memcpy(exact + 1, row, length);
			value = cz2_place_get(info, place, zone, exact + 1, length);
			free(exact);
			/* Once the row is long enough the value stays. */
			ck_assert(value == CZ2_UNKNOWN ? !known : value == info->max);
			known = value != CZ2_UNKNOWN;
		}
		ck_assert_msg(known, "%s of zone %d", info->name, zone);
	}
}

START_TEST(a_row_too_short_for_a_value_does_not_know_it)
{
	visit_places(read_with_every_shorter_length);
}
END_TEST

static void
read_for_other_zones(enum cz2_field field, const struct cz2_field_info *info,
		     const struct cz2_place *place)
{
	uint8_t row[CZ2_ROW_SIZE_MAX];

	memset(row, 1, sizeof row);
	if (!cz2_field_is_zonal(field))
		return;
	for (int zone = 0; zone <= CZ2_ZONES_MAX + 1; zone++)
		if (zone < place->first_zone || zone > place->last_zone)
			ck_assert_int_eq(cz2_place_get(info, place, zone, row, sizeof row),
					 CZ2_UNKNOWN);
}

START_TEST(a_place_does_not_speak_for_zones_that_it_does_not_serve)
{
	visit_places(read_for_other_zones);
}
END_TEST

/* Every value that is plausible comes back, onto any old content. */
static void
put_and_get(enum cz2_field field, const struct cz2_field_info *info, const struct cz2_place *place)
{
	uint32_t chance = (uint32_t)field + 1;

	for (int zone = first_zone(field, place); zone <= last_zone(field, place); zone++) {
		for (int value = info->min; value <= info->max; value++) {
			uint8_t row[CZ2_ROW_SIZE_MAX];

			/* FF FF is "not fitted"; the 1/16 F below 0 cannot be told from it. */
			if (value == -1)
				continue;
			random_bytes(&chance, row, sizeof row);
			cz2_place_put(place, zone, value, row);
			if (cz2_place_get(info, place, zone, row, length_of(place)) != value)
				ck_abort_msg("%s of zone %d: %d", info->name, zone, value);
		}
	}
}

START_TEST(every_plausible_value_of_every_field_can_be_put_and_got_back)
{
	visit_places(put_and_get);
}
END_TEST

static bool
is_temperature(const struct cz2_place *place)
{
	return place->codec == CZ2_TEMP8 || place->codec == CZ2_TEMP16 ||
	       place->codec == CZ2_ZONE_TEMP16;
}

static void
put_unknown(enum cz2_field field, const struct cz2_field_info *info, const struct cz2_place *place)
{
	if (!is_temperature(place))
		return;
	for (int zone = first_zone(field, place); zone <= last_zone(field, place); zone++) {
		uint8_t row[CZ2_ROW_SIZE_MAX] = {0};

		cz2_place_put(place, zone, CZ2_UNKNOWN, row);
		ck_assert_int_eq(cz2_place_get(info, place, zone, row, sizeof row), CZ2_UNKNOWN);
	}
}

START_TEST(an_unknown_temperature_is_written_as_not_fitted)
{
	uint8_t row[10] = {0};

	cz2_place_put(&cz2_field_info(CZ2_OUTSIDE_TEMP)->places[0], 0, CZ2_UNKNOWN, row);
	ck_assert_mem_eq(row, "\0\0\0\0\xFF\xFF\0\0\0\0", 10);
	visit_places(put_unknown);
}
END_TEST

/* Whatever lay there, only bits of the value move. */
static void
put_onto_every_byte(enum cz2_field field, const struct cz2_field_info *info,
		    const struct cz2_place *place)
{
	for (int zone = first_zone(field, place); zone <= last_zone(field, place); zone++) {
		uint8_t bits[CZ2_ROW_SIZE_MAX], row[CZ2_ROW_SIZE_MAX];

		bits_of(place, zone, bits);
		for (int old = 0; old < 256; old++) {
			memset(row, old, sizeof row);
			cz2_place_put(place, zone, info->max, row);
			for (size_t i = 0; i < sizeof row; i++)
				if (((row[i] ^ old) & ~bits[i]) != 0)
					ck_abort_msg("%s of zone %d onto %02X", info->name, zone,
						     (unsigned)old);
		}
	}
}

START_TEST(putting_a_value_leaves_every_other_bit_whatever_it_was)
{
	visit_places(put_onto_every_byte);
}
END_TEST

START_TEST(the_fan_is_one_bit_among_the_installers_settings)
{
	const struct cz2_place *place = &cz2_field_info(CZ2_FAN)->places[0];

	for (int old = 0; old < 256; old++) {
		uint8_t row[19];

		memset(row, old, sizeof row);
		cz2_place_put(place, 0, 1, row);
		ck_assert_uint_eq(row[3], old | 0x04);
		cz2_place_put(place, 0, 0, row);
		ck_assert_uint_eq(row[3], old & ~0x04);
		for (int i = 0; i < 19; i++)
			ck_assert(i == 3 || row[i] == old);
	}
}
END_TEST

/* ------------------------------------------------------------------------
 * The document
 */

static int
print_place(const struct cz2_place *place, char *out, size_t size)
{
	const struct cz2_row_info *row = cz2_row_info((enum cz2_row)place->row);
	int zones = place->last_zone - place->first_zone + 1;
	int last = place->byte, length;

	if (place->codec == CZ2_TEMP16)
		last += 1;
	if (place->codec == CZ2_ZONE_BYTE)
		last += zones - 1;
	if (place->codec == CZ2_ZONE_TEMP16)
		last += 2 * zones - 1;
	length = snprintf(out, size, "%d.%d byte %d", row->table, row->row, place->byte);
	if (last != place->byte)
		length = snprintf(out, size, "%d.%d bytes %d-%d", row->table, row->row,
				  place->byte, last);
	if (place->mask != 0xFF)
		length += snprintf(out + length, size - (size_t)length, " bit %d",
				   __builtin_ctz(place->mask));
	if (place->codec == CZ2_INVERTED)
		length += snprintf(out + length, size - (size_t)length, " inverted");
	return length;
}

/* This field's line in docs/protocol.md. */
static void
documented_as(const struct cz2_field_info *info, char *out, size_t size)
{
	size_t used = (size_t)snprintf(out, size, "\n| `%s` |", info->name);

	for (const struct cz2_place *p = info->places; p->codec != CZ2_PLACES_END; p++) {
		const struct cz2_row_info *row = cz2_row_info((enum cz2_row)p->row);

		if (row->table == 2 && row->device != 2)
			continue;
		used += (size_t)snprintf(out + used, size - used, p == info->places ? " " : ", ");
		used += (size_t)print_place(p, out + used, size - used);
	}
	used += (size_t)snprintf(out + used, size - used, " | %s | %d..%d |",
				 info->unit[0] != '\0' ? info->unit : "-", info->min, info->max);
	if (info->writable)
		used += (size_t)snprintf(out + used, size - used, " %d..%d |", info->set_min,
					 info->set_max);
	else
		used += (size_t)snprintf(out + used, size - used, " - |");
	snprintf(out + used, size - used, " %s |", info->evidence);
}

START_TEST(the_protocol_document_lists_the_same_fields)
{
	char *text = read_source_file("docs/protocol.md");
	int lines = 0;

	for (int field = 0; field < CZ2_FIELD_COUNT; field++) {
		char line[256];

		documented_as(cz2_field_info((enum cz2_field)field), line, sizeof line);
		ck_assert_msg(strstr(text, line) != NULL,
			      "docs/protocol.md has no line that begins with:%s", line);
	}
	for (const char *at = text; (at = strstr(at, "\n| `")) != NULL; at++)
		lines++;
	ck_assert_int_eq(lines, CZ2_FIELD_COUNT);
	free(text);
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {
		captured_rows_mean_what_their_captions_say,
		every_field_is_filled_in_and_found_by_its_name,
		values_with_words_have_one_for_each_number,
		what_may_be_written_can_be_read_back_and_lies_in_one_place,
		no_two_values_share_a_bit_and_all_lie_inside_their_rows,
		each_zone_has_each_of_its_values_somewhere,
		sixteenths_of_a_degree_are_signed_and_big_endian,
		a_missing_or_broken_sensor_is_unknown_and_not_zero,
		bit_seven_of_the_outputs_is_read_in_reverse,
		a_row_too_short_for_a_value_does_not_know_it,
		a_place_does_not_speak_for_zones_that_it_does_not_serve,
		every_plausible_value_of_every_field_can_be_put_and_got_back,
		an_unknown_temperature_is_written_as_not_fitted,
		putting_a_value_leaves_every_other_bit_whatever_it_was,
		the_fan_is_one_bit_among_the_installers_settings,
		the_protocol_document_lists_the_same_fields,
		NULL,
	};

	return run_suite("field", tests);
}
