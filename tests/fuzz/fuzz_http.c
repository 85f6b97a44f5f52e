/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Any bytes in any pieces at the whole door, libmicrohttpd behind it: only clean
 * requests reach the handler, every answer is one, and nobody and nothing stays
 * behind. Input: a byte of manners (see enum), then what the client sends.
 */
#include "build.h"

#include "cz2d/http/http_door.h"

#include <jansson.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cz2d/http/http_request.h"
#include "fuzz.h"

/* Manners; the other bits are the size of the pieces, 0: all at once. */
enum {
	HALF_CLOSED = 1, /* says that nothing follows */
	RUDE = 2,        /* leaves without waiting for what is kept */
	PIECE_SHIFT = 2,
};

enum { ANSWERS_MAX = 1 << 20, TURNS_MAX = 10000, GUESTS_MAX = 8 };

static struct {
	struct door *door;
	struct sockaddr_un name;
	socklen_t name_length;
	bool awake;
	struct http_request *kept;
	unsigned answered; /* with 200 */
	int lowest;        /* descriptor that is free when nobody is there */
} house;

static struct {
	int fd;
	char answers[ANSWERS_MAX + 1];
	size_t length;
} client;

/* ------------------------------------------------------------------------
 * The handler
 */

static const char *
methods(void *self, const char *path)
{
	(void)self;
	if (strncmp(path, "/seen", 5) == 0 || strcmp(path, "/later") == 0)
		return "GET, HEAD";
	return strcmp(path, "/take") == 0 ? "POST" : NULL;
}

static void
answer(struct http_request *request)
{
	house.answered++;
	http_answer(request, 200, "{}", 2, NULL);
}

/* What JSON cannot say would be missing in the answers. */
static void
check_text(const char *text)
{
	json_t *string = json_string(text);

	FUZZ_ASSERT(string != NULL);
	json_decref(string);
	for (; *text != '\0'; text++)
		FUZZ_ASSERT((unsigned char)*text >= ' ' && *text != 0x7F);
}

static void
check_request(struct http_request *request)
{
	const struct guard *guard = &request->guard;
	const char *x = http_query(request, "x"), *body;
	size_t length;

	FUZZ_ASSERT(request->refusal == NULL && guard->fault == NULL);
	check_text(http_path(request));
	if (x != NULL)
		check_text(x);
	body = http_body(request, &length);
	FUZZ_ASSERT(length <= HTTP_BODY_MAX && body[length] == '\0');
	FUZZ_ASSERT(guard->chunked || length == guard->length);
	FUZZ_ASSERT(http_header(request, "Host") != NULL || guard->old);
	FUZZ_ASSERT(strncmp(http_peer(request), "local:", 6) == 0);
	FUZZ_ASSERT(strstr(methods(NULL, http_path(request)), http_method(request)) != NULL);
}

static void
on_request(void *self, struct http_request *request)
{
	(void)self;
	check_request(request);
	if (strcmp(http_path(request), "/later") == 0)
		house.kept = request;
	else
		answer(request);
}

static void
on_gone(void *self, struct http_request *request)
{
	(void)self;
	FUZZ_ASSERT(house.kept == request);
	house.kept = NULL;
}

/* ------------------------------------------------------------------------
 * The house and its client
 */

static void
on_wake(void *self)
{
	(void)self;
	house.awake = true;
}

static int
lowest_descriptor(void)
{
	int fd = dup(STDERR_FILENO);

	close(fd);
	return fd;
}

static void
set_up(void)
{
	static const char *const hosts[] = {"x", NULL}, *const pages[] = {"http://page", NULL};
	static const struct origin_rules rules = {.hosts = hosts, .origins = pages};
	static const struct http_handler handler = {
		.methods = methods, .request = on_request, .gone = on_gone};
	struct door_config config = {.max_connections = GUESTS_MAX,
				     .handler = &handler,
				     .rules = &rules,
				     .loop = uv_default_loop(),
				     .wake = on_wake};

	if (house.door != NULL)
		return;
	/* Without a path the system makes up a name, outside the file system. */
	house.name.sun_family = AF_UNIX;
	house.name_length = sizeof house.name;
	config.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	FUZZ_ASSERT(bind(config.fd, (struct sockaddr *)&house.name, sizeof(sa_family_t)) == 0);
	FUZZ_ASSERT(getsockname(config.fd, (struct sockaddr *)&house.name, &house.name_length) == 0);
	FUZZ_ASSERT(listen(config.fd, GUESTS_MAX) == 0);
	house.door = door_new(&config);
	house.lowest = lowest_descriptor();
}

static void
listen_to_answers(void)
{
	ssize_t got;

	while ((got = recv(client.fd, client.answers + client.length,
			   ANSWERS_MAX - client.length, MSG_DONTWAIT)) > 0)
		client.length += (size_t)got;
}

/* Until nothing happens any more, as the loop of the daemon would. */
static void
turn(void)
{
	int turns = 0;

	do {
		house.awake = false;
		door_run(house.door);
		listen_to_answers();
		FUZZ_ASSERT(++turns < TURNS_MAX);
	} while (house.awake);
	door_run(house.door);
	listen_to_answers();
}

static void
say(const uint8_t *data, size_t size, size_t piece)
{
	while (size > 0) {
		size_t length = piece > 0 && piece < size ? piece : size;
		ssize_t sent = send(client.fd, data, length, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent < 0)
			return; /* it was shown out */
		turn();
		data += sent;
		size -= (size_t)sent;
	}
}

static void
answer_kept(void)
{
	struct http_request *request = house.kept;

	if (request == NULL)
		return;
	house.kept = NULL;
	answer(request);
	turn();
}

static void
leave(void)
{
	close(client.fd);
	client.fd = -1;
	door_sweep(house.door);
	turn();
	FUZZ_ASSERT(house.kept == NULL);
	FUZZ_ASSERT(!door_has_guests(house.door));
	FUZZ_ASSERT(lowest_descriptor() == house.lowest);
}

/* ------------------------------------------------------------------------
 * What the client was told
 */

/* The end of the answer that begins here, which one without a body may be the header's. */
static const char *
next_answer(const char *at, const char *end)
{
	const char *body = strstr(at, "\r\n\r\n"), *length;

	FUZZ_ASSERT(body != NULL);
	body += 4;
	length = strstr(at, "\r\nContent-Length: ");
	if (length == NULL || length > body || strncmp(body, "HTTP/1.", 7) == 0 || body == end)
		return body;
	body += strtoul(length + strlen("\r\nContent-Length: "), NULL, 10);
	FUZZ_ASSERT(body <= end);
	return body;
}

static void
check_answers(void)
{
	const char *at = client.answers, *end = client.answers + client.length;
	unsigned good = 0;

	client.answers[client.length] = '\0';
	while (at < end) {
		FUZZ_ASSERT(strncmp(at, "HTTP/1.1 ", 9) == 0 || strncmp(at, "HTTP/1.0 ", 9) == 0);
		good += strncmp(at + 9, "200", 3) == 0;
		at = next_answer(at, end);
	}
	FUZZ_ASSERT(good <= house.answered);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned manners;

	if (size == 0)
		return 0;
	set_up();
	manners = data[0];
	house.answered = 0;
	client.length = 0;
	client.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	FUZZ_ASSERT(connect(client.fd, (struct sockaddr *)&house.name, house.name_length) == 0);
	say(data + 1, size - 1, manners >> PIECE_SHIFT);
	if (manners & HALF_CLOSED)
		shutdown(client.fd, SHUT_WR);
	turn();
	while ((manners & RUDE) == 0 && house.kept != NULL)
		answer_kept();
	check_answers();
	leave();
	return 0;
}
