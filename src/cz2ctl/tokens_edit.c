/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A new file beside the old one takes its owner, mode and then its name. The lock is on
 * the directory: a file that is replaced cannot hold one.
 */
#include "build.h"

#include "cz2ctl/tokens_edit.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "cz2ctl/say.h"
#include "keys/file.h"

enum { NEW_MODE = 0640 };

static const char daemon_group[] = "cz2d";

static enum ctl_exit
fail(const char *path)
{
	say_error("%s: %s", path, strerror(errno));
	return CTL_USAGE;
}

static char *
directory_of(const char *path)
{
	char *copy = mem_text(path);
	char *directory = mem_text(dirname(copy));

	free(copy);
	return directory;
}

static int
open_directory(const char *path)
{
	char *directory = directory_of(path);
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	free(directory);
	return fd;
}

static void
complain(void *self, int line, const char *why)
{
	const struct tokens_edit *edit = self;

	say_warning("%s:%d: this line lets nobody in: %s", edit->path, line, why);
}

static enum ctl_exit
take_file(struct tokens_edit *edit)
{
	char why[FILE_WHY_SIZE];
	enum file_found found = file_read(edit->path, TOKENS_BYTES_MAX, &edit->text,
					  &edit->length, why);

	if (found == FILE_UNREADABLE) {
		say_error("%s: %s", edit->path, why);
		return CTL_USAGE;
	}
	edit->exists = found == FILE_FOUND;
	if (!edit->exists)
		edit->text = mem_text("");
	tokens_parse(&edit->tokens, edit->text, edit->length, complain, edit);
	return CTL_DONE;
}

/* A link is followed: it stays, and what it points at is replaced. */
static char *
true_path(const char *path)
{
	char *found = realpath(path, NULL);

	return found != NULL ? found : mem_text(path);
}

enum ctl_exit
tokens_edit_begin(struct tokens_edit *edit, const char *path, bool changing)
{
	enum ctl_exit code = CTL_DONE;

	memset(edit, 0, sizeof *edit);
	edit->path = true_path(path);
	edit->lock = changing ? open_directory(edit->path) : -1;
	if (changing && (edit->lock < 0 || flock(edit->lock, LOCK_EX) != 0))
		code = fail(edit->path);
	if (code == CTL_DONE)
		code = take_file(edit);
	if (code != CTL_DONE)
		tokens_edit_end(edit);
	return code;
}

/* ------------------------------------------------------------------------
 * Changing the text
 */

void
tokens_edit_add(struct tokens_edit *edit, const char *line)
{
	bool open_end = edit->length > 0 && edit->text[edit->length - 1] != '\n';
	size_t size = edit->length + strlen(line) + 2;
	char *text = mem_new(size, 1);

	memcpy(text, edit->text, edit->length);
	snprintf(text + edit->length, size - edit->length, "%s%s", open_end ? "\n" : "", line);
	free(edit->text);
	edit->text = text;
	edit->length += strlen(text + edit->length);
}

void
tokens_edit_drop(struct tokens_edit *edit, const char *name)
{
	const char *from = edit->text, *end = edit->text + edit->length;
	char *to = edit->text;

	while (from < end) {
		const char *newline = memchr(from, '\n', (size_t)(end - from));
		size_t length =
			newline != NULL ? (size_t)(newline - from) + 1 : (size_t)(end - from);
		char found[TOKEN_NAME_SIZE];

		token_line_name(from, length, found);
		if (strcmp(found, name) != 0) {
			memmove(to, from, length);
			to += length;
		}
		from += length;
	}
	edit->length = (size_t)(to - edit->text);
}

/* ------------------------------------------------------------------------
 * Putting it in place
 */

/* The daemon must be able to read it, and nobody else has to. */
static bool
give(const struct tokens_edit *edit, int fd)
{
	const struct group *group;
	struct stat old;

	if (edit->exists)
		return stat(edit->path, &old) == 0 && fchmod(fd, old.st_mode & 0777) == 0 &&
		       fchown(fd, old.st_uid, old.st_gid) == 0;
	if (fchmod(fd, NEW_MODE) != 0)
		return false;
	group = getgrnam(daemon_group);
	if (group == NULL || fchown(fd, (uid_t)-1, group->gr_gid) != 0)
		say_warning("%s could not be given to the group %s: can the daemon read it?",
			    edit->path, daemon_group);
	return true;
}

static bool
write_whole(int fd, const char *text, size_t length)
{
	while (length > 0) {
		ssize_t put = write(fd, text, length);

		if (put < 0 && errno != EINTR)
			return false;
		if (put > 0) {
			text += put;
			length -= (size_t)put;
		}
	}
	return fsync(fd) == 0;
}

static bool
replace(const struct tokens_edit *edit, const char *fresh, int fd)
{
	bool good = give(edit, fd) && write_whole(fd, edit->text, edit->length);

	/* The name counts only once the directory is on the disk too. */
	return close(fd) == 0 && good && rename(fresh, edit->path) == 0 && fsync(edit->lock) == 0;
}

enum ctl_exit
tokens_edit_keep(struct tokens_edit *edit)
{
	static const char suffix[] = ".XXXXXX";
	size_t size = strlen(edit->path) + sizeof suffix;
	char *fresh = mem_new(size, 1);
	enum ctl_exit code = CTL_DONE;
	int fd;

	if (edit->length > TOKENS_BYTES_MAX) {
		say_error("%s: there is no room for more", edit->path);
		free(fresh);
		return CTL_USAGE;
	}
	snprintf(fresh, size, "%s%s", edit->path, suffix);
	fd = mkostemp(fresh, O_CLOEXEC);
	if (fd < 0 || !replace(edit, fresh, fd)) {
		code = fail(edit->path);
		if (fd >= 0)
			unlink(fresh);
	}
	free(fresh);
	return code;
}

void
tokens_edit_end(struct tokens_edit *edit)
{
	if (edit->lock >= 0)
		close(edit->lock);
	free(edit->path);
	free(edit->text);
}
