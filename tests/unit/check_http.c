/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What the door for HTTP decides without a socket: which targets and headers may
 * pass, and who may come in. How real connections fare is test_http_guards.py's.
 */
#include "build.h"

#include <arpa/inet.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cz2d/http/http.h"
#include "cz2d/http/http_crowd.h"
#include "cz2d/http/http_guard.h"
#include "cz2d/http/http_stream.h"

/* ------------------------------------------------------------------------
 * Targets
 */

static const char *const good_targets[] = {
	"/",
	"/status",
	"/zones/1/hold?x=%41&y=a+b",
	"/%C3%A9",
	"/%E2%82%AC%F0%9F%94%A5",
	"/a?b?c#d",
};

START_TEST(a_path_with_whole_encodings_may_pass)
{
	ck_assert_ptr_null(guard_target(good_targets[_i]));
}
END_TEST

static const char *const bad_targets[] = {
	"",
	"*",
	"status",
	"http://localhost/status",
	"/a b",
	"/a\tb",
	"/a\x7F",
	"/\xC3\xA9", /* not encoded */
	"/%",
	"/%4",
	"/%zz",
	"/%4g",
	"/%00",
	"/a?b=%0a",
	"/%1F",
	"/%7f",
	"/%80",             /* a character's second byte */
	"/%C3",             /* half a character */
	"/%C3a",
	"/%C0%AF",          /* overlong */
	"/%E0%80%AF",       /* overlong */
	"/%ED%A0%80",       /* a surrogate */
	"/%F4%90%80%80",    /* beyond Unicode */
	"/%F5%80%80%80",
};

START_TEST(a_malformed_target_is_named)
{
	ck_assert_ptr_nonnull(guard_target(bad_targets[_i]));
}
END_TEST

/* ------------------------------------------------------------------------
 * Headers, laid out in memory as the library leaves them
 */

/* Puts NULs over the ends of lines as the parser does, and guards each field on the way. */
static struct guard
guarded(const char *text, size_t size)
{
	char *block = malloc(size + 1), *at = block;
	struct guard guard;
	char *target, *target_end, *version;

	memcpy(block, text, size);
	block[size] = '\0';
	for (size_t n = 0; n < size; n++)
		if (block[n] == '\r' || block[n] == '\n')
			block[n] = '\0';
	at = memchr(block, ' ', size);
	ck_assert_ptr_nonnull(at);
	*at = '\0';
	target = at + 1;
	target_end = target + strcspn(target, " ");
	version = memchr(target_end, 'H', size);
	version[-1] = '\0';
	guard_begin(&guard, block, target, target_end, version, size);
	for (at = version + strlen(version); at < block + size; at++) {
		char *colon = *at != '\0' ? strchr(at, ':') : NULL;
		char *value;

		if (colon == NULL)
			continue;
		value = colon + 1 + strspn(colon + 1, " \t");
		if (!guard_field(&guard, at, (size_t)(colon - at), value, strlen(value)))
			break;
		at = value + strlen(value);
	}
	guard_end(&guard);
	free(block);
	return guard;
}

#define GUARDED(text) guarded(text, sizeof(text) - 1)

START_TEST(a_plain_header_passes_and_is_understood)
{
	struct guard guard = GUARDED("POST /a HTTP/1.1\r\nhost: x\r\nCONTENT-LENGTH: 70000\r\n"
				     "Content-Type: application/json\r\nExpect: 100-Continue\r\n\r\n");

	ck_assert_ptr_null(guard.fault);
	ck_assert_uint_eq(guard.length, 70000);
	ck_assert(guard.expects && !guard.foreign && !guard.chunked);
	ck_assert(guard_has_body(&guard));
}
END_TEST

START_TEST(chunks_are_a_body_of_unknown_length)
{
	struct guard guard = GUARDED("POST /a HTTP/1.1\r\nHost: x\r\n"
				     "Transfer-Encoding: Chunked\r\n\r\n");

	ck_assert_ptr_null(guard.fault);
	ck_assert(guard.chunked && guard_has_body(&guard));
}
END_TEST

START_TEST(old_clients_need_no_host)
{
	ck_assert_ptr_null(GUARDED("GET /a HTTP/1.0\r\n\r\n").fault);
}
END_TEST

#define TEXT(text) {text, sizeof(text) - 1}
#define GET "GET /a HTTP/1.1\r\nHost: x\r\n"
#define POST "POST /a HTTP/1.1\r\nHost: x\r\n"

static const struct {
	const char *text;
	size_t size;
} bad_headers[] = {
	TEXT("GET /a HTTP/1.1\r\n\r\n"),
	TEXT(GET "Host: y\r\n\r\n"),
	TEXT(POST "Content-Length: 1\r\nContent-Length: 1\r\n\r\n"),
	TEXT(POST "Content-Length: +1\r\n\r\n"),
	TEXT(POST "Content-Length: \r\n\r\n"),
	TEXT(POST "Content-Length: 1, 1\r\n\r\n"),
	TEXT(POST "Content-Length: 9999999999999999999\r\n\r\n"),
	TEXT(POST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
	TEXT(POST "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n"),
	TEXT(POST "Transfer-Encoding: gzip\r\n\r\n"),
	TEXT(POST "Transfer-Encoding: gzip, chunked\r\n\r\n"),
	TEXT(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"),
	TEXT("POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"),
	TEXT("GET /a HTTP/1.2\r\nHost: x\r\n\r\n"),
	TEXT("GET /a\0 HTTP/1.1\r\nHost: x\r\n\r\n"),
	TEXT("GET\0 /a HTTP/1.1\r\nHost: x\r\n\r\n"),
	TEXT("GET\0x /a HTTP/1.1\r\nHost: x\r\n\r\n"),
	TEXT(GET "A: b\0\r\n\r\n"),
	TEXT(GET "A: b\0\r\nC: d\r\n\r\n"),
	TEXT("GET /a\0b HTTP/1.1\r\nHost: x\r\n\r\n"),
	TEXT("G@T /a HTTP/1.1\r\nHost: x\r\n\r\n"),
	TEXT(GET "A : b\r\n\r\n"),
	TEXT(GET " A: b\r\n\r\n"),
	TEXT(GET ": b\r\n\r\n"),
	TEXT(GET "A(: b\r\n\r\n"),
	TEXT(GET "A: b\x01\r\n\r\n"),
	TEXT(GET "A: b\0c\r\n\r\n"),
	TEXT(GET "A: b\nC: d\r\n\r\n"),
	TEXT(GET "A: b\rC: d\r\n\r\n"),
	TEXT("GET /a HTTP/1.1\nHost: x\r\n\r\n"),
	TEXT(GET "A: b\r\n\n"),
	TEXT(GET "A: b\n\r\n"),
};

START_TEST(an_ambiguous_header_is_named)
{
	ck_assert_ptr_nonnull(guarded(bad_headers[_i].text, bad_headers[_i].size).fault);
}
END_TEST

static const struct {
	const char *type;
	bool json;
} types[] = {
	{"application/json", true},
	{"Application/JSON", true},
	{"application/json; charset=utf-8", true},
	{"application/json;charset=utf-8", true},
	{"application/merge-patch+json", true},
	{"application/x+json ;a=b", true},
	{"application/+json", false},
	{"application/jsonp", false},
	{"text/json", false},
	{"text/plain", false},
	{"text/plain; application/json", false},
	{"", false},
};

START_TEST(only_json_counts_as_json)
{
	struct guard guard;
	char text[128];

	snprintf(text, sizeof text, POST "Content-Length: 1\r\nContent-Type: %s\r\n\r\n",
		 types[_i].type);
	guard = guarded(text, strlen(text));
	ck_assert_ptr_null(guard.fault);
	ck_assert_int_eq(guard.foreign, !types[_i].json);
}
END_TEST

/* ------------------------------------------------------------------------
 * Who may come in
 */

struct visitors {
	struct crowd crowd;
	struct guest guests[8];
	int count;
};

static bool
visit(struct visitors *visitors, const char *address)
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6};
	struct sockaddr_in four = {.sin_family = AF_INET};
	struct sockaddr unix_name = {.sa_family = AF_UNIX};
	const struct sockaddr *name = &unix_name;

	if (inet_pton(AF_INET6, address, &six.sin6_addr) == 1)
		name = (const struct sockaddr *)&six;
	else if (inet_pton(AF_INET, address, &four.sin_addr) == 1)
		name = (const struct sockaddr *)&four;
	if (!crowd_admits(&visitors->crowd, name))
		return false;
	crowd_join(&visitors->crowd, &visitors->guests[visitors->count++], -1, name, 0);
	return true;
}

START_TEST(an_address_has_its_share_and_no_more)
{
	struct visitors visitors = {.count = 0};

	crowd_init(&visitors.crowd, 512, 2);
	ck_assert(visit(&visitors, "192.0.2.1"));
	ck_assert(visit(&visitors, "192.0.2.1"));
	ck_assert(!visit(&visitors, "192.0.2.1"));
	ck_assert(!visit(&visitors, "::ffff:192.0.2.1"));
	ck_assert(visit(&visitors, "192.0.2.2"));
	ck_assert(visit(&visitors, "2001:db8::1"));
	crowd_leave(&visitors.crowd, &visitors.guests[1]);
	ck_assert(visit(&visitors, "192.0.2.1"));
}
END_TEST

/* A single machine may take any address of its network. */
START_TEST(a_network_of_ipv6_has_the_share_of_an_address)
{
	struct visitors visitors = {.count = 0};

	crowd_init(&visitors.crowd, 512, 2);
	ck_assert(visit(&visitors, "2001:db8:0:1::1"));
	ck_assert(visit(&visitors, "2001:db8:0:1:ffff::2"));
	ck_assert(!visit(&visitors, "2001:db8:0:1::3"));
	ck_assert(visit(&visitors, "2001:db8:0:2::1"));
	for (int n = 1; n <= 3; n++) {
		char old[16];

		snprintf(old, sizeof old, "192.0.2.%d", n);
		ck_assert(visit(&visitors, old));
	}
}
END_TEST

static const char *const exempt[] = {"127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1", "unix"};

START_TEST(loopback_and_the_unix_socket_have_no_share)
{
	struct visitors visitors = {.count = 0};

	crowd_init(&visitors.crowd, 512, 2);
	for (int n = 0; n < 4; n++)
		ck_assert(visit(&visitors, exempt[_i]));
}
END_TEST

START_TEST(guests_are_named_by_their_address)
{
	struct visitors visitors = {.count = 0};
	char name[64];

	crowd_init(&visitors.crowd, 512, 0);
	visit(&visitors, "::ffff:192.0.2.1");
	visit(&visitors, "2001:db8::1");
	guest_name(&visitors.guests[0], name, sizeof name);
	ck_assert_str_eq(name, "192.0.2.1");
	guest_name(&visitors.guests[1], name, sizeof name);
	ck_assert_str_eq(name, "2001:db8::1");
}
END_TEST

/* What a sweep does to a guest in this stage, so long after it entered it. */
static bool
shows_out(enum guest_stage stage, int64_t later, const char *says, bool nothing_follows)
{
	const struct sockaddr name = {.sa_family = AF_UNIX};
	struct crowd crowd;
	struct guest guest;
	int ends[2];
	bool out;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	crowd_init(&crowd, 512, 0);
	crowd_join(&crowd, &guest, ends[0], &name, 0);
	guest_enter(&guest, stage, 0);
	ck_assert_int_eq(write(ends[1], says, strlen(says)), (ssize_t)strlen(says));
	if (nothing_follows)
		shutdown(ends[1], SHUT_WR);
	crowd_sweep(&crowd, later);
	out = recv(ends[1], &(char){0}, 1, 0) == 0;
	close(ends[0]);
	close(ends[1]);
	return out;
}

START_TEST(everybody_has_so_much_time_and_no_more)
{
	ck_assert(!shows_out(GUEST_ASKING, HTTP_REQUEST_DEADLINE_MS - 1, "", false));
	ck_assert(shows_out(GUEST_ASKING, HTTP_REQUEST_DEADLINE_MS, "", false));
	ck_assert(!shows_out(GUEST_TAKING, 29999, "", false));
	ck_assert(shows_out(GUEST_TAKING, 30000, "", false));
	ck_assert(!shows_out(GUEST_IDLE, 74999, "", false));
	ck_assert(shows_out(GUEST_IDLE, 75000, "", false));
	ck_assert(!shows_out(GUEST_WAITING, INT64_MAX - 1, "", false));
}
END_TEST

START_TEST(who_says_that_nothing_follows_need_not_be_waited_for)
{
	ck_assert(shows_out(GUEST_ASKING, 0, "", true));
	ck_assert(shows_out(GUEST_IDLE, 0, "", true));
	ck_assert(!shows_out(GUEST_ASKING, 0, "the rest", true)); /* nobody has read that yet */
	ck_assert(!shows_out(GUEST_WAITING, 0, "", true));
	ck_assert(!shows_out(GUEST_TAKING, 0, "", true));
}
END_TEST

/* ------------------------------------------------------------------------
 * Answers that go on
 */

START_TEST(what_was_said_is_taken_in_its_order_however_it_is_cut)
{
	struct http_stream *stream = http_stream_new(0);
	unsigned char said = 0, expected = 0;
	char bytes[777], out[501];

	for (int turn = 0; turn < 1000; turn++) {
		size_t length = 1 + (size_t)turn % sizeof bytes, taken;

		for (size_t i = 0; i < length; i++)
			bytes[i] = (char)said++;
		ck_assert(http_stream_add(stream, bytes, length));
		while ((taken = http_stream_take(stream, out, 1 + (size_t)turn % sizeof out)) > 0)
			for (size_t i = 0; i < taken; i++)
				ck_assert_uint_eq((unsigned char)out[i], expected++);
	}
	ck_assert_uint_eq(said, expected);
	http_stream_free(stream);
}
END_TEST

START_TEST(what_does_not_fit_is_not_taken_at_all)
{
	struct http_stream *stream = http_stream_new(0);
	char *bytes = calloc(1, HTTP_STREAM_ROOM), out[10];

	ck_assert(http_stream_add(stream, bytes, HTTP_STREAM_ROOM - 9));
	ck_assert(!http_stream_add(stream, bytes, 10));
	ck_assert(http_stream_add(stream, bytes, 9));
	ck_assert(!http_stream_add(stream, bytes, 1));
	ck_assert_uint_eq(http_stream_take(stream, out, sizeof out), sizeof out);
	ck_assert(http_stream_add(stream, bytes, 10));
	ck_assert(!http_stream_add(stream, bytes, 1));
	http_stream_free(stream);
	free(bytes);
}
END_TEST

static Suite *
http_suite(void)
{
	Suite *suite = suite_create("http");
	TCase *targets = tcase_create("targets"), *headers = tcase_create("headers"),
	      *guests = tcase_create("guests"), *streams = tcase_create("streams");

	tcase_add_loop_test(targets, a_path_with_whole_encodings_may_pass, 0,
			    sizeof good_targets / sizeof good_targets[0]);
	tcase_add_loop_test(targets, a_malformed_target_is_named, 0,
			    sizeof bad_targets / sizeof bad_targets[0]);
	suite_add_tcase(suite, targets);
	tcase_add_test(headers, a_plain_header_passes_and_is_understood);
	tcase_add_test(headers, chunks_are_a_body_of_unknown_length);
	tcase_add_test(headers, old_clients_need_no_host);
	tcase_add_loop_test(headers, an_ambiguous_header_is_named, 0,
			    sizeof bad_headers / sizeof bad_headers[0]);
	tcase_add_loop_test(headers, only_json_counts_as_json, 0, sizeof types / sizeof types[0]);
	suite_add_tcase(suite, headers);
	tcase_add_test(guests, an_address_has_its_share_and_no_more);
	tcase_add_test(guests, a_network_of_ipv6_has_the_share_of_an_address);
	tcase_add_loop_test(guests, loopback_and_the_unix_socket_have_no_share, 0,
			    sizeof exempt / sizeof exempt[0]);
	tcase_add_test(guests, guests_are_named_by_their_address);
	tcase_add_test(guests, everybody_has_so_much_time_and_no_more);
	tcase_add_test(guests, who_says_that_nothing_follows_need_not_be_waited_for);
	suite_add_tcase(suite, guests);
	tcase_add_test(streams, what_was_said_is_taken_in_its_order_however_it_is_cut);
	tcase_add_test(streams, what_does_not_fit_is_not_taken_at_all);
	suite_add_tcase(suite, streams);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(http_suite());
	int failed;

	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
