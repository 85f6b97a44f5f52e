/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The MQTT door against a real mosquitto on loopback: what a subscriber sees when
 * brokers come, go, hang and refuse. Skipped where mosquitto is not installed.
 */
#include "build.h"

#include "cz2d/mqtt/mqtt.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "cz2d/bus/bus.h"
#include "cz2d/config/config.h"
#include "cz2d/devices/devices.h"
#include "cz2d/engine/engine.h"
#include "cz2d/ledger/ledger.h"
#include "cz2d/ledger/witness.h"
#include "cz2d/model/model.h"
#include "link/link.h"

#include "device_store.h"
#include "logged.h"
#include "support.h"

enum { SKIPPED = 77, DEADLINE_MS = 60000, LINES_MAX = 512, LINE_MAX_HERE = 4096, TICK_MS = 5 };

static char directory[64];
static int port;
static pid_t broker, witness;
static FILE *heard; /* what the witness prints */
static char *lines[LINES_MAX];
static int line_count;

static uv_loop_t loop;
static uv_timer_t tick;
static struct config config;
static struct devices *devices;
static struct model *model;
static struct link *panel_link;
static struct bus *bus;
static struct engine *engine;
static struct ledger *ledger;
static struct witness *observer;
static struct mqtt *mqtt;
static int done_calls;

/* paho now and then loses something of its own when it is left amid an attempt to connect. */
static bool left_amid;

/* Asked by the leak sanitizer at the end of each test. */
int
__lsan_is_turned_off(void);

int
__lsan_is_turned_off(void)
{
	return left_amid;
}

/* ------------------------------------------------------------------------
 * Programs
 */

static const char *
find_program(const char *name)
{
	static const char *const places[] = {"/usr/sbin", "/usr/bin", "/usr/local/sbin",
					     "/usr/local/bin"};
	static char path[2][128];
	static int turn;

	turn = 1 - turn;
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		snprintf(path[turn], sizeof path[turn], "%s/%s", places[i], name);
		if (access(path[turn], X_OK) == 0)
			return path[turn];
	}
	return NULL;
}

/* In the child: ends with us, whatever becomes of us. */
static void
become(const char *const *words, int out)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(out, STDOUT_FILENO);
	execv(words[0], (char *const *)(uintptr_t)words);
	_exit(127);
}

static pid_t
start(const char *const *words, int out)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		become(words, out);
	return pid;
}

static void
end_program(pid_t *pid, int signal)
{
	if (*pid <= 0)
		return;
	kill(*pid, signal);
	kill(*pid, SIGCONT);
	waitpid(*pid, NULL, 0);
	*pid = 0;
}

static void
in_directory(const char *name, char *out, size_t size)
{
	snprintf(out, size, "%s/%s", directory, name);
}

/* How many lines of its log hold the words. */
static int
broker_logged_lines(const char *words)
{
	char path[128], line[LINE_MAX_HERE];
	int count = 0;
	FILE *log;

	in_directory("broker.log", path, sizeof path);
	log = fopen(path, "r");
	if (log == NULL)
		return 0;
	while (fgets(line, sizeof line, log) != NULL)
		count += strstr(line, words) != NULL;
	fclose(log);
	return count;
}

/* ------------------------------------------------------------------------
 * Waiting for things, while the loop turns
 */

static void
on_tick(uv_timer_t *timer)
{
	(void)timer;
}

static void
listen_to_witness(void)
{
	char line[LINE_MAX_HERE];

	if (heard == NULL)
		return;
	clearerr(heard);
	while (line_count < LINES_MAX && fgets(line, sizeof line, heard) != NULL)
		lines[line_count++] = strdup(line);
}

static void
turn(void)
{
	uv_run(&loop, UV_RUN_ONCE);
	if (model != NULL)
		model_flush(model);
	listen_to_witness();
}

#define wait_until(condition)                                                                      \
	do {                                                                                       \
		int64_t deadline = clock_now() + DEADLINE_MS;                                      \
		while (!(condition)) {                                                             \
			ck_assert_msg(clock_now() < deadline, "never came: %s", #condition);       \
			turn();                                                                    \
		}                                                                                  \
	} while (0)

/* Messages heard whose line holds this text, from the first one on. */
static int
messages(const char *text, int first)
{
	int count = 0;

	for (int i = first; i < line_count; i++)
		count += strstr(lines[i], text) != NULL;
	return count;
}

static int
position(const char *text, int first)
{
	for (int i = first; i < line_count; i++)
		if (strstr(lines[i], text) != NULL)
			return i;
	return -1;
}

/* ------------------------------------------------------------------------
 * A broker, and somebody who listens to the status and to whether we are there
 */

static int
free_port(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, length), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	close(fd);
	return ntohs(address.sin_port);
}

static bool
broker_listens(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons((uint16_t)port),
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool listens = connect(fd, (struct sockaddr *)&address, sizeof address) == 0;

	close(fd);
	return listens;
}

static void
write_settings(const char *access)
{
	char path[128];
	FILE *file;

	in_directory("mosquitto.conf", path, sizeof path);
	file = fopen(path, "w");
	fprintf(file, "listener %d 127.0.0.1\npersistence false\nlog_dest file %s/broker.log\n"
		      "log_type all\n%s%s", port, directory, access,
		geteuid() == 0 ? "user root\n" : "");
	fclose(file);
}

static void
start_broker(void)
{
	char path[128];
	const char *words[] = {find_program("mosquitto"), "-c", path, NULL};

	in_directory("mosquitto.conf", path, sizeof path);
	broker = start(words, STDERR_FILENO);
	wait_until(broker_listens());
}

static void
start_witness(const char *user, const char *password)
{
	char port_text[16];
	const char *words[20] = {find_program("mosquitto_sub"), "-h", "127.0.0.1", "-p", port_text,
				 "-t", "house/hvac/status", "-t", "house/hvac/availability",
				 "-q", "1", "-F", "%r %t %p", "-i", "witness"};
	int ends[2];

	snprintf(port_text, sizeof port_text, "%d", port);
	if (user != NULL) {
		words[15] = "-u";
		words[16] = user;
		words[17] = "-P";
		words[18] = password;
	}
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	ck_assert_int_eq(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	witness = start(words, ends[1]);
	close(ends[1]);
	heard = fdopen(ends[0], "r");
	wait_until(broker_logged_lines("Sending SUBACK to witness") > 0);
}

static void
send_message(const char *topic, const char *payload)
{
	char port_text[16];
	const char *words[] = {find_program("mosquitto_pub"), "-h", "127.0.0.1", "-p", port_text,
			       "-t", topic, "-m", payload, NULL};
	pid_t sender;

	snprintf(port_text, sizeof port_text, "%d", port);
	sender = start(words, STDERR_FILENO);
	ck_assert_int_eq(waitpid(sender, NULL, 0), sender);
}

static void
end_witness(void)
{
	end_program(&witness, SIGKILL);
	if (heard != NULL)
		fclose(heard);
	heard = NULL;
}

/* ------------------------------------------------------------------------
 * The daemon's side
 */

/* A panel that is not there: what the tests want to be known they tell the model. */
static void
build_house(void)
{
	static const struct bus_config line = {.address = 99, .reply_timeout_ms = 300, .gap_ms = 20};
	static const struct engine_config work = {.zones = 1, .refresh_ms = 60000,
						  .timeout_ms = 30000, .guard_ms = 250,
						  .gap_ms = 20, .attempts = 4};
	static const struct ledger_config book = {.panel_id = "attic", .timeout_ms = 30000,
						  .queue_limit = 64};
	static const struct bus_observer nobody;
	static const struct ledger_disk no_disk;

	model = model_new(1, 300000);
	panel_link = link_new("127.0.0.1:1");
	bus = bus_new(&line, panel_link, &nobody, 1);
	engine = engine_new(&work, bus, model);
	ledger = ledger_new(&book, &no_disk, engine, model);
	observer = witness_new(engine, ledger, model);
}

static void
tear_down_house(void)
{
	observer = witness_free(observer);
	ledger = ledger_free(ledger);
	engine = engine_free(engine);
	bus = bus_free(bus);
	panel_link = link_free(panel_link);
	model = model_free(model);
}

static void
setup(void)
{
	logged_begin();
	snprintf(directory, sizeof directory, "/tmp/check_mqtt.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	line_count = 0;
	done_calls = 0;
	port = free_port();
	write_settings("allow_anonymous true\n");
	memset(&config, 0, sizeof config);
	snprintf(config.panel.id, sizeof config.panel.id, "attic");
	snprintf(config.panel.zone_names[0], sizeof config.panel.zone_names[0], "Bedroom");
	config.panel.zones = 1;
	snprintf(config.mqtt.host, sizeof config.mqtt.host, "127.0.0.1");
	snprintf(config.mqtt.topic_prefix, sizeof config.mqtt.topic_prefix, "house/hvac");
	config.mqtt.port = port;
	config.mqtt.keepalive_seconds = 30;
	device_store_clear();
	devices = devices_new(&config, NULL);
	build_house();
	uv_loop_init(&loop);
	uv_timer_init(&loop, &tick);
	uv_timer_start(&tick, on_tick, TICK_MS, TICK_MS);
}

static void
on_done(void *self)
{
	ck_assert_ptr_eq(self, &config);
	done_calls++;
}

static void
stop_mqtt(void)
{
	mqtt_stop(mqtt, MQTT_LEAVE_SOON, on_done, &config);
	ck_assert_int_eq(done_calls, 0);
	wait_until(done_calls > 0);
	mqtt = mqtt_free(mqtt);
}

static void
teardown(void)
{
	char command[128];

	mqtt = mqtt_free(mqtt);
	uv_close((uv_handle_t *)&tick, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	tear_down_house();
	devices = devices_free(devices);
	end_witness();
	end_program(&broker, SIGKILL);
	for (int i = 0; i < line_count; i++)
		free(lines[i]);
	line_count = 0;
	snprintf(command, sizeof command, "rm -rf %s", directory);
	ck_assert_int_eq(system(command), 0);
}

/* The panel shows this heat setpoint for zone 1. */
static void
show_heat(int degrees)
{
	const struct cz2_row_info *row = cz2_row_info(CZ2_ROW_1_16);
	const struct cz2_field_info *field = cz2_field_info(CZ2_HEAT);
	struct cz2_image image = {.length = row->length,
				  .source = CZ2_SOURCE_POLL,
				  .bytes = {0, row->table, row->row},
				  .time = clock_now()};

	cz2_place_put(&field->places[0], 1, degrees, image.bytes);
	ck_assert(model_apply(model, CZ2_ROW_1_16, &image));
}

static void
start_mqtt(void)
{
	const struct mqtt_rooms rooms = {.config = &config, .devices = devices, .model = model,
					 .bus = bus, .link = panel_link, .engine = engine,
					 .ledger = ledger, .witness = observer, .loop = &loop};

	mqtt = mqtt_new(&rooms);
	ck_assert_ptr_nonnull(mqtt);
}

static void
start_all(void)
{
	start_broker();
	start_witness(NULL, NULL);
	start_mqtt();
	wait_until(position("availability online", 0) >= 0);
}

/* ------------------------------------------------------------------------
 * What is published
 */

START_TEST(the_status_is_published_before_we_say_that_we_are_online)
{
	show_heat(68);
	start_all();
	ck_assert(mqtt_connected(mqtt));
	ck_assert_int_eq(line_count, 2);
	ck_assert_int_eq(position("0 house/hvac/status {", 0), 0);
	ck_assert_ptr_nonnull(strstr(lines[0], "\"heat_setpoint\":68"));
	ck_assert_ptr_nonnull(strstr(lines[0], "\"name\":\"Bedroom\""));
	ck_assert_ptr_nonnull(strstr(lines[0], "\"time\":"));
	ck_assert_str_eq(lines[1], "0 house/hvac/availability online\n");
}
END_TEST

START_TEST(who_comes_later_gets_the_retained_values)
{
	int before;

	show_heat(68);
	start_all();
	end_witness();
	before = line_count;
	start_witness(NULL, NULL);
	wait_until(line_count == before + 2);
	ck_assert_int_eq(messages("1 house/hvac/availability online", before), 1);
	ck_assert_int_eq(messages("1 house/hvac/status {", before), 1);
}
END_TEST

START_TEST(of_a_panel_that_never_answered_no_status_is_told)
{
	start_all();
	ck_assert_int_eq(line_count, 1);
	show_heat(70);
	wait_until(messages("\"heat_setpoint\":70", 0) == 1);
}
END_TEST

START_TEST(each_change_and_each_poll_is_told)
{
	int before;

	show_heat(68);
	start_all();
	show_heat(71);
	wait_until(position("\"heat_setpoint\":71", 0) >= 0);
	before = line_count;
	model_refreshed(model, NULL);
	wait_until(line_count > before);
	ck_assert_ptr_nonnull(strstr(lines[before], "status {"));
	ck_assert_int_eq(messages("availability", 2), 0);
}
END_TEST

START_TEST(what_piles_up_behind_a_broker_that_hangs_becomes_one_message)
{
	show_heat(60);
	start_all();
	kill(broker, SIGSTOP);
	for (int degrees = 61; degrees <= 80; degrees++) {
		show_heat(degrees);
		turn();
	}
	kill(broker, SIGCONT);
	wait_until(position("\"heat_setpoint\":80", 0) >= 0);
	/* The one that was under way when it hung, and the latest. */
	ck_assert_int_eq(messages("status {", 2), 2);
	ck_assert_int_eq(messages("\"heat_setpoint\":61", 0), 1);
}
END_TEST

/* ------------------------------------------------------------------------
 * Brokers that come and go
 */

START_TEST(after_a_restart_of_the_broker_everything_is_told_again)
{
	int before;

	show_heat(68);
	start_all();
	end_witness();
	end_program(&broker, SIGKILL);
	wait_until(!mqtt_connected(mqtt));
	for (int degrees = 69; degrees <= 75; degrees++) {
		show_heat(degrees);
		turn();
	}
	before = line_count;
	start_broker();
	wait_until(mqtt_connected(mqtt));
	start_witness(NULL, NULL);
	wait_until(position("availability online", before) >= 0 &&
		   position("\"heat_setpoint\":75", before) >= 0);
	ck_assert_int_eq(messages("status {", before), 1);
	ck_assert_int_eq(logged_lines("lost the broker 127.0.0.1"), 1);
	ck_assert_int_eq(logged_lines("connected to the broker 127.0.0.1"), 2);
}
END_TEST

START_TEST(a_message_that_arrives_is_answered)
{
	start_all();
	send_message("house/hvac/set/nonsense", "x");
	wait_until(broker_logged_lines("'house/hvac/result/") > 0);
	stop_mqtt();
}
END_TEST

START_TEST(a_broker_that_starts_after_us_is_found)
{
	show_heat(68);
	start_mqtt();
	wait_until(logged_lines("no connection to the broker") > 0);
	ck_assert(!mqtt_connected(mqtt));
	start_broker();
	start_witness(NULL, NULL);
	wait_until(position("availability online", 0) >= 0);
	ck_assert_int_eq(logged_lines("nothing answers there; trying again"), 1);
}
END_TEST

START_TEST(when_we_vanish_the_broker_says_offline)
{
	pid_t child;

	start_broker();
	start_witness(NULL, NULL);
	child = fork();
	if (child == 0) {
		heard = NULL;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		uv_loop_fork(&loop);
		start_mqtt();
		for (;;)
			turn();
	}
	wait_until(position("availability online", 0) >= 0);
	end_program(&child, SIGKILL);
	wait_until(position("availability offline", 0) >= 0);
}
END_TEST

START_TEST(a_stop_says_offline_and_takes_leave)
{
	show_heat(68);
	start_all();
	stop_mqtt();
	wait_until(position("0 house/hvac/availability offline", 0) >= 0);
	wait_until(broker_logged_lines("Received DISCONNECT from cz2d-attic-") > 0);
	ck_assert_int_eq(messages("availability", 0), 2);
	show_heat(75);
	model_flush(model);
	for (int i = 0; i < 20; i++)
		turn();
	ck_assert_int_eq(done_calls, 1);
	ck_assert_int_eq(messages("status {", 0), 1);
}
END_TEST

START_TEST(a_stop_right_behind_a_change_still_says_offline_last)
{
	show_heat(68);
	start_all();
	show_heat(69);
	model_flush(model);
	stop_mqtt();
	wait_until(position("availability offline", 0) >= 0);
	ck_assert_int_eq(position("availability offline", 0), line_count - 1);
}
END_TEST

START_TEST(a_stop_does_not_wait_for_a_broker_that_hangs)
{
	left_amid = true;
	show_heat(68);
	start_all();
	kill(broker, SIGSTOP);
	show_heat(69);
	turn();
	stop_mqtt();
	ck_assert_int_eq(done_calls, 1);
	/* Our patience ended it, not that of the connection. */
	ck_assert_int_eq(logged_lines("leaving anyway"), 1);
	ck_assert_int_eq(logged_lines("lost the broker"), 0);
}
END_TEST

START_TEST(a_stop_while_connecting_to_a_broker_that_hangs_ends)
{
	left_amid = true;
	start_broker();
	kill(broker, SIGSTOP);
	start_mqtt();
	turn();
	stop_mqtt();
	ck_assert_int_eq(done_calls, 1);
}
END_TEST

START_TEST(a_stop_without_a_broker_ends)
{
	left_amid = true;
	start_mqtt();
	stop_mqtt();
	ck_assert_int_eq(done_calls, 1);
}
END_TEST

START_TEST(without_a_stop_it_can_be_freed_at_any_moment)
{
	left_amid = true;
	show_heat(68);
	start_broker();
	for (int turns = 0; turns < 12; turns++) {
		start_mqtt();
		for (int i = 0; i < turns; i++)
			turn();
		mqtt = mqtt_free(mqtt);
	}
	start_witness(NULL, NULL);
	start_mqtt();
	wait_until(mqtt_connected(mqtt));
}
END_TEST

/* done may free: the daemon does so when a reload changes the broker. */
static void
on_done_again(void *self)
{
	(void)self;
	mqtt_free(mqtt);
	done_calls++;
	start_mqtt();
}

START_TEST(another_one_can_be_started_as_soon_as_the_first_has_stopped)
{
	show_heat(68);
	start_all();
	for (int i = 1; i <= 3; i++) {
		mqtt_stop(mqtt, MQTT_LEAVE_WHOLE, on_done_again, NULL);
		wait_until(done_calls == i && mqtt_connected(mqtt));
		wait_until(messages("availability online", 0) == i + 1);
	}
	ck_assert_int_eq(messages("availability offline", 0), 3);
}
END_TEST

/* ------------------------------------------------------------------------
 * Who we are
 */

static bool
protect_broker(void)
{
	char command[512], access[256];
	const char *tool = find_program("mosquitto_passwd");

	if (tool == NULL)
		return false;
	snprintf(command, sizeof command, "%s -b -c %s/passwords house secret && chmod 644 %s/passwords",
		 tool, directory, directory);
	ck_assert_int_eq(system(command), 0);
	snprintf(access, sizeof access, "allow_anonymous false\npassword_file %s/passwords\n",
		 directory);
	write_settings(access);
	return true;
}

START_TEST(user_and_password_open_the_door)
{
	if (!protect_broker())
		return;
	snprintf(config.mqtt.user, sizeof config.mqtt.user, "house");
	snprintf(config.mqtt.password, sizeof config.mqtt.password, "secret");
	start_broker();
	start_witness("house", "secret");
	start_mqtt();
	wait_until(position("availability online", 0) >= 0);
	ck_assert_int_eq(logged_lines("unencrypted"), 0);
}
END_TEST

START_TEST(a_wrong_password_is_told_once)
{
	if (!protect_broker())
		return;
	left_amid = true;
	snprintf(config.mqtt.user, sizeof config.mqtt.user, "house");
	snprintf(config.mqtt.password, sizeof config.mqtt.password, "guess");
	start_broker();
	start_mqtt();
	wait_until(logged_lines("no connection to the broker") > 0);
	ck_assert(!mqtt_connected(mqtt));
	ck_assert_int_eq(logged_lines("it does not allow us in; trying again") +
			 logged_lines("user name or password is wrong; trying again"), 1);
	ck_assert_int_eq(logged_lines("guess"), 0);
}
END_TEST

START_TEST(a_password_for_another_house_is_warned_about)
{
	left_amid = true;
	snprintf(config.mqtt.user, sizeof config.mqtt.user, "house");
	snprintf(config.mqtt.password, sizeof config.mqtt.password, "secret");
	snprintf(config.mqtt.host, sizeof config.mqtt.host, "192.0.2.1"); /* for documents: nobody */
	start_mqtt();
	ck_assert_int_eq(logged_lines("crosses the network unencrypted"), 1);
	stop_mqtt();
}
END_TEST

START_TEST(our_name_is_made_of_panel_and_machine_or_as_configured)
{
	char id[9] = "";
	char expected[64];
	FILE *file = fopen("/etc/machine-id", "r");

	start_all();
	if (file != NULL && fread(id, 1, 8, file) == 8)
		snprintf(expected, sizeof expected, "as cz2d-attic-%s ", id);
	else
		snprintf(expected, sizeof expected, "as cz2d-attic-");
	if (file != NULL)
		fclose(file);
	ck_assert_int_eq(broker_logged_lines(expected), 1);
	stop_mqtt();

	snprintf(config.mqtt.client_id, sizeof config.mqtt.client_id, "furnace");
	start_mqtt();
	/* Half of the keepalive, because that is when it is sent. */
	wait_until(broker_logged_lines("as furnace (p5, c1, k15") > 0);
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {
		the_status_is_published_before_we_say_that_we_are_online,
		who_comes_later_gets_the_retained_values,
		of_a_panel_that_never_answered_no_status_is_told,
		each_change_and_each_poll_is_told,
		what_piles_up_behind_a_broker_that_hangs_becomes_one_message,
		after_a_restart_of_the_broker_everything_is_told_again,
		a_message_that_arrives_is_answered,
		a_broker_that_starts_after_us_is_found,
		when_we_vanish_the_broker_says_offline,
		a_stop_says_offline_and_takes_leave,
		a_stop_right_behind_a_change_still_says_offline_last,
		a_stop_does_not_wait_for_a_broker_that_hangs,
		a_stop_while_connecting_to_a_broker_that_hangs_ends,
		a_stop_without_a_broker_ends,
		without_a_stop_it_can_be_freed_at_any_moment,
		another_one_can_be_started_as_soon_as_the_first_has_stopped,
		user_and_password_open_the_door,
		a_wrong_password_is_told_once,
		a_password_for_another_house_is_warned_about,
		our_name_is_made_of_panel_and_machine_or_as_configured,
		NULL,
	};

	if (find_program("mosquitto") == NULL || find_program("mosquitto_sub") == NULL ||
	    find_program("mosquitto_pub") == NULL)
		return SKIPPED;
	return run_fixed_suite("mqtt", tests, setup, teardown);
}
