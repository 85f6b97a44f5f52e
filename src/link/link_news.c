/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The words for a link's changes. Whether something changed is decided by what
 * was told last, not by what happened last.
 */
#include "build.h"

#include "link/link_news.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "link/link.h"

enum { PRESENT_MAX = 256 };

static bool
is_news(struct link_news *news, const char *why)
{
	if (strcmp(news->trouble, why) == 0)
		return false;
	snprintf(news->trouble, sizeof news->trouble, "%s", why);
	if (news->changes < LINK_NEWS_MAX && ++news->changes == LINK_NEWS_MAX)
		log_warning("link", "what is wrong keeps changing: no more is told until it works");
	return news->changes < LINK_NEWS_MAX;
}

void
link_news_failed(struct link_news *news, const char *target, const struct link_kind *kind,
		 int error, const char *why)
{
	char present[PRESENT_MAX] = "";

	if (!is_news(news, why))
		return;
	news->hushed = false;
	if (error == -ENOENT && kind->present != NULL)
		kind->present(present, sizeof present);
	log_warning("link", "cannot open %s: %s%s%s; trying again until it %s", target, why,
		    present[0] != '\0' ? "; " : "", present,
		    error == -ENOENT ? "appears" : "opens");
}

void
link_news_opened(struct link_news *news, const char *target, const struct link_kind *kind)
{
	if (news->hushed)
		return;
	log_info("link", "opened %s (%s)", target, kind->name);
}

void
link_news_proven(struct link_news *news, const char *target)
{
	if (news->hushed)
		log_info("link", "%s works again", target);
	news->hushed = false;
	news->changes = 0;
	news->trouble[0] = '\0';
}

void
link_news_lost(struct link_news *news, const char *target, const char *why, bool proven)
{
	/* An opening that was told must not stay the last word. */
	if (is_news(news, why) || !news->hushed)
		log_warning("link", "lost %s: %s; opening it again", target, why);
	news->hushed = !proven;
}
