/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * One frame: the checksum, what a header may be, and that every frame ever
 * captured is understood and can be made again.
 */
#include "build.h"

#include <cz2/frame.h>

#include <string.h>

#include <cz2/error.h>

#include "support.h"

static const uint8_t read_9_1[] = {0x09, 0x00, 0x01, 0x00, 0x03, 0x00, 0x00,
				   0x0B, 0x00, 0x09, 0x01, 0xD5, 0xB8};

START_TEST(the_checksum_is_crc_16_arc)
{
	static const uint8_t zeros[300];

	ck_assert_uint_eq(cz2_crc16((const uint8_t *)"123456789", 9), 0xBB3D);
	ck_assert_uint_eq(cz2_crc16(read_9_1, 11), 0xB8D5);
	ck_assert_uint_eq(cz2_crc16((const uint8_t *)"A", 1), 0x30C0);
	ck_assert_uint_eq(cz2_crc16(NULL, 0), 0);
	ck_assert_uint_eq(cz2_crc16(zeros, sizeof zeros), 0);
}
END_TEST

/* Bit by bit from the definition, against whatever table the library uses. */
static uint16_t
slow_crc(const uint8_t *bytes, size_t length)
{
	unsigned crc = 0;

	for (size_t i = 0; i < length; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xA001 : crc >> 1;
	}
	return (uint16_t)crc;
}

START_TEST(the_checksum_equals_its_definition_for_every_byte_and_for_random_ones)
{
	uint32_t chance = 1;
	uint8_t bytes[300];

	for (unsigned i = 0; i < 256; i++) {
		bytes[0] = (uint8_t)i;
		ck_assert_uint_eq(cz2_crc16(bytes, 1), slow_crc(bytes, 1));
	}
	for (int i = 0; i < 300; i++) {
		size_t length = random_below(&chance, sizeof bytes);

		random_bytes(&chance, bytes, length);
		ck_assert_uint_eq(cz2_crc16(bytes, length), slow_crc(bytes, length));
	}
}
END_TEST

START_TEST(every_captured_frame_decodes_and_encodes_to_the_same_bytes)
{
	const struct captures *all = captures();
	int frames = 0;

	for (int i = 0; i < all->count; i++) {
		const struct capture *capture = &all->list[i];
		uint8_t again[CZ2_FRAME_MAX];
		struct cz2_frame frame;

		if (capture->noise)
			continue;
		frames++;
		ck_assert_msg(cz2_frame_decode(capture->bytes, capture->size, &frame) == CZ2_OK,
			      "%s", capture->meaning);
		ck_assert_uint_eq(cz2_crc16(capture->bytes, capture->size), 0);
		ck_assert_uint_eq(cz2_frame_encode(&frame, again), capture->size);
		ck_assert_mem_eq(again, capture->bytes, capture->size);
	}
	ck_assert_int_eq(frames, 144);
}
END_TEST

START_TEST(a_decoded_frame_has_its_parts_in_their_places)
{
	struct cz2_frame frame;

	ck_assert_int_eq(cz2_frame_decode(read_9_1, sizeof read_9_1, &frame), CZ2_OK);
	ck_assert_uint_eq(frame.destination, 9);
	ck_assert_uint_eq(frame.source, 1);
	ck_assert_uint_eq(frame.function, CZ2_READ);
	ck_assert_uint_eq(frame.length, 3);
	ck_assert_mem_eq(frame.payload, "\x00\x09\x01", 3);
}
END_TEST

START_TEST(one_wrong_bit_anywhere_in_a_captured_frame_is_noticed)
{
	const struct captures *all = captures();

	for (int i = 0; i < all->count; i++) {
		const struct capture *capture = &all->list[i];
		uint8_t bytes[CAPTURE_SIZE_MAX];
		struct cz2_frame frame;

		if (capture->noise)
			continue;
		memcpy(bytes, capture->bytes, capture->size);
		for (size_t bit = 0; bit < 8 * capture->size; bit++) {
			bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
			ck_assert_int_ne(cz2_frame_decode(bytes, capture->size, &frame), CZ2_OK);
			bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
		}
	}
}
END_TEST

START_TEST(a_wrong_checksum_and_a_wrong_size_are_told_apart)
{
	struct cz2_frame frame;
	uint8_t bytes[sizeof read_9_1 + 1] = {0};

	memcpy(bytes, read_9_1, sizeof read_9_1);
	for (size_t size = 0; size <= sizeof bytes; size++)
		if (size != sizeof read_9_1)
			ck_assert_int_eq(cz2_frame_decode(bytes, size, &frame), CZ2_EMALFORMED);
	bytes[10] ^= 1;
	ck_assert_int_eq(cz2_frame_decode(bytes, sizeof read_9_1, &frame), CZ2_ECHECKSUM);
}
END_TEST

START_TEST(a_header_needs_its_zeros_a_length_and_a_known_function)
{
	static const int zeros[] = {1, 3, 5, 6};
	uint8_t header[CZ2_HEADER_SIZE];

	for (unsigned function = 0; function < 256; function++) {
		bool known = function == 0x06 || function == 0x0B || function == 0x0C ||
			     function == 0x15;

		memcpy(header, read_9_1, sizeof header);
		header[7] = (uint8_t)function;
		ck_assert_int_eq(cz2_frame_header_ok(header), known);
	}
	for (unsigned length = 0; length < 256; length++) {
		memcpy(header, read_9_1, sizeof header);
		header[4] = (uint8_t)length;
		ck_assert_int_eq(cz2_frame_header_ok(header), length != 0);
	}
	for (size_t i = 0; i < sizeof zeros / sizeof zeros[0]; i++) {
		memcpy(header, read_9_1, sizeof header);
		header[zeros[i]] = 1;
		ck_assert(!cz2_frame_header_ok(header));
	}
}
END_TEST

START_TEST(a_run_of_zeros_is_no_frame_although_its_checksum_fits)
{
	static const uint8_t zeros[CZ2_FRAME_MAX];
	struct cz2_frame frame;

	for (size_t size = 0; size <= sizeof zeros; size++)
		ck_assert_int_eq(cz2_frame_decode(zeros, size, &frame), CZ2_EMALFORMED);
}
END_TEST

START_TEST(any_frame_survives_the_way_to_bytes_and_back)
{
	uint32_t chance = 7;

	for (int i = 0; i < 2000; i++) {
		struct cz2_frame frame, back;
		uint8_t bytes[CZ2_FRAME_MAX];
		size_t size;

		random_frame(&chance, &frame);
		size = cz2_frame_encode(&frame, bytes);
		ck_assert_uint_eq(size, (size_t)frame.length + CZ2_FRAME_OVERHEAD);
		ck_assert(cz2_frame_header_ok(bytes));
		ck_assert_int_eq(cz2_frame_decode(bytes, size, &back), CZ2_OK);
		ck_assert(same_frame(&frame, &back));
	}
}
END_TEST

START_TEST(the_shortest_and_the_longest_frame_are_frames)
{
	static const int lengths[] = {1, 255};

	for (int i = 0; i < 2; i++) {
		struct cz2_frame frame = {.destination = 255, .source = 255, .function = CZ2_WRITE};
		uint8_t bytes[CZ2_FRAME_MAX];
		struct cz2_frame back;

		frame.length = (uint8_t)lengths[i];
		memset(frame.payload, 0xFF, sizeof frame.payload);
		ck_assert_uint_eq(cz2_frame_encode(&frame, bytes),
				  i == 0 ? CZ2_FRAME_MIN : CZ2_FRAME_MAX);
		ck_assert_int_eq(cz2_frame_decode(bytes, (size_t)lengths[i] + 10, &back), CZ2_OK);
		ck_assert(same_frame(&frame, &back));
	}
}
END_TEST

START_TEST(time_on_the_wire_is_rounded_up)
{
	ck_assert_int_eq(cz2_wire_ms(0), 0);
	ck_assert_int_eq(cz2_wire_ms(1), 2);    /* 1.04 */
	ck_assert_int_eq(cz2_wire_ms(13), 14);  /* 13.54 */
	ck_assert_int_eq(cz2_wire_ms(24), 25);  /* 25.0 */
	ck_assert_int_eq(cz2_wire_ms(265), 277);/* 276.04 */
	ck_assert_int_eq(cz2_wire_ms(960), 1000);
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {
		the_checksum_is_crc_16_arc,
		the_checksum_equals_its_definition_for_every_byte_and_for_random_ones,
		every_captured_frame_decodes_and_encodes_to_the_same_bytes,
		a_decoded_frame_has_its_parts_in_their_places,
		one_wrong_bit_anywhere_in_a_captured_frame_is_noticed,
		a_wrong_checksum_and_a_wrong_size_are_told_apart,
		a_header_needs_its_zeros_a_length_and_a_known_function,
		a_run_of_zeros_is_no_frame_although_its_checksum_fits,
		any_frame_survives_the_way_to_bytes_and_back,
		the_shortest_and_the_longest_frame_are_frames,
		time_on_the_wire_is_rounded_up,
		NULL,
	};

	return run_suite("frame", tests);
}
