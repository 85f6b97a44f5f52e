/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Questions about single values of the configuration.
 */
#ifndef CZ2D_CONFIG_CHECK_H
#define CZ2D_CONFIG_CHECK_H

#include <stdbool.h>

/* Valid UTF-8 without control characters. */
bool
config_check_plain(const char *text);

bool
config_check_id(const char *text);

/* An absolute path. */
bool
config_check_path(const char *text);

/* An absolute path, HOST:PORT or [IPV6]:PORT. */
bool
config_check_connect(const char *text);

/* A host name or an IP address, without port or brackets. */
bool
config_check_host(const char *text);

/* A host name or an IP address (IPv6 in brackets), with or without :PORT. */
bool
config_check_authority(const char *text);

/* "http://" or "https://" and an authority, as browsers write it: in small letters. */
bool
config_check_origin(const char *text);

/* A numeric IP address or "localhost". */
bool
config_check_listen(const char *text);

/* Whether an address that passed config_check_listen can only be reached from this machine. */
bool
config_check_loopback(const char *text);

/* "" or an absolute path. */
bool
config_check_socket(const char *text);

bool
config_check_topic(const char *text);

/* An absolute path, or a plain file name. */
bool
config_check_secret(const char *text);

#endif
