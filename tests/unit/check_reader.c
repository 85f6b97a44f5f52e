/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Bytes into frames: nothing good is lost in any mixture of noise, pieces and
 * false headers, every byte is accounted for, and the work stays linear.
 */
#include "build.h"

#include <cz2/reader.h>

#include <stdlib.h>
#include <string.h>

#include "support.h"

enum { HEARD_MAX = 512 };

/* The frames that a reader has handed out. */
struct heard {
	struct cz2_frame list[HEARD_MAX];
	int count;
	size_t bytes; /* of all of them on the wire */
};

static void
collect(struct cz2_reader *reader, struct heard *heard)
{
	struct cz2_frame frame;

	while (cz2_reader_next(reader, &frame)) {
		ck_assert_int_lt(heard->count, HEARD_MAX);
		heard->list[heard->count++] = frame;
		heard->bytes += (size_t)frame.length + CZ2_FRAME_OVERHEAD;
	}
}

/* Feeds in pieces of at most step bytes. */
static void
feed(struct cz2_reader *reader, const uint8_t *bytes, size_t length, size_t step,
     struct heard *heard)
{
	while (length > 0) {
		size_t taken = cz2_reader_feed(reader, bytes, length < step ? length : step);

		ck_assert_uint_gt(taken, 0);
		bytes += taken;
		length -= taken;
		collect(reader, heard);
	}
}

static void
silence(struct cz2_reader *reader, struct heard *heard)
{
	cz2_reader_idle(reader);
	collect(reader, heard);
}

/* Every byte fed was part of a good frame, was skipped, or is still held. */
static void
assert_every_byte_accounted_for(const struct cz2_reader *reader, const struct heard *heard)
{
	const struct cz2_reader_counters *counters = cz2_reader_counters(reader);
	uint64_t known = heard->bytes + counters->skipped;

	ck_assert_uint_eq(counters->frames, (uint64_t)heard->count);
	if (cz2_reader_pending(reader))
		ck_assert_uint_lt(known, counters->bytes);
	else
		ck_assert_uint_eq(known, counters->bytes);
}

/* A frame of the bus to look for, and its bytes. */
static size_t
good_frame(struct cz2_frame *frame, uint8_t out[CZ2_FRAME_MAX])
{
	*frame = (struct cz2_frame){.destination = 99, .source = 1, .function = CZ2_REPLY,
				    .length = 7, .payload = {0, 1, 18, 6, 16, 50, 28}};
	return cz2_frame_encode(frame, out);
}

START_TEST(every_captured_frame_is_found_whatever_the_pieces_it_comes_in)
{
	const struct captures *all = captures();
	static struct heard heard;

	for (size_t step = 1; step <= 300; step += step < 40 ? 1 : 37) {
		struct cz2_reader reader;
		int frames = 0;

		heard = (struct heard){.count = 0};
		cz2_reader_init(&reader);
		for (int i = 0; i < all->count; i++) {
			if (all->list[i].noise)
				continue;
			feed(&reader, all->list[i].bytes, all->list[i].size, step, &heard);
			frames++;
		}
		ck_assert_int_eq(heard.count, frames);
		ck_assert_uint_eq(cz2_reader_counters(&reader)->skipped, 0);
		ck_assert_uint_eq(cz2_reader_counters(&reader)->checksum_errors, 0);
		ck_assert(!cz2_reader_pending(&reader));
		assert_every_byte_accounted_for(&reader, &heard);
	}
}
END_TEST

START_TEST(a_frame_split_at_any_byte_comes_out_when_its_last_byte_is_there)
{
	struct cz2_frame frame;
	uint8_t bytes[CZ2_FRAME_MAX];
	size_t size = good_frame(&frame, bytes);

	for (size_t split = 1; split < size; split++) {
		struct heard heard = {.count = 0};
		struct cz2_reader reader;

		cz2_reader_init(&reader);
		feed(&reader, bytes, split, size, &heard);
		ck_assert_int_eq(heard.count, 0);
		ck_assert(cz2_reader_pending(&reader));
		feed(&reader, bytes + split, size - split, size, &heard);
		ck_assert_int_eq(heard.count, 1);
		ck_assert(same_frame(&heard.list[0], &frame));
		ck_assert(!cz2_reader_pending(&reader));
	}
}
END_TEST

START_TEST(a_frame_right_behind_garbage_of_any_length_is_found)
{
	struct cz2_frame frame;
	uint8_t bytes[CZ2_FRAME_MAX], garbage[600];
	size_t size = good_frame(&frame, bytes);
	uint32_t chance = 3;

	for (size_t length = 0; length <= sizeof garbage; length++) {
		struct heard heard = {.count = 0};
		struct cz2_reader reader;

		cz2_reader_init(&reader);
		random_bytes(&chance, garbage, length);
		feed(&reader, garbage, length, 64, &heard);
		feed(&reader, bytes, size, 64, &heard);
		silence(&reader, &heard);
		ck_assert_int_eq(heard.count, 1);
		ck_assert(same_frame(&heard.list[0], &frame));
		ck_assert_uint_eq(cz2_reader_counters(&reader)->skipped, length);
		assert_every_byte_accounted_for(&reader, &heard);
	}
}
END_TEST

/* A header that announces length bytes of which none belong to it. */
static void
false_header(uint8_t length, uint8_t out[CZ2_HEADER_SIZE])
{
	const uint8_t header[CZ2_HEADER_SIZE] = {99, 0, 1, 0, length, 0, 0, CZ2_REPLY};

	memcpy(out, header, sizeof header);
}

START_TEST(a_false_header_holds_a_good_frame_back_until_silence_releases_it)
{
	struct heard heard = {.count = 0};
	struct cz2_reader reader;
	struct cz2_frame frame;
	uint8_t bytes[CZ2_FRAME_MAX], header[CZ2_HEADER_SIZE];
	size_t size = good_frame(&frame, bytes);

	cz2_reader_init(&reader);
	false_header(255, header);
	feed(&reader, header, sizeof header, 8, &heard);
	feed(&reader, bytes, size, 8, &heard);
	ck_assert_int_eq(heard.count, 0);
	ck_assert(cz2_reader_pending(&reader));

	silence(&reader, &heard);
	ck_assert_int_eq(heard.count, 1);
	ck_assert(same_frame(&heard.list[0], &frame));
	ck_assert(!cz2_reader_pending(&reader));
	ck_assert_uint_eq(cz2_reader_counters(&reader)->released, 1);
	ck_assert_uint_eq(cz2_reader_counters(&reader)->skipped, sizeof header);
	assert_every_byte_accounted_for(&reader, &heard);
}
END_TEST

START_TEST(without_silence_a_false_header_delays_good_frames_but_loses_none)
{
	static struct heard heard;
	struct cz2_reader reader;
	struct cz2_frame frame;
	uint8_t bytes[CZ2_FRAME_MAX], header[CZ2_HEADER_SIZE];
	size_t size = good_frame(&frame, bytes);

	heard.count = 0;
	cz2_reader_init(&reader);
	false_header(255, header);
	feed(&reader, header, sizeof header, 8, &heard);
	for (int i = 0; i < 40; i++)
		feed(&reader, bytes, size, 5, &heard);
	ck_assert_int_eq(heard.count, 40);
	ck_assert_uint_eq(cz2_reader_counters(&reader)->checksum_errors, 1);
	ck_assert_uint_eq(cz2_reader_counters(&reader)->released, 0);
	assert_every_byte_accounted_for(&reader, &heard);
}
END_TEST

START_TEST(a_good_frame_inside_a_false_one_is_found_at_every_place)
{
	struct cz2_frame frame;
	uint8_t bytes[CZ2_FRAME_MAX];
	size_t size = good_frame(&frame, bytes);

	for (size_t before = 0; before + size + 2 <= 60; before++) {
		struct heard heard = {.count = 0};
		struct cz2_reader reader;
		uint8_t outer[CZ2_HEADER_SIZE + 62];

		memset(outer, 0xAA, sizeof outer);
		false_header(60, outer);
		memcpy(outer + CZ2_HEADER_SIZE + before, bytes, size);
		cz2_reader_init(&reader);
		feed(&reader, outer, sizeof outer, sizeof outer, &heard);
		ck_assert_int_eq(heard.count, 1);
		ck_assert(same_frame(&heard.list[0], &frame));
		silence(&reader, &heard);
		assert_every_byte_accounted_for(&reader, &heard);
	}
}
END_TEST

START_TEST(false_headers_one_inside_the_other_are_all_released_by_one_silence)
{
	struct heard heard = {.count = 0};
	struct cz2_reader reader;
	struct cz2_frame frame;
	uint8_t bytes[CZ2_FRAME_MAX], header[CZ2_HEADER_SIZE];
	size_t size = good_frame(&frame, bytes);

	cz2_reader_init(&reader);
	false_header(255, header);
	for (int i = 0; i < 5; i++)
		feed(&reader, header, sizeof header, 8, &heard);
	feed(&reader, bytes, size, 8, &heard);
	silence(&reader, &heard);
	ck_assert_int_eq(heard.count, 1);
	ck_assert_uint_eq(cz2_reader_counters(&reader)->released, 5);
	ck_assert(!cz2_reader_pending(&reader));
}
END_TEST

START_TEST(a_frame_cut_short_does_not_cost_the_next_one)
{
	struct cz2_frame frame;
	uint8_t bytes[CZ2_FRAME_MAX];
	size_t size = good_frame(&frame, bytes);

	for (size_t cut = 1; cut < size; cut++) {
		struct heard heard = {.count = 0};
		struct cz2_reader reader;

		cz2_reader_init(&reader);
		feed(&reader, bytes, cut, 4, &heard);
		feed(&reader, bytes, size, 4, &heard);
		silence(&reader, &heard);
		ck_assert_int_eq(heard.count, 1);
		ck_assert(same_frame(&heard.list[0], &frame));
		assert_every_byte_accounted_for(&reader, &heard);
	}
}
END_TEST

START_TEST(silence_gives_up_what_came_before_it_and_nothing_after)
{
	struct heard heard = {.count = 0};
	struct cz2_reader reader;
	struct cz2_frame frame;
	uint8_t bytes[CZ2_FRAME_MAX];
	size_t size = good_frame(&frame, bytes);

	cz2_reader_init(&reader);
	cz2_reader_idle(&reader);
	feed(&reader, bytes, 9, 9, &heard);
	silence(&reader, &heard);
	ck_assert(!cz2_reader_pending(&reader));
	ck_assert_uint_eq(cz2_reader_counters(&reader)->skipped, 9);

	/* The rest of the frame alone means nothing; a whole one is whole again. */
	feed(&reader, bytes + 9, size - 9, size, &heard);
	feed(&reader, bytes, size, 1, &heard);
	ck_assert_int_eq(heard.count, 1);
	silence(&reader, &heard);
	assert_every_byte_accounted_for(&reader, &heard);
}
END_TEST

START_TEST(silence_twice_or_with_nothing_held_changes_nothing)
{
	struct heard heard = {.count = 0};
	struct cz2_reader reader;

	cz2_reader_init(&reader);
	silence(&reader, &heard);
	silence(&reader, &heard);
	ck_assert_int_eq(heard.count, 0);
	ck_assert(!cz2_reader_pending(&reader));
	ck_assert_uint_eq(cz2_reader_counters(&reader)->bytes, 0);
	ck_assert_uint_eq(cz2_reader_counters(&reader)->skipped, 0);
	ck_assert_uint_eq(cz2_reader_counters(&reader)->released, 0);
}
END_TEST

START_TEST(a_reader_that_was_drained_has_room)
{
	struct heard heard = {.count = 0};
	uint8_t noise[4 * CZ2_FRAME_MAX];
	struct cz2_reader reader;
	uint32_t chance = 11;
	uint8_t header[CZ2_HEADER_SIZE];

	cz2_reader_init(&reader);
	false_header(255, header);
	for (int i = 0; i < 200; i++) {
		size_t length = 1 + random_below(&chance, sizeof noise);

		random_bytes(&chance, noise, length);
		ck_assert_uint_gt(cz2_reader_feed(&reader, noise, length), 0);
		collect(&reader, &heard);
		ck_assert_uint_eq(cz2_reader_feed(&reader, header, sizeof header), sizeof header);
		collect(&reader, &heard);
	}
}
END_TEST

/* One piece of traffic: garbage of some kind, or a good frame. */
static size_t
random_garbage(uint32_t *chance, uint8_t *out)
{
	struct cz2_frame frame;
	size_t size;

	switch (random_below(chance, 5)) {
	case 0:
		size = random_below(chance, 400);
		random_bytes(chance, out, size);
		return size;
	case 1:
		size = random_below(chance, 40);
		memset(out, 0, size);
		return size;
	case 2:
		false_header((uint8_t)(1 + random_below(chance, 255)), out);
		return CZ2_HEADER_SIZE;
	case 3: /* cut short */
		random_frame(chance, &frame);
		return random_below(chance, (unsigned)cz2_frame_encode(&frame, out));
	default: /* one bit wrong */
		random_frame(chance, &frame);
		size = cz2_frame_encode(&frame, out);
		out[random_below(chance, (unsigned)size)] ^=
			(uint8_t)(1U << random_below(chance, 8));
		return size;
	}
}

START_TEST(any_mixture_of_garbage_and_good_frames_yields_every_good_frame_in_order)
{
	static struct heard heard, sent;

	for (uint32_t seed = 1; seed <= 300; seed++) {
		uint32_t chance = seed;
		struct cz2_reader reader;

		heard = (struct heard){.count = 0};
		sent.count = 0;
		cz2_reader_init(&reader);
		for (int i = 0; i < 60; i++) {
			uint8_t bytes[512];
			size_t size;

			if (random_below(&chance, 2) == 0) {
				size = random_garbage(&chance, bytes);
			} else {
				random_frame(&chance, &sent.list[sent.count]);
				size = cz2_frame_encode(&sent.list[sent.count++], bytes);
			}
			feed(&reader, bytes, size, 1 + random_below(&chance, 80), &heard);
			if (random_below(&chance, 3) == 0)
				silence(&reader, &heard);
			assert_every_byte_accounted_for(&reader, &heard);
		}
		silence(&reader, &heard);
		ck_assert(!cz2_reader_pending(&reader));
		assert_every_byte_accounted_for(&reader, &heard);
		ck_assert_msg(heard.count == sent.count, "seed %u: %d of %d", (unsigned)seed,
			      heard.count, sent.count);
		for (int i = 0; i < sent.count; i++)
			ck_assert_msg(same_frame(&heard.list[i], &sent.list[i]), "seed %u",
				      (unsigned)seed);
	}
}
END_TEST

/* Takes what the reader hands out, frames and noise, as the bytes that they were. */
static size_t
rebuild(struct cz2_reader *reader, uint8_t *out)
{
	struct cz2_frame frame;
	size_t size = 0, length;
	bool found;

	do {
		const uint8_t *noise;

		found = cz2_reader_next(reader, &frame);
		noise = cz2_reader_noise(reader, &length);
		ck_assert((noise == NULL) == (length == 0));
		if (noise != NULL)
			memcpy(out + size, noise, length);
		size += length;
		if (found)
			size += cz2_frame_encode(&frame, out + size);
	} while (found);
	return size;
}

START_TEST(frames_and_noise_together_are_all_that_came_in_its_order)
{
	static uint8_t sent[60 * 512], told[sizeof sent];

	for (uint32_t seed = 1; seed <= 200; seed++) {
		size_t size = 0, fed = 0, known = 0;
		uint32_t chance = seed;
		struct cz2_reader reader;

		cz2_reader_init(&reader);
		while (size < sizeof sent - 1024) {
			struct cz2_frame frame;

			size += random_garbage(&chance, sent + size);
			random_frame(&chance, &frame);
			size += cz2_frame_encode(&frame, sent + size);
		}
		while (fed < size) {
			size_t step = 1 + random_below(&chance, 80);

			fed += cz2_reader_feed(&reader, sent + fed, step < size - fed ? step : size - fed);
			known += rebuild(&reader, told + known);
			if (random_below(&chance, 9) == 0) {
				cz2_reader_idle(&reader);
				known += rebuild(&reader, told + known);
			}
		}
		cz2_reader_idle(&reader);
		known += rebuild(&reader, told + known);
		ck_assert_uint_eq(known, size);
		ck_assert_msg(memcmp(told, sent, size) == 0, "seed %u", (unsigned)seed);
	}
}
END_TEST

START_TEST(how_the_bytes_are_cut_into_pieces_makes_no_difference)
{
	static struct heard at_once, bit_by_bit;
	static uint8_t bytes[20000];
	struct cz2_reader a, b;
	uint32_t chance = 5;
	size_t size = 0;

	at_once.count = bit_by_bit.count = 0;
	while (size < sizeof bytes - 512) {
		struct cz2_frame frame;

		size += random_garbage(&chance, bytes + size);
		if (size >= sizeof bytes - 512)
			break;
		random_frame(&chance, &frame);
		size += cz2_frame_encode(&frame, bytes + size);
	}
	cz2_reader_init(&a);
	cz2_reader_init(&b);
	feed(&a, bytes, size, size, &at_once);
	feed(&b, bytes, size, 1, &bit_by_bit);
	silence(&a, &at_once);
	silence(&b, &bit_by_bit);
	ck_assert_int_gt(at_once.count, 20);
	ck_assert_int_eq(at_once.count, bit_by_bit.count);
	ck_assert_mem_eq(cz2_reader_counters(&a), cz2_reader_counters(&b),
			 sizeof(struct cz2_reader_counters));
}
END_TEST

START_TEST(exchanged_wires_are_recognised_in_the_captured_noise)
{
	const struct capture *noise = captured_noise();
	struct heard heard = {.count = 0};
	struct cz2_reader reader;

	ck_assert_uint_eq(noise->size, 381);
	cz2_reader_init(&reader);
	ck_assert(!cz2_reader_swapped(&reader));
	feed(&reader, noise->bytes, noise->size, 1, &heard);
	silence(&reader, &heard);
	ck_assert_int_eq(heard.count, 0);
	ck_assert(cz2_reader_swapped(&reader));
	ck_assert_uint_ge(cz2_reader_counters(&reader)->swapped, 7);
	assert_every_byte_accounted_for(&reader, &heard);
}
END_TEST

START_TEST(a_good_frame_takes_the_suspicion_of_exchanged_wires_back)
{
	const struct capture *noise = captured_noise();
	struct heard heard = {.count = 0};
	struct cz2_reader reader;
	struct cz2_frame frame;
	uint8_t bytes[CZ2_FRAME_MAX];
	size_t size = good_frame(&frame, bytes);

	cz2_reader_init(&reader);
	feed(&reader, noise->bytes, noise->size, 50, &heard);
	ck_assert(cz2_reader_swapped(&reader));
	feed(&reader, bytes, size, 50, &heard);
	silence(&reader, &heard);
	ck_assert_int_eq(heard.count, 1);
	ck_assert(!cz2_reader_swapped(&reader));
}
END_TEST

START_TEST(good_traffic_and_chance_do_not_look_like_exchanged_wires)
{
	const struct captures *all = captures();
	static struct heard heard;
	uint8_t noise[4096];
	struct cz2_reader reader;
	uint32_t chance = 17;

	heard.count = 0;
	cz2_reader_init(&reader);
	for (int i = 0; i < all->count; i++)
		if (!all->list[i].noise)
			feed(&reader, all->list[i].bytes, all->list[i].size, 64, &heard);
	ck_assert_uint_eq(cz2_reader_counters(&reader)->swapped, 0);
	for (int i = 0; i < 50; i++) {
		random_bytes(&chance, noise, sizeof noise);
		feed(&reader, noise, sizeof noise, sizeof noise, &heard);
	}
	ck_assert(!cz2_reader_swapped(&reader));
}
END_TEST

START_TEST(the_signature_is_seen_across_pieces_and_behind_its_own_beginning)
{
	static const uint8_t twice[] = {0xF9, 0xFF, 0xF9, 0xFF, 0xFF, 0xE9, 0xFF,
					0xF9, 0xF9, 0xFF, 0xFF, 0xE9, 0xFF};
	struct heard heard = {.count = 0};
	struct cz2_reader reader;

	cz2_reader_init(&reader);
	feed(&reader, twice, sizeof twice, 1, &heard);
	ck_assert_uint_eq(cz2_reader_counters(&reader)->swapped, 2);
}
END_TEST

/* How many checksums, the only costly thing, this noise makes the reader compute. */
static uint64_t
checksums_for(size_t length, bool worst)
{
	/* As many plausible headers as can be: one in five bytes. */
	static const uint8_t dense[] = {0, 0, CZ2_REPLY, 0, 255};
	static struct heard heard;
	struct cz2_reader reader;
	uint32_t chance = 23;

	heard.count = 0;
	cz2_reader_init(&reader);
	for (size_t done = 0; done < length;) {
		uint8_t bytes[1000];

		random_bytes(&chance, bytes, sizeof bytes);
		for (size_t i = 0; worst && i < sizeof bytes; i++)
			bytes[i] = dense[i % sizeof dense];
		feed(&reader, bytes, sizeof bytes, sizeof bytes, &heard);
		done += sizeof bytes;
	}
	silence(&reader, &heard);
	assert_every_byte_accounted_for(&reader, &heard);
	return cz2_reader_counters(&reader)->checksum_errors;
}

START_TEST(the_work_for_noise_grows_with_its_length_and_no_faster)
{
	uint64_t small = checksums_for(64000, true);
	uint64_t large = checksums_for(1024000, true);

	/* Each is at most 265 bytes of work. The last ones are given up to the silence. */
	ck_assert_uint_le(small, 64000 / 5);
	ck_assert_uint_gt(small, 64000 / 6);
	ck_assert_uint_le(large, 16 * (small + CZ2_FRAME_MAX / 5));
	ck_assert_uint_le(checksums_for(1024000, false), 10);
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {
		every_captured_frame_is_found_whatever_the_pieces_it_comes_in,
		a_frame_split_at_any_byte_comes_out_when_its_last_byte_is_there,
		a_frame_right_behind_garbage_of_any_length_is_found,
		a_false_header_holds_a_good_frame_back_until_silence_releases_it,
		without_silence_a_false_header_delays_good_frames_but_loses_none,
		a_good_frame_inside_a_false_one_is_found_at_every_place,
		false_headers_one_inside_the_other_are_all_released_by_one_silence,
		a_frame_cut_short_does_not_cost_the_next_one,
		silence_gives_up_what_came_before_it_and_nothing_after,
		silence_twice_or_with_nothing_held_changes_nothing,
		a_reader_that_was_drained_has_room,
		any_mixture_of_garbage_and_good_frames_yields_every_good_frame_in_order,
		frames_and_noise_together_are_all_that_came_in_its_order,
		how_the_bytes_are_cut_into_pieces_makes_no_difference,
		exchanged_wires_are_recognised_in_the_captured_noise,
		a_good_frame_takes_the_suspicion_of_exchanged_wires_back,
		good_traffic_and_chance_do_not_look_like_exchanged_wires,
		the_signature_is_seen_across_pieces_and_behind_its_own_beginning,
		the_work_for_noise_grows_with_its_length_and_no_faster,
		NULL,
	};

	return run_suite("reader", tests);
}
