/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The two sockets that the door for HTTP listens on. Both are non-blocking and
 * not inherited by children.
 */
#ifndef CZ2D_HTTP_LISTEN_H
#define CZ2D_HTTP_LISTEN_H

#include <stddef.h>

/* The descriptor, or -1 with a sentence in why. port 0: any, told in *port. */
int
http_listen_tcp(const char *address, int *port, char *why, size_t why_size);

/*
 * The descriptor, or -1 with a sentence in why. The file gets mode 0660. One that
 * a dead daemon left behind is replaced; one that somebody answers on, or that is
 * no socket at all, is left alone.
 */
int
http_listen_unix(const char *path, char *why, size_t why_size);

#endif
