/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/* See ledger_program.h. */
#include "build.h"

#include "cz2d/ledger/ledger_program.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cz2d/model/model.h"

/* Those that have to be found out come before those that are known to be right. */
enum prospect { PROSPECT_BREAKS, PROSPECT_UNKNOWN, PROSPECT_GOOD, PROSPECTS };

struct program {
	struct cz2_program wish;
	enum cz2_row rows[CZ2_SCHEDULES]; /* that are named, in the order of being carried out */
	int count, next;
	struct outcome_program told;
	int transactions, bytes, attempts;
	bool begun, sent;
};

static const struct cz2_day *
wished(const struct program *program, enum cz2_row row)
{
	return &program->wish.days[row - CZ2_ROW_SCHEDULE];
}

static void
command_of(const struct program *program, enum cz2_row row, struct cz2_command *command)
{
	cz2_command_init(command);
	cz2_command_set_day(command, row, wished(program, row));
}

static void
forget(struct program *program)
{
	program->next = 0;
	program->told.row_count = 0;
	for (int day = 0; day < CZ2_SCHEDULES; day++)
		cz2_day_clear(&program->told.applied.days[day]);
}

struct program *
program_new(const struct cz2_program *wish)
{
	struct program *program = mem_new(1, sizeof *program);

	program->wish = *wish;
	for (int day = 0; day < CZ2_SCHEDULES; day++)
		if (!cz2_day_empty(&wish->days[day]))
			program->rows[program->count++] = (enum cz2_row)(CZ2_ROW_SCHEDULE + day);
	forget(program);
	return program;
}

struct program *
program_free(struct program *program)
{
	free(program);
	return NULL;
}

int
program_days(const struct program *program)
{
	return program->count;
}

bool
program_contradicts(const struct program *program, const struct program *other)
{
	for (int day = 0; day < CZ2_SCHEDULES; day++) {
		struct cz2_day both = program->wish.days[day];

		if (cz2_day_merge(&both, &other->wish.days[day]) != CZ2_OK)
			return true;
	}
	return false;
}

int
program_check(const struct program *program, const struct engine *engine, int64_t now)
{
	struct cz2_command command;
	int error = CZ2_OK;

	for (int i = 0; i < program->count && error == CZ2_OK; i++) {
		command_of(program, program->rows[i], &command);
		error = engine_check(engine, &command, now);
	}
	return error;
}

/* ------------------------------------------------------------------------
 * Carrying out
 */

static enum prospect
prospect_of(const struct program *program, const struct model *model, enum cz2_row row)
{
	struct cz2_image image = *model_image(model, row);
	struct cz2_command command;
	struct cz2_problem problem;
	bool changed;

	if (image.length == 0)
		return PROSPECT_UNKNOWN;
	command_of(program, row, &command);
	return cz2_command_edit(&command, row, image.bytes, image.length, image.time, &changed,
				&problem) == CZ2_OK ? PROSPECT_GOOD : PROSPECT_BREAKS;
}

void
program_begin(struct program *program, const struct model *model)
{
	enum cz2_row rows[CZ2_SCHEDULES] = {0};
	int count = 0;

	for (int prospect = 0; prospect < PROSPECTS; prospect++)
		for (int i = 0; i < program->count; i++)
			if ((int)prospect_of(program, model, program->rows[i]) == prospect)
				rows[count++] = program->rows[i];
	memcpy(program->rows, rows, (size_t)count * sizeof rows[0]);
	forget(program);
}

bool
program_command(const struct program *program, struct cz2_command *command)
{
	if (program->next >= program->count)
		return false;
	command_of(program, program->rows[program->next], command);
	return true;
}

/* A day that is tried again, as its panel was away, is the same row still: there is one for each. */
static void
tell_row(struct outcome_program *told, const struct outcome_row *row)
{
	int place = 0;

	while (place < told->row_count && told->rows[place].row != row->row)
		place++;
	if (place == told->row_count)
		told->rows[told->row_count++] = *row;
	else
		told->rows[place].after = row->after;
}

void
program_took(struct program *program, const struct outcome *outcome)
{
	enum cz2_row row = program->rows[program->next];

	program->begun = true;
	program->transactions += outcome->transactions;
	program->bytes += outcome->bytes;
	program->attempts += outcome->attempts;
	program->sent |= outcome->sent;
	for (int i = 0; i < outcome->row_count; i++)
		tell_row(&program->told, &outcome->rows[i]);
	if (outcome->applied.program == row)
		program->told.applied.days[row - CZ2_ROW_SCHEDULE] = outcome->applied.day;
	if (outcome->error == CZ2_OK)
		program->next++;
}

/* ------------------------------------------------------------------------
 * Looking
 */

void
program_look(struct program *program)
{
	forget(program);
}

void
program_saw(struct program *program, const struct cz2_image *image)
{
	enum cz2_row row = program->rows[program->next++];
	struct cz2_day *applied = &program->told.applied.days[row - CZ2_ROW_SCHEDULE];

	*applied = *wished(program, row);
	cz2_day_keep_shown(applied, image->bytes, image->length);
	tell_row(&program->told, &(struct outcome_row){row, .after = *image});
}

bool
program_whole(const struct program *program)
{
	return memcmp(&program->told.applied, &program->wish, sizeof program->wish) == 0;
}

/* ------------------------------------------------------------------------
 * Telling
 */

void
program_tell(const struct program *program, struct outcome *outcome)
{
	outcome->program = &program->told;
	outcome->transactions = program->transactions;
	outcome->bytes = program->bytes;
	outcome->attempts = program->attempts;
	outcome->sent = program->sent;
	outcome->unchanged = outcome->error == CZ2_OK && !program->sent;
	outcome->row_count = 0;
	cz2_command_init(&outcome->applied);
	if (outcome->error == CZ2_OK || !program->begun || program->next >= program->count)
		return;
	outcome->problem.row = program->rows[program->next];
	cz2_schedule_split(program->rows[program->next], &outcome->problem.zone,
			   &outcome->problem.day);
}
