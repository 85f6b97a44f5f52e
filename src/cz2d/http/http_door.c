/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * libmicrohttpd, and the only file that knows it. Turns its callbacks into requests
 * for the handler. What the library lets pass is left to http_guard, what may pass
 * to http_request, who stays too long to http_crowd.
 *
 * An answer that is given before the body has been read closes the connection, so
 * even answers that are known early wait for the end of the request.
 */
#include "build.h"

#include "cz2d/http/http_door.h"

#include <microhttpd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "cz2d/http/http_request.h"
#include "cz2d/http/http_stream.h"
#include "keys/pair.h"

enum {
	CONNECTION_MEMORY = 16 * 1024, /* the header and, piece by piece, the body */
	COMPLAIN_MS = 60000,           /* at most one warning in this time */
	GRUMBLE_MS = 1000,             /* at most one line of the library in this time */
	GRUMBLE_MAX = 256,
	STREAM_BLOCK = 4096,           /* of an answer that goes on, in one piece */
};

/* TLS 1.2 and later. */
static const char priorities[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

struct door {
	struct door_config config;
	struct MHD_Daemon *daemon;
	struct crowd crowd;
	bool stopped;
	bool deaf; /* nobody would answer any more */
	int64_t complained, grumbled;
};

/* Every answer is one of these; most are for one request only. */
struct http_body {
	struct MHD_Response *response;
	int references;
	char *text; /* of one that is shared, which some get with headers of their own */
	size_t length;
};

static int64_t
door_time(const struct door *door)
{
	return (int64_t)uv_now(door->config.loop);
}

static void
wake(const struct door *door)
{
	door->config.wake(door->config.self);
}

/* ------------------------------------------------------------------------
 * Answers
 */

/* type: NULL when there is nothing in it. */
static struct http_body *
wrap(struct MHD_Response *response, const char *type)
{
	struct http_body *body = mem_new(1, sizeof *body);

	body->references = 1;
	body->response = mem_or_end(response);
	if (type != NULL)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	return body;
}

/* The library asks for a pointer to what it could change, and copies. */
static struct http_body *
make_body(const char *text, size_t length)
{
	return wrap(MHD_create_response_from_buffer(length, (void *)(uintptr_t)text,
						    MHD_RESPMEM_MUST_COPY),
		    length > 0 ? "application/json" : NULL);
}

struct http_body *
http_body_new(const char *text, size_t length)
{
	struct http_body *body = make_body(text, length);

	body->text = mem_new(length + 1, 1);
	memcpy(body->text, text, length);
	body->length = length;
	return body;
}

struct http_body *
http_body_free(struct http_body *body)
{
	if (body == NULL || --body->references > 0)
		return NULL;
	MHD_destroy_response(body->response);
	free(body->text);
	free(body);
	return NULL;
}

/* What lets the page of a listed origin read the answer. */
static void
open_to_page(const struct http_request *request, struct http_body *body)
{
	if (request->page == NULL)
		return;
	MHD_add_response_header(body->response, MHD_HTTP_HEADER_ACCESS_CONTROL_ALLOW_ORIGIN,
				request->page);
	MHD_add_response_header(body->response, "Access-Control-Expose-Headers",
				"Location, Retry-After");
	MHD_add_response_header(body->response, MHD_HTTP_HEADER_VARY, "Origin");
}

/* Adopts the reference. A request that was kept goes on when the door runs again. */
static void
adopt_answer(struct http_request *request, int status, struct http_body *body)
{
	request->status = status;
	request->answer = body;
	if (!request->kept)
		return;
	request->kept = false;
	MHD_resume_connection(request->connection);
	wake(request->door);
}

void
http_answer(struct http_request *request, int status, const char *text, size_t length,
	    const char *const *headers)
{
	struct http_body *body = make_body(text, length);

	open_to_page(request, body);
	for (; headers != NULL && headers[0] != NULL; headers += 2)
		MHD_add_response_header(body->response, headers[0], headers[1]);
	adopt_answer(request, status, body);
}

void
http_answer_shared(struct http_request *request, struct http_body *body)
{
	if (request->page != NULL) {
		http_answer(request, MHD_HTTP_OK, body->text, body->length, NULL);
		return;
	}
	body->references++;
	adopt_answer(request, MHD_HTTP_OK, body);
}

/* ------------------------------------------------------------------------
 * Answers that go on
 */

/* The client has room. When there is nothing for it, the connection rests. */
static ssize_t
on_room(void *self, uint64_t position, char *bytes, size_t size)
{
	struct http_request *request = self;
	size_t length = http_stream_take(request->stream, bytes, size);

	(void)position;
	if (length == 0 && request->stream->over)
		return MHD_CONTENT_READER_END_OF_STREAM;
	request->rests = length == 0;
	guest_enter(&request->guest, request->rests ? GUEST_WAITING : GUEST_TAKING,
		    door_time(request->door));
	if (request->rests)
		MHD_suspend_connection(request->connection);
	return (ssize_t)length;
}

static void
stir(struct http_request *request)
{
	if (!request->rests)
		return;
	request->rests = false;
	guest_enter(&request->guest, GUEST_TAKING, door_time(request->door));
	MHD_resume_connection(request->connection);
	wake(request->door);
}

bool
http_stream_put(struct http_request *request, const char *text, size_t length)
{
	if (request->stream->over || !http_stream_add(request->stream, text, length))
		return false;
	stir(request);
	return true;
}

static void
end_stream(struct http_request *request)
{
	const struct http_handler *handler = request->door->config.handler;

	if (request->stream == NULL || request->stream->over)
		return;
	handler->gone(handler->self, request);
	request->stream->over = true;
	stir(request);
}

void
http_stream_begin(struct http_request *request, const char *type, int64_t lifetime_ms)
{
	struct http_body *body = wrap(MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK,
									on_room, request, NULL),
				      type);

	request->stream = http_stream_new(door_time(request->door) + lifetime_ms);
	open_to_page(request, body);
	adopt_answer(request, MHD_HTTP_OK, body);
	if (request->door->stopped)
		end_stream(request);
}

static bool
is_stream_due(const struct http_request *request)
{
	return request->stream != NULL &&
	       (door_time(request->door) >= request->stream->deadline ||
		(request->rests && guest_is_lost(&request->guest)));
}

static enum MHD_Result
send_answer(struct http_request *request)
{
	guest_enter(&request->guest, GUEST_TAKING, door_time(request->door));
	return MHD_queue_response(request->connection, (unsigned)request->status,
				  request->answer->response);
}

/* ------------------------------------------------------------------------
 * A request comes in: its first line, its header, its body, its end
 */

static void *
on_target(void *self, const char *target, struct MHD_Connection *connection)
{
	struct http_request *request =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
			->socket_context;

	(void)self;
	request->target_fault = guard_target(target);
	request->target = target;
	request->target_end = target + strlen(target);
	if (request->guest.stage == GUEST_IDLE)
		guest_enter(&request->guest, GUEST_ASKING, door_time(request->door));
	return request;
}

static enum MHD_Result
on_field(void *self, enum MHD_ValueKind kind, const char *name, size_t name_length,
	 const char *value, size_t value_length)
{
	(void)kind;
	return guard_field(self, name, name_length, value, value_length) ? MHD_YES : MHD_NO;
}

static void
inspect(struct http_request *request, const char *version)
{
	size_t size = MHD_get_connection_info(request->connection,
					      MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)
			      ->header_size;

	guard_begin(&request->guard, request->method, request->target, request->target_end, version,
		    size);
	MHD_get_connection_values_n(request->connection, MHD_HEADER_KIND, on_field,
				    &request->guard);
	guard_end(&request->guard);
}

static enum MHD_Result
begin(struct http_request *request, const char *path, const char *method, const char *version)
{
	/* It cannot be answered any more: carried out unanswered it would be lost. */
	if (request->guest.dismissed || request->door->deaf)
		return MHD_NO;
	request->begun = true;
	request->path = path;
	request->method = method;
	inspect(request, version);
	request_judge(request, request->door->config.handler, request->door->config.rules);
	if (!request_refused_at_once(request))
		return MHD_YES;
	request_refuse(request);
	return send_answer(request);
}

/* The request is whole, or its connection has been resumed. */
static enum MHD_Result
finish(struct http_request *request)
{
	const struct http_handler *handler = request->door->config.handler;

	if (request->lost || (!request->asked && request->door->deaf))
		return MHD_NO;
	if (!request->asked) {
		request->asked = true;
		if (request->refusal != NULL)
			request_refuse(request);
		else
			handler->request(handler->self, request);
	}
	if (request->answer != NULL)
		return send_answer(request);
	request->kept = true;
	guest_enter(&request->guest, GUEST_WAITING, door_time(request->door));
	MHD_suspend_connection(request->connection);
	return MHD_YES;
}

static enum MHD_Result
on_request(void *self, struct MHD_Connection *connection, const char *path, const char *method,
	   const char *version, const char *bytes, size_t *size, void **context)
{
	struct http_request *request = *context;
	size_t length = *size;

	(void)self;
	(void)connection;
	if (!request->begun)
		return begin(request, path, method, version);
	*size = 0;
	if (length > 0)
		return request_take(request, bytes, length) ? MHD_YES : MHD_NO;
	return finish(request);
}

static void
on_completed(void *self, struct MHD_Connection *connection, void **context,
	     enum MHD_RequestTerminationCode how)
{
	struct door *door = self;
	struct http_request *request = *context;

	(void)connection;
	(void)how;
	if (request == NULL)
		return;
	end_stream(request);
	request_reset(request);
	guest_enter(&request->guest, GUEST_IDLE, door_time(door));
	crowd_make_room(&door->crowd);
	if (door->stopped)
		guest_dismiss(&request->guest);
}

/* ------------------------------------------------------------------------
 * Connections
 */

static void
complain(struct door *door, const char *what, int limit)
{
	if (door_time(door) - door->complained < COMPLAIN_MS)
		return;
	door->complained = door_time(door);
	log_warning("http", "%s (the limit is %d)", what, limit);
}

static enum MHD_Result
on_accept(void *self, const struct sockaddr *address, socklen_t length)
{
	struct door *door = self;

	(void)length;
	if (crowd_admits(&door->crowd, address))
		return MHD_YES;
	complain(door, "an address has too many connections, its next ones are refused",
		 door->crowd.max_per_address);
	return MHD_NO;
}

static void
come_in(struct door *door, struct MHD_Connection *connection, void **context)
{
	struct http_request *request = mem_new(1, sizeof *request);
	int fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	const struct sockaddr *address =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;

	request->door = door;
	request->connection = connection;
	crowd_join(&door->crowd, &request->guest, fd, address, door_time(door));
	crowd_make_room(&door->crowd);
	if (door->crowd.count >= door->crowd.max)
		complain(door, "all connections are taken, new clients have to wait", door->crowd.max);
	*context = request;
}

/* The library listens again only when it runs once more. */
static void
go_out(struct door *door, struct http_request *request)
{
	crowd_leave(&door->crowd, &request->guest);
	free(request->peer);
	free(request);
	wake(door);
}

static void
on_connection(void *self, struct MHD_Connection *connection, void **context,
	      enum MHD_ConnectionNotificationCode what)
{
	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		come_in(self, connection, context);
	else
		go_out(self, *context);
}

/*
 * The library has a line for every client that goes away in mid-sentence: of use to
 * somebody who looks for a fault, but not in a stream.
 */
__attribute__((format(printf, 2, 0))) static void
on_grumble(void *self, const char *format, va_list arguments)
{
	struct door *door = self;
	char text[GRUMBLE_MAX];

	if (!log_enabled(LOG_LEVEL_DEBUG) || door_time(door) - door->grumbled < GRUMBLE_MS)
		return;
	door->grumbled = door_time(door);
	vsnprintf(text, sizeof text, format, arguments);
	text[strcspn(text, "\n")] = '\0';
	log_debug("http", "%s", text);
}

/* What the library cannot bear would abort us, without a line in our log. */
static void
on_panic(void *self, const char *file, unsigned line, const char *reason)
{
	(void)self;
	log_error("http", "the HTTP library cannot go on (%s:%u): %s", file, line,
		  reason != NULL ? reason : "it does not say why");
	/* The library may hold what exit() would wait for. */
	_exit(EXIT_FAILURE);
}

/* ------------------------------------------------------------------------
 * What the handler may ask
 */

const char *
http_query(struct http_request *request, const char *name)
{
	const char *value = NULL;

	if (MHD_lookup_connection_value_n(request->connection, MHD_GET_ARGUMENT_KIND, name,
					  strlen(name), &value, NULL) != MHD_YES)
		return NULL;
	return value != NULL ? value : "";
}

const char *
http_header(struct http_request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

/* ------------------------------------------------------------------------
 * The door itself
 */

/*
 * The library's strictness stays off: it hangs up without a word on a blank in the
 * first line, and what else it refuses the guard refuses too, in our words. Its
 * time-outs and limits per address stay off for http_crowd.
 */
struct door *
door_new(const struct door_config *config)
{
	const struct pair *tls = config->tls;
	/* The library asks for pointers to what it could change, and does not. */
	struct MHD_OptionItem encryption[] = {
		{tls != NULL ? MHD_OPTION_HTTPS_MEM_KEY : MHD_OPTION_END, 0,
		 tls != NULL ? tls->key : NULL},
		{MHD_OPTION_HTTPS_MEM_CERT, 0, tls != NULL ? tls->cert : NULL},
		{MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)priorities},
		{MHD_OPTION_END, 0, NULL},
	};
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
	struct door *door = mem_new(1, sizeof *door);

	door->config = *config;
	door->complained = door->grumbled = door_time(door) - COMPLAIN_MS;
	crowd_init(&door->crowd, config->max_connections, config->max_per_address);
	MHD_set_panic_func(on_panic, NULL);
	door->daemon = MHD_start_daemon(
		tls != NULL ? flags | MHD_USE_TLS : flags, 0, on_accept, door, on_request, door,
		MHD_OPTION_ARRAY, encryption,
		MHD_OPTION_EXTERNAL_LOGGER, on_grumble, door,
		MHD_OPTION_LISTEN_SOCKET, config->fd,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)config->max_connections,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, door,
		MHD_OPTION_URI_LOG_CALLBACK, on_target, door,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, door,
		MHD_OPTION_END);
	if (door->daemon == NULL) {
		log_error("http", "the HTTP library does not start: out of memory or descriptors");
		exit(EXIT_FAILURE);
	}
	return door;
}

struct door *
door_free(struct door *door)
{
	if (door == NULL)
		return NULL;
	MHD_stop_daemon(door->daemon);
	free(door);
	return NULL;
}

int
door_fd(const struct door *door)
{
	return MHD_get_daemon_info(door->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

/* Without time-outs of its own the library wants to run at once or not before something comes. */
void
door_run(struct door *door)
{
	MHD_UNSIGNED_LONG_LONG timeout;

	MHD_run(door->daemon);
	if (MHD_get_timeout(door->daemon, &timeout) == MHD_YES)
		wake(door);
}

bool
door_has_guests(const struct door *door)
{
	return door->crowd.count > 0;
}

/* Nobody will answer, or nobody will listen. */
static void
forget(struct http_request *request)
{
	const struct http_handler *handler = request->door->config.handler;

	request->kept = false;
	request->lost = true;
	handler->gone(handler->self, request);
	MHD_resume_connection(request->connection);
	wake(request->door);
}

/* A suspended connection is blind: the library does not see that its client went. */
void
door_sweep(struct door *door)
{
	for (struct guest *guest = door->crowd.first; guest != NULL; guest = guest->next) {
		struct http_request *request = (struct http_request *)guest;

		if (request->kept && guest_is_lost(guest))
			forget(request);
		else if (is_stream_due(request))
			end_stream(request);
	}
	crowd_sweep(&door->crowd, door_time(door));
}

void
door_stop(struct door *door)
{
	if (door->stopped)
		return;
	door->stopped = true;
	close(MHD_quiesce_daemon(door->daemon));
	for (struct guest *guest = door->crowd.first; guest != NULL; guest = guest->next) {
		end_stream((struct http_request *)guest);
		if (guest->stage == GUEST_IDLE)
			guest_dismiss(guest);
	}
}

void
door_forget(struct door *door)
{
	door->deaf = true;
	for (struct guest *guest = door->crowd.first; guest != NULL; guest = guest->next) {
		struct http_request *request = (struct http_request *)guest;

		if (request->kept)
			forget(request);
	}
}

bool
door_is_settled(const struct door *door)
{
	for (const struct guest *guest = door->crowd.first; guest != NULL; guest = guest->next)
		if (guest->stage == GUEST_WAITING || guest->stage == GUEST_TAKING)
			return false;
	return true;
}
