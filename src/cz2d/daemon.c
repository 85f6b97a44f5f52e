/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Births and deaths, signals, the service manager and the timers of house-keeping.
 */
#include "build.h"

#include "cz2d/daemon.h"

#include <jansson.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

#include "base/address.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "cz2d/api/access.h"
#include "cz2d/api/api.h"
#include "cz2d/bus/bus.h"
#include "cz2d/clock/clock_keeper.h"
#include "cz2d/config/config.h"
#include "cz2d/devices/devices.h"
#include "cz2d/engine/engine.h"
#include "cz2d/http/http.h"
#include "cz2d/http/http_setup.h"
#include "cz2d/ledger/ledger.h"
#include "cz2d/ledger/witness.h"
#include "cz2d/model/model.h"
#include "cz2d/mqtt/mqtt.h"
#include "cz2d/pump.h"
#include "cz2d/service.h"
#include "cz2d/store/claim.h"
#include "cz2d/store/retention.h"
#include "cz2d/store/store.h"
#include "link/link.h"

enum {
	DESCRIPTORS = 8192,       /* as many clients as may be configured, and all else */
	DESCRIPTORS_KEPT = HTTP_LOCAL_MAX + 64, /* for all that is no client on TCP */
	SAVE_MS = 15 * 60 * 1000, /* between saves of the rows: a restart shows them */
	STOP_LOOK_MS = 20,
	TRIM_MS = 10 * 1000,
	WHY_MAX = 512,
};

struct daemon {
	struct config config;
	char *path;
	int verbosity;
	int64_t started; /* monotonic ms */

	uv_loop_t loop;
	bool loop_ready;
	uv_signal_t terminate, interrupt, hang_up;
	uv_timer_t save, alive, trim, stop;

	struct claim *claim; /* of the database */
	struct store *store;
	struct retention *retention;
	struct devices *devices;
	struct model *model;
	struct link *link;
	struct bus *bus;
	struct engine *engine;
	struct ledger *ledger;
	struct witness *witness;
	struct clock_keeper *clock_keeper;
	struct pump *pump;
	struct access *access;
	struct api *api;
	struct http *http;
	struct http_setup setup; /* of http */
	struct mqtt *mqtt;
	bool stopping;
	bool mqtt_stopping;
};

/* ------------------------------------------------------------------------
 * What the bus hears
 */

static void
on_overheard(void *self, enum cz2_row row, const uint8_t *payload, size_t length, int64_t asked,
	     int64_t now)
{
	engine_overheard(((struct daemon *)self)->engine, row, payload, length, asked, now);
}

static void
on_disturbed(void *self, enum cz2_row row, int64_t now)
{
	struct daemon *daemon = self;

	engine_disturbed(daemon->engine, row, now);
	witness_disturbed(daemon->witness, row, now);
}

static void
on_strayed(void *self, const struct cz2_frame *reply, int64_t now)
{
	engine_strayed(((struct daemon *)self)->engine, reply, now);
}

static void
on_link_changed(void *self, bool open, int64_t now)
{
	struct daemon *daemon = self;

	engine_link_changed(daemon->engine, open, now);
	witness_link_changed(daemon->witness, now);
}

/* ------------------------------------------------------------------------
 * What the model tells
 */

static void
on_model_changed(void *self, unsigned events, const bool *changed)
{
	struct daemon *daemon = self;
	bool connected = model_connected(daemon->model);

	(void)changed;
	if ((events & MODEL_LINK) == 0)
		return;
	if (connected)
		log_info("panel", "the panel answers");
	else
		log_warning("panel", "the panel does not answer");
	service_status(connected ? "The panel answers." : "The panel does not answer.");
}

/* ------------------------------------------------------------------------
 * House-keeping
 */

static void
on_save(uv_timer_t *timer)
{
	struct daemon *daemon = timer->data;

	if (daemon->stopping)
		return;
	witness_record(daemon->witness);
	store_save_aside(daemon->store, model_images(daemon->model), clock_now(), clock_wall_us());
	devices_save(daemon->devices);
}

/* The timer proves that the loop turns; the bus has to prove that it moves. */
static void
on_alive(uv_timer_t *timer)
{
	struct daemon *daemon = timer->data;

	if (bus_healthy(daemon->bus, clock_now()))
		service_alive();
}

/* A long answer is freed in pieces among blocks that stay: by itself glibc gives back nothing but
 * the end of the heap. */
static void
on_trim(uv_timer_t *timer)
{
	(void)timer;
	malloc_trim(0);
}

static void
set_log_level(const struct daemon *daemon)
{
	int level = daemon->config.log.level + daemon->verbosity;

	log_set_level(level < LOG_LEVEL_COUNT ? (enum log_level)level : LOG_LEVEL_FRAMES);
}

static void
start_mqtt(struct daemon *daemon)
{
	const struct mqtt_rooms rooms = {
		.config = &daemon->config,
		.devices = daemon->devices,
		.model = daemon->model,
		.bus = daemon->bus,
		.link = daemon->link,
		.engine = daemon->engine,
		.ledger = daemon->ledger,
		.store = daemon->store,
		.witness = daemon->witness,
		.loop = &daemon->loop,
		.started = daemon->started,
	};

	if (daemon->config.mqtt.enabled)
		daemon->mqtt = mqtt_new(&rooms);
}

static void
on_mqtt_replaced(void *self)
{
	struct daemon *daemon = self;

	daemon->mqtt_stopping = false;
	daemon->mqtt = mqtt_free(daemon->mqtt);
	if (!daemon->stopping)
		start_mqtt(daemon);
}

static void
restart_mqtt(struct daemon *daemon)
{
	if (daemon->mqtt_stopping)
		return; /* it will start with the newest settings */
	if (daemon->mqtt == NULL) {
		start_mqtt(daemon);
		return;
	}
	daemon->mqtt_stopping = true;
	mqtt_stop(daemon->mqtt, MQTT_LEAVE_WHOLE, on_mqtt_replaced, daemon);
}

/* The status may say other names, or other zones. */
static void
on_devices_changed(void *self)
{
	struct daemon *daemon = self;

	api_reloaded(daemon->api);
	if (daemon->mqtt != NULL)
		mqtt_renamed(daemon->mqtt);
}

static void
reload(struct daemon *daemon)
{
	struct config *fresh = mem_new(1, sizeof *fresh);
	struct config before = daemon->config;
	char why[CONFIG_WHY_MAX];

	service_reloading();
	if (config_load(fresh, config_path(daemon->path), why) != 0) {
		log_error("config", "%s", why);
		log_error("config", "the configuration in force stays");
		goto out;
	}
	config_reload(&daemon->config, fresh, why);
	if (why[0] != '\0')
		log_warning("config", "changed, but only a restart makes it count: %s", why);
	set_log_level(daemon);
	access_reload(daemon->access);
	if (memcmp(&before.mqtt, &daemon->config.mqtt, sizeof before.mqtt) != 0)
		restart_mqtt(daemon);
	on_devices_changed(daemon);
	log_info("config", "configuration read again");
out:
	free(fresh);
	service_ready();
}

static void
on_hang_up(uv_signal_t *signal, int number)
{
	(void)number;
	reload(signal->data);
}

/* ------------------------------------------------------------------------
 * Stopping: no new requests, finish what is on the bus, answer who waits,
 * say goodbye to the broker, keep what is known.
 */

static void
on_mqtt_ended(void *self)
{
	struct daemon *daemon = self;

	daemon->mqtt_stopping = false;
	uv_stop(&daemon->loop);
}

/* The bus, the disk, and whoever has still to be told that we stop. */
static bool
is_at_rest(const struct daemon *daemon)
{
	return engine_idle(daemon->engine) && !store_busy(daemon->store) &&
	       ledger_wake(daemon->ledger, clock_now()) == INT64_MAX;
}

static void
on_stop_look(uv_timer_t *timer)
{
	struct daemon *daemon = timer->data;

	/* Not before: what one hand has changed lies in several rows. */
	if (engine_idle(daemon->engine))
		witness_record(daemon->witness);
	if (daemon->mqtt_stopping || !is_at_rest(daemon))
		return;
	uv_timer_stop(timer);
	if (daemon->mqtt == NULL) {
		uv_stop(&daemon->loop);
		return;
	}
	daemon->mqtt_stopping = true;
	mqtt_stop(daemon->mqtt, MQTT_LEAVE_SOON, on_mqtt_ended, daemon);
}

static void
on_stop_signal(uv_signal_t *signal, int number)
{
	struct daemon *daemon = signal->data;

	if (daemon->stopping)
		return;
	daemon->stopping = true;
	log_info("daemon", "stopping on %s", number == SIGINT ? "SIGINT" : "SIGTERM");
	service_stopping();
	if (daemon->mqtt_stopping)
		mqtt_stop(daemon->mqtt, MQTT_LEAVE_SOON, on_mqtt_replaced, daemon);
	http_stop(daemon->http);
	retention_stop(daemon->retention);
	witness_stop(daemon->witness);
	ledger_stop(daemon->ledger);
	engine_stop(daemon->engine, clock_now());
	uv_timer_start(&daemon->stop, on_stop_look, 0, STOP_LOOK_MS);
}

/* ------------------------------------------------------------------------
 * Birth
 */

/* A random device picks its own pauses: two that collided must not do so again. */
static uint32_t
seed(void)
{
	return (uint32_t)clock_wall_us() ^ (uint32_t)getpid() << 16;
}

static void
restore(struct daemon *daemon)
{
	struct cz2_image *images = mem_new(CZ2_ROW_COUNT, sizeof *images);

	store_load_rows(daemon->store, images, clock_now(), clock_wall_us());
	for (int row = 0; row < CZ2_ROW_COUNT; row++)
		if (images[row].length != 0)
			model_apply(daemon->model, (enum cz2_row)row, &images[row]);
	free(images);
}

static void
keep_record(void *self, const struct record *record, ledger_kept kept, void *entry)
{
	store_keep(self, record, kept, entry);
}

static void
take_up(void *self, const struct record *record)
{
	ledger_take_up(self, record, clock_now());
}

static void
recall(void *self, const struct record *record)
{
	witness_recall(self, record);
}

static void
make_core(struct daemon *daemon)
{
	const struct config *config = &daemon->config;
	struct bus_config bus = {.address = (uint8_t)config->panel.bus_address,
				 .reply_timeout_ms = config->bus.reply_timeout_ms,
				 .gap_ms = config->bus.gap_ms};
	struct engine_config engine = {
		.zones = config->panel.zones,
		.read_only = config->panel.read_only,
		.raw_writes = config->panel.raw_writes,
		.refresh_ms = config->cache.refresh_interval * INT64_C(1000),
		.timeout_ms = config->command.timeout_seconds * INT64_C(1000),
		.guard_ms = config->command.guard_ms,
		.gap_ms = config->bus.gap_ms,
		.attempts = config->bus.attempts,
	};
	struct ledger_config ledger = {
		.panel_id = config->panel.id,
		.timeout_ms = config->command.timeout_seconds * INT64_C(1000),
		.queue_limit = config->worker.queue_limit,
	};
	struct ledger_disk disk = {.keep = keep_record};
	struct bus_observer heard = {
		.others = {.self = daemon,
			   .overheard = on_overheard,
			   .disturbed = on_disturbed},
		.self = daemon,
		.strayed = on_strayed,
		.link_changed = on_link_changed,
	};
	struct model_observer changes = {.self = daemon, .changed = on_model_changed};
	struct devices_observer named = {.self = daemon, .changed = on_devices_changed};

	disk.self = daemon->store = store_new(config->storage.path);
	store_join(daemon->store, &daemon->loop);
	daemon->retention = retention_new(&daemon->loop, daemon->store,
					  config->storage.keep_commands_days);
	daemon->devices = devices_new(config, daemon->store);
	devices_observe(daemon->devices, &named);
	daemon->model = model_new(config->panel.zones, config->cache.stale_seconds * INT64_C(1000));
	model_observe(daemon->model, &changes);
	restore(daemon);
	daemon->link = link_new(config->panel.connect);
	daemon->bus = bus_new(&bus, daemon->link, &heard, seed());
	daemon->engine = engine_new(&engine, daemon->bus, daemon->model);
	daemon->ledger = ledger_new(&ledger, &disk, daemon->engine, daemon->model);
	store_load_open(daemon->store, take_up, daemon->ledger);
	daemon->witness = witness_new(daemon->engine, daemon->ledger, daemon->model);
	store_load_since(daemon->store, witness_since(daemon->witness), recall, daemon->witness);
	daemon->clock_keeper = clock_keeper_new(config, daemon->model, daemon->engine,
						daemon->ledger);
	devices_save(daemon->devices); /* from here on the disk is at work beside the loop */
	daemon->pump = pump_new(&daemon->loop, daemon->link, daemon->bus, daemon->engine,
				daemon->ledger, daemon->model);
}

/* Clients who took the last descriptor would take it from the Unix socket, the bus, the database. */
static int
affordable(int connections)
{
	struct rlimit limit;
	int granted = 1;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
	    limit.rlim_cur >= (rlim_t)connections + DESCRIPTORS_KEPT)
		return connections;
	if (limit.rlim_cur > DESCRIPTORS_KEPT)
		granted = (int)limit.rlim_cur - DESCRIPTORS_KEPT;
	log_warning("http", "http.max_connections is %d, but %d descriptors are all that the system "
		    "grants: it counts as %d", connections, (int)limit.rlim_cur, granted);
	return granted;
}

static bool
make_doors(struct daemon *daemon)
{
	const struct config *config = &daemon->config;
	const struct access_config access = {.tokens = config->http.tokens,
					     .allow_anonymous = config->http.allow_anonymous};
	struct api_parts parts = {.config = config,
				  .devices = daemon->devices,
				  .link = daemon->link,
				  .bus = daemon->bus,
				  .model = daemon->model,
				  .engine = daemon->engine,
				  .ledger = daemon->ledger,
				  .store = daemon->store,
				  .mqtt = &daemon->mqtt};
	struct http_handler handler;
	char why[WHY_MAX], where[WHY_MAX];

	daemon->access = parts.access = access_new(&access);
	daemon->api = api_new(&parts);
	handler = api_handler(daemon->api);
	if (http_setup_begin(&daemon->setup, config, affordable(config->http.max_connections), why,
			     sizeof why))
		daemon->http = http_new(&daemon->setup.http, &handler, &daemon->loop, why, sizeof why);
	if (daemon->http == NULL) {
		log_error("http", "%s", why);
		return false;
	}
	log_info("http", "listening on %s://%s", daemon->setup.http.tls != NULL ? "https" : "http",
		 address_text(config->http.listen, http_port(daemon->http), where, sizeof where));
	if (config->http.socket[0] != '\0')
		log_info("http", "listening on %s", config->http.socket);
	start_mqtt(daemon);
	return true;
}

static int
catch(struct daemon *daemon, uv_signal_t *signal, uv_signal_cb callback, int number)
{
	int error = uv_signal_init(&daemon->loop, signal);

	if (error != 0)
		return error;
	signal->data = daemon;
	return uv_signal_start(signal, callback, number);
}

static void
set_timer(struct daemon *daemon, uv_timer_t *timer, uv_timer_cb callback, int64_t every_ms)
{
	uv_timer_init(&daemon->loop, timer);
	timer->data = daemon;
	if (every_ms > 0)
		uv_timer_start(timer, callback, (uint64_t)every_ms, (uint64_t)every_ms);
}

/* Left to itself jansson leaves out of a document what it has no memory for. */
static void *
json_memory(size_t size)
{
	return mem_new(1, size);
}

/* What cannot be told to end is not begun. */
static int
make_loop(struct daemon *daemon)
{
	int error = uv_loop_init(&daemon->loop);

	if (error != 0)
		return error;
	daemon->loop_ready = true;
	set_timer(daemon, &daemon->save, on_save, SAVE_MS);
	set_timer(daemon, &daemon->alive, on_alive, service_watchdog_interval_ms());
	set_timer(daemon, &daemon->trim, on_trim, TRIM_MS);
	set_timer(daemon, &daemon->stop, on_stop_look, 0);
	if ((error = catch(daemon, &daemon->terminate, on_stop_signal, SIGTERM)) != 0 ||
	    (error = catch(daemon, &daemon->interrupt, on_stop_signal, SIGINT)) != 0)
		return error;
	return catch(daemon, &daemon->hang_up, on_hang_up, SIGHUP);
}

/* The usual soft limit is made for select(): four thousand clients need more. */
static void
raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	if (limit.rlim_cur >= DESCRIPTORS)
		return;
	limit.rlim_cur = limit.rlim_max < DESCRIPTORS ? limit.rlim_max : DESCRIPTORS;
	setrlimit(RLIMIT_NOFILE, &limit);
}

struct daemon *
daemon_new(const struct config *config, const char *path, int verbosity)
{
	struct daemon *daemon = mem_new(1, sizeof *daemon);
	int error;

	daemon->config = *config;
	daemon->path = mem_text(path);
	daemon->verbosity = verbosity;
	daemon->started = clock_now();
	set_log_level(daemon);
	log_info("daemon", "cz2d " PACKAGE_VERSION " for panel %s at %s%s", config->panel.id,
		 config->panel.connect, config->panel.read_only ? ", read-only" : "");

	json_set_alloc_funcs(json_memory, free);
	signal(SIGPIPE, SIG_IGN);
	/* Threads that hardly ever work need no memory in reserve each. */
	mallopt(M_ARENA_MAX, 1);
	raise_descriptors();
	error = make_loop(daemon);
	if (error != 0) {
		log_error("daemon", "the event loop cannot start: %s", uv_strerror(error));
		return daemon_free(daemon);
	}
	daemon->claim = claim_new(config->storage.path);
	if (daemon->claim == NULL)
		return daemon_free(daemon);
	make_core(daemon);
	if (!make_doors(daemon))
		return daemon_free(daemon);
	return daemon;
}

void
daemon_run(struct daemon *daemon)
{
	service_ready();
	uv_run(&daemon->loop, UV_RUN_DEFAULT);
	/* Whoever asked in the last moment may have set the disk to work once more. */
	while (store_busy(daemon->store))
		uv_run(&daemon->loop, UV_RUN_ONCE);
	store_save_rows(daemon->store, model_images(daemon->model), clock_now(), clock_wall_us());
	witness_sum_up(daemon->witness);
	log_info("daemon", "stopped");
}

/* ------------------------------------------------------------------------
 * Death, in the mirror order
 */

static void
close_handles(struct daemon *daemon)
{
	uv_handle_t *handles[] = {
		(uv_handle_t *)&daemon->terminate, (uv_handle_t *)&daemon->interrupt,
		(uv_handle_t *)&daemon->hang_up,   (uv_handle_t *)&daemon->save,
		(uv_handle_t *)&daemon->alive,     (uv_handle_t *)&daemon->trim,
		(uv_handle_t *)&daemon->stop,
	};

	for (size_t i = 0; i < sizeof handles / sizeof handles[0]; i++)
		if (uv_handle_get_type(handles[i]) != UV_UNKNOWN_HANDLE)
			uv_close(handles[i], NULL);
	uv_run(&daemon->loop, UV_RUN_DEFAULT);
	uv_loop_close(&daemon->loop);
}

struct daemon *
daemon_free(struct daemon *daemon)
{
	if (daemon == NULL)
		return NULL;
	daemon->mqtt = mqtt_free(daemon->mqtt);
	daemon->http = http_free(daemon->http);
	http_setup_end(&daemon->setup);
	daemon->api = api_free(daemon->api);
	daemon->access = access_free(daemon->access);
	pump_stop(daemon->pump);
	retention_stop(daemon->retention);
	if (daemon->loop_ready)
		close_handles(daemon);
	daemon->pump = pump_free(daemon->pump);
	daemon->clock_keeper = clock_keeper_free(daemon->clock_keeper);
	daemon->witness = witness_free(daemon->witness);
	daemon->ledger = ledger_free(daemon->ledger);
	daemon->engine = engine_free(daemon->engine);
	daemon->bus = bus_free(daemon->bus);
	daemon->link = link_free(daemon->link);
	daemon->model = model_free(daemon->model);
	daemon->retention = retention_free(daemon->retention);
	daemon->devices = devices_free(daemon->devices);
	daemon->store = store_free(daemon->store);
	daemon->claim = claim_free(daemon->claim);
	free(daemon->path);
	free(daemon);
	return NULL;
}
