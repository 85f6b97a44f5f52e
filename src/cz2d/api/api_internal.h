/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What the files of the api room share: the shape of a route, answers, and
 * requests that wait for the engine. Not for other rooms.
 */
#ifndef CZ2D_API_INTERNAL_H
#define CZ2D_API_INTERNAL_H

#include "cz2d/api/access.h"
#include "cz2d/api/api.h"
#include "cz2d/devices/devices.h"
#include "cz2d/json/body.h"
#include "cz2d/json/command_kind.h"
#include "cz2d/json/json.h"
#include "cz2d/ledger/ledger.h"
#include "cz2d/store/store.h"

enum {
	API_MESSAGE_MAX = 96,
	API_PARTS_MAX = 3,
	API_QUERIES_MAX = 3,
	API_STATUSES_MAX = 12,
	API_PATIENCE_MS = 60 * 60 * 1000, /* how long a command waits whose caller does not */
};

struct api_monitor;
struct api_wait;

/* What a rendered status is good for. */
struct api_status_key {
	uint64_t version; /* of the model */
	int64_t age;      /* whole seconds; -1 when nothing is known */
	int clock;        /* the panel's minute */
	bool is_stale;
};

struct api {
	struct api_parts parts;
	struct api_wait *waits;     /* every request that waits for the engine */
	struct api_monitor *monitors; /* everybody who watches the bus */
	struct http_body *openapi;  /* rendered on first use */
	struct http_body *status;   /* plain GET /status as last rendered */
	struct api_status_key status_key;
};

/* What a path has in place of {...}. */
struct api_part {
	const char *text;
	size_t length;
};

/* One request on its way through a handler. */
struct api_call {
	struct api *api;
	const struct api_route *route;
	struct http_request *request;
	struct access_verdict caller; /* who asks; api_user() has his name */
	struct api_part parts[API_PARTS_MAX]; /* of the path, in place of each {...}; or NULL */
	int64_t now;
};

enum api_query_kind {
	QUERY_FLAG,   /* absent means false */
	QUERY_NUMBER, /* min to max; absent means standard */
	QUERY_WORD,   /* one of words, by its place; absent means -1, any */
};

/* A parameter in the query. */
struct api_query {
	const char *name;
	const char *help;
	enum api_query_kind kind;
	int64_t min, max, standard;
	const char *const *words; /* ended by NULL */
};

struct api_route {
	const char *method; /* "GET" (HEAD is taken alike), "POST", "PATCH" or "PUT" */
	const char *path;   /* {...} stands for one part; API_PARTS_MAX of them at most */
	enum scope scope;   /* that its caller needs */
	void (*handle)(const struct api_call *call);
	const struct command_kind *command; /* NULL: it takes no body */
	const char *answer;                /* name of the answer's schema */
	const char *summary;
	struct api_query queries[API_QUERIES_MAX + 1]; /* ended by a name NULL */
	int statuses[API_STATUSES_MAX + 1];            /* besides 200; ended by 0 */
	const char *failure; /* name of a refusal's schema; NULL: the usual one */
	int success;         /* the status when all went well; 0: 200 */
	const char *media;   /* NULL: the answer is one JSON; else the type of many, a line each */
};

/* The n-th route, NULL behind the last. */
const struct api_route *
api_route_at(unsigned n);

/* May the caller use the route? False when he may not: then the request has been answered. */
bool
api_permits(struct api_call *call);

/* The same for a command that came by another route than its own. */
bool
api_permits_command(const struct api_call *call, const struct command_kind *kind);

/* His name, as records and the log have it: of his token, "local:<user>", "anonymous". */
const char *
api_user(const struct api_call *call);

/* What is no command by itself, but has a body of the same kind. */
extern const struct command_kind api_order, api_device_order, api_device_patch, api_decommission,
	api_recommission;
extern const struct command_kind api_announce, api_forget, api_raw_write;

/* Handlers. */
void
api_get_status(const struct api_call *call);
void
api_get_live(const struct api_call *call);
void
api_post_command(const struct api_call *call);
void
api_post_order(const struct api_call *call);
void
api_post_device_order(const struct api_call *call);
void
api_get_schedules(const struct api_call *call);
void
api_get_schedule(const struct api_call *call);
void
api_get_clock(const struct api_call *call);
void
api_get_health(const struct api_call *call);
void
api_get_version(const struct api_call *call);
void
api_get_cache(const struct api_call *call);
void
api_get_openapi(const struct api_call *call);
void
api_get_command(const struct api_call *call);
void
api_get_device_page(const struct api_call *call);
void
api_get_monitor(const struct api_call *call);

void
api_get_page(const struct api_call *call);
void
api_get_device_list(const struct api_call *call);
void
api_get_devices(const struct api_call *call);
void
api_get_device(const struct api_call *call);
void
api_get_device_status(const struct api_call *call);
void
api_get_device_health(const struct api_call *call);
void
api_get_device_config(const struct api_call *call);
void
api_patch_device(const struct api_call *call);
void
api_post_decommission(const struct api_call *call);
void
api_post_recommission(const struct api_call *call);
void
api_get_rows(const struct api_call *call);
void
api_get_row(const struct api_call *call);
void
api_put_row(const struct api_call *call);
void
api_get_mqtt(const struct api_call *call);
void
api_post_announce(const struct api_call *call);
void
api_post_forget(const struct api_call *call);

/* The device that the path names; false when there is none: then the request has been answered. */
bool
api_find_device(const struct api_call *call, int *number);

enum device_status
api_device_status(const struct api *api, int number, int64_t now);

json_t *
api_device_document(const struct api *api, int number, int64_t now);

/* Is there a broker, and do we have it? */
bool
api_mqtt_connected(const struct api *api);

/* Sentences for all that is wrong; *fatal when the daemon cannot do its work. */
json_t *
api_problems(const struct api *api, int64_t now, bool *fatal);

/* For what is wrong with a device and takes a person to put right. */
json_t *
api_device_problems(const struct api *api, int number, int64_t now);

/*
 * The value of a parameter of the route. False when it is not acceptable: then the request
 * has been answered.
 */
bool
api_read_query(const struct api_call *call, const char *name, int64_t *value);

/* The same of a QUERY_FLAG. */
bool
api_read_flag(const struct api_call *call, const char *name, bool *flag);

/* That the body, if there is one, is {}. False when not: then the request has been answered. */
bool
api_read_nothing(const struct api_call *call);

/* The OpenAPI document, made from the tables. */
json_t *
openapi_document(void);

/* Answers with a document, which is taken, and the headers that belong to the status. */
void
api_answer(struct http_request *request, int status, json_t *document);

/* {"detail": sentence} */
json_t *
api_detail(const char *sentence);

/* {"detail": sentence}; the sentence is taken. */
void
api_answer_detail(struct http_request *request, int status, json_t *sentence);

/* What a 404 says: there is no such "Device", "Command". */
json_t *
api_absent(const char *thing);

void
api_answer_absent(struct http_request *request, const char *thing);

/* 422, and all that is wrong with a body or a path. */
void
api_answer_body(struct http_request *request, const struct body *body);

/* Why a command failed. input (may be NULL) is what 422 shows as it. */
json_t *
api_failure_document(const struct outcome *outcome, json_t *input);

/* The HTTP status of an enum cz2_error. */
int
api_status_of(int error);

/* The text of an HTTP status that we give, for the document; NULL when we never give it. */
const char *
api_status_text(int status);

/* When a command is answered, and how. */
enum api_when {
	API_WHEN_DONE,    /* 200 with the status as read back */
	API_WHEN_QUEUED,  /* 202, as the older service has it */
	API_WHEN_CREATED, /* 201, as its ledger has it */
};

struct api_wish;

/* What is shown when all went well. */
typedef json_t *api_document(const struct api *api, const struct api_wish *wish, int64_t now);

/* What a request that waits is answered with when all went well. */
struct api_wish {
	api_document *document; /* NULL: the status */
	unsigned zones;         /* that it is about; bit 0 is zone 1 */
	char message[API_MESSAGE_MAX]; /* "": a plain status */
	enum cz2_source source;
	bool raw, flat;
	enum api_when when;
	json_t *input; /* taken; may be NULL */
};

/*
 * Hands the order to the ledger, with the caller and his wish for an answer, and answers
 * when it is recorded or done, or at once when it is refused.
 */
void
api_wait_order(const struct api_call *call, struct ledger_order *order,
	       const struct api_wish *wish);

/* Reads the panel, for a status that must be of now. Nobody asks for a change: not recorded. */
void
api_wait_refresh(const struct api_call *call, enum engine_refresh_kind how,
		 const struct api_wish *wish);

/* Reads a row by its address, and answers with it. */
void
api_wait_row(const struct api_call *call, const struct probe_wish *row);

/* Looks up records; render makes a document of them, or NULL when there are none. */
void
api_wait_records(const struct api_call *call, const struct store_query *query,
		 json_t *(*render)(const struct record *records, int count, int64_t total));

/* Makes the change, and answers with the device when it is kept. */
void
api_wait_change(const struct api_call *call, int number, const struct devices_change *change);

/* Refuses the member "metadata" when it is too large or too deep. */
void
api_metadata_check(struct body *body);

/* One command while it is made, and how its caller wants it. */
struct api_making {
	struct command_making command;
	enum api_when when;
	int64_t patience_ms;
	const char *metadata; /* JSON text, or NULL */
};

/* Checks what can only be checked on the whole and submits it, or answers why not. */
void
api_carry_out(const struct api_call *call, struct api_making *making);

/* The answer is over, if it was one of a monitor. */
void
api_monitor_gone(struct api *api, const struct http_request *request);

/* The client of a waiting request left. */
void
api_wait_gone(struct http_request *request);

/* Forgets all that still wait; they are not answered any more. */
void
api_wait_end(struct api *api);

/*
 * The status as the query wants it, the program of the one zone, those of several, and the
 * panel's clock.
 */
api_document api_status_document, api_schedule_document, api_schedules_document,
	api_clock_document;

/* What is wrong with a command as a whole; body has the errors when that is the flaw. */
void
api_answer_flaw(const struct api_call *call, enum command_flaw flaw, int64_t zone,
		const struct body *body);

#endif
