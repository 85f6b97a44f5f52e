/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The one file that knows libcurl. Redirections are not followed, nothing but HTTP is
 * spoken, and an answer has an end: who sits at the other one may be anybody.
 */
#include "build.h"

#include "cz2ctl/client.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cz2ctl/http_status.h"
#include "cz2ctl/say.h"

enum {
	ANSWER_MAX = 1024 * 1024,
	CONNECT_SECONDS = 10,
	POLL_MS = 100,
};

struct client {
	struct client_settings settings;
	CURL *easy;
	CURLM *multi;
	struct curl_slist *headers;
	bool async;
	void (*meanwhile)(void *context); /* instead of the line that says that we wait, or NULL */
	void *context;
	struct client_answer *answer; /* of the exchange under way */
	const struct client_listener *listener; /* to it; NULL: it is wanted as a whole */
	bool too_large;
	char why[CURL_ERROR_SIZE];
};

/* Why a socket cannot be used, and what mostly helps. */
static const struct {
	int error;
	const char *text;
} hints[] = {
	{ENOENT, "there is no such socket: does cz2d run?"},
	{ECONNREFUSED, "nobody listens: does cz2d run?"},
	{EACCES, "you may not use it: are you in the group cz2d?"},
};

long
client_status(const struct client *client)
{
	long status = 0;

	curl_easy_getinfo(client->easy, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

static size_t
take(char *bytes, size_t size, size_t count, void *context)
{
	struct client *client = context;
	struct client_answer *answer = client->answer;
	const struct client_listener *listener = client->listener;
	size_t length = size * count;

	if (listener != NULL && client_status(client) == STATUS_OK)
		return listener->take(listener->self, bytes, length) ? length : 0;
	if (length > ANSWER_MAX - answer->length) {
		client->too_large = true;
		return 0;
	}
	answer->text = mem_or_end(realloc(answer->text, answer->length + length + 1));
	memcpy(answer->text + answer->length, bytes, length);
	answer->length += length;
	answer->text[answer->length] = '\0';
	return length;
}

static void
add_header(struct client *client, const char *header)
{
	client->headers = mem_or_end(curl_slist_append(client->headers, header));
}

static void
add_token(struct client *client, const char *token)
{
	static const char format[] = "Authorization: Bearer %s";
	size_t size = sizeof format + strlen(token);
	char *header = mem_new(size, 1);

	snprintf(header, size, format, token);
	add_header(client, header);
	free(header);
}

/* libcurl would go on believing the directory of the system's besides. */
static void
trust_only(CURL *easy, const char *file)
{
	curl_easy_setopt(easy, CURLOPT_CAINFO, file);
	curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
}

static void
set_up(struct client *client)
{
	const struct client_settings *settings = &client->settings;
	CURL *easy = client->easy;

	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, client->why);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT, settings->timeout);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L); /* who listens without end */
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "cz2ctl/" PACKAGE_VERSION);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, client);
	if (settings->url == NULL)
		curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, settings->socket);
	if (settings->ca != NULL)
		trust_only(easy, settings->ca);
	add_header(client, "Content-Type: application/json");
	add_header(client, "Expect:");
	if (settings->token != NULL)
		add_token(client, settings->token);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, client->headers);
}

struct client *
client_new(const struct client_settings *settings)
{
	struct client *client;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		say_error("libcurl cannot be used");
		return NULL;
	}
	client = mem_new(1, sizeof *client);
	client->settings = *settings;
	client->easy = mem_or_end(curl_easy_init());
	client->multi = mem_or_end(curl_multi_init());
	set_up(client);
	return client;
}

void
client_prefer_async(struct client *client)
{
	if (client->async)
		return;
	client->async = true;
	add_header(client, "Prefer: respond-async");
	curl_easy_setopt(client->easy, CURLOPT_HTTPHEADER, client->headers);
}

struct client *
client_twin(const struct client *client)
{
	return client_new(&client->settings);
}

void
client_meanwhile(struct client *client, void (*meanwhile)(void *context), void *context)
{
	client->meanwhile = meanwhile;
	client->context = context;
}

void
client_free(struct client *client)
{
	if (client == NULL)
		return;
	curl_multi_cleanup(client->multi);
	curl_easy_cleanup(client->easy);
	curl_slist_free_all(client->headers);
	free(client);
	curl_global_cleanup();
}

/* The URL without a slash at its end, and the target behind it. */
static void
address(struct client *client, const char *target)
{
	const char *base = client->settings.url != NULL ? client->settings.url : "http://localhost";
	size_t length = strlen(base), size = length + strlen(target) + 1;
	char *url = mem_new(size, 1);

	while (length > 0 && base[length - 1] == '/')
		length--;
	snprintf(url, size, "%.*s%s", (int)length, base, target);
	curl_easy_setopt(client->easy, CURLOPT_URL, url);
	free(url);
}

static bool
is_wanted(const struct client *client)
{
	const struct client_listener *listener = client->listener;

	return listener == NULL || listener->wants_more(listener->self);
}

/* Until it is over, or nobody wants more. The steps are for the line that says that we wait. */
static CURLcode
perform(struct client *client)
{
	int running = 1, left;
	CURLMsg *message;
	CURLcode result = CURLE_FAILED_INIT;

	curl_multi_add_handle(client->multi, client->easy);
	say_wait_begin();
	while (curl_multi_perform(client->multi, &running) == CURLM_OK && running > 0 &&
	       is_wanted(client)) {
		curl_multi_poll(client->multi, NULL, 0, POLL_MS, NULL);
		if (client->meanwhile != NULL)
			client->meanwhile(client->context);
		else if (client->listener == NULL)
			say_waiting();
	}
	say_wait_end();
	while ((message = curl_multi_info_read(client->multi, &left)) != NULL)
		if (message->msg == CURLMSG_DONE)
			result = message->data.result;
	curl_multi_remove_handle(client->multi, client->easy);
	return result;
}

static const char *
where(const struct client *client)
{
	return client->settings.url != NULL ? client->settings.url : client->settings.socket;
}

static bool
was_sent(const struct client *client)
{
	curl_off_t moment = 0;

	curl_easy_getinfo(client->easy, CURLINFO_PRETRANSFER_TIME_T, &moment);
	return moment > 0;
}

/* libcurl also calls an answer an unsupported protocol. */
static bool
is_bad_url(const struct client *client, CURLcode result)
{
	return (result == CURLE_URL_MALFORMAT || result == CURLE_UNSUPPORTED_PROTOCOL) &&
	       !was_sent(client);
}

/* A GET changes nothing; of anything else that went out nobody knows whether it was done. */
static bool
is_fate_unknown(const struct client *client, const char *method)
{
	return was_sent(client) && strcmp(method, "GET") != 0;
}

/* errno of the last exchange, if it failed at the socket. */
static long
error_of(const struct client *client)
{
	long error = 0;

	curl_easy_getinfo(client->easy, CURLINFO_OS_ERRNO, &error);
	return error;
}

bool
client_was_barred(const struct client *client)
{
	return client->settings.url == NULL && error_of(client) == EACCES;
}

/* What mostly helps; NULL when we know no better than libcurl. */
static const char *
hint_of(const struct client *client)
{
	long error = error_of(client);

	for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++)
		if (client->settings.url == NULL && hints[i].error == error)
			return hints[i].text;
	return NULL;
}

static enum ctl_exit
explain(const struct client *client, CURLcode result, const char *method)
{
	const char *fate =
		is_fate_unknown(client, method) ? "; whether it was done is unknown" : "";
	const char *why = hint_of(client);

	if (client->too_large) {
		say_error("%s: the answer is larger than %d bytes%s", where(client), ANSWER_MAX,
			  fate);
		return CTL_REFUSED;
	}
	if (why == NULL)
		why = client->why[0] != '\0' ? client->why : curl_easy_strerror(result);
	say_error("%s: %s%s", where(client), why, fate);
	return is_bad_url(client, result) ? CTL_USAGE : CTL_UNREACHED;
}

static void
begin(struct client *client, const char *target, struct client_answer *answer)
{
	memset(answer, 0, sizeof *answer);
	answer->text = mem_text("");
	client->answer = answer;
	client->too_large = false;
	client->why[0] = '\0';
	address(client, target);
}

static void
drop(struct client_answer *answer)
{
	free(answer->text);
	answer->text = NULL;
}

enum ctl_exit
client_exchange(struct client *client, const char *method, const char *target, const char *body,
		struct client_answer *answer)
{
	CURLcode result;

	begin(client, target, answer);
	if (body != NULL)
		curl_easy_setopt(client->easy, CURLOPT_COPYPOSTFIELDS, body);
	else
		curl_easy_setopt(client->easy, CURLOPT_HTTPGET, 1L);
	curl_easy_setopt(client->easy, CURLOPT_CUSTOMREQUEST, method);
	result = perform(client);
	answer->status = client_status(client);
	if (result == CURLE_OK)
		return CTL_DONE;
	drop(answer);
	return explain(client, result, method);
}

enum ctl_exit
client_listen(struct client *client, const char *target, const struct client_listener *listener,
	      struct client_answer *answer)
{
	CURLcode result;

	begin(client, target, answer);
	client->listener = listener;
	curl_easy_setopt(client->easy, CURLOPT_HTTPGET, 1L);
	curl_easy_setopt(client->easy, CURLOPT_CUSTOMREQUEST, "GET");
	curl_easy_setopt(client->easy, CURLOPT_TIMEOUT, 0L);
	result = perform(client);
	curl_easy_setopt(client->easy, CURLOPT_TIMEOUT, client->settings.timeout);
	answer->status = client_status(client);
	client->listener = NULL;
	if (answer->status == STATUS_OK)
		drop(answer);
	if (result == CURLE_OK || !listener->wants_more(listener->self))
		return CTL_DONE;
	drop(answer);
	return explain(client, result, "GET");
}
