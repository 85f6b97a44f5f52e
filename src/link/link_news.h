/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What people are told of a link: changes. A device that is missing for a week is
 * one line, and so is a bridge that accepts and hangs up every three seconds. One
 * that does so in a new way each time is some lines.
 */
#ifndef LINK_NEWS_H
#define LINK_NEWS_H

#include <stdbool.h>

enum {
	LINK_WHY_MAX = 160,
	LINK_NEWS_MAX = 16, /* changes of the trouble that are told until it works */
};

struct link_kind;

/* The fields are private. Zeroed: nothing was told. */
struct link_news {
	char trouble[LINK_WHY_MAX]; /* the last one since an opening proved itself, or "" */
	int changes;                /* of it */
	bool hushed;                /* the last opening proved nothing: the next is no news */
};

/* error: the negative errno of the attempt; why: a clause, shorter than LINK_WHY_MAX. */
void
link_news_failed(struct link_news *news, const char *target, const struct link_kind *kind,
		 int error, const char *why);

void
link_news_opened(struct link_news *news, const char *target, const struct link_kind *kind);

/* The opening has carried bytes for a while. */
void
link_news_proven(struct link_news *news, const char *target);

/* proven: whether the opening that ends here was. */
void
link_news_lost(struct link_news *news, const char *target, const char *why, bool proven);

#endif
