/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Who may: the file of tokens, the rules of Host and Origin, the pauses of those who
 * guess, and the verdict. What callers see of it is test_access.py's.
 */
#include "build.h"

#include <arpa/inet.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cz2d/api/access.h"
#include "cz2d/api/guess.h"
#include "cz2d/http/http_origin.h"
#include "keys/tokens.h"

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define HASH "sha256:" ZEROS
#define SIXTY_FOUR "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghij.-_9"

/* ------------------------------------------------------------------------
 * The file
 */

static struct tokens tokens;
static int blamed[8], blamed_count;

static void
blame(void *self, int line, const char *why)
{
	(void)self;
	ck_assert_uint_gt(strlen(why), 10);
	blamed[blamed_count++ % 8] = line;
}

static void
parse(const char *text)
{
	blamed_count = 0;
	tokens_parse(&tokens, text, strlen(text), blame, NULL);
	ck_assert_int_eq(tokens.broken, blamed_count);
}

START_TEST(good_lines_are_taken_and_broken_ones_blamed)
{
	parse("# comment\n"
	      "phone read " HASH " 2026-11-21T14:00:00Z\n"
	      "\n"
	      "broken\n"
	      "\t script \t read,admin,command  " HASH " \r\n"
	      "last command " HASH);
	ck_assert_int_eq(tokens.count, 3);
	ck_assert_str_eq(tokens.list[0].name, "phone");
	ck_assert_int_eq(tokens.list[0].scope, SCOPE_READ);
	ck_assert_str_eq(tokens.list[0].created, "2026-11-21T14:00:00Z");
	ck_assert_str_eq(tokens.list[1].name, "script");
	ck_assert_int_eq(tokens.list[1].scope, SCOPE_ADMIN);
	ck_assert_str_eq(tokens.list[1].created, "");
	ck_assert_int_eq(tokens.list[2].scope, SCOPE_COMMAND);
	ck_assert_int_eq(blamed_count, 1);
	ck_assert_int_eq(blamed[0], 4);
}
END_TEST

static const char *const broken[] = {
	"phone",
	"phone read",
	"phone read " HASH " then more",
	"phone write " HASH,
	"phone read, " HASH,
	"phone ,read " HASH,
	"phone Read " HASH,
	"phone read " ZEROS,
	"phone read sha256:",
	"phone read sha256:0" ZEROS,
	"phone read sha256:g00000000000000000000000000000000000000000000000000000000000000",
	"phone read sha512:" ZEROS,
	"local:me read " HASH,
	"anonymous read " HASH,
	"mqtt read " HASH,
	"panel read " HASH,
	"ph\303\266ne read " HASH,
	SIXTY_FOUR "x read " HASH,
	"phone read " HASH " " SIXTY_FOUR SIXTY_FOUR SIXTY_FOUR SIXTY_FOUR,
};

START_TEST(a_broken_line_lets_nobody_in)
{
	parse(broken[_i]);
	ck_assert_int_eq(tokens.count, 0);
	ck_assert_int_eq(tokens.broken, 1);
}
END_TEST

START_TEST(a_nul_does_not_hide_the_rest_of_a_line)
{
	static const char text[] = "phone read " HASH "\0x\nother read " HASH "\n";

	blamed_count = 0;
	tokens_parse(&tokens, text, sizeof text - 1, blame, NULL);
	ck_assert_int_eq(tokens.count, 1);
	ck_assert_str_eq(tokens.list[0].name, "other");
	ck_assert_int_eq(tokens.broken, 1);
}
END_TEST

/* So that what lets somebody in can be revoked. */
START_TEST(the_name_of_a_line_is_found_as_the_line_is_read)
{
	static const struct {
		const char *line, *name;
	} lines[] = {
		{"phone read", "phone"},   {"\r \tphone", "phone"}, {"# phone", ""},
		{"phone#read", "phone"},   {"", ""},		   {"\t", ""},
		{SIXTY_FOUR, SIXTY_FOUR}, {SIXTY_FOUR "x", ""},
	};

	for (size_t n = 0; n < sizeof lines / sizeof lines[0]; n++) {
		char name[TOKEN_NAME_SIZE];

		token_line_name(lines[n].line, strlen(lines[n].line), name);
		ck_assert_str_eq(name, lines[n].name);
	}
}
END_TEST

START_TEST(a_name_counts_once)
{
	parse("phone read " HASH "\nphone admin " HASH "\n" SIXTY_FOUR " read " HASH);
	ck_assert_int_eq(tokens.count, 2);
	ck_assert_int_eq(tokens.list[0].scope, SCOPE_READ);
	ck_assert_int_eq(blamed[0], 2);
}
END_TEST

START_TEST(so_many_tokens_and_no_more)
{
	char text[TOKENS_BYTES_MAX], *at = text;

	for (int n = 0; n < TOKENS_MAX + 1; n++)
		at += sprintf(at, "n%d read %s\n", n, HASH);
	parse(text);
	ck_assert_int_eq(tokens.count, TOKENS_MAX);
	ck_assert_int_eq(tokens.broken, 1);
}
END_TEST

START_TEST(a_secret_is_found_by_its_hash_and_by_nothing_else)
{
	char secret[TOKEN_SECRET_SIZE], line[TOKEN_LINE_SIZE], other[TOKEN_SECRET_SIZE];
	char text[2 * TOKEN_LINE_SIZE];

	token_make("phone", SCOPE_READ, "now", secret, line);
	strcpy(text, line);
	token_make("other", SCOPE_ADMIN, "now", other, line);
	strcat(text, line);
	parse(text);
	ck_assert_int_eq(tokens.count, 2);
	ck_assert_str_ne(secret, other);
	ck_assert_uint_eq(strlen(secret), TOKEN_SECRET_SIZE - 1);
	ck_assert_ptr_null(strstr(text, secret + 4));
	ck_assert_ptr_eq(tokens_find(&tokens, secret), &tokens.list[0]);
	ck_assert_ptr_eq(tokens_find(&tokens, other), &tokens.list[1]);
	ck_assert_ptr_null(tokens_find(&tokens, ""));
	secret[TOKEN_SECRET_SIZE - 2] ^= 1;
	ck_assert_ptr_null(tokens_find(&tokens, secret));
}
END_TEST

/* SHA-256 of "abc", from FIPS 180-4. */
START_TEST(the_hash_is_sha256)
{
	parse("abc read sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	ck_assert_ptr_nonnull(tokens_find(&tokens, "abc"));
	ck_assert_ptr_null(tokens_find(&tokens, "abd"));
}
END_TEST

/* ------------------------------------------------------------------------
 * Host and Origin
 */

static struct origin_text
text_of(const char *text)
{
	return (struct origin_text){text, text != NULL ? strlen(text) : 0};
}

static const char *const none[] = {NULL}, *const some[] = {"heat.example.org", "other:81", NULL};

static const struct {
	const char *host;
	bool by_default, listed; /* with some */
} hosts[] = {
	{NULL, true, true},
	{"localhost", true, true},
	{"LOCALHOST:8000", true, true},
	{"127.0.0.1:8000", true, true},
	{"192.0.2.7", true, true},
	{"[::1]:8000", true, true},
	{"[2001:db8::7]", true, true},
	{"furnace", true, false},
	{"Furnace.home.arpa:8000", true, false},
	{"furnace.local", true, false},
	{"furnace.evil.example", false, false},
	{"furnacex", false, false},
	{"furnac", false, false},
	{"local", false, false},
	{"heat.example.org", false, true},
	{"HEAT.example.org:9", false, true},
	{"other:81", false, true},
	{"other", false, false},
	{"other:82", false, false},
	{"evil.example", false, false},
	{"localhost.evil.example", false, false},
	{"127.0.0.1.evil.example", false, false},
	{"evil.example@localhost", false, false},
	{"[::1", false, false},
	{"[::1].evil.example", false, false},
	{"[evil.example]", false, false},
	{"", false, false},
	{":8000", false, false},
	{"0", false, false},
};

START_TEST(only_names_of_ours_are_known)
{
	struct origin_rules rules;

	origin_init(&rules, none, none);
	strcpy(rules.machine, "furnace.home.arpa");
	ck_assert_int_eq(origin_knows_host(&rules, text_of(hosts[_i].host)), hosts[_i].by_default);
	rules.hosts = some;
	ck_assert_int_eq(origin_knows_host(&rules, text_of(hosts[_i].host)), hosts[_i].listed);
	rules.hosts = NULL;
	ck_assert(origin_knows_host(&rules, text_of(hosts[_i].host)));
}
END_TEST

START_TEST(a_machine_without_a_name_is_known_by_none)
{
	struct origin_rules rules;

	origin_init(&rules, none, none);
	rules.machine[0] = '\0';
	ck_assert(!origin_knows_host(&rules, text_of("")));
	ck_assert(!origin_knows_host(&rules, text_of(".local")));
}
END_TEST

static const struct {
	const char *origin, *host;
	bool own;
} pages[] = {
	{"http://heat:8000", "heat:8000", true},
	{"https://HEAT", "heat", true},
	{"http://heat", "heat:8000", false},
	{"http://heat:8000.evil", "heat:8000", false},
	{"http://evil", "heat", false},
	{"null", "heat", false},
	{"heat", "heat", false},
	{"ftp://heat", "heat", false},
	{"", "", false},
	{"http://heat", NULL, false},
};

START_TEST(a_page_of_the_same_host_is_our_own)
{
	ck_assert_int_eq(origin_is_own(text_of(pages[_i].origin), text_of(pages[_i].host)),
			 pages[_i].own);
}
END_TEST

START_TEST(origins_are_listed_to_the_letter)
{
	static const char *const list[] = {"https://page.example", "http://x:1", NULL};
	struct origin_rules rules;

	origin_init(&rules, none, list);
	ck_assert_ptr_eq(origin_listed(&rules, text_of("http://x:1")), list[1]);
	ck_assert_ptr_null(origin_listed(&rules, text_of("http://x:11")));
	ck_assert_ptr_null(origin_listed(&rules, text_of("https://page.example.evil")));
	ck_assert_ptr_null(origin_listed(&rules, text_of("https://page.exampl")));
	ck_assert_ptr_null(origin_listed(&rules, text_of("null")));
	rules.origins = NULL;
	ck_assert_ptr_null(origin_listed(&rules, text_of("http://x:1")));
}
END_TEST

/* ------------------------------------------------------------------------
 * Guessing
 */

/* Something that nobody has shown yet. */
static uint64_t
another(void)
{
	static uint64_t last;

	return ++last;
}

static struct in6_addr
network(unsigned number)
{
	struct in6_addr address = in6addr_any;

	memcpy(address.s6_addr, &number, sizeof number);
	address.s6_addr[7] = 1;
	return address;
}

START_TEST(pauses_double_up_to_a_minute)
{
	static struct guess guess;
	struct in6_addr one = network(1), other = network(2);
	int64_t now = 5;

	for (int n = 0; n < GUESS_FREE; n++) {
		guess_failed(&guess, &one, another(), now);
		ck_assert_int_eq(guess_wait(&guess, &one, now), 0);
	}
	for (int64_t wait = 1000; wait < 200000; wait *= 2) {
		int64_t bounded = wait < GUESS_WAIT_MAX_MS ? wait : GUESS_WAIT_MAX_MS;

		guess_failed(&guess, &one, another(), now);
		ck_assert_int_eq(guess_wait(&guess, &one, now), bounded);
		ck_assert_int_eq(guess_wait(&guess, &one, now + bounded - 1), 1);
		now += bounded;
		ck_assert_int_eq(guess_wait(&guess, &one, now), 0);
	}
	ck_assert_int_eq(guess_wait(&guess, &other, 0), 0);
}
END_TEST

START_TEST(guesses_are_forgotten_after_a_right_one_and_after_a_while)
{
	static struct guess guess;
	struct in6_addr one = network(1);

	for (int n = 0; n < 9; n++)
		guess_failed(&guess, &one, another(), 0);
	guess_succeeded(&guess, &one);
	ck_assert_int_eq(guess_wait(&guess, &one, 0), 0);
	ck_assert_int_eq(guess_failed(&guess, &one, another(), 0), 1);
	ck_assert_int_eq(guess_failed(&guess, &one, another(), GUESS_MEMORY_MS - 1), 2);
	ck_assert_int_eq(guess_failed(&guess, &one, another(), 2 * GUESS_MEMORY_MS - 1), 1);
}
END_TEST

START_TEST(the_same_again_is_no_other_guess)
{
	static struct guess guess;
	struct in6_addr one = network(1);

	ck_assert_int_eq(guess_failed(&guess, &one, 7, 0), 1);
	for (int n = 0; n < 100; n++)
		ck_assert_int_eq(guess_failed(&guess, &one, 7, n), 0);
	for (uint64_t n = 0; n < GUESS_FREE - 1; n++)
		ck_assert_int_eq(guess_failed(&guess, &one, 100 + n, 100), 2 + (int)n);
	for (uint64_t n = 0; n < GUESS_FREE - 1; n++)
		ck_assert_int_eq(guess_failed(&guess, &one, 100 + n, 100), 0);
	ck_assert_int_eq(guess_failed(&guess, &one, 7, 100), 0);
	ck_assert_int_eq(guess_wait(&guess, &one, 100), 0);
	ck_assert_int_eq(guess_failed(&guess, &one, 8, 100), GUESS_FREE + 1);
	ck_assert_int_gt(guess_wait(&guess, &one, 100), 0);
}
END_TEST

START_TEST(a_crowd_pushes_out_who_guessed_longest_ago)
{
	static struct guess guess;
	struct in6_addr old = network(1), recent = network(2);

	for (int n = 0; n < 9; n++)
		guess_failed(&guess, &old, another(), 0);
	for (int n = 0; n < 9; n++)
		guess_failed(&guess, &recent, another(), 9);
	for (unsigned n = 0; n < GUESS_CLIENTS_MAX - 1; n++) {
		struct in6_addr someone = network(100 + n);

		guess_failed(&guess, &someone, another(), 10);
	}
	ck_assert_int_eq(guess_wait(&guess, &old, 11), 0);
	ck_assert_int_gt(guess_wait(&guess, &recent, 11), 0);
}
END_TEST

/* ------------------------------------------------------------------------
 * The verdict
 */

static char path[] = "/tmp/check_access.XXXXXX";
static char secret[TOKEN_SECRET_SIZE], header[TOKEN_SECRET_SIZE + 8];

static struct access *
with_a_token(bool allow_anonymous)
{
	char line[TOKEN_LINE_SIZE];
	FILE *file = fdopen(mkstemp(strcpy(path, "/tmp/check_access.XXXXXX")), "w");

	token_make("phone", SCOPE_COMMAND, "now", secret, line);
	sprintf(header, "Bearer %s", secret);
	fputs(line, file);
	fclose(file);
	return access_new(&(struct access_config){path, allow_anonymous});
}

START_TEST(a_forgotten_scope_lets_nobody_in)
{
	struct access *access = with_a_token(true);
	struct access_claim everybody = {.local = true};

	ck_assert_int_eq(access_judge(access, &everybody, SCOPE_ADMIN).answer, ACCESS_GRANTED);
	ck_assert_int_eq(access_judge(access, &everybody, SCOPE_UNSET).answer, ACCESS_TOO_LITTLE);
	access_free(access);
	unlink(path);
}
END_TEST

START_TEST(without_tokens_only_this_machine_is_trusted)
{
	struct access *access = access_new(&(struct access_config){.tokens = ""});
	struct access_claim here = {.loopback = true}, elsewhere = {.loopback = false};
	struct access_verdict verdict = access_judge(access, &here, SCOPE_ADMIN);

	ck_assert_int_eq(verdict.answer, ACCESS_GRANTED);
	ck_assert_str_eq(verdict.name, "anonymous");
	ck_assert_int_eq(access_judge(access, &elsewhere, SCOPE_READ).answer, ACCESS_NOBODY);
	ck_assert_int_eq(access_judge(access, &elsewhere, SCOPE_OPEN).answer, ACCESS_GRANTED);
	access_free(access);
}
END_TEST

START_TEST(a_token_gives_its_scope_and_those_before_it)
{
	struct access *access = with_a_token(false);
	struct access_claim phone = {.authorization = header}, nobody = {.loopback = true};

	ck_assert_int_eq(access_judge(access, &phone, SCOPE_READ).answer, ACCESS_GRANTED);
	ck_assert_int_eq(access_judge(access, &phone, SCOPE_COMMAND).answer, ACCESS_GRANTED);
	ck_assert_int_eq(access_judge(access, &phone, SCOPE_ADMIN).answer, ACCESS_TOO_LITTLE);
	ck_assert_str_eq(access_judge(access, &phone, SCOPE_ADMIN).name, "phone");
	ck_assert_int_eq(access_judge(access, &nobody, SCOPE_READ).answer, ACCESS_NOBODY);
	unlink(path);
	phone.now++;
	ck_assert_int_eq(access_judge(access, &phone, SCOPE_READ).answer, ACCESS_UNKNOWN);
	access_free(access);
}
END_TEST

START_TEST(who_guesses_waits_even_with_the_right_token_and_alone)
{
	struct access *access = with_a_token(false);
	struct access_claim thief = {.network = network(1)};
	char guessed[] = "Bearer x0";
	struct access_claim owner = {.authorization = header, .network = network(2)};

	thief.peer = "192.0.2.1";
	thief.authorization = guessed;
	for (int n = 0; n <= GUESS_FREE; n++) {
		guessed[strlen(guessed) - 1]++;
		ck_assert_int_eq(access_judge(access, &thief, SCOPE_READ).answer, ACCESS_UNKNOWN);
	}
	thief.authorization = header;
	ck_assert_int_eq(access_judge(access, &thief, SCOPE_READ).answer, ACCESS_TOO_OFTEN);
	ck_assert_int_eq(access_judge(access, &thief, SCOPE_READ).wait_ms, 1000);
	ck_assert_int_eq(access_judge(access, &owner, SCOPE_READ).answer, ACCESS_GRANTED);
	thief.now = 1000;
	ck_assert_int_eq(access_judge(access, &thief, SCOPE_READ).answer, ACCESS_GRANTED);
	access_free(access);
	unlink(path);
}
END_TEST

/* A program that was forgotten shows its token for ever, and others share its address. */
START_TEST(a_revoked_token_locks_nobody_out)
{
	struct access *access = with_a_token(false);
	struct access_claim forgotten = {.authorization = "Bearer revoked"};
	struct access_claim owner = {.authorization = header};

	forgotten.peer = "192.0.2.1";
	for (int n = 0; n < 100; n++)
		ck_assert_int_eq(access_judge(access, &forgotten, SCOPE_READ).answer,
				 ACCESS_UNKNOWN);
	ck_assert_int_eq(access_judge(access, &owner, SCOPE_READ).answer, ACCESS_GRANTED);
	access_free(access);
	unlink(path);
}
END_TEST

static Suite *
access_suite(void)
{
	Suite *suite = suite_create("access");
	TCase *file = tcase_create("file"), *pages_case = tcase_create("pages"),
	      *guesses = tcase_create("guesses"), *verdicts = tcase_create("verdicts");

	tcase_add_test(file, good_lines_are_taken_and_broken_ones_blamed);
	tcase_add_loop_test(file, a_broken_line_lets_nobody_in, 0,
			    sizeof broken / sizeof broken[0]);
	tcase_add_test(file, a_nul_does_not_hide_the_rest_of_a_line);
	tcase_add_test(file, the_name_of_a_line_is_found_as_the_line_is_read);
	tcase_add_test(file, a_name_counts_once);
	tcase_add_test(file, so_many_tokens_and_no_more);
	tcase_add_test(file, a_secret_is_found_by_its_hash_and_by_nothing_else);
	tcase_add_test(file, the_hash_is_sha256);
	suite_add_tcase(suite, file);
	tcase_add_loop_test(pages_case, only_names_of_ours_are_known, 0,
			    sizeof hosts / sizeof hosts[0]);
	tcase_add_test(pages_case, a_machine_without_a_name_is_known_by_none);
	tcase_add_loop_test(pages_case, a_page_of_the_same_host_is_our_own, 0,
			    sizeof pages / sizeof pages[0]);
	tcase_add_test(pages_case, origins_are_listed_to_the_letter);
	suite_add_tcase(suite, pages_case);
	tcase_add_test(guesses, pauses_double_up_to_a_minute);
	tcase_add_test(guesses, guesses_are_forgotten_after_a_right_one_and_after_a_while);
	tcase_add_test(guesses, the_same_again_is_no_other_guess);
	tcase_add_test(guesses, a_crowd_pushes_out_who_guessed_longest_ago);
	suite_add_tcase(suite, guesses);
	tcase_add_test(verdicts, a_forgotten_scope_lets_nobody_in);
	tcase_add_test(verdicts, without_tokens_only_this_machine_is_trusted);
	tcase_add_test(verdicts, a_token_gives_its_scope_and_those_before_it);
	tcase_add_test(verdicts, a_revoked_token_locks_nobody_out);
	tcase_add_test(verdicts, who_guesses_waits_even_with_the_right_token_and_alone);
	suite_add_tcase(suite, verdicts);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(access_suite());
	int failed;

	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
