/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The one error vocabulary of the library and the programs built on it.
 * Functions that can fail return 0 or one of these negative values and hand
 * their results out through their last arguments; bool is for questions.
 */
#ifndef CZ2_ERROR_H
#define CZ2_ERROR_H

enum cz2_error {
	CZ2_OK = 0,
	CZ2_ETIMEOUT = -1,     /* no (valid) answer within the time allowed */
	CZ2_EREFUSED = -2,     /* error frame, or an acknowledgement that is not 0 */
	CZ2_ENOTKEPT = -3,     /* acknowledged, but the row reads back otherwise */
	CZ2_EUNCONFIRMED = -4, /* a write went out and its fate is unknown */
	CZ2_ERANGE = -5,       /* a value outside its field's range */
	CZ2_EZONE = -6,        /* no such zone */
	CZ2_EGAP = -7,         /* cool and heat setpoint too close together */
	CZ2_EIMPLAUSIBLE = -8, /* a row's old content makes no sense: not written */
	CZ2_EREADONLY = -9,    /* panel.read_only, or a field nobody may write */
	CZ2_ETESTMODE = -10,   /* the installer's test mode is on */
	CZ2_ECONFLICT = -11,   /* another device uses our bus address */
	CZ2_EBUSY = -12,       /* no room, or two wishes that exclude each other */
	CZ2_ESTOPPING = -13,   /* the process is about to end */
	CZ2_ECLOSED = -14,     /* the link is down */
	CZ2_EMALFORMED = -15,  /* bytes or text that break their format */
	CZ2_ECHECKSUM = -16,   /* a frame whose CRC does not match */
	CZ2_EUNSUPPORTED = -17,/* not something this panel or program can do */
	CZ2_ENOMEM = -18,
	CZ2_EIO = -19,         /* the operating system reported a failure */
	CZ2_ENOTFOUND = -20,   /* not there when it was looked for */
	CZ2_ECHANGED = -21,    /* not as it was when it was looked at last */
	CZ2_ERROR_LAST = -21
};

/* One English clause without full stop; never NULL, also for unknown values. */
const char *
cz2_strerror(int error);

/* One lower-case word for programs, such as "timeout"; never NULL. */
const char *
cz2_error_word(int error);

#endif
