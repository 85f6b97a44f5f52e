/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The keys: one row each. Reading, the environment, --print-config, reloading
 * and the test that every key is documented all follow this table; a key that
 * stands here works everywhere. What a row cannot say (rules between two keys)
 * is in config.c.
 */
#include "build.h"

#include "cz2d/config_key.h"

#include "base/log.h"
#include "cz2d/config_check.h"

enum {
	YEAR = 31536000,
	SOCKET_PATH_MAX = 107, /* what struct sockaddr_un holds, less the final zero */
	NAME_MAX_BYTES = 64
};

#define FIELD(member)                                                                              \
	.offset = offsetof(struct config, member), .size = sizeof ((struct config *)0)->member
#define LIST(member)                                                                               \
	FIELD(member), .item_size = sizeof ((struct config *)0)->member[0]

const struct config_key config_keys[] = {
	{"panel.id", "CZ_PANEL_ID", CONFIG_KIND_TEXT, FIELD(panel.id),
		.standard = "cz2", .minimum = 1, .maximum = 32, .check = config_check_id,
		.accepted = "1 to 32 of the characters a-z, 0-9, _ and -",
		.help = "the name of this panel in REST and MQTT"},
	{"panel.connect", "CZ_CONNECT", CONFIG_KIND_TEXT, FIELD(panel.connect),
		.standard = "/dev/ttyUSB0", .minimum = 2, .maximum = CONFIG_TEXT_MAX - 1,
		.check = config_check_connect,
		.accepted = "a device path beginning with /, or HOST:PORT of a serial bridge"
			    " (an IPv6 address in brackets)",
		.help = "the serial device, or the serial bridge on the network"},
	{"panel.zones", "CZ_ZONES", CONFIG_KIND_NUMBER, FIELD(panel.zones),
		.standard = "1", .minimum = 1, .maximum = CZ2_ZONES_MAX,
		.help = "how many zones the system has"},
	{"panel.zone_names", "CZ_ZONE_NAMES", CONFIG_KIND_LIST, LIST(panel.zone_names),
		.standard = "\"Zone 1\"", .minimum = 1, .maximum = NAME_MAX_BYTES,
		.check = config_check_plain,
		.accepted = "exactly one name per zone, each 1 to 64 bytes of UTF-8 without"
			    " control characters",
		.reloadable = true,
		.help = "the zones' names in order; without it \"Zone 1\", \"Zone 2\", ..."},
	{"panel.bus_address", "CZ_ID", CONFIG_KIND_NUMBER, FIELD(panel.bus_address),
		.standard = "99", .minimum = 10, .maximum = 255, .hole_first = 11, .hole_last = 19,
		.help = "our own address on the bus"},
	{"panel.read_only", "CZ_READ_ONLY", CONFIG_KIND_BOOL, FIELD(panel.read_only),
		.standard = "false",
		.help = "listen and poll, but never write to the panel"},

	{"http.listen", "API_HOST", CONFIG_KIND_TEXT, FIELD(http.listen),
		.standard = "127.0.0.1", .minimum = 2, .maximum = 45, .check = config_check_listen,
		.accepted = "a numeric IPv4 or IPv6 address (without brackets), or \"localhost\"",
		.help = "the address at which REST is served"},
	{"http.allow_anonymous", "API_ALLOW_ANONYMOUS", CONFIG_KIND_BOOL,
		FIELD(http.allow_anonymous), .standard = "false",
		.help = "let everyone who can reach http.listen control the heating, without a token"},
	{"http.port", "API_PORT", CONFIG_KIND_NUMBER, FIELD(http.port),
		.standard = "8000", .minimum = 0, .maximum = 65535,
		.help = "the TCP port of REST; 0 takes any free one and logs it"},
	{"http.socket", "CZ_SOCKET", CONFIG_KIND_TEXT, FIELD(http.socket),
		.standard = "/run/cz2d/cz2d.sock", .minimum = 0, .maximum = SOCKET_PATH_MAX,
		.check = config_check_socket,
		.accepted = "a path beginning with / of at most 107 bytes, or \"\" for none",
		.help = "the Unix socket on which REST is served too"},
	{"http.tokens", NULL, CONFIG_KIND_TEXT, FIELD(http.tokens),
		.standard = "/etc/cz2d/tokens", .minimum = 0, .maximum = CONFIG_TEXT_MAX - 1,
		.check = config_check_path,
		.accepted = "a path beginning with /, or \"\" for none",
		.help = "the file of tokens, which cz2ctl token writes"},
	{"http.max_connections", NULL, CONFIG_KIND_NUMBER, FIELD(http.max_connections),
		.standard = "512", .minimum = 1, .maximum = 4096,
		.help = "how many clients may be connected at once"},
	{"http.max_per_address", NULL, CONFIG_KIND_NUMBER, FIELD(http.max_per_address),
		.standard = "32", .minimum = 1, .maximum = 4096,
		.help = "how many of them from one address; this machine itself is exempt"},
	{"http.allowed_hosts", "ALLOWED_HOSTS", CONFIG_KIND_LIST, LIST(http.allowed_hosts),
		.standard = "", .minimum = 1, .maximum = CONFIG_TEXT_MAX - 1,
		.check = config_check_authority,
		.accepted = "at most 16 names, each with or without :PORT",
		.help = "the names by which browsers may call us; () for this machine's name"},
	{"http.cors_origins", "CORS_ORIGINS", CONFIG_KIND_LIST, LIST(http.cors_origins),
		.standard = "", .minimum = 1, .maximum = CONFIG_TEXT_MAX - 1,
		.check = config_check_origin,
		.accepted = "at most 16 origins such as https://example.org:8443, in small letters",
		.help = "whose web pages may use us besides our own"},
	{"http.tls_cert", NULL, CONFIG_KIND_TEXT, FIELD(http.tls_cert),
		.standard = "", .minimum = 0, .maximum = CONFIG_TEXT_MAX - 1,
		.check = config_check_path,
		.accepted = "a path beginning with /, or \"\" for none",
		.help = "the certificate for https, with those that vouch for it, as PEM"},
	{"http.tls_key", NULL, CONFIG_KIND_TEXT, FIELD(http.tls_key),
		.standard = "", .minimum = 0, .maximum = CONFIG_TEXT_MAX - 1,
		.check = config_check_path,
		.accepted = "a path beginning with /, or \"\" for none",
		.help = "its private key, as PEM without a password"},

	{"mqtt.enabled", "MQTT_ENABLED", CONFIG_KIND_BOOL, FIELD(mqtt.enabled),
		.standard = "false", .reloadable = true,
		.help = "publish the status to an MQTT broker"},
	{"mqtt.host", "MQTT_HOST", CONFIG_KIND_TEXT, FIELD(mqtt.host),
		.standard = "localhost", .minimum = 1, .maximum = CONFIG_TEXT_MAX - 1,
		.check = config_check_host,
		.accepted = "a host name or an IP address, without scheme, brackets or port",
		.reloadable = true, .help = "the broker's host name or address"},
	{"mqtt.port", "MQTT_PORT", CONFIG_KIND_NUMBER, FIELD(mqtt.port),
		.standard = "1883", .minimum = 1, .maximum = 65535, .reloadable = true,
		.help = "the broker's TCP port"},
	{"mqtt.user", "MQTT_USER", CONFIG_KIND_TEXT, FIELD(mqtt.user),
		.standard = "", .minimum = 0, .maximum = CONFIG_TEXT_MAX - 1,
		.check = config_check_plain,
		.accepted = "at most 255 bytes of UTF-8 without control characters",
		.reloadable = true, .help = "the user name for the broker; empty: anonymous"},
	{"mqtt.password", "MQTT_PASSWORD", CONFIG_KIND_TEXT, FIELD(mqtt.password),
		.standard = "", .minimum = 0, .maximum = CONFIG_TEXT_MAX - 1,
		.check = config_check_plain,
		.accepted = "at most 255 bytes of UTF-8 without control characters",
		.reloadable = true, .secret = true,
		.help = "the password that belongs to mqtt.user"},
	{"mqtt.password_file", NULL, CONFIG_KIND_TEXT, FIELD(mqtt.password_file),
		.standard = "", .minimum = 0, .maximum = CONFIG_TEXT_MAX - 1,
		.check = config_check_secret,
		.accepted = "a path beginning with /, or the name of a systemd credential",
		.reloadable = true,
		.help = "a file that holds the password, instead of mqtt.password"},
	{"mqtt.client_id", NULL, CONFIG_KIND_TEXT, FIELD(mqtt.client_id),
		.standard = "", .minimum = 0, .maximum = CONFIG_TEXT_MAX - 1,
		.check = config_check_plain,
		.accepted = "at most 255 bytes of UTF-8 without control characters",
		.reloadable = true,
		.help = "our name at the broker; empty: made of panel.id and the machine's id"},
	{"mqtt.keepalive_seconds", NULL, CONFIG_KIND_NUMBER, FIELD(mqtt.keepalive_seconds),
		.standard = "30", .minimum = 10, .maximum = 3600, .reloadable = true,
		.help = "how soon the broker and we notice that the other is gone"},
	{"mqtt.topic_prefix", "MQTT_TOPIC_PREFIX", CONFIG_KIND_TEXT, FIELD(mqtt.topic_prefix),
		.standard = "hvac/cz2", .minimum = 1, .maximum = 200, .check = config_check_topic,
		.accepted = "1 to 200 bytes of UTF-8 without +, # and control characters, not"
			    " beginning with / or $ and not ending with /",
		.reloadable = true, .help = "what all our topics begin with"},

	{"cache.enabled", "ENABLE_CACHE", CONFIG_KIND_BOOL, FIELD(cache.enabled),
		.standard = "true",
		.help = "answer from memory; false: read the panel for each status (legacy mode)"},
	{"cache.stale_seconds", "CACHE_STALE_SECONDS", CONFIG_KIND_NUMBER,
		FIELD(cache.stale_seconds), .standard = "300", .minimum = 10, .maximum = YEAR,
		.help = "from which age on a status is marked as stale"},
	{"cache.refresh_interval", "CACHE_REFRESH_INTERVAL", CONFIG_KIND_NUMBER,
		FIELD(cache.refresh_interval), .standard = "60", .minimum = 5, .maximum = YEAR,
		.help = "how often the status is refreshed, in seconds"},

	{"command.timeout_seconds", "COMMAND_TIMEOUT_SECONDS", CONFIG_KIND_NUMBER,
		FIELD(command.timeout_seconds), .standard = "30", .minimum = 5, .maximum = 300,
		.help = "how long a command may take, from acceptance to the answer"},
	{"command.guard_ms", NULL, CONFIG_KIND_NUMBER, FIELD(command.guard_ms),
		.standard = "250", .minimum = 0, .maximum = 60000,
		.help = "how long a row that was read is fresh enough to write onto"},

	{"worker.enabled", "WORKER_ENABLED", CONFIG_KIND_BOOL, FIELD(worker.enabled),
		.standard = "false",
		.help = "answer commands with 202 at once, before they are carried out"},
	{"worker.queue_limit", "WORKER_QUEUE_LIMIT", CONFIG_KIND_NUMBER,
		FIELD(worker.queue_limit), .standard = "64", .minimum = 1, .maximum = 1024,
		.help = "how many commands that were answered before their end may wait"},

	{"bus.reply_timeout_ms", NULL, CONFIG_KIND_NUMBER, FIELD(bus.reply_timeout_ms),
		.standard = "0", .minimum = 0, .maximum = 5000, .hole_first = 1, .hole_last = 49,
		.accepted = "a whole number from 50 to 5000, or 0 for 300 (500 through TCP)",
		.help = "how long to wait for a reply; 0: 300, or 500 through TCP"},
	{"bus.attempts", NULL, CONFIG_KIND_NUMBER, FIELD(bus.attempts),
		.standard = "4", .minimum = 1, .maximum = 10,
		.help = "how often a read is sent before it counts as failed"},
	{"bus.gap_ms", NULL, CONFIG_KIND_NUMBER, FIELD(bus.gap_ms),
		.standard = "20", .minimum = 0, .maximum = 1000,
		.help = "the silence kept after any frame before we send ours"},

	{"storage.path", "CZ_DB_PATH", CONFIG_KIND_TEXT, FIELD(storage.path),
		.standard = "/var/lib/cz2d/cz2d.db", .minimum = 2, .maximum = CONFIG_TEXT_MAX - 1,
		.check = config_check_path, .accepted = "a path beginning with /",
		.help = "the SQLite file that keeps the last known status and all commands"},
	{"storage.keep_commands_days", NULL, CONFIG_KIND_NUMBER,
		FIELD(storage.keep_commands_days), .standard = "400", .minimum = 1,
		.maximum = 36500, .help = "after how many days a command is forgotten"},

	{"log.level", "LOG_LEVEL", CONFIG_KIND_LEVEL, FIELD(log.level),
		.standard = "info", .minimum = 0, .maximum = LOG_LEVEL_COUNT - 1,
		.accepted = "\"error\", \"warning\", \"info\", \"debug\" or \"frames\"",
		.reloadable = true, .help = "how much is logged"},
	{.path = NULL},
};

_Static_assert(sizeof config_keys / sizeof config_keys[0] <= CONFIG_KEYS_MAX + 1,
	"a place for each key");
