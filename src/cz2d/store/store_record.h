/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A record of the ledger as columns of the table `commands`. For the store's files only.
 */
#ifndef CZ2D_STORE_RECORD_H
#define CZ2D_STORE_RECORD_H

#include "cz2d/ledger/record.h"
#include "cz2d/store/store_internal.h"

enum { STORE_RECORD_COLUMNS = 19 };

/* The columns' names, in the order in which they are written and told. */
#define STORE_RECORD_NAMES \
	"id, device, command, user, source, status, armed, requested_us, updated_us," \
	" sent_us, delivered_us, expires_us, params, wish, metadata, result," \
	" key, answer_status, answer"

/* The texts stay the record's. */
void
store_record_columns(const struct record *record,
		     struct database_value columns[STORE_RECORD_COLUMNS]);

/* False when it cannot be one of ours; else the record is to be ended by record_fini(). */
bool
store_record_read(const struct database_value *columns, int count, struct record *record);

#endif
