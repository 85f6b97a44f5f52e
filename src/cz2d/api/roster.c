/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Watches one small file. What is wrong with it is told when it changes, not with each
 * request; whatever is wrong, nobody gets in who would not have without it.
 */
#include "build.h"

#include "cz2d/api/roster.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/mem.h"
#include "keys/file.h"

/* What tells one state of a file from the next. */
struct mark {
	int error;   /* it could not even be looked at */
	bool stands; /* something is there, be it a link to nothing */
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec written, changed;
};

struct roster {
	char *path;
	int64_t looked; /* when */
	struct mark mark;
	enum file_found found;
	bool given; /* people shall be asked for a token though the file be gone: until a reload */
	char why[FILE_WHY_SIZE]; /* it could not be read, as was told last */
	struct tokens tokens;
};

/* ------------------------------------------------------------------------
 * What it is now
 */

static struct mark
mark_of(const char *path)
{
	struct stat about;
	struct mark mark;

	memset(&mark, 0, sizeof mark);
	mark.error = stat(path, &about) == 0 ? 0 : errno;
	mark.stands = mark.error == 0 || lstat(path, &about) == 0;
	if (!mark.stands)
		return mark;
	mark.device = about.st_dev;
	mark.inode = about.st_ino;
	mark.size = about.st_size;
	mark.written = about.st_mtim;
	mark.changed = about.st_ctim;
	return mark;
}

static bool
is_same_moment(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool
is_same(const struct mark *a, const struct mark *b)
{
	return a->error == b->error && a->stands == b->stands && a->device == b->device &&
	       a->inode == b->inode && a->size == b->size &&
	       is_same_moment(&a->written, &b->written) && is_same_moment(&a->changed, &b->changed);
}

/* ------------------------------------------------------------------------
 * Reading
 */

static void
complain(void *self, int line, const char *why)
{
	const struct roster *roster = self;

	log_error("access", "%s:%d: this line lets nobody in: %s", roster->path, line, why);
}

/* What stands there was not read, or nobody can tell whether something does. */
static bool
may_stand(const struct roster *roster)
{
	return (roster->found != FILE_FOUND && roster->mark.stands) ||
	       (roster->found == FILE_UNREADABLE && roster->mark.error != ENOENT);
}

static void
take(struct roster *roster)
{
	char why[FILE_WHY_SIZE];
	size_t length;
	char *text;

	why[0] = '\0';
	roster->tokens.count = roster->tokens.broken = 0;
	roster->found = file_read(roster->path, TOKENS_BYTES_MAX, &text, &length, why);
	if (why[0] != '\0' && strcmp(why, roster->why) != 0)
		log_error("access", "%s cannot be read, nobody gets in by a token: %s",
			  roster->path, why);
	memcpy(roster->why, why, sizeof why);
	if (may_stand(roster))
		roster->given = true;
	if (roster->found == FILE_ABSENT && roster->given)
		log_error("access", "%s is gone: nobody gets in by a token, nor without one",
			  roster->path);
	if (roster->found != FILE_FOUND)
		return;
	tokens_parse(&roster->tokens, text, length, complain, roster);
	free(text);
	roster->given = roster->tokens.count > 0 || roster->tokens.broken > 0;
	log_info("access", "tokens in force: %d, from %s", roster->tokens.count, roster->path);
}

void
roster_look(struct roster *roster, int64_t now)
{
	struct mark mark;

	if (roster->path[0] == '\0' || roster->looked == now)
		return;
	roster->looked = now;
	mark = mark_of(roster->path);
	/* What kept us from reading it may have gone, and left no mark. */
	if (is_same(&mark, &roster->mark) && roster->found != FILE_UNREADABLE)
		return;
	/* The mark is older than what is read: a change in between is seen the next time. */
	roster->mark = mark;
	take(roster);
}

void
roster_reload(struct roster *roster)
{
	bool given = roster->given;

	if (roster->path[0] == '\0')
		return;
	roster->mark = mark_of(roster->path);
	roster->why[0] = '\0';
	roster->given = false;
	take(roster);
	if (given && roster->found == FILE_ABSENT && !roster->given)
		log_warning("access", "%s is gone: from now on there are no tokens", roster->path);
}

struct roster *
roster_new(const char *path)
{
	struct roster *roster = mem_new(1, sizeof *roster);

	roster->path = mem_text(path);
	roster->looked = INT64_MIN;
	roster->found = FILE_ABSENT;
	roster_reload(roster);
	return roster;
}

struct roster *
roster_free(struct roster *roster)
{
	if (roster == NULL)
		return NULL;
	free(roster->path);
	free(roster);
	return NULL;
}

/* ------------------------------------------------------------------------ */

bool
roster_is_empty(const struct roster *roster)
{
	if (roster->found == FILE_FOUND)
		return roster->tokens.count == 0 && roster->tokens.broken == 0;
	return roster->found == FILE_ABSENT && !roster->given;
}

const struct token *
roster_find(const struct roster *roster, const char *secret)
{
	return tokens_find(&roster->tokens, secret);
}
