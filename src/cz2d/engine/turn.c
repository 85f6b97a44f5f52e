/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Carries out commands on the panel's rows. What makes an answer true is
 * decided here: a command is delivered when a read that was asked for after it
 * was accepted shows what it names.
 */
#include "build.h"

#include "cz2d/engine/turn.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "cz2d/engine/pace.h"
#include "cz2d/model/model.h"
#include "cz2d/model/outcome.h"

enum {
	TRIES_UNHELD = 2,       /* writes of a setpoint that does not stay, in an unheld zone */
};

void
turn_begin(struct turn *turn, const struct turn_config *config, struct model *model, int64_t now)
{
	turn->config = *config;
	turn->model = model;
	members_clear(&turn->members);
	turn->started = now;
	turn->open = true;
	turn->error = CZ2_OK;
	turn->transactions = turn->bytes = turn->attempts = 0;
	turn->current = NULL;
	for (int i = 0; i < CZ2_COMMAND_ROWS; i++)
		turn->rows[i] = (struct turn_row){.row = CZ2_ROW_NONE, .written = INT64_MIN};
}

/*
 * The installer's settings share their row with the fan mode: there a read that shows
 * something new in them is believed only when a second one shows the same.
 */
static bool
beyond_doubt(const struct turn *turn, enum cz2_row row)
{
	return row != CZ2_ROW_1_17 || model_confirmed(turn->model, row);
}

/* Starts work on a row, from a copy that is fresh enough if there is one. */
static void
want_row(struct turn *turn, enum cz2_row id)
{
	struct turn_row *row = &turn->rows[cz2_row_place(id)];

	if (row->state != TURN_UNTOUCHED && row->state != TURN_DONE)
		return;
	row->row = id;
	row->state = TURN_READ;
	row->expected = *model_image(turn->model, row->row);
	if (!beyond_doubt(turn, row->row) ||
	    !model_fresh(turn->model, row->row, turn->config.guard_ms, turn->started))
		return;
	row->base = row->expected;
	row->received = row->settled = row->base.time;
	row->confirmed = true;
	row->state = TURN_EDIT;
}

bool
turn_join(struct turn *turn, struct member *member)
{
	if (!turn->open || !members_join(&turn->members, member))
		return false;
	for (int place = 0; place < CZ2_COMMAND_ROWS; place++) {
		enum cz2_row row = cz2_command_row(&member->command, place);

		if (row != CZ2_ROW_NONE)
			want_row(turn, row);
	}
	return true;
}

void
turn_leave(struct turn *turn, struct member *member)
{
	members_leave(&turn->members, member);
}

/* ------------------------------------------------------------------------
 * Editing
 */

/*
 * The moment from which the copy is too old to write upon. One that was read for the
 * write may be dated back by a reply that got lost: that much doubt is allowed.
 */
static int64_t
usable_until(const struct turn *turn, const struct turn_row *row)
{
	int64_t pair_ms = turn->config.gap_ms + PACE_PAIR_MS;
	int64_t fresh = row->base.time + turn->config.guard_ms;
	int64_t pair = row->settled + clock_later(turn->config.guard_ms, pair_ms);
	int64_t doubt = row->base.time + turn->config.doubt_ms;

	if (row->received < turn->started)
		return fresh;
	return clock_later(fresh, clock_earlier(pair, doubt));
}

/* A copy may be written onto when it is young, still will be when its row may be written, and
 * nobody has written since. */
static bool
base_usable(const struct turn *turn, const struct turn_row *row, int64_t now)
{
	int64_t until = usable_until(turn, row);

	if (model_outdated_since(turn->model, row->row, row->base.time))
		return false;
	/* A late reply may show the row as it was before our last write. */
	return row->base.time >= row->written && now < until && row->settled < until;
}

static void
address(const struct turn_row *row, struct cz2_request *request)
{
	const struct cz2_row_info *info = cz2_row_info(row->row);

	memset(request, 0, sizeof *request);
	request->device = info->device;
	request->table = info->table;
	request->row = info->row;
	request->length = info->length;
}

static void
ask_write(struct turn *turn, struct turn_row *row, const uint8_t *bytes, int64_t now,
	  struct cz2_request *request)
{
	address(row, request);
	request->function = CZ2_WRITE;
	request->length = row->base.length;
	memcpy(request->bytes, bytes, row->base.length);
	/* None leaves after its caller was told that it failed, and none when its copy has
	 * grown too old while it waited for the line. */
	request->deadline = clock_earlier(usable_until(turn, row),
					  members_first_deadline(&turn->members, row->row));
	row->expected = row->base;
	memcpy(row->expected.bytes, bytes, row->base.length);
	row->expected.time = now;
	row->state = TURN_WRITING;
	row->decided = now;
	if (row->writes++ == 0)
		row->before = row->base;
}

/*
 * "Nothing to change" must not rest on what the panel showed before the command was
 * given. Just before will do, except for setpoints that a schedule may take back.
 */
static bool
tells_of_now(const struct turn *turn, const struct turn_row *row)
{
	int64_t before = turn->config.guard_ms;

	if (row->row == CZ2_ROW_1_16 && members_unheld(&turn->members, model_state(turn->model)))
		before = 0;
	return row->base.time + before >= turn->members.latest;
}

/*
 * Edits the row's copy. True when a write is to be sent; else the row is done,
 * or has to be read (again).
 */
static bool
edit_row(struct turn *turn, struct turn_row *row, int blocked, int64_t now,
	 struct cz2_request *request)
{
	uint8_t bytes[CZ2_ROW_SIZE_MAX];

	if (!base_usable(turn, row, now)) {
		row->state = TURN_READ;
		return false;
	}
	turn->open = false;
	memcpy(bytes, row->base.bytes, sizeof bytes);
	members_edit(&turn->members, row->row, bytes, row->base.length, now);
	if (memcmp(bytes, row->base.bytes, row->base.length) == 0) {
		row->state = tells_of_now(turn, row) ? TURN_DONE : TURN_READ;
		return false;
	}
	if (blocked != CZ2_OK) {
		members_fail(&turn->members, row->row, blocked);
		row->state = TURN_DONE;
		return false;
	}
	ask_write(turn, row, bytes, now, request);
	return true;
}

/* ------------------------------------------------------------------------
 * Requests
 */

static bool
ask_read(struct turn *turn, struct turn_row *row, struct cz2_request *request)
{
	if (++row->reads > PACE_READS_MAX) {
		turn->error = CZ2_ETIMEOUT;
		return false;
	}
	address(row, request);
	request->function = CZ2_READ;
	request->attempts = (uint8_t)turn->config.attempts;
	/* As long as somebody waits. Who has no time left is answered meanwhile. */
	request->deadline = members_last_deadline(&turn->members, row->row);
	return true;
}

/* What a row that has to be written or looked at needs next; false: nothing. */
static bool
advance(struct turn *turn, struct turn_row *row, int blocked, int64_t now,
	struct cz2_request *request, int *room_ms)
{
	while (turn->error == CZ2_OK) {
		switch (row->state) {
		case TURN_READ:
			if (!row->needed && !members_want(&turn->members, row->row)) {
				row->state = TURN_DONE;
				return false;
			}
			*room_ms = PACE_ROOM_PAIR_MS;
			return ask_read(turn, row, request);
		case TURN_RESOLVE:
			*room_ms = PACE_ROOM_PAIR_MS;
			return ask_read(turn, row, request);
		case TURN_EDIT:
			if (edit_row(turn, row, blocked, now, request)) {
				*room_ms = PACE_ROOM_ONE_MS;
				return true;
			}
			break;
		default:
			return false;
		}
	}
	return false;
}

bool
turn_next(struct turn *turn, int blocked, int64_t now, struct cz2_request *request, int *room_ms)
{
	for (int i = 0; i < CZ2_COMMAND_ROWS; i++) {
		turn->current = &turn->rows[i];
		if (advance(turn, turn->current, blocked, now, request, room_ms))
			return true;
	}
	for (int i = 0; i < CZ2_COMMAND_ROWS && turn->error == CZ2_OK; i++) {
		turn->current = &turn->rows[i];
		*room_ms = PACE_ROOM_ONE_MS;
		if (turn->current->state == TURN_CHECK)
			return ask_read(turn, turn->current, request);
	}
	turn->open = false;
	turn->current = NULL;
	return false;
}

/* ------------------------------------------------------------------------
 * Results
 */

static bool
rows_to_write(const struct turn *turn)
{
	for (int i = 0; i < CZ2_COMMAND_ROWS; i++)
		if (turn->rows[i].state == TURN_READ || turn->rows[i].state == TURN_EDIT)
			return true;
	return false;
}

/* The flags decide whether a setpoint may have been taken back: they must be known. */
static bool
flags_known(struct turn *turn)
{
	const struct cz2_image *flags = model_image(turn->model, CZ2_ROW_1_12);
	struct turn_row *row = &turn->rows[cz2_row_place(CZ2_ROW_1_12)];

	if (flags->length != 0 && flags->time >= turn->started)
		return true;
	if (row->state != TURN_UNTOUCHED && row->state != TURN_DONE)
		return true; /* under way anyhow */
	row->row = CZ2_ROW_1_12;
	row->state = TURN_READ;
	row->needed = true;
	return false;
}

/*
 * What the panel acknowledged it may have given back to a schedule. A second try tells
 * that from a value that was not kept.
 */
static bool
satisfied(const struct turn *turn, const struct turn_row *row, const struct cz2_image *image,
	  int error)
{
	bool tried = row->acknowledged >= TRIES_UNHELD;
	const struct cz2_values *state = tried ? model_state(turn->model) : NULL;

	return members_satisfied(&turn->members, row->row, image, state, error);
}

/* Why the wish is not on the panel: refused, taken and not kept, or never heard. */
static int
failure_of(const struct turn_row *row)
{
	if (row->refused)
		return CZ2_EREFUSED;
	return row->acknowledged ? CZ2_ENOTKEPT : CZ2_ETIMEOUT;
}

static void
judge(struct turn *turn, struct turn_row *row, const struct cz2_image *image)
{
	if (members_shown(&turn->members, row->row, image)) {
		/* Seen early, it still has to hold when all is written. */
		row->state = row->state == TURN_RESOLVE && rows_to_write(turn) ? TURN_CHECK
									       : TURN_DONE;
		return;
	}
	if (row->row == CZ2_ROW_1_16 && row->acknowledged > 0 && !flags_known(turn)) {
		row->state = TURN_CHECK;
		return;
	}
	if (satisfied(turn, row, image, CZ2_OK)) {
		row->state = TURN_DONE;
		return;
	}
	if (!row->confirmed)
		return; /* look once more */
	if (row->refused || row->writes >= TURN_WRITES_MAX) {
		satisfied(turn, row, image, failure_of(row));
		row->state = TURN_DONE;
		return;
	}
	log_debug("engine", "row %d.%d does not show what was written, round %d",
		  cz2_row_info(row->row)->table, cz2_row_info(row->row)->row, row->writes);
	row->state = beyond_doubt(turn, row->row) ? TURN_EDIT : TURN_READ;
}

/* True when the later image shows what the earlier one did; a clock has run on. */
static bool
goes_on(enum cz2_row row, const struct cz2_image *earlier, const struct cz2_image *later)
{
	struct cz2_command same;
	int second = cz2_clock_read(earlier->bytes, earlier->length);

	if (row != CZ2_ROW_1_18 || second == CZ2_CLOCK_NONE)
		return cz2_image_same(earlier, later);
	cz2_command_init(&same);
	cz2_command_set_clock(&same, earlier->time - second * INT64_C(1000));
	return cz2_command_shown(&same, row, later->bytes, later->length, later->time);
}

/*
 * Replies carry no number: one that came twice may pass for the answer to a later read, and
 * show the row as it was before our last write. Content that nobody expected is
 * written upon, and called a failure, only when it was read twice since.
 */
static void
weigh(struct turn_row *row, const struct cz2_image *image)
{
	bool expected = row->expected.length == 0 || goes_on(row->row, &row->expected, image);
	bool again = row->base.length != 0 && row->received > row->written &&
		     goes_on(row->row, &row->base, image);

	row->confirmed = expected || again;
}

static void
take_read(struct turn *turn, struct turn_row *row, const struct cz2_result *result, int64_t now)
{
	bool check = row->state != TURN_READ;
	struct cz2_image before = *model_image(turn->model, row->row);
	struct cz2_image image = {
		.length = result->length,
		.source = check ? CZ2_SOURCE_WRITEBACK : CZ2_SOURCE_POLL,
		.time = result->asked,
	};

	memcpy(image.bytes, result->bytes, result->length);
	/* A change that the copy before the write did not show yet was read after the
	 * write, whichever request the reply may answer. */
	if (check && image.time < row->written && members_shown(&turn->members, row->row, &image) &&
	    !members_shown(&turn->members, row->row, &row->base))
		image.time = row->written;
	/* Something newer, and other, was overheard meanwhile: ask again. */
	if (!model_apply(turn->model, row->row, &image) && !cz2_image_same(&before, &image))
		return;
	weigh(row, &image);
	row->base = image;
	row->received = now;
	row->settled = result->settled;
	if (!check) {
		row->state = row->confirmed && beyond_doubt(turn, row->row) ? TURN_EDIT : TURN_READ;
		return;
	}
	/* It may answer a read from before the write. Then it can show that the wish is
	 * there, but not that it is missing: ask again. */
	if (image.time >= row->written ||
	    (image.time >= turn->members.latest && members_shown(&turn->members, row->row, &image)))
		judge(turn, row, &image);
}

void
turn_sent(struct turn *turn)
{
	struct turn_row *row = turn->current;

	if (!turn_writes(turn, CZ2_ROW_NONE))
		return;
	if (row->written != row->decided)
		model_wrote(turn->model, row->row, &row->base, &row->expected, row->decided);
	row->written = row->decided;
	members_sent(&turn->members, row->row, &row->base);
}

/*
 * Setpoints that were already as wished were not written, and while the zone was not
 * held yet its schedule may have changed them.
 */
static void
look_at_setpoints_again(struct turn *turn)
{
	struct turn_row *row = &turn->rows[cz2_row_place(CZ2_ROW_1_16)];

	if (row->state == TURN_DONE && members_want(&turn->members, CZ2_ROW_1_16))
		row->state = TURN_CHECK;
}

static void
take_written(struct turn *turn, struct turn_row *row, const struct cz2_result *result)
{
	if (result->sends == 0) {
		row->writes--;
		row->state = TURN_EDIT;
		if (result->error == CZ2_ECLOSED)
			turn->error = result->error;
		return;
	}
	turn_sent(turn);
	if (row->row == CZ2_ROW_1_12)
		look_at_setpoints_again(turn);
	/* What was known of the row is outdated, also for the next turn, until it is read. */
	model_outdate(turn->model, row->row, row->written);
	row->acknowledged += result->error == CZ2_OK;
	row->refused = result->error == CZ2_EREFUSED;
	row->state = result->error == CZ2_OK ? TURN_CHECK : TURN_RESOLVE;
}

/*
 * The panel does not let us look. Of what it may have taken that says nothing: it is asked
 * again, and in the end nobody knows.
 */
static void
take_refusal(struct turn *turn, struct turn_row *row)
{
	bool never_taken = row->written == INT64_MIN || (row->refused && row->writes == 1);

	if (!never_taken)
		return;
	members_fail(&turn->members, row->row, CZ2_EREFUSED);
	row->state = TURN_DONE;
}

bool
turn_writes(const struct turn *turn, enum cz2_row row)
{
	return turn->current != NULL && turn->current->state == TURN_WRITING &&
	       (row == CZ2_ROW_NONE || turn->current->row == row);
}

void
turn_abort(struct turn *turn, int error)
{
	turn->error = error;
}

void
turn_result(struct turn *turn, const struct cz2_result *result, int64_t now)
{
	struct turn_row *row = turn->current;

	turn->transactions += result->sends > 0;
	turn->attempts += result->sends;
	turn->bytes += result->bytes_sent + result->bytes_received;

	if (row->state == TURN_WRITING) {
		take_written(turn, row, result);
	} else if (result->error == CZ2_OK) {
		take_read(turn, row, result, now);
	} else if (result->error == CZ2_EREFUSED) {
		take_refusal(turn, row);
	} else if (result->error != CZ2_EBUSY) {
		/* CZ2_EBUSY: it was not sent in time, or taken back. */
		turn->error = result->error == CZ2_ECLOSED ? CZ2_ECLOSED : CZ2_ETIMEOUT;
	}
}

/* ------------------------------------------------------------------------
 * Outcome
 */

/* True when each row that the member names was seen to the end. */
static bool
seen_through(const struct turn *turn, const struct member *member)
{
	for (int i = 0; i < CZ2_COMMAND_ROWS; i++) {
		const struct turn_row *row = &turn->rows[i];

		if (row->state != TURN_DONE && cz2_command_touches(&member->command, row->row))
			return false;
	}
	return true;
}

/* True when a row that the member names was written, and not seen since. */
static bool
is_in_doubt(const struct turn *turn, const struct member *member)
{
	for (int i = 0; i < CZ2_COMMAND_ROWS; i++) {
		const struct turn_row *row = &turn->rows[i];

		if (row->written != INT64_MIN && row->state != TURN_DONE &&
		    row->base.time < row->written &&
		    cz2_command_touches(&member->command, row->row))
			return true;
	}
	return false;
}

static int
error_of(const struct turn *turn, const struct member *member)
{
	/* Whatever else is known to have failed. */
	if (member->sent && is_in_doubt(turn, member))
		return CZ2_EUNCONFIRMED;
	if (member->error != CZ2_OK || seen_through(turn, member))
		return member->error;
	return member->sent ? CZ2_EUNCONFIRMED : turn->error != CZ2_OK ? turn->error : CZ2_ETIMEOUT;
}

/* What of the command the panel was seen to hold, by reads since the last write. */
static void
find_applied(const struct turn *turn, struct cz2_command *applied)
{
	for (int i = 0; i < CZ2_COMMAND_ROWS; i++) {
		const struct turn_row *row = &turn->rows[i];
		bool seen = row->state != TURN_UNTOUCHED && row->base.length != 0 &&
			    row->base.time >= row->written;

		if (cz2_command_touches(applied, row->row))
			cz2_command_keep_shown(applied, row->row, row->base.bytes,
					       seen ? row->base.length : 0, row->base.time);
	}
}

/* The rows that were written while the member was part of the turn, and for it. */
static void
tell_rows(const struct turn *turn, const struct member *member, struct outcome *outcome)
{
	outcome->row_count = 0;
	for (int i = 0; i < CZ2_COMMAND_ROWS; i++) {
		const struct turn_row *row = &turn->rows[i];
		struct outcome_row *told = &outcome->rows[outcome->row_count];

		if (row->written == INT64_MIN || !cz2_command_touches(&member->command, row->row))
			continue;
		*told = (struct outcome_row){.row = row->row, .before = row->before};
		if (row->base.time >= row->written)
			told->after = row->base;
		outcome->row_count++;
	}
}

void
turn_outcome(const struct turn *turn, const struct member *member,
	     struct outcome *outcome)
{
	outcome->error = error_of(turn, member);
	outcome->problem = member->problem;
	outcome->sent = member->sent;
	outcome->unchanged = outcome->error == CZ2_OK && !member->sent;
	outcome->transactions = turn->transactions;
	outcome->bytes = turn->bytes;
	outcome->attempts = turn->attempts;
	outcome->applied = member->command;
	if (outcome->error != CZ2_OK)
		find_applied(turn, &outcome->applied);
	tell_rows(turn, member, outcome);
}
