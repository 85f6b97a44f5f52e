/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Host and Origin against the names that are ours.
 */
#include "build.h"

#include "cz2d/http/http_origin.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* ------------------------------------------------------------------------
 * Names
 */

/* The part before the port. An IPv6 address stands in brackets. */
static size_t
name_length(struct origin_text host)
{
	bool bracketed = host.length > 0 && host.text[0] == '[';
	const char *end = host.length > 0 ? memchr(host.text, bracketed ? ']' : ':', host.length)
					  : NULL;
	size_t length = end != NULL ? (size_t)(end - host.text) + bracketed : host.length;

	return length < host.length && host.text[length] != ':' ? host.length : length;
}

static bool
is_text(const char *text, size_t length, const char *wanted)
{
	return length == strlen(wanted) && strncasecmp(text, wanted, length) == 0;
}

static bool
is_address(const char *text, size_t length)
{
	unsigned char address[sizeof(struct in6_addr)];
	char copy[INET6_ADDRSTRLEN + 2];

	if (length == 0 || length >= sizeof copy)
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	if (copy[0] != '[')
		return inet_pton(AF_INET, copy, address) == 1;
	copy[length - 1] = '\0';
	return text[length - 1] == ']' && inet_pton(AF_INET6, copy + 1, address) == 1;
}

/* With its port, or by its name alone if the list says no more. */
static bool
is_listed(const char *const *list, struct origin_text host)
{
	size_t length = name_length(host);

	for (; *list != NULL; list++)
		if (is_text(host.text, host.length, *list) || is_text(host.text, length, *list))
			return true;
	return false;
}

/* "heat", "heat.home.arpa", and "heat.local", as it is called without a name server. */
static bool
is_machine(const char *machine, const char *text, size_t length)
{
	size_t first = strcspn(machine, ".");

	if (machine[0] == '\0')
		return false;
	if (is_text(text, length, machine))
		return true;
	if (length < first || strncasecmp(text, machine, first) != 0)
		return false;
	return length == first || is_text(text + first, length - first, ".local");
}

void
origin_init(struct origin_rules *rules, const char *const *hosts, const char *const *origins)
{
	*rules = (struct origin_rules){.hosts = hosts, .origins = origins};
	if (gethostname(rules->machine, sizeof rules->machine - 1) != 0)
		rules->machine[0] = '\0';
}

bool
origin_knows_host(const struct origin_rules *rules, struct origin_text host)
{
	size_t length = name_length(host);

	if (rules->hosts == NULL || host.text == NULL)
		return true;
	if (is_text(host.text, length, "localhost") || is_address(host.text, length))
		return true;
	if (rules->hosts[0] == NULL)
		return is_machine(rules->machine, host.text, length);
	return is_listed(rules->hosts, host);
}

/* ------------------------------------------------------------------------
 * Pages
 */

/*
 * By either scheme: behind a proxy that speaks TLS for us the page is https and we are
 * http. Who may use a plain connection of this host may do as much as its page.
 */
bool
origin_is_own(struct origin_text origin, struct origin_text host)
{
	static const char *const schemes[] = {"http://", "https://"};

	for (size_t n = 0; n < sizeof schemes / sizeof schemes[0]; n++) {
		size_t length = strlen(schemes[n]);

		if (host.text != NULL && origin.length == length + host.length &&
		    strncasecmp(origin.text, schemes[n], length) == 0 &&
		    strncasecmp(origin.text + length, host.text, host.length) == 0)
			return true;
	}
	return false;
}

const char *
origin_listed(const struct origin_rules *rules, struct origin_text origin)
{
	const char *const *list = rules->origins;

	for (; list != NULL && *list != NULL; list++)
		if (origin.length == strlen(*list) &&
		    memcmp(origin.text, *list, origin.length) == 0)
			return *list;
	return NULL;
}
