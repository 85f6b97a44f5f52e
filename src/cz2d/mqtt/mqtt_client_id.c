/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The configured name, or one made of the panel's id and the machine's. Where the system has
 * given the machine no id, its name has to do.
 */
#include "build.h"

#include "cz2d/mqtt/mqtt_client_id.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cz2d/config/config.h"

enum { MACHINE_DIGITS = 8 };

/* The same after each start, another on each machine. */
static void
machine_digits(char digits[MACHINE_DIGITS + 1])
{
	FILE *file = fopen("/etc/machine-id", "re");
	size_t length = file != NULL ? fread(digits, 1, MACHINE_DIGITS, file) : 0;
	char host[256] = "";
	uint32_t hash = 2166136261;

	digits[length] = '\0';
	if (file != NULL)
		fclose(file);
	if (strspn(digits, "0123456789abcdef") == MACHINE_DIGITS)
		return;
	gethostname(host, sizeof host - 1);
	for (const char *letter = host; *letter != '\0'; letter++)
		hash = (hash ^ (unsigned char)*letter) * 16777619; /* FNV-1a */
	snprintf(digits, MACHINE_DIGITS + 1, "%08x", hash);
}

void
mqtt_client_id(const struct config *config, char id[MQTT_CLIENT_ID_MAX])
{
	char digits[MACHINE_DIGITS + 1];

	machine_digits(digits);
	if (config->mqtt.client_id[0] != '\0')
		snprintf(id, MQTT_CLIENT_ID_MAX, "%s", config->mqtt.client_id);
	else
		snprintf(id, MQTT_CLIENT_ID_MAX, "cz2d-%s-%s", config->panel.id, digits);
}
