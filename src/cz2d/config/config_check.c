/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Questions about single values: is this a path, an address, a topic. Each
 * takes any text and looks at nothing else; nothing is resolved or opened.
 */
#include "build.h"

#include "cz2d/config/config_check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
	HOST_MAX = 255,
	PORT_MAX = 65535,
	CODE_DELETE = 0x7F,
	CODE_CONTROL_LAST = 0x9F, /* Unicode has a second set of control characters, 80 to 9F */
	CODE_SURROGATE_FIRST = 0xD800,
	CODE_SURROGATE_LAST = 0xDFFF,
	CODE_MAX = 0x10FFFF
};

static const char lower[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
static const char host_characters[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";

/* Takes one character off *at. False when it is none, or could have been written shorter. */
static bool
take_character(const unsigned char **at, uint32_t *code)
{
	static const uint32_t smallest[] = {0, 0x80, 0x800, 0x10000};
	const unsigned char *byte = *at;
	int more = *byte < 0x80 ? 0 : *byte < 0xE0 ? 1 : *byte < 0xF0 ? 2 : 3;
	int i;

	if ((*byte >= 0x80 && *byte < 0xC0) || *byte >= 0xF8)
		return false;
	*code = more ? *byte & (0x3FU >> more) : *byte;
	for (i = 1; i <= more; i++) {
		if ((byte[i] & 0xC0) != 0x80)
			return false;
		*code = *code << 6 | (byte[i] & 0x3FU);
	}
	*at += 1 + more;
	return *code >= smallest[more];
}

static bool
is_plain_code(uint32_t code)
{
	if (code < ' ' || (code >= CODE_DELETE && code <= CODE_CONTROL_LAST))
		return false;
	return !(code >= CODE_SURROGATE_FIRST && code <= CODE_SURROGATE_LAST) && code <= CODE_MAX;
}

bool
config_check_plain(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	uint32_t code;

	while (*at) {
		if (!take_character(&at, &code) || !is_plain_code(code))
			return false;
	}
	return true;
}

static bool
consists_of(const char *text, const char *characters)
{
	return text[0] && text[strspn(text, characters)] == '\0';
}

bool
config_check_id(const char *text)
{
	return consists_of(text, lower);
}

bool
config_check_path(const char *text)
{
	return text[0] == '/' && text[1] && config_check_plain(text);
}

static bool
is_port(const char *text)
{
	int port = 0;

	if (!consists_of(text, "0123456789") || strlen(text) > 5)
		return false;
	for (; *text; text++)
		port = port * 10 + (*text - '0');
	return port >= 1 && port <= PORT_MAX;
}

static bool
is_address(int family, const char *text)
{
	unsigned char address[sizeof(struct in6_addr)];

	return inet_pton(family, text, address) == 1;
}

/* A name, an address, or an IPv6 address in brackets. */
static bool
is_host(const char *text, size_t length)
{
	char host[HOST_MAX + 1];

	if (length == 0 || length > HOST_MAX)
		return false;
	memcpy(host, text, length);
	host[length] = '\0';
	if (host[0] != '[')
		return consists_of(host, host_characters);
	if (host[length - 1] != ']')
		return false;
	host[length - 1] = '\0';
	return is_address(AF_INET6, host + 1);
}

bool
config_check_connect(const char *text)
{
	const char *colon = strrchr(text, ':');

	if (text[0] == '/')
		return config_check_path(text);
	return colon && is_port(colon + 1) && is_host(text, (size_t)(colon - text));
}

bool
config_check_authority(const char *text)
{
	return is_host(text, strlen(text)) || (text[0] != '/' && config_check_connect(text));
}

bool
config_check_origin(const char *text)
{
	static const char *const schemes[] = {"http://", "https://"};
	size_t i;

	for (i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
		size_t length = strlen(schemes[i]);

		if (strncmp(text, schemes[i], length) == 0)
			return config_check_authority(text + length) &&
			       !strpbrk(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	}
	return false;
}

bool
config_check_host(const char *text)
{
	return consists_of(text, host_characters) || is_address(AF_INET6, text);
}

bool
config_check_listen(const char *text)
{
	return strcmp(text, "localhost") == 0 || is_address(AF_INET, text) ||
	       is_address(AF_INET6, text);
}

bool
config_check_loopback(const char *text)
{
	struct in6_addr six;
	struct in_addr four;

	if (strcmp(text, "localhost") == 0)
		return true;
	if (inet_pton(AF_INET, text, &four) == 1)
		return ntohl(four.s_addr) >> 24 == IN_LOOPBACKNET;
	if (inet_pton(AF_INET6, text, &six) != 1)
		return false;
	if (IN6_IS_ADDR_V4MAPPED(&six))
		return six.s6_addr[12] == IN_LOOPBACKNET;
	return IN6_IS_ADDR_LOOPBACK(&six);
}

bool
config_check_socket(const char *text)
{
	return text[0] == '\0' || config_check_path(text);
}

bool
config_check_topic(const char *text)
{
	size_t length = strlen(text);

	if (length == 0 || strpbrk(text, "+#") || strchr("/$", text[0]) || text[length - 1] == '/')
		return false;
	return config_check_plain(text);
}

bool
config_check_secret(const char *text)
{
	return config_check_plain(text) && (text[0] == '/' || !strchr(text, '/'));
}
