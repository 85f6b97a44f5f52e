/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The configuration: what is read, what is refused and in which words, and
 * that example file, manual page and documentation name the keys there are.
 */
#include "build.h"

#include "cz2d/config/config.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "cz2d/config/config_key.h"
#include "support.h"

enum { FUZZ_ROUNDS = 3000, TEXT_MAX = 1 << 15 };

static struct config config;
static struct config defaults;
static char why[CONFIG_WHY_MAX];
static char directory[sizeof "/tmp/check_config.XXXXXX"];

static char *
in_directory(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/%s", directory, name);
	return path;
}

static void
write_bytes(const char *name, const char *bytes, size_t length)
{
	FILE *file = fopen(in_directory(name), "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(bytes, 1, length, file), length);
	ck_assert_int_eq(fclose(file), 0);
}

static void
write_file(const char *name, const char *text)
{
	write_bytes(name, text, strlen(text));
}

/* Takes the temporary directory out of the message, so that the rest can be compared. */
static void
shorten(char *message)
{
	size_t length = strlen(directory) + 1;
	char *found;

	while ((found = strstr(message, directory)) != NULL)
		memmove(found, found + length, strlen(found + length) + 1);
}

static int
load(const char *text)
{
	int result;

	write_file("f", text);
	result = config_load(&config, in_directory("f"), why);
	shorten(why);
	return result;
}

static void
accept(const char *text)
{
	ck_assert_msg(load(text) == 0, "%s\nis refused: %s", text, why);
	ck_assert_str_eq(why, "");
}

static void
refuse(const char *text, const char *message)
{
	ck_assert_msg(load(text) == -1, "%s\nis accepted", text);
	ck_assert_str_eq(why, message);
}

/*
 * What --print-config says of it, to be freed. Kept apart: gcc 12 takes the stream's
 * buffer for a variable of this function.
 */
__attribute__((noinline)) static char *
printed(const struct config *one)
{
	char *text;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	config_print(one, out);
	fclose(out);
	return text;
}

/* The value of one key as --print-config shows it. */
static const char *
in_force(const char *path)
{
	static char value[TEXT_MAX];
	char line[CONFIG_PATH_MAX + 8];
	char *text = printed(&config);
	const char *dot = strchr(path, '.');
	const char *at;

	ck_assert_ptr_nonnull(text);
	snprintf(line, sizeof line, "%.*s: {\n", (int)(dot - path), path);
	at = strstr(text, line);
	ck_assert_ptr_nonnull(at);
	snprintf(line, sizeof line, "\t%s = ", dot + 1);
	at = strstr(at, line);
	ck_assert_msg(at != NULL, "%s is not printed", path);
	at += strlen(line);
	snprintf(value, sizeof value, "%.*s", (int)strcspn(at, "\n") - 1, at);
	free(text);
	return value;
}

static void
set_up(void)
{
	const struct config_key *key;

	for (key = config_keys; key->path; key++) {
		if (key->variable)
			unsetenv(key->variable);
	}
	unsetenv("CREDENTIALS_DIRECTORY");
	strcpy(directory, "/tmp/check_config.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	ck_assert_int_eq(config_load(&defaults, NULL, why), 0);
}

static void
tear_down(void)
{
	unlink(in_directory("f"));
	unlink(in_directory("part"));
	unlink(in_directory("secret"));
	rmdir(directory);
}

/* Every key with a value that is not its default, as file and environment give it. */
static const struct {
	const char *path;
	const char *file;
	const char *variable;
} samples[] = {
	{"panel.id", "\"upstairs_2\"", "upstairs_2"},
	{"panel.connect", "\"[fd00::7]:8899\"", "[fd00::7]:8899"},
	{"panel.zones", "8", "8"},
	{"panel.zone_names", "(\"K\303\274che\")", "K\303\274che"},
	{"panel.bus_address", "10", "10"},
	{"panel.read_only", "true", "Yes"},
	{"panel.raw_writes", "true", NULL},
	{"http.listen", "\"::1\"", "::1"},
	{"http.allow_anonymous", "true", "on"},
	{"http.port", "0", "0"},
	{"http.socket", "\"\"", NULL},
	{"http.tokens", "\"/x/tokens\"", NULL},
	{"http.max_connections", "9", NULL},
	{"http.max_per_address", "1", NULL},
	{"http.allowed_hosts", "(\"heat.home.arpa\", \"[fd00::7]:8000\")",
	 "heat.home.arpa, [fd00::7]:8000"},
	{"http.cors_origins", "(\"https://example.org\")", "https://example.org"},
	{"http.tls_cert", NULL, NULL},
	{"http.tls_key", NULL, NULL},
	{"mqtt.enabled", "true", "1"},
	{"mqtt.host", "\"broker.home.arpa\"", "broker.home.arpa"},
	{"mqtt.port", "65535", "65535"},
	{"mqtt.user", "\"heating \\\"1\\\"\"", "heating \"1\""},
	{"mqtt.password", NULL, "back\\slash"},
	{"mqtt.password_file", NULL, NULL},
	{"mqtt.client_id", "\"me\"", NULL},
	{"mqtt.keepalive_seconds", "3600", NULL},
	{"mqtt.topic_prefix", "\"a//b$\"", "a//b$"},
	{"mqtt.commands", "false", NULL},
	{"mqtt.version", "\"3.1.1\"", NULL},
	{"mqtt.tls", NULL, NULL}, /* changes the port, too */
	{"mqtt.tls_insecure", "true", NULL},
	{"mqtt.tls_ca", NULL, NULL},
	{"mqtt.tls_cert", NULL, NULL},
	{"mqtt.tls_key", NULL, NULL},
	{"mqtt.discovery_prefix", "\"ha/found\"", "ha/found"},
	{"mqtt.device_name", "\"Furnace\"", NULL},
	{"ha.discovery", "\"off\"", NULL},
	{"ha.zone_mode", "\"readonly\"", NULL},
	{"ha.zone_off", "\"away\"", NULL},
	{"ha.zone_fan", "true", NULL},
	{"ha.setpoint_hold", "\"hold\"", NULL},
	{"ha.away_holds", "false", NULL},
	{"ha.temp_step", "\"0.5\"", NULL},
	{"ha.areas", "(\"K\303\274che\")", NULL},
	{"cache.enabled", "false", "OFF"},
	{"cache.stale_seconds", "10", "10"},
	{"cache.refresh_interval", "5", "5"},
	{"clock.sync", "\"auto\"", NULL},
	{"command.timeout_seconds", "300", "300"},
	{"command.guard_ms", "2000", NULL},
	{"worker.enabled", "true", "on"},
	{"worker.queue_limit", "1024", "1024"},
	{"bus.reply_timeout_ms", "50", NULL},
	{"bus.attempts", "10", NULL},
	{"bus.gap_ms", "0", NULL},
	{"storage.path", "\"/tmp/x.db\"", "/tmp/x.db"},
	{"storage.keep_commands_days", "1", NULL},
	{"log.level", "\"frames\"", "FRAMES"},
};

enum { SAMPLES = sizeof samples / sizeof samples[0] };

START_TEST(every_key_has_its_effect_from_the_file)
{
	const struct config_key *key;
	size_t i;

	for (i = 0, key = config_keys; key->path; i++, key++) {
		const char *dot = strchr(key->path, '.');
		char text[CONFIG_TEXT_MAX];

		ck_assert_uint_lt(i, SAMPLES);
		ck_assert_str_eq(samples[i].path, key->path);
		if (!samples[i].file)
			continue; /* passwords and certificates have tests of their own */
		snprintf(text, sizeof text, "%.*s: { %s = %s; };", (int)(dot - key->path),
			 key->path, dot + 1, samples[i].file);
		accept(text);
		ck_assert_str_eq(in_force(key->path), samples[i].file);
		ck_assert_msg(!config_value_equal(key, &config, &defaults), "%s", key->path);
	}
	ck_assert_uint_eq(i, SAMPLES);
}
END_TEST

START_TEST(every_variable_overrides_its_key)
{
	const struct config_key *key;
	size_t i;

	for (i = 0, key = config_keys; key->path; i++, key++) {
		if (!key->variable || !samples[i].variable)
			continue;
		setenv(key->variable, samples[i].variable, 1);
		ck_assert_msg(config_load(&config, NULL, why) == 0, "%s", why);
		if (samples[i].file)
			ck_assert_str_eq(in_force(key->path), samples[i].file);
		ck_assert_msg(!config_value_equal(key, &config, &defaults), "%s", key->path);
		unsetenv(key->variable);
	}
}
END_TEST

START_TEST(a_variable_wins_over_the_file_and_an_empty_one_does_not)
{
	setenv("API_PORT", "81", 1);
	accept("http: { port = 80; };");
	ck_assert_int_eq(config.http.port, 81);
	setenv("API_PORT", "", 1);
	accept("http: { port = 80; };");
	ck_assert_int_eq(config.http.port, 80);
	setenv("CZ_NOT_OURS", "1", 1);
	setenv("HTTP_PORT", "1", 1);
	accept("");
	ck_assert_int_eq(config.http.port, 8000);
}
END_TEST

START_TEST(a_variable_can_be_any_of_the_words_for_a_switch)
{
	static const char *const on[] = {"true", "TRUE", "1", "yes", "Yes", "on", " on "};
	static const char *const off[] = {"false", "False", "0", "no", "NO", "off"};
	size_t i;

	for (i = 0; i < sizeof on / sizeof on[0]; i++) {
		setenv("CZ_READ_ONLY", on[i], 1);
		accept("panel: { read_only = false; };");
		ck_assert(config.panel.read_only);
	}
	for (i = 0; i < sizeof off / sizeof off[0]; i++) {
		setenv("CZ_READ_ONLY", off[i], 1);
		accept("panel: { read_only = true; };");
		ck_assert(!config.panel.read_only);
	}
}
END_TEST

START_TEST(the_defaults_are_those_that_are_promised)
{
	ck_assert_str_eq(defaults.panel.id, "cz2");
	ck_assert_str_eq(defaults.panel.connect, "/dev/ttyUSB0");
	ck_assert_int_eq(defaults.panel.zones, 1);
	ck_assert_str_eq(defaults.panel.zone_names[0], "Zone 1");
	ck_assert_int_eq(defaults.panel.bus_address, 99);
	ck_assert_str_eq(defaults.http.listen, "127.0.0.1");
	ck_assert_int_eq(defaults.http.port, 8000);
	ck_assert_str_eq(defaults.http.socket, "/run/cz2d/cz2d.sock");
	ck_assert_int_eq(defaults.http.max_connections, 512);
	ck_assert_int_eq(defaults.http.max_per_address, 32);
	ck_assert(!defaults.mqtt.enabled);
	ck_assert_int_eq(defaults.mqtt.port, 1883);
	ck_assert_str_eq(defaults.mqtt.topic_prefix, "hvac/cz2");
	ck_assert_str_eq(defaults.mqtt.discovery_prefix, "homeassistant");
	ck_assert_str_eq(defaults.mqtt.device_name, "ComfortZone II");
	ck_assert(defaults.mqtt.commands && defaults.home.away_holds);
	ck_assert(!defaults.mqtt.tls && !defaults.mqtt.tls_insecure && !defaults.home.zone_fan);
	ck_assert_int_eq(defaults.mqtt.version, CONFIG_MQTT_AUTO);
	ck_assert_int_eq(defaults.home.discovery, CONFIG_DISCOVERY_DEVICE);
	ck_assert_int_eq(defaults.home.zone_mode, CONFIG_ZONE_MODE_STANDARD);
	ck_assert_int_eq(defaults.home.zone_off, CONFIG_ZONE_OFF_REFUSE);
	ck_assert_int_eq(defaults.home.setpoint_hold, CONFIG_SETPOINT_TEMPORARY);
	ck_assert_int_eq(defaults.home.temp_step, CONFIG_STEP_ONE);
	ck_assert(defaults.cache.enabled);
	ck_assert_int_eq(defaults.cache.stale_seconds, 300);
	ck_assert_int_eq(defaults.cache.refresh_interval, 60);
	ck_assert_int_eq(defaults.command.timeout_seconds, 30);
	ck_assert_int_eq(defaults.command.guard_ms, 250);
	ck_assert_int_eq(defaults.bus.reply_timeout_ms, 0);
	ck_assert_int_eq(defaults.bus.attempts, 4);
	ck_assert_int_eq(defaults.bus.gap_ms, 20);
	ck_assert_str_eq(defaults.storage.path, "/var/lib/cz2d/cz2d.db");
	ck_assert_int_eq(defaults.log.level, LOG_LEVEL_INFO);
}
END_TEST

START_TEST(each_word_has_the_meaning_of_its_place)
{
	accept("mqtt: { version = 5; }; ha: { temp_step = 0.5; };");
	ck_assert_int_eq(config.mqtt.version, CONFIG_MQTT_5);
	ck_assert_int_eq(config.home.temp_step, CONFIG_STEP_HALF);
	accept("mqtt: { version = \"3.1.1\"; };"
	       "ha: { discovery = \"off\"; zone_mode = \"system\"; zone_off = \"away\";"
	       " setpoint_hold = \"hold\"; temp_step = \"0.5\"; };");
	ck_assert_int_eq(config.mqtt.version, CONFIG_MQTT_3_1_1);
	ck_assert_int_eq(config.home.discovery, CONFIG_DISCOVERY_OFF);
	ck_assert_int_eq(config.home.zone_mode, CONFIG_ZONE_MODE_SYSTEM);
	ck_assert_int_eq(config.home.zone_off, CONFIG_ZONE_OFF_AWAY);
	ck_assert_int_eq(config.home.setpoint_hold, CONFIG_SETPOINT_HOLD);
	ck_assert_int_eq(config.home.temp_step, CONFIG_STEP_HALF);
	accept("ha: { zone_mode = \"READONLY\"; };");
	ck_assert_int_eq(config.home.zone_mode, CONFIG_ZONE_MODE_READONLY);
	accept("ha: { zone_mode = \"system_with_off\"; };");
	ck_assert_int_eq(config.home.zone_mode, CONFIG_ZONE_MODE_SYSTEM_WITH_OFF);
}
END_TEST

START_TEST(with_tls_the_usual_port_is_another_one)
{
	accept("mqtt: { tls = true; };");
	ck_assert(config.mqtt.tls);
	ck_assert_int_eq(config.mqtt.port, 8883);
	accept("mqtt: { tls = true; port = 1883; };");
	ck_assert_int_eq(config.mqtt.port, 1883);
	setenv("MQTT_PORT", "1884", 1);
	accept("mqtt: { tls = true; };");
	ck_assert_int_eq(config.mqtt.port, 1884);
	unsetenv("MQTT_PORT");
}
END_TEST

START_TEST(zones_without_names_get_numbers)
{
	accept("panel: { zones = 3; };");
	ck_assert_str_eq(config.panel.zone_names[2], "Zone 3");
	ck_assert_str_eq(config.panel.zone_names[3], "");
	accept("panel: { zones = 2; zone_names = [\"Up\", \"Down, left\"]; };");
	ck_assert_str_eq(config.panel.zone_names[1], "Down, left");
	setenv("CZ_ZONES", "3", 1);
	setenv("CZ_ZONE_NAMES", "Kitchen, Hall ,Attic room", 1);
	accept("panel: { zones = 2; zone_names = [\"Up\", \"Down\"]; };");
	ck_assert_str_eq(config.panel.zone_names[1], "Hall");
	ck_assert_str_eq(config.panel.zone_names[2], "Attic room");
}
END_TEST

#define ACCEPTED_TOPIC                                                                             \
	"accepted is 1 to 200 bytes of UTF-8 without +, # and control characters, not beginning"   \
	" with / or $ and not ending with /"
#define ACCEPTED_CONNECT                                                                           \
	"accepted is a device path beginning with /, or HOST:PORT of a serial bridge (an IPv6"     \
	" address in brackets)"
#define ACCEPTED_NAMES                                                                             \
	"accepted is exactly one name per zone, each 1 to 64 bytes of UTF-8 without control"       \
	" characters"
#define WHOLE       "accepted is a whole number from "
#define ACCEPTED_ID "accepted is 1 to 32 of the characters a-z, 0-9, _ and -"
#define ACCEPTED_LISTEN                                                                            \
	"accepted is a numeric IPv4 or IPv6 address (without brackets), or \"localhost\""
#define ACCEPTED_SOCKET "accepted is a path beginning with / of at most 107 bytes, or \"\" for none"
#define ACCEPTED_LEVEL  "accepted is \"error\", \"warning\", \"info\", \"debug\" or \"frames\""
#define FIFTY "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww"
#define ACCEPTED_SYNTAX \
	"accepted are lines like  http: { port = 8000; };  where text stands in double quotes, " \
	"and a switch is true or false"
#define REACHABLE_UNLESS(file)                                                                     \
	"everyone on the network could control the heating: accepted is 127.0.0.1, ::1 or"         \
	" localhost, or a token (cz2ctl token add NAME --scope command" file                       \
	"); to allow it all the same, add "
#define REACHABLE  REACHABLE_UNLESS("")
#define NO_KEY     "there is no such key; cz2d.conf(5) lists all that are accepted"
#define SIXTY_FOUR "0123456789012345678901234567890123456789012345678901234567890123"

static const struct {
	const char *text;
	const char *message;
} mistakes[] = {
	/* values */
	{"panel: { id = \"\"; };", "f:1: panel.id = \"\": " ACCEPTED_ID},
	{"panel: { id = \"CZ2\"; };", "f:1: panel.id = \"CZ2\": " ACCEPTED_ID},
	{"panel: { id = \"a b\"; };", "f:1: panel.id = \"a b\": " ACCEPTED_ID},
	{"panel: { id = \"012345678901234567890123456789012\"; };",
	 "f:1: panel.id = \"012345678901234567890123456789012\": " ACCEPTED_ID},
	{"panel: { id = 5; };", "f:1: panel.id = 5: " ACCEPTED_ID},
	{"panel: {\n\tconnect = \"ttyUSB0\";\n};",
	 "f:2: panel.connect = \"ttyUSB0\": " ACCEPTED_CONNECT},
	{"panel: { connect = \"bridge:0\"; };",
	 "f:1: panel.connect = \"bridge:0\": " ACCEPTED_CONNECT},
	{"panel: { connect = \"bridge:65536\"; };",
	 "f:1: panel.connect = \"bridge:65536\": " ACCEPTED_CONNECT},
	{"panel: { connect = \":8899\"; };", "f:1: panel.connect = \":8899\": " ACCEPTED_CONNECT},
	{"panel: { connect = \"fd00::7:8899\"; };",
	 "f:1: panel.connect = \"fd00::7:8899\": " ACCEPTED_CONNECT},
	{"panel: { connect = \"[fd00::x]:8899\"; };",
	 "f:1: panel.connect = \"[fd00::x]:8899\": " ACCEPTED_CONNECT},
	{"panel: { connect = \"/\"; };", "f:1: panel.connect = \"/\": " ACCEPTED_CONNECT},
	{"panel: { zones = 0; };", "f:1: panel.zones = 0: " WHOLE "1 to 8"},
	{"panel: {\n\n\tzones = 9;\n};", "f:3: panel.zones = 9: " WHOLE "1 to 8"},
	{"panel: { zones = -1; };", "f:1: panel.zones = -1: " WHOLE "1 to 8"},
	{"panel: { zones = \"3\"; };", "f:1: panel.zones = \"3\": " WHOLE "1 to 8"},
	{"panel: { zones = 3.0; };", "f:1: panel.zones = 3.0: " WHOLE "1 to 8"},
	{"panel: { zones = true; };", "f:1: panel.zones = true: " WHOLE "1 to 8"},
	{"panel: { zones = (3); };", "f:1: panel.zones = (...): " WHOLE "1 to 8"},
	{"panel: { zones: { a = 1; } };", "f:1: panel.zones = {...}: " WHOLE "1 to 8"},
	{"panel: { zone_names = (); };",
	 "f:1: panel.zone_names = (): 0 names for 1 zone (panel.zones): " ACCEPTED_NAMES},
	{"panel: { zone_names = (\"A\", \"B\"); };",
	 "f:1: panel.zone_names = (\"A\", \"B\"): 2 names for 1 zone "
	 "(panel.zones): " ACCEPTED_NAMES},
	{"panel: { zones = 2; zone_names = (\"A\"); };",
	 "f:1: panel.zone_names = (\"A\"): 1 name for 2 zones (panel.zones): " ACCEPTED_NAMES},
	{"panel: { zone_names = (\"\"); };", "f:1: panel.zone_names = (\"\"): " ACCEPTED_NAMES},
	{"panel: { zone_names = (\"" SIXTY_FOUR "5\"); };",
	 "f:1: panel.zone_names = (\"" SIXTY_FOUR "5\"): " ACCEPTED_NAMES},
	{"panel: { zone_names = (\"bell\\x07\"); };",
	 "f:1: panel.zone_names = (\"bell?\"): " ACCEPTED_NAMES},
	{"panel: { zone_names = (\"\\xC0\\xAF\"); };",
	 "f:1: panel.zone_names = (\"?\?\"): " ACCEPTED_NAMES},
	{"panel: { zone_names = (\"\\xED\\xA0\\x80\"); };",
	 "f:1: panel.zone_names = (\"?\?\?\"): " ACCEPTED_NAMES},
	{"panel: { zone_names = (1); };", "f:1: panel.zone_names = (...): " ACCEPTED_NAMES},
	{"panel: { zone_names = ({ a = 1; }, { a = 1; }); };",
	 "f:1: panel.zone_names = (..., ...): " ACCEPTED_NAMES},
	{"panel: { zone_names = \"A\"; };", "f:1: panel.zone_names = \"A\": " ACCEPTED_NAMES},
	{"panel: { bus_address = 9; };",
	 "f:1: panel.bus_address = 9: " WHOLE "10 to 255, but not 11 to 19"},
	{"panel: { bus_address = 11; };",
	 "f:1: panel.bus_address = 11: " WHOLE "10 to 255, but not 11 to 19"},
	{"panel: { bus_address = 0x13; };",
	 "f:1: panel.bus_address = 0x13: " WHOLE "10 to 255, but not 11 to 19"},
	{"panel: { read_only = 1; };", "f:1: panel.read_only = 1: accepted is true or false"},
	{"panel: { read_only = \"true\"; };",
	 "f:1: panel.read_only = \"true\": accepted is true or false"},
	{"http: { listen = \"example.org\"; };",
	 "f:1: http.listen = \"example.org\": " ACCEPTED_LISTEN},
	{"http: { listen = \"127.0.0.1:80\"; };",
	 "f:1: http.listen = \"127.0.0.1:80\": " ACCEPTED_LISTEN},
	{"http: { listen = \"[::1]\"; };", "f:1: http.listen = \"[::1]\": " ACCEPTED_LISTEN},
	{"http: {\n\tlisten = \"0.0.0.0\";\n};",
	 "f:2: http.listen = \"0.0.0.0\": " REACHABLE
	 "to the group http the line  allow_anonymous = true;"},
	{"http: { listen = \"::\"; };", "f:1: http.listen = \"::\": " REACHABLE
					"to the group http the line  allow_anonymous = true;"},
	{"http: { listen = \"::ffff:10.0.0.1\"; };",
	 "f:1: http.listen = \"::ffff:10.0.0.1\": " REACHABLE
	 "to the group http the line  allow_anonymous = true;"},
	{"http: { listen = \"0.0.0.0\"; tokens = \"/nowhere/tokens\"; };",
	 "f:1: http.listen = \"0.0.0.0\": "
	 REACHABLE_UNLESS(" --file FILE, that of http.tokens")
	 "to the group http the line  allow_anonymous = true;"},
	{"http: { port = 65536; };", "f:1: http.port = 65536: " WHOLE "0 to 65535"},
	{"http: { socket = \"cz2d.sock\"; };",
	 "f:1: http.socket = \"cz2d.sock\": " ACCEPTED_SOCKET},
	{"http: { socket = \"/" SIXTY_FOUR "012345678901234567890123456789012345678901234\"; };",
	 "f:1: http.socket = \"/" SIXTY_FOUR
	 "012345678901234567890123456789012345678901234\": " ACCEPTED_SOCKET},
	{"http: { max_connections = 0; };", "f:1: http.max_connections = 0: " WHOLE "1 to 4096"},
	{"http: { max_per_address = 5000; };",
	 "f:1: http.max_per_address = 5000: " WHOLE "1 to 4096"},
	{"mqtt: { host = \"tcp://broker\"; };",
	 "f:1: mqtt.host = \"tcp://broker\": accepted is a host name or an IP address, without"
	 " scheme, brackets or port"},
	{"mqtt: { host = \"\"; };",
	 "f:1: mqtt.host = \"\": accepted is a host name or an IP address, without scheme,"
	 " brackets or port"},
	{"mqtt: { port = 0; };", "f:1: mqtt.port = 0: " WHOLE "1 to 65535"},
	{"mqtt: { user = \"a\\nb\"; };",
	 "f:1: mqtt.user = \"a?b\": accepted is at most 255 bytes of UTF-8 without control"
	 " characters"},
	{"mqtt: { password = \"secret\\n\"; };",
	 "f:1: mqtt.password = (hidden): accepted is at most 255 bytes of UTF-8 without control"
	 " characters"},
	{"mqtt: { password = 1234; };",
	 "f:1: mqtt.password = (hidden): accepted is at most 255 bytes of UTF-8 without control"
	 " characters"},
	{"mqtt: { enabled = true;\npassword = \"secret\"; };",
	 "default: mqtt.user = \"\": there is a password without a user: accepted is both or none"},
	{"mqtt: { password = \"secret\";\npassword_file = \"/x\"; };",
	 "f:2: mqtt.password_file = \"/x\": mqtt.password is given too (f:1): accepted is one of"
	 " them"},
	{"mqtt: { password_file = \"./x\"; };",
	 "f:1: mqtt.password_file = \"./x\": accepted is a path beginning with /, or the name of"
	 " a systemd credential"},
	{"mqtt: { password_file = \"x\"; };",
	 "f:1: mqtt.password_file = \"x\": systemd handed over no credentials: accepted is a"
	 " path beginning with /, or the name of a systemd credential"},
	{"mqtt: { password_file = \"/nowhere/x\"; };",
	 "f:1: mqtt.password_file = \"/nowhere/x\": /nowhere/x cannot be read: No such file or"
	 " directory"},
	{"mqtt: { password_file = \"/dev/null\"; };",
	 "f:1: mqtt.password_file = \"/dev/null\": what it holds is no password: accepted is one"
	 " line of 1 to 255 bytes of UTF-8"},
	{"mqtt: { version = \"3.1\"; };",
	 "f:1: mqtt.version = \"3.1\": accepted is \"auto\", \"5\" or \"3.1.1\""},
	{"mqtt: { version = 4; };",
	 "f:1: mqtt.version = 4: accepted is \"auto\", \"5\" or \"3.1.1\""},
	{"mqtt: { tls_ca = \"ca.pem\"; };",
	 "f:1: mqtt.tls_ca = \"ca.pem\": accepted is a path beginning with /, or \"\" for the"
	 " authorities of the system"},
	{"mqtt: { tls = true; tls_ca = \"/nowhere/ca\"; };",
	 "f:1: mqtt.tls_ca = \"/nowhere/ca\": it cannot be read: No such file or"
	 " directory"},
	{"mqtt: { tls = true; tls_ca = \"/etc/hostname\"; };",
	 "f:1: mqtt.tls_ca = \"/etc/hostname\": it holds no certificate as PEM"},
	{"mqtt: { tls = true; tls_cert = \"/x\"; };",
	 "f:1: mqtt.tls_cert = \"/x\": mqtt.tls_key is missing: accepted is both or none"},
	{"mqtt: { tls = true; tls_key = \"/x\"; };",
	 "f:1: mqtt.tls_key = \"/x\": mqtt.tls_cert is missing: accepted is both or none"},
	{"mqtt: { discovery_prefix = \"a/\"; };",
	 "f:1: mqtt.discovery_prefix = \"a/\": accepted is at most 200 bytes of UTF-8 without +, #"
	 " and control characters, not beginning with / or $ and not ending with /, or \"\" for"
	 " none"},
	{"mqtt: { device_name = \"\"; };",
	 "f:1: mqtt.device_name = \"\": accepted is 1 to 64 bytes of UTF-8 without control"
	 " characters"},
	{"ha: { discovery = \"component\"; };",
	 "f:1: ha.discovery = \"component\": accepted is \"device\" or \"off\""},
	{"ha: { temp_step = 2; };", "f:1: ha.temp_step = 2: accepted is \"1\" or \"0.5\""},
	{"ha: { areas = (\"A\", \"B\"); };",
	 "f:1: ha.areas = (\"A\", \"B\"): 2 areas for 1 zone (panel.zones): accepted is at most one name per zone,"
	 " each 1 to 64 bytes of UTF-8 without control characters"},
	{"mqtt: { keepalive_seconds = 9; };",
	 "f:1: mqtt.keepalive_seconds = 9: " WHOLE "10 to 3600"},
	{"mqtt: { topic_prefix = \"\"; };", "f:1: mqtt.topic_prefix = \"\": " ACCEPTED_TOPIC},
	{"mqtt: { topic_prefix = \"/a\"; };", "f:1: mqtt.topic_prefix = \"/a\": " ACCEPTED_TOPIC},
	{"mqtt: { topic_prefix = \"a/\"; };", "f:1: mqtt.topic_prefix = \"a/\": " ACCEPTED_TOPIC},
	{"mqtt: { topic_prefix = \"a/#\"; };", "f:1: mqtt.topic_prefix = \"a/#\": " ACCEPTED_TOPIC},
	{"mqtt: { topic_prefix = \"a/+/b\"; };",
	 "f:1: mqtt.topic_prefix = \"a/+/b\": " ACCEPTED_TOPIC},
	{"mqtt: { topic_prefix = \"$SYS\"; };",
	 "f:1: mqtt.topic_prefix = \"$SYS\": " ACCEPTED_TOPIC},
	{"cache: { stale_seconds = 9; };", "f:1: cache.stale_seconds = 9: " WHOLE "10 to 31536000"},
	{"cache: { refresh_interval = 4; };",
	 "f:1: cache.refresh_interval = 4: " WHOLE "5 to 31536000"},
	{"command: { timeout_seconds = 301; };",
	 "f:1: command.timeout_seconds = 301: " WHOLE "5 to 300"},
	{"command: { guard_ms = 60001; };", "f:1: command.guard_ms = 60001: " WHOLE "0 to 60000"},
	{"bus: { reply_timeout_ms = 49; };",
	 "f:1: bus.reply_timeout_ms = 49: " WHOLE "50 to 5000, or 0 for 300"
	 " (500 through TCP)"},
	{"bus: { attempts = 11; };", "f:1: bus.attempts = 11: " WHOLE "1 to 10"},
	{"bus: { gap_ms = 1001; };", "f:1: bus.gap_ms = 1001: " WHOLE "0 to 1000"},
	{"storage: { path = \"db\"; };",
	 "f:1: storage.path = \"db\": accepted is a path beginning with /"},
	{"log: { level = \"loud\"; };", "f:1: log.level = \"loud\": " ACCEPTED_LEVEL},
	{"log: { level = 2; };", "f:1: log.level = 2: " ACCEPTED_LEVEL},
	/* numbers that libconfig would turn into others */
	{"http: { port = 4294967296; };", "f:1: http.port = 4294967296: " WHOLE "0 to 65535"},
	{"http: { port = 4294975296; };", "f:1: http.port = 4294975296: " WHOLE "0 to 65535"},
	{"http: { port = 4294975296L; };", "f:1: http.port = 4294975296L: " WHOLE "0 to 65535"},
	{"http: { port = 99999999999999999999999; };",
	 "f:1: http.port = 99999999999999999999999: " WHOLE "0 to 65535"},
	{"http: { port = 0x100001F40; };", "f:1: http.port = 0x100001F40: " WHOLE "0 to 65535"},
	{"http: { port =\n/* port = 1; */ # port = 2\n 18446744073709551616; };",
	 "f:1: http.port = 18446744073709551616: " WHOLE "0 to 65535"},
	{"bus: { gap_ms = 4294967296; }; http: { port = 5; };",
	 "f:1: bus.gap_ms = 4294967296: " WHOLE "0 to 1000"},
	{"http: { port = 1e400; };", "f:1: http.port = 1e400: " WHOLE "0 to 65535"},
	/* names */
	{"panel: {\n\tzonse = 3;\n};",
	 "f:2: panel.zonse = 3: there is no such key; did you mean panel.zones?"},
	{"http: { prot = 80; };",
	 "f:1: http.prot = 80: there is no such key; did you mean http.port?"},
	{"port = 80;", "f:1: port = 80: there is no such key; did you mean http.port?"},
	{"http: { level = \"info\"; };",
	 "f:1: http.level = \"info\": there is no such key; did you mean log.level?"},
	{"htpp: { port = 80; };", "f:1: htpp = {...}: there is no such key; did you mean http?"},
	{"HTTP: { port = 80; };", "f:1: HTTP = {...}: " NO_KEY},
	{"events: { enabled = true; };", "f:1: events = {...}: " NO_KEY},
	{"worker: { queue_limit = 0; };", "f:1: worker.queue_limit = 0: " WHOLE "1 to 1024"},
	{"storage: { keep_commands_days = 0; };",
	 "f:1: storage.keep_commands_days = 0: " WHOLE "1 to 36500"},
	{"http: { tls_cypher = \"/x\"; };", "f:1: http.tls_cypher = \"/x\": " NO_KEY},
	{"http = 80;", "f:1: http = 80: accepted is a group: http: { ... };"},
	{"panel = (\"a\");", "f:1: panel = (\"a\"): accepted is a group: panel: { ... };"},
	/* the file itself */
	{"http: { port = 1;\nport = 2; };",
	 "f:2: http.port: given a second time, the first is f:1: accepted is one of them"},
	{"mqtt: { user = \"a\n\\\"b\";\nport = 1; /*\n*/ port = 2; };",
	 "f:4: mqtt.port: given a second time, the first is f:3: accepted is one of them"},
	{"http: { port = 1; };\n\nhttp: { socket = \"\"; };",
	 "f:3: http: given a second time, the first is f:1: accepted is one of them"},
	{"http: { port 80; };", "f:1: syntax error at \"http: { port 80; };\": " ACCEPTED_SYNTAX},
	{"http: {\n\t port = ;\t \r\n};", "f:2: syntax error at \"port = ;\": " ACCEPTED_SYNTAX},
	{"http.port = 80;", "f:1: syntax error at \"http.port = 80;\": " ACCEPTED_SYNTAX},
	{"http: {\nport = 1;\n", "f:3: syntax error: " ACCEPTED_SYNTAX},
	{"panel: { zone_names = [\"a\", 1]; };",
	 "f:1: mismatched element type in array at \"panel: { zone_names = [\"a\", 1]; };\": "
	 ACCEPTED_SYNTAX},
	{"http: { port 80; /* " FIFTY FIFTY FIFTY " */ };",
	 "f:1: syntax error at \"http: { port 80; /* " FIFTY FIFTY "ww...\": " ACCEPTED_SYNTAX},
	{"mqtt: { Password = a word; };", "f:1: syntax error: " ACCEPTED_SYNTAX},
	{"mqtt: {\npassword =\nhunter2;\n};", "f:3: syntax error: " ACCEPTED_SYNTAX},
	{"mqtt: {\npassword =\n\n# mine\nhunter2;\n};", "f:5: syntax error: " ACCEPTED_SYNTAX},
	{"mqtt: {\npassword = \"a\"\n\"b\"\n\"c\" d;\n};", "f:4: syntax error: " ACCEPTED_SYNTAX},
	{"mqtt: {\npassword = \"a;\nb;\nc\" d;\n};", "f:4: syntax error: " ACCEPTED_SYNTAX},
	{"mqtt: {\npassword = \"x\";\nport 1;\nhost 2;\n};",
	 "f:3: syntax error at \"port 1;\": " ACCEPTED_SYNTAX},
	{"mqtt: {\nport 1;\npassword = \"x\";\n};",
	 "f:2: syntax error at \"port 1;\": " ACCEPTED_SYNTAX},
	{"http: {\n\tsocket = \"/run;\n};\n\n",
	 "f:2: a text begins here and never ends: \" is missing"},
	{"\n/* from here\nhttp: { port = 1; };",
	 "f:2: a comment begins here and never ends: */ is missing"},
	{"panel: { id = \"a\\x00b\"; };", "f:1: \\x00: a text cannot hold a zero byte"},
	{"\n@include \"nowhere\"\n",
	 "f:2: @include: nowhere cannot be read: No such file or directory"},
	{"@include \"f\"\n", "f:1: @include: too many files within each other"},
	{"@include \"\xFF\033[2J\"\n",
	 "f:1: @include: accepted is the name of a file in quotation marks, relative to the"
	 " directory of the main file"},
	{"@include \"/etc/passwd\"\n",
	 "f:1: @include: accepted is the name of a file in quotation marks, relative to the"
	 " directory of the main file"},
};

enum { MISTAKES = sizeof mistakes / sizeof mistakes[0] };

START_TEST(every_mistake_is_named_with_line_key_value_and_what_is_accepted)
{
	size_t i;

	for (i = 0; i < MISTAKES; i++)
		refuse(mistakes[i].text, mistakes[i].message);
}
END_TEST

static const struct {
	const char *variable;
	const char *value;
	const char *message;
} wrong_variables[] = {
	{"CZ_ZONES", "nine", "panel.zones = \"nine\": " WHOLE "1 to 8"},
	{"CZ_ZONES", "4294967297", "panel.zones = \"4294967297\": " WHOLE "1 to 8"},
	{"CZ_ZONES", "2 3", "panel.zones = \"2 3\": " WHOLE "1 to 8"},
	{"CZ_ID", "15", "panel.bus_address = \"15\": " WHOLE "10 to 255, but not 11 to 19"},
	{"CZ_READ_ONLY", "maybe",
	 "panel.read_only = \"maybe\": accepted is true, false, 1, 0, yes, no, on or off"},
	{"CZ_ZONE_NAMES", "A,B",
	 "panel.zone_names = \"A,B\": 2 names for 1 zone (panel.zones): " ACCEPTED_NAMES},
	{"CZ_ZONE_NAMES", "A,",
	 "panel.zone_names = \"A,\": " ACCEPTED_NAMES ", with commas between them"},
	{"CZ_ZONE_NAMES", "1,2,3,4,5,6,7,8,9",
	 "panel.zone_names = \"1,2,3,4,5,6,7,8,9\": " ACCEPTED_NAMES ", with commas between them"},
	{"API_HOST", "0.0.0.0",
	 "http.listen = \"0.0.0.0\": " REACHABLE "the variable  API_ALLOW_ANONYMOUS=true"},
	{"API_PORT", "-1", "http.port = \"-1\": " WHOLE "0 to 65535"},
	{"LOG_LEVEL", "CRITICAL", "log.level = \"CRITICAL\": " ACCEPTED_LEVEL},
	{"MQTT_PASSWORD", "sec\nret",
	 "mqtt.password = (hidden): accepted is at most 255 bytes of UTF-8 without control"
	 " characters"},
};

START_TEST(every_wrong_variable_is_named)
{
	size_t i;

	for (i = 0; i < sizeof wrong_variables / sizeof wrong_variables[0]; i++) {
		char message[CONFIG_WHY_MAX];

		snprintf(message, sizeof message, "environment variable %s: %s",
			 wrong_variables[i].variable, wrong_variables[i].message);
		setenv(wrong_variables[i].variable, wrong_variables[i].value, 1);
		refuse("", message);
		unsetenv(wrong_variables[i].variable);
	}
}
END_TEST

static int
load_number(const struct config_key *key, long long number)
{
	const char *dot = strchr(key->path, '.');
	char text[CONFIG_TEXT_MAX];

	snprintf(text, sizeof text, "%.*s: { %s = %lld; };", (int)(dot - key->path), key->path,
		 dot + 1, number);
	return load(text);
}

START_TEST(every_number_is_taken_up_to_its_limits_and_not_beyond)
{
	static const long long wraps[] = {1LL << 32, -(1LL << 32), 1LL << 62};
	const struct config_key *key;
	size_t i;

	for (key = config_keys; key->path; key++) {
		if (key->kind != CONFIG_KIND_NUMBER)
			continue;
		ck_assert_msg(load_number(key, key->minimum) == 0, "%s", why);
		ck_assert_msg(load_number(key, key->maximum) == 0, "%s", why);
		ck_assert_msg(load_number(key, key->minimum - 1) < 0, "%s", key->path);
		ck_assert_msg(load_number(key, key->maximum + 1) < 0, "%s", key->path);
		for (i = 0; i < sizeof wraps / sizeof wraps[0]; i++)
			ck_assert_msg(load_number(key, key->maximum + wraps[i]) < 0, "%s",
				      key->path);
		if (!key->hole_last)
			continue;
		ck_assert_msg(load_number(key, key->hole_first - 1) == 0, "%s", why);
		ck_assert_msg(load_number(key, key->hole_last + 1) == 0, "%s", why);
		ck_assert_msg(load_number(key, key->hole_first) < 0, "%s", key->path);
		ck_assert_msg(load_number(key, key->hole_last) < 0, "%s", key->path);
	}
}
END_TEST

START_TEST(numbers_may_be_written_as_the_syntax_allows)
{
	accept("http = { port = 0x1F40L, max_connections : 010; max_per_address=+7 }");
	ck_assert_int_eq(config.http.port, 8000);
	ck_assert_int_eq(config.http.max_connections, 10);
	ck_assert_int_eq(config.http.max_per_address, 7);
	accept("http: { port\n=\n00000000000000000000080; };\r\n");
	ck_assert_int_eq(config.http.port, 80);
	accept("log: { level = \"INFO\"; }; // http: { port = 1\nhttp: { socket = \"/a=b{\\\"c\"; "
	       "};");
	ck_assert_str_eq(config.http.socket, "/a=b{\"c");
}
END_TEST

START_TEST(connections_and_addresses_have_many_forms)
{
	static const char *const good[] = {
		"panel: { connect = \"/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0-port0\"; };",
		"panel: { connect = \"my_bridge.lan:1\"; };",
		"panel: { connect = \"10.0.0.7:65535\"; };",
		"panel: { connect = \"[::1]:8899\"; };",
		"http: { listen = \"localhost\"; };",
		"http: { listen = \"127.9.9.9\"; };",
		"http: { listen = \"::ffff:127.0.0.1\"; };",
		"http: { listen = \"0.0.0.0\"; allow_anonymous = true; };",
		"http: { listen = \"fd00::7\"; allow_anonymous = true; };",
		"mqtt: { host = \"fd00::7\"; };",
		"mqtt: { host = \"10.0.0.1\"; };",
		"panel: { zone_names = (\"" SIXTY_FOUR "\"); };",
		"panel: { zone_names = (\"\360\237\224\245\"); };",
	};
	size_t i;

	for (i = 0; i < sizeof good / sizeof good[0]; i++)
		accept(good[i]);
}
END_TEST

START_TEST(a_mistake_leaves_the_configuration_as_it_was)
{
	struct config before;

	accept("http: { port = 80; };");
	before = config;
	ck_assert_int_eq(load("panel: { zones = 4; }; http: { port = -1; };"), -1);
	ck_assert_mem_eq(&before, &config, sizeof config);
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_an_error)
{
	ck_assert_int_eq(config_load(&config, in_directory("none"), why), -1);
	shorten(why);
	ck_assert_str_eq(why, "none: the file cannot be read: No such file or directory");
	ck_assert_int_eq(config_load(&config, "/", why), -1);
	ck_assert_str_eq(why, "/: the file cannot be read: Is a directory");
	ck_assert_int_eq(config_load(&config, "/dev/zero", why), -1);
	ck_assert_str_eq(why, "/dev/zero: the file cannot be read: File too large");
}
END_TEST

START_TEST(a_zero_byte_is_found)
{
	static const char bytes[] = "http: {\nsocket = \"/a\0b\";\n};";

	write_bytes("f", bytes, sizeof bytes - 1);
	ck_assert_int_eq(config_load(&config, in_directory("f"), why), -1);
	shorten(why);
	ck_assert_str_eq(why, "f:2: a zero byte: accepted is text in UTF-8");
}
END_TEST

START_TEST(an_included_file_counts_and_its_mistakes_carry_its_name)
{
	write_file("part", "\nport = 4000;\n");
	accept("http: {\n  @include \"part\"\n  socket = \"\";\n};");
	ck_assert_int_eq(config.http.port, 4000);
	ck_assert_str_eq(config.http.socket, "");
	refuse("http: {\n@include \"part\" max_connections = 0;\n};",
	       "f:2: http.max_connections = 0: " WHOLE "1 to 4096");
	write_file("part", "\nport = 4294971296;\n");
	refuse("http: {\n@include \"part\"\n};",
	       "part:2: http.port = 4294971296: " WHOLE "0 to 65535");
	refuse("mqtt: { enabled = true;\n@include \"part\"\n};",
	       "part:2: mqtt.port = 4294971296: " WHOLE "1 to 65535");
	refuse("http: { port = 1;\n@include \"part\"\n};",
	       "part:2: http.port: given a second time, the first is f:1: accepted is one of them");
	write_file("part", "port = 1\n/* and so on");
	refuse("http: {\n@include \"part\"\n};",
	       "part:2: a comment begins here and never ends: */ is missing");
	write_file("part", "\nport = = 1;");
	refuse("http: {\n@include \"part\"\n};", "part:2: syntax error: " ACCEPTED_SYNTAX);
}
END_TEST

static int
load_secret(const char *secret)
{
	char text[8192]; /* as long as any path */

	write_file("secret", secret);
	snprintf(text, sizeof text, "mqtt: { user = \"u\"; password_file = \"%s\"; };",
		 in_directory("secret"));
	return load(text);
}

START_TEST(a_password_comes_from_its_file_without_the_end_of_line)
{
	ck_assert_msg(load_secret("open sesame\n") == 0, "%s", why);
	ck_assert_str_eq(config.mqtt.password, "open sesame");
	ck_assert_int_eq(load_secret("pass word \r\n"), 0);
	ck_assert_str_eq(config.mqtt.password, "pass word ");
	ck_assert_int_eq(load_secret("\n"), -1);
	ck_assert_int_eq(load_secret("first\nsecond\n"), -1);
	ck_assert_ptr_null(strstr(why, "first"));
	ck_assert_int_eq(load_secret(SIXTY_FOUR SIXTY_FOUR SIXTY_FOUR SIXTY_FOUR), -1);
	write_bytes("secret", "a\0b", 3);
	setenv("CREDENTIALS_DIRECTORY", directory, 1);
	refuse("mqtt: { password_file = \"secret\"; };",
	       "f:1: mqtt.password_file = \"secret\": what it holds is no password: accepted is one"
	       " line of 1 to 255 bytes of UTF-8");
}
END_TEST

START_TEST(a_password_comes_from_the_credentials_of_systemd)
{
	setenv("CREDENTIALS_DIRECTORY", directory, 1);
	write_file("secret", "from systemd");
	accept("mqtt: { password_file = \"secret\"; };");
	ck_assert_str_eq(config.mqtt.password, "from systemd");
	refuse("mqtt: { password_file = \"other\"; };",
	       "f:1: mqtt.password_file = \"other\": other cannot be read: No such file or "
	       "directory");
	setenv("MQTT_PASSWORD", "x", 1);
	refuse("mqtt: { password_file = \"secret\"; };",
	       "f:1: mqtt.password_file = \"secret\": mqtt.password is given too (environment"
	       " variable MQTT_PASSWORD): accepted is one of them");
}
END_TEST

START_TEST(a_password_is_never_shown)
{
	char *text;

	accept("mqtt: { user = \"u\"; password = \"hunter2\"; };");
	ck_assert_str_eq(config.mqtt.password, "hunter2");
	text = printed(&config);
	ck_assert_ptr_null(strstr(text, "hunter2"));
	ck_assert_ptr_nonnull(strstr(text, "# password is set, and not shown"));
	free(text);
}
END_TEST

START_TEST(what_is_printed_can_be_read_again)
{
	struct config before;
	char *text;

	accept("panel: { zones = 2; zone_names = (\"back\\\\slash\", \"qu\\\"ote\"); id = \"x\"; };"
	       "http: { socket = \"\"; port = 0; }; log: { level = \"frames\"; };");
	before = config;
	text = printed(&config);
	accept(text);
	ck_assert_mem_eq(&before, &config, sizeof config);
	free(text);
}
END_TEST

START_TEST(reloading_takes_what_it_can_and_names_the_rest)
{
	struct config running;

	accept("panel: { zones = 2; };");
	running = config;
	accept("panel: { zones = 2; zone_names = (\"A\", \"B\"); bus_address = 50; };"
	       "mqtt: { enabled = true; host = \"h\"; port = 1; user = \"u\"; password = \"p\";"
	       " client_id = \"c\"; keepalive_seconds = 20; topic_prefix = \"t\"; };"
	       "http: { port = 80; }; log: { level = \"debug\"; };");
	config_reload(&running, &config, why);
	ck_assert_str_eq(why, "panel.bus_address, http.port");
	ck_assert_str_eq(running.panel.zone_names[1], "B");
	ck_assert_mem_eq(&running.mqtt, &config.mqtt, sizeof running.mqtt);
	ck_assert_int_eq(running.log.level, LOG_LEVEL_DEBUG);
	ck_assert_int_eq(running.panel.bus_address, 99);
	ck_assert_int_eq(running.http.port, 8000);
	config_reload(&running, &running, why);
	ck_assert_str_eq(why, "");
}
END_TEST

START_TEST(names_wait_for_a_restart_when_the_number_of_zones_changes)
{
	struct config running;

	accept("panel: { zones = 3; };");
	running = config;
	accept("panel: { zones = 2; zone_names = (\"A\", \"B\"); };");
	config_reload(&running, &config, why);
	ck_assert_str_eq(why, "panel.zones, panel.zone_names");
	ck_assert_str_eq(running.panel.zone_names[0], "Zone 1");
}
END_TEST

START_TEST(the_levels_accepted_are_those_of_the_log)
{
	char accepted[CONFIG_ACCEPTED_MAX] = "", told[CONFIG_ACCEPTED_MAX];
	int i;

	for (i = 0; log_level_names[i]; i++) {
		size_t used = strlen(accepted);

		snprintf(accepted + used, sizeof accepted - used, "%s\"%s\"",
			 i == 0                   ? ""
			 : log_level_names[i + 1] ? ", "
						  : " or ",
			 log_level_names[i]);
	}
	config_key_accepted(config_key_find("log.level"), false, told, sizeof told);
	ck_assert_str_eq(told, accepted);
}
END_TEST

/* libconfig 1.5 forgets a text that a syntax error follows: its leak, not ours. */
const char *
__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libconfig.so";
}

START_TEST(no_damage_to_a_file_is_more_than_an_error)
{
	char *example = read_source_file("etc/cz2d.conf");
	size_t length = strlen(example);
	uint32_t seed = 2;
	int round;

	if (getenv("CK_FORK")) { /* under valgrind, which would count that leak */
		free(example);
		return;
	}
	for (round = 0; round < FUZZ_ROUNDS; round++) {
		char *damaged = strdup(example);
		unsigned edits = 1 + random_below(&seed, 30);

		for (; edits; edits--) {
			static const char bytes[] = "{}()[]=:;#\"\\/*@ \n\0019aL\xff";

			damaged[random_below(&seed, (unsigned)length)] =
				bytes[random_below(&seed, sizeof bytes - 1)];
		}
		if (load(damaged) != 0)
			ck_assert_str_ne(why, "");
		free(damaged);
	}
	free(example);
}
END_TEST

/* One line of --print-keys: key, variable or "-", default, accepted, help. */
struct documented {
	char *path;
	char *variable;
	char *standard;
};

static struct documented keys[CONFIG_KEYS_MAX];
static char key_lines[TEXT_MAX];

static void
load_keys(void)
{
	char *rest = key_lines, *line;
	size_t count = 0;
	FILE *out = fmemopen(key_lines, sizeof key_lines, "w");

	config_print_keys(out);
	fclose(out);
	while ((line = strsep(&rest, "\n")) != NULL && *line) {
		keys[count].path = strsep(&line, "\t");
		keys[count].variable = strsep(&line, "\t");
		keys[count].standard = strsep(&line, "\t");
		count++;
	}
	ck_assert_uint_eq(count, SAMPLES);
}

START_TEST(the_example_file_changes_nothing)
{
	char *example = read_source_file("etc/cz2d.conf");

	accept(example);
	ck_assert_mem_eq(&config, &defaults, sizeof config);
	free(example);
}
END_TEST

/* Takes the # off each setting: "\t#name = value;". Comments have a space behind it. */
static void
uncomment(char *text)
{
	for (; (text = strstr(text, "\t#")) != NULL; text++) {
		if (text[2] != ' ' && text[2] != '\n')
			text[1] = ' ';
	}
}

START_TEST(the_example_file_holds_every_key_with_its_default)
{
	char *example = read_source_file("etc/cz2d.conf");
	struct documented *key;

	load_keys();
	uncomment(example);
	accept(example);
	ck_assert_mem_eq(&config, &defaults, sizeof config);
	for (key = keys; key->path; key++) {
		char setting[CONFIG_TEXT_MAX];

		snprintf(setting, sizeof setting, "\t %s = %s;\n", strchr(key->path, '.') + 1,
			 key->standard);
		ck_assert_msg(strstr(example, setting) != NULL, "etc/cz2d.conf lacks %s as %s",
			      key->path, setting);
		snprintf(setting, sizeof setting, "[%s", key->variable);
		ck_assert_msg(strcmp(key->variable, "-") == 0 || strstr(example, setting),
			      "etc/cz2d.conf does not name %s", key->variable);
	}
	free(example);
}
END_TEST

START_TEST(the_documentation_has_a_row_for_every_key_and_no_other)
{
	char *text = read_source_file("docs/configuration.md");
	const char *row = text;
	struct documented *key;
	size_t count = 0;

	load_keys();
	for (key = keys; key->path; key++) {
		const char *mark = strcmp(key->variable, "-") == 0 ? "" : "`";
		const char *reload =
			config_key_find(key->path)->reloadable ? " yes |\n" : " no |\n";
		char wanted[CONFIG_TEXT_MAX];

		snprintf(wanted, sizeof wanted, "| `%s` | %s%s%s | `%s` | ", key->path, mark,
			 *mark ? key->variable : "\342\200\223", mark, key->standard);
		row = strstr(text, wanted);
		ck_assert_msg(row != NULL, "docs/configuration.md lacks: %s", wanted);
		row += strcspn(row, "\n") + 1 - strlen(reload);
		ck_assert_msg(strncmp(row, reload, strlen(reload)) == 0, "%s: not%s", wanted,
			      reload);
	}
	for (row = text; (row = strstr(row, "\n| `")) != NULL; row++)
		count++;
	ck_assert_uint_eq(count, SAMPLES);
	free(text);
}
END_TEST

START_TEST(the_manual_page_has_an_entry_for_every_key_and_no_other)
{
	char *text = read_source_file("man/cz2d.conf.5");
	struct documented *key;
	const char *entry;
	size_t count = 0;

	load_keys();
	for (key = keys; key->path; key++) {
		char wanted[CONFIG_TEXT_MAX];
		const char *variable;

		snprintf(wanted, sizeof wanted, "\n.It Ic %s\nDefault", key->path);
		entry = strstr(text, wanted);
		ck_assert_msg(entry != NULL, "man/cz2d.conf.5 lacks %s", key->path);
		if (strcmp(key->variable, "-") == 0)
			continue;
		snprintf(wanted, sizeof wanted, "\n.Ev %s ", key->variable);
		variable = strstr(entry, wanted);
		ck_assert_msg(variable && variable < strstr(entry + 1, "\n.It "),
			      "man/cz2d.conf.5 lacks %s", key->variable);
	}
	for (entry = text; (entry = strstr(entry, "\n.It Ic ")) != NULL; entry++)
		count++;
	ck_assert_uint_eq(count, SAMPLES);
	free(text);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		every_key_has_its_effect_from_the_file,
		every_variable_overrides_its_key,
		a_variable_wins_over_the_file_and_an_empty_one_does_not,
		a_variable_can_be_any_of_the_words_for_a_switch,
		the_defaults_are_those_that_are_promised,
		each_word_has_the_meaning_of_its_place,
		with_tls_the_usual_port_is_another_one,
		zones_without_names_get_numbers,
		every_mistake_is_named_with_line_key_value_and_what_is_accepted,
		every_wrong_variable_is_named,
		every_number_is_taken_up_to_its_limits_and_not_beyond,
		numbers_may_be_written_as_the_syntax_allows,
		connections_and_addresses_have_many_forms,
		a_mistake_leaves_the_configuration_as_it_was,
		a_file_that_cannot_be_read_is_an_error,
		a_zero_byte_is_found,
		an_included_file_counts_and_its_mistakes_carry_its_name,
		a_password_comes_from_its_file_without_the_end_of_line,
		a_password_comes_from_the_credentials_of_systemd,
		a_password_is_never_shown,
		what_is_printed_can_be_read_again,
		reloading_takes_what_it_can_and_names_the_rest,
		names_wait_for_a_restart_when_the_number_of_zones_changes,
		the_levels_accepted_are_those_of_the_log,
		no_damage_to_a_file_is_more_than_an_error,
		the_example_file_changes_nothing,
		the_example_file_holds_every_key_with_its_default,
		the_documentation_has_a_row_for_every_key_and_no_other,
		the_manual_page_has_an_entry_for_every_key_and_no_other,
		NULL,
	};

	return run_fixed_suite("config", tests, set_up, tear_down);
}
