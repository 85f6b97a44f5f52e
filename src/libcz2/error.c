/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Texts of the error vocabulary.
 */
#include "build.h"

#include <cz2/error.h>

#include <stddef.h>

static const struct {
	const char *word;
	const char *text;
} errors[] = {
	[-CZ2_OK] = {"ok", "no error"},
	[-CZ2_ETIMEOUT] = {"timeout", "the panel does not answer"},
	[-CZ2_EREFUSED] = {"refused", "the panel refused the request"},
	[-CZ2_ENOTKEPT] = {"not_kept", "the panel acknowledged the values but did not keep them"},
	[-CZ2_EUNCONFIRMED] = {"unconfirmed", "a write went out and its fate is unknown"},
	[-CZ2_ERANGE] = {"out_of_range", "a value is outside its range"},
	[-CZ2_EZONE] = {"unknown_zone", "there is no such zone"},
	[-CZ2_EGAP] = {"gap", "the cool setpoint is not at least 2 above the heat setpoint"},
	[-CZ2_EIMPLAUSIBLE] = {"implausible", "the panel's row holds something that makes no sense"},
	[-CZ2_EREADONLY] = {"read_only", "writing is not allowed"},
	[-CZ2_ETESTMODE] = {"test_mode", "the installer's test mode is on"},
	[-CZ2_ECONFLICT] = {"address_conflict", "another device uses our bus address"},
	[-CZ2_EBUSY] = {"busy", "no room for more, or already under way"},
	[-CZ2_ESTOPPING] = {"stopping", "the process is about to end"},
	[-CZ2_ECLOSED] = {"closed", "the link to the panel is down"},
	[-CZ2_EMALFORMED] = {"malformed", "the data breaks its format"},
	[-CZ2_ECHECKSUM] = {"checksum", "the checksum does not match"},
	[-CZ2_EUNSUPPORTED] = {"unsupported", "not something that can be done here"},
	[-CZ2_ENOMEM] = {"no_memory", "out of memory"},
	[-CZ2_EIO] = {"io", "the operating system reported a failure"},
	[-CZ2_ENOTFOUND] = {"not_found", "it was looked for and is not all there"},
	[-CZ2_ECHANGED] = {"changed", "it is not as it was when it was read last"},
};

_Static_assert(sizeof errors / sizeof errors[0] == 1 - CZ2_ERROR_LAST, "a text for each error");

static size_t
index_of(int error)
{
	return error <= 0 && error >= CZ2_ERROR_LAST ? (size_t)-error : (size_t)-CZ2_EIO;
}

const char *
cz2_strerror(int error)
{
	return errors[index_of(error)].text;
}

const char *
cz2_error_word(int error)
{
	return errors[index_of(error)].word;
}
