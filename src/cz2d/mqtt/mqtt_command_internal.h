/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What the files of commands over MQTT share:
 *
 *	mqtt_command.c   messages that arrive, and whether they may count
 *	mqtt_scalars.c   single values, up to the batch that they are part of
 *	mqtt_body.c      messages that are a command by themselves
 *	mqtt_order.c     from a wish to the ledger, and back with what became of it
 *	mqtt_repeat.c    commands whose sender has named them, so that they can be sent again
 *	mqtt_turn.c      what waits behind those
 */
#ifndef CZ2D_MQTT_COMMAND_INTERNAL_H
#define CZ2D_MQTT_COMMAND_INTERNAL_H

#include "base/allowance.h"
#include "cz2d/ledger/ledger.h"
#include "cz2d/mqtt/mqtt_batch.h"
#include "cz2d/mqtt/mqtt_internal.h"
#include "cz2d/mqtt/mqtt_letter.h"
#include "cz2d/mqtt/mqtt_refusal.h"

enum {
	MQTT_ORDERS_MAX = 256,  /* commands under way */
	MQTT_LETTERS_MAX = 16,  /* of one command that is sent again and again */
	MQTT_ALL_BATCHES = (1 << MQTT_BATCHES) - 1,
	MQTT_ERASED_MAX = 64,   /* topics in which retained commands lay, of one connection */
};

/* One command that has been judged, before it is the ledger's. */
struct mqtt_plan {
	const char *command; /* what the ledger calls it */
	const char *id;      /* named by its sender; or NULL */
	int zone;            /* the device it is for; 0: the panel */
	unsigned documents;  /* those of zones (1 << zone) that show it; bit 0: the system's */
	char *params;        /* JSON text, taken */
	bool refresh;        /* it reads the panel, and wishes nothing */
	enum engine_refresh_kind how;
	struct cz2_command wish;
	bool programs;       /* it is about days of the program, instead of a wish */
	struct cz2_program program;
	struct cz2_warnings warnings;
	int64_t patience_ms; /* 0: as usual */
};

/* What waits until all that came before it has been given: a plan, or a batch. */
struct mqtt_turn {
	struct mqtt_turn *next, **link; /* what points at this one */
	struct mqtt_command *door;
	int64_t until;           /* when it is refused */
	char id[RECORD_ID_SIZE]; /* "": it has none */
	bool asked;              /* the disk is asked whether it is new; */
	bool again;              /* for the second time */
	struct mqtt_plan plan;
	struct mqtt_batch batch; /* if not empty, the plan is to be made of it: but for its zone */
	struct mqtt_letter *letters; /* NULL: it was refused, and is in the queue no longer */
};

/* One that is the ledger's, until its result has been said. */
struct mqtt_order {
	struct mqtt_order *next, **link; /* what points at this one */
	struct mqtt_command *door;
	ledger_id entry;
	char id[RECORD_ID_SIZE];
	char *command, *params;
	int zone;
	unsigned documents;
	struct mqtt_letter *letters; /* NULL: from before this door was made */
	json_t *result;              /* NULL: it has not ended */
};

struct mqtt_command {
	struct mqtt_rooms rooms;
	struct mqtt *mqtt;
	struct mqtt_state *state;
	struct mqtt_batches batches;
	uv_timer_t due; /* of the batch that leaves next */

	struct mqtt_order *orders, **orders_end;
	int order_count;
	struct mqtt_turn *turns, **turns_end;
	int turn_count;
	int looking; /* answers of the disk that are to come */
	uv_timer_t overdue; /* of the turn that is refused next */
	uv_prepare_t before_sleep; /* while results are to be said */
	uv_timer_t nudge;          /* makes the loop turn once more for them */
	bool shown;                /* the model has told of all that they are about */

	char *erased[MQTT_ERASED_MAX];
	int erased_count;
	struct allowance messages;
	int handles; /* not closed yet */
};

/* The documents that show what is commanded for the zone (0: the system). */
static inline unsigned
mqtt_document_of(int zone)
{
	return 1U << zone;
}

/* A result for messages that are not taken. The letters are taken. */
void
mqtt_command_refuse(struct mqtt_command *door, const char *id, const struct mqtt_refusal *refusal,
		    struct mqtt_letter *letters, unsigned documents);

/* Tells that later messages have replaced these. The letters are taken. */
void
mqtt_command_supersede(struct mqtt_command *door, struct mqtt_letter *letters, int64_t now);

/* Starts the timer anew; INT64_MAX: stops it. */
void
mqtt_command_wake(struct mqtt_command *door, uv_timer_t *timer, uv_timer_cb tick, int64_t at,
		  int64_t now);

/* The zone is one that this house has and uses. False with the refusal. */
bool
mqtt_command_has_zone(const struct mqtt_command *door, int zone, struct mqtt_refusal *refusal);

/* The same for those that documents (1 << zone) name, and the one that is to rule; 0: none is. */
bool
mqtt_command_has_zones(const struct mqtt_command *door, unsigned documents, int ruler,
		       struct mqtt_refusal *refusal);

/* Whether a message that is well-formed may count now. False with the refusal. */
bool
mqtt_command_admit(struct mqtt_command *door, bool writes, struct mqtt_refusal *refusal,
		   int64_t now);

void
mqtt_scalars_init(struct mqtt_command *door);

/* Takes a single value into its batch; the letter is taken. */
void
mqtt_scalar_take(struct mqtt_command *door, const struct mqtt_topic_info *info, int zone,
		 const struct mqtt_incoming *message, struct mqtt_letter *letter, int64_t now);

/* Batches (bits 1 << zone) leave, whether or not they are over. */
void
mqtt_scalars_leave(struct mqtt_command *door, unsigned batches, int64_t now);

/* Gives what a batch means by now, or refuses it. The letters are taken. */
void
mqtt_scalars_give(struct mqtt_command *door, int zone, const struct mqtt_batch *batch,
		  struct mqtt_letter *letters, int64_t now);

/* Takes a JSON body; the letter is taken. */
void
mqtt_body_take(struct mqtt_command *door, const struct mqtt_topic_info *info, int zone,
	       const struct mqtt_incoming *message, struct mqtt_letter *letter, int64_t now);

/* The same for a button. */
void
mqtt_press_take(struct mqtt_command *door, const struct mqtt_topic_info *info, int zone,
		const struct mqtt_incoming *message, struct mqtt_letter *letter, int64_t now);

void
mqtt_orders_init(struct mqtt_command *door);

/* Those under way go on in the ledger, unheard. */
void
mqtt_orders_fini(struct mqtt_command *door);

/* Gives the plan to the ledger, or refuses it. Its texts and the letters are taken. */
void
mqtt_order_give(struct mqtt_command *door, struct mqtt_plan *plan, struct mqtt_letter *letters,
		int64_t now);

/* The same for a plan with an id, but only if no command of this id was given before. */
void
mqtt_repeat_give(struct mqtt_command *door, struct mqtt_plan *plan, struct mqtt_letter *letters,
		 int64_t now);

/* Whether the result of a command with this id is still to come. */
bool
mqtt_repeat_awaits(const struct mqtt_command *door, const char *id);

void
mqtt_turns_init(struct mqtt_command *door);

/* Gives a plan behind all that wait. Its texts and the letters are taken. */
void
mqtt_turn_give(struct mqtt_command *door, struct mqtt_plan *plan, struct mqtt_letter *letters,
	       int64_t now);

/*
 * The same for a batch; what it means is decided at its turn. If one waits that it overtakes, that
 * one is superseded, as it would have been while it was gathered. The letters are taken.
 */
void
mqtt_turn_give_batch(struct mqtt_command *door, int zone, const struct mqtt_batch *batch,
		     struct mqtt_letter *letters, int64_t now);

/*
 * Gives a plan its place, where it waits until asked is false: an answer is to come. Takes its
 * texts and the letters; NULL: it was refused.
 */
struct mqtt_turn *
mqtt_turn_ask(struct mqtt_command *door, struct mqtt_plan *plan, struct mqtt_letter *letters,
	      int64_t now);

/* The turn with this id, or NULL. */
struct mqtt_turn *
mqtt_turn_find(const struct mqtt_command *door, const char *id);

/* Of these the one whose values would not be seen any more, and mean nothing to those behind it. */
struct mqtt_turn *
mqtt_turn_overtaken(struct mqtt_turn *first, int zone, const struct mqtt_batch *batch);

/* Gives those whose turn it is. */
void
mqtt_turns_go_on(struct mqtt_command *door, int64_t now);

/* Takes it out of the queue: the disk did not answer. Is told by an id of its own while asked. */
void
mqtt_turn_refuse(struct mqtt_turn *turn);

/* Frees it, and takes it out of the queue without a word if it is there. Not its letters. */
void
mqtt_turn_free(struct mqtt_turn *turn);

/* A plan that will not be carried out. Takes its texts and the letters. */
void
mqtt_plan_refuse(struct mqtt_command *door, struct mqtt_plan *plan, struct mqtt_letter *letters,
		 int error);

/* The order with this id; NULL: there is none under way. */
struct mqtt_order *
mqtt_order_find(const struct mqtt_command *door, const char *id);

/* Waits for the end of a record that another life of the door gave. The letters are taken. */
struct mqtt_order *
mqtt_order_follow(struct mqtt_command *door, const struct record *record,
		  struct mqtt_letter *letters);

/* The record's end is known: its result is said when the model has told what it changed. */
void
mqtt_order_end(struct mqtt_order *order, const struct record *record, int64_t now);

/* Says what has ended, though its documents may not be out yet. */
void
mqtt_orders_say(struct mqtt_command *door);

#endif
