/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The body of a command: JSON text into values, following a table of members,
 * with a list of everything that is wrong with it. null means the same as an absent
 * member, unknown members are errors. Knows nothing of HTTP.
 */
#ifndef CZ2D_BODY_H
#define CZ2D_BODY_H

#include <jansson.h>

#include <cz2/field.h>
#include <cz2/schedule.h>

enum {
	BODY_FIELDS_MAX = 8,
	BODY_ABSENT = CZ2_UNKNOWN, /* value of a member that was not given, or not well */
};

enum body_kind {
	BODY_INTEGER, /* within what the field accepts when written */
	BODY_BOOLEAN,
	BODY_WORD,    /* one of the field's words, or of its own, exactly; the value is its place */
	BODY_ZONES,   /* a list of 1..8 integers */
	BODY_NUMBER,  /* an integer from min to max that is no value of the panel's */
	BODY_TEXT,    /* 1..max characters */
	BODY_OBJECT,  /* whatever its members are */
	BODY_TIME,    /* "15:45:10": seconds since midnight */
	BODY_DAYS,    /* what days of the program are to be: an object of days of periods */
};

struct body_field {
	const char *name;
	enum body_kind kind;
	enum cz2_field field; /* what the value is for; not for BODY_ZONES */
	bool required;
	int on;               /* BODY_BOOLEAN: the value of true when it is not 1 */
	const char *help;
	int min, max;         /* BODY_NUMBER; BODY_TEXT: characters */
	const char *const *words; /* BODY_WORD of no field of the panel: ended by NULL */
	bool clears;          /* null says something: a default takes its place */
};

struct body_schema {
	const char *name;
	bool optional;      /* no body at all will do */
	bool needs_setting; /* some member besides required ones must be given */
	struct body_field fields[BODY_FIELDS_MAX + 1]; /* ended by a name NULL */
};

/* The members are for reading; body_init .. body_fini. */
struct body {
	const struct body_schema *schema;
	const char *member; /* of which body this is; NULL: it is the whole */
	json_t *json;   /* the whole body; JSON null when there is none */
	json_t *errors; /* a list of {"type", "loc", "msg", "input"} */
	int values[BODY_FIELDS_MAX];      /* of schema->fields, or BODY_ABSENT */
	int64_t zones[CZ2_ZONES_MAX];     /* as given, unchecked */
	int zone_count;
	struct cz2_day days[CZ2_DAYS];    /* of a BODY_DAYS: what is wished of each */
};

/* A name of some days or periods; as bits, Sunday and wake the lowest. */
struct body_key {
	const char *name;
	unsigned which;
};

/* What a BODY_DAYS may have as members, and they as theirs; ended by a name NULL. */
extern const struct body_key body_day_keys[], body_period_keys[];

void
body_init(struct body *body, const struct body_schema *schema);

void
body_fini(struct body *body);

/* An integer in the path; an error of loc ["path", name] when it is none. */
void
body_path_integer(struct body *body, const char *name, const char *text, size_t length,
		  int64_t *result);

/* A member that the schema does not have: an integer, or an error. */
void
body_loose_integer(struct body *body, const char *member, json_t *value, int64_t *result);

/* In the path again, and from min to max. False, and an error, when it is not. */
bool
body_path_number(struct body *body, const char *name, const char *text, size_t length, int min,
		 int max, int *result);

/* Adds an error on what the path has there: it breaks a rule. */
void
body_path_refuse(struct body *body, const char *name, const char *rule, int value);

/* Decodes all of the text; what is wrong is added to the errors. */
void
body_decode(struct body *body, const char *text, size_t length);

/* Decodes a member of another body as one of its own; what is wrong is added to that one's errors. */
void
body_decode_member(struct body *body, const struct body *whole, const char *member);

/* What a BODY_WORD may be; ended by NULL. */
const char *const *
body_words(const struct body_field *field);

/* The member's JSON, borrowed; NULL when there is none, or null. */
json_t *
body_member(const struct body *body, const char *name);

/* The value of a BODY_NUMBER, BODY_BOOLEAN, BODY_WORD or BODY_TIME member; BODY_ABSENT when there is none. */
int
body_number(const struct body *body, const char *name);

/* The value given for this field; BODY_ABSENT when there is none. */
int
body_value(const struct body *body, enum cz2_field field);

/* Adds an error: that this member is missing. */
void
body_miss(struct body *body, const char *member);

/* Adds an error on one member, whose value breaks a rule. */
void
body_refuse(struct body *body, const char *member, const char *rule);

/* Adds an error on the body as a whole: rule is a clause that names it. */
void
body_break_rule(struct body *body, const char *rule);

/* That error by itself. input (may be NULL) is borrowed. */
json_t *
body_rule_error(const char *rule, json_t *input);

bool
body_ok(const struct body *body);

#endif
