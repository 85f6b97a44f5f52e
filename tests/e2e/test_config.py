# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""The configuration: every key has an effect that can be seen from outside, every mistake is
named, and the environment wins."""

import json
import os
import re
import signal
import socket
import subprocess

import pytest

from daemon import Literal, config_text
from mqtt import free_port, mosquitto_path
from panel import READ
from process import clean_environment, program
from rest import Rest
from waiting import until

ZONE = "/zones/2/temperature"
needs_broker = pytest.mark.skipif(not mosquitto_path(), reason="mosquitto is not installed")


def run(directory, settings, *arguments, text=None, **environment):
    """cz2d as a command that ends: exit status, standard output and error."""
    path = os.path.join(directory, "cz2d.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text if text is not None else config_text(settings))
    done = subprocess.run([program("cz2d"), "-c", path, *arguments], capture_output=True,
                          text=True, timeout=60, env=clean_environment(**environment))
    return done.returncode, done.stdout, done.stderr


def keys():
    done = subprocess.run([program("cz2d"), "--print-keys"], capture_output=True, text=True,
                          timeout=60, env=clean_environment(), check=True)
    return set(re.findall(r"^([a-z]+\.[a-z_]+)\b", done.stdout, re.MULTILINE))


def asked_of(house, row, since=0):
    return [one for one in house.sim.frames()[since:]
            if one.source == 99 and one.function == READ and one.row == row]


# --- what each key does ----------------------------------------------------------------------

def panel_id(new_house):
    house = new_house(settings={"panel.id": "attic-2"})
    assert "attic-2" in house.daemon.log()


def panel_connect(new_house):
    house = new_house(panel={"kind": "tcp"})
    assert house.rest.get("/health").json["link"]["kind"] == "tcp"
    house = new_house(panel={"kind": "pty"})
    assert house.rest.get("/health").json["link"]["kind"] == "pty"


def panel_zones(new_house):
    house = new_house(zones=5)
    assert len(house.status()["zones"]) == 5
    house = new_house(settings={"panel.zones": 2})  # the panel says three
    house.daemon.wait_log(r"(?i)zone.*3|3.*zone")
    assert len(house.status()["zones"]) == 2


def panel_zone_names(new_house):
    house = new_house(settings={"panel.zone_names": ["Cellar", "Küche", "Attic"]})
    assert [zone["name"] for zone in house.status()["zones"]] == ["Cellar", "Küche", "Attic"]
    house = new_house()
    assert [zone["name"] for zone in house.status()["zones"]] == ["Zone 1", "Zone 2", "Zone 3"]


def panel_bus_address(new_house):
    house = new_house(settings={"panel.bus_address": 42})
    house.command(ZONE, {"heat": 70, "hold": True})
    assert {one.source for one in house.sim.frames() if one.function == READ} - {1} == {42}


def panel_read_only(new_house):
    house = new_house(settings={"panel.read_only": True})
    house.command(ZONE, {"heat": 70}, status=403)


def panel_raw_writes(new_house):
    house = new_house(settings={"panel.raw_writes": True})
    row = house.sim.row(1, 31).hex()
    answer = house.rest.request("PUT", "/api/v1/rows/1/1/31", {"hex": row, "expected": row})
    assert answer.status == 200


def http_listen(new_house):
    house = new_house(settings={"http.listen": "127.0.0.2"}, known=False)
    assert Rest(port=house.daemon.port, host="127.0.0.2").get("/status").status == 200
    with pytest.raises(ConnectionRefusedError):
        house.rest.get("/status")
    house.calls[-1].abandoned = True


def http_allow_anonymous(new_house, tmp_path):
    status, _, error = run(tmp_path, {"http.listen": "0.0.0.0"}, "-t")
    assert status == 2 and "allow_anonymous = true" in error
    assert run(tmp_path, {"http.listen": "0.0.0.0", "http.allow_anonymous": True}, "-t")[0] == 0


def http_port(new_house):
    port = free_port()
    house = new_house(settings={"http.port": port})
    assert house.daemon.port == port
    other = house.add_daemon(name="other", wait=False)
    assert other.process.wait_end() == 1 and str(port) in other.log()


def http_socket(new_house):
    house = new_house()
    assert house.unix.get("/status").status == 200
    assert os.stat(house.daemon.socket).st_mode & 0o777 == 0o660
    house.daemon.stop()
    assert not os.path.exists(house.daemon.socket)
    house = new_house(settings={"http.socket": ""})
    assert house.rest.get("/status").status == 200
    assert not os.path.exists(house.daemon.socket)


def http_max_connections(new_house):
    house = new_house(settings={"http.max_connections": 4})
    held = [socket.create_connection(("127.0.0.1", house.daemon.port)) for _ in range(8)]
    assert house.unix.get("/status").status == 200  # strangers cannot starve the Unix socket
    for one in held:
        one.close()
    until(lambda: house.client(timeout=5).get("/status").status == 200, what="room again")


def http_max_per_address(new_house):
    house = new_house(settings={"http.max_per_address": 2})
    held = [house.client().connection() for _ in range(10)]  # this machine is exempt
    assert all(house.client().request("GET", "/status", connection=one).status == 200
               for one in held)
    for one in held:
        one.close()


def http_allowed_hosts(new_house):
    house = new_house(settings={"http.allowed_hosts": ["heat.example.org"]}, known=False)
    assert house.rest.get("/status", headers={"Host": "heat.example.org"}).status == 200
    house = new_house(known=False)
    assert house.rest.get("/status", headers={"Host": "heat.example.org"}).status == 421


def http_cors_origins(new_house):
    page = {"Origin": "https://page.example.org"}
    house = new_house(settings={"http.cors_origins": [page["Origin"]]}, known=False)
    assert house.rest.get("/status", headers=page).headers["Access-Control-Allow-Origin"]
    house = new_house(known=False)
    assert "Access-Control-Allow-Origin" not in house.rest.get("/status", headers=page).headers


def http_tokens(new_house, tmp_path):
    path = tmp_path / "tokens"
    path.write_text("phone read sha256:" + "0" * 64 + "\n")
    house = new_house(settings={"http.tokens": str(path)}, known=False)
    assert house.rest.get("/status").status == 401
    house = new_house(settings={"http.tokens": ""}, known=False)
    assert house.rest.get("/status").status == 200
    assert run(tmp_path, {"http.listen": "0.0.0.0", "http.tokens": str(path)}, "-t")[0] == 0
    assert run(tmp_path, {"http.listen": "0.0.0.0", "http.tokens": ""}, "-t")[0] == 2


def mqtt_client_id(new_house):
    house = new_house(mqtt=True, settings={"mqtt.client_id": "heating-of-7"})
    house.broker.process.wait_log(r"as heating-of-7")
    house = new_house(mqtt=True, settings={"panel.id": "seven"})
    house.broker.process.wait_log(r"as \S*seven")


def mqtt_keepalive_seconds(new_house):
    told = []
    for seconds in (20, 60):
        house = new_house(mqtt=True, settings={"mqtt.keepalive_seconds": seconds})
        told.append(int(house.broker.process.wait_log(r"as cz2d\S* \(.*\bk(\d+)\)")[1]))
        assert 0 < told[-1] <= seconds
    assert told[0] < told[1]


def mqtt_commands(new_house):
    house = new_house(mqtt=True, settings={"mqtt.commands": False})
    house.listener.wait("hvac/cz2/availability", lambda one: one.payload == "online")
    house.listener.publish("hvac/cz2/set/system/fan", "On")
    refused = until(lambda: [json.loads(one.payload) for one in house.listener.all()
                             if one.topic.startswith("hvac/cz2/result/")], what="the refusal")[0]
    assert refused["status"] == "refused", refused


def mqtt_discovery_prefix(new_house):
    house = new_house(mqtt=True, settings={"mqtt.discovery_prefix": "found/here"})
    house.listener.wait("found/here/device/cz2d_cz2/config", timeout=30)


def mqtt_device_name(new_house):
    house = new_house(mqtt=True, settings={"mqtt.device_name": "Furnace"})
    one = house.listener.wait("homeassistant/device/cz2d_cz2/config", timeout=30)
    assert json.loads(one.payload)["device"]["name"] == "Furnace"


def cache_stale_seconds(new_house):
    house = new_house(settings={"cache.stale_seconds": 10})
    assert house.rest.get("/status").json["meta"]["is_stale"] is False
    house.sim.silence(True)
    until(lambda: house.rest.get("/status").json["meta"]["is_stale"], 25, "the status to be stale")


def cache_refresh_interval(new_house):
    house = new_house(settings={"cache.refresh_interval": 5})
    house.sim.set_field("hold", 1, 2)
    house.shows(lambda status: status["zones"][1]["hold"], timeout=20)


def command_timeout_seconds(new_house):
    house = new_house(settings={"command.timeout_seconds": 5, "bus.reply_timeout_ms": 5000,
                                "bus.attempts": 10})
    house.sim.silence(True)
    answer = house.rest.post(ZONE, {"heat": 70, "hold": True})
    # The other bound is a rule of the history.
    assert answer.status == 504 and answer.seconds > 4, answer


def command_guard_ms(new_house):
    house = new_house(settings={"command.guard_ms": 60000})
    house.command(ZONE, {"heat": 70, "hold": True})
    before = len(house.sim.frames())
    house.command(ZONE, {"heat": 70, "hold": True})
    assert not asked_of(house, (1, 16), before) and not asked_of(house, (1, 12), before)
    house = new_house(settings={"command.guard_ms": 0})
    house.command(ZONE, {"heat": 70, "hold": True})
    before = len(house.sim.frames())
    house.command(ZONE, {"heat": 70, "hold": True})
    assert asked_of(house, (1, 16), before) and asked_of(house, (1, 12), before)


def bus_reply_timeout_ms(new_house):
    slow = {"turnaround": 400}
    house = new_house(settings={"bus.reply_timeout_ms": 1500}, panel=slow)
    house.command("/system/fan", {"fan": "On"})
    house = new_house(settings={"bus.reply_timeout_ms": 50}, panel=slow, known=False)
    assert house.rest.get("/status?force=true").status == 504


def bus_attempts(new_house):
    for attempts in (2, 5):
        house = new_house(settings={"bus.attempts": attempts})
        before = len(house.sim.frames())
        house.sim.silence(True)
        house.command(ZONE, {"hold": True}, status=504)
        assert len(asked_of(house, (1, 12), before)) == attempts


def bus_gap_ms(new_house):
    house = new_house(settings={"bus.gap_ms": 200})
    before = len(house.sim.frames())
    house.command(ZONE, {"hold": True})
    frames = house.sim.frames()[before:]
    pairs = [(one, other) for one, other in zip(frames, frames[1:]) if other.source == 99]
    assert pairs and all(other.time - one.time > 0.18 for one, other in pairs)


def storage_path(new_house, tmp_path):
    path = tmp_path / "kept.db"
    house = new_house(settings={"storage.path": str(path)})
    assert house.daemon.stop() == 0
    assert path.stat().st_size > 0
    status = new_house(settings={"storage.path": "/nowhere/at/all.db"})
    assert status.rest.get("/health").json["storage"]["ok"] is False


def log_level(new_house):
    house = new_house(settings={"log.level": "frames"})
    house.daemon.wait_log(r">> ")
    house = new_house(settings={"log.level": "info"})
    assert ">> " not in house.daemon.log()


EFFECTS = {name.replace("_", ".", 1): function for name, function in list(globals().items())
           if re.match(r"(panel|http|mqtt|cache|command|bus|storage|log)_[a-z]", name)
           and callable(function)}
ELSEWHERE = {  # keys whose effect other files show
    "mqtt.enabled", "mqtt.host", "mqtt.port", "mqtt.user", "mqtt.password", "mqtt.password_file",
    "mqtt.topic_prefix",  # test_mqtt.py
    "mqtt.version",  # test_mqtt_connection.py
    "mqtt.tls", "mqtt.tls_insecure", "mqtt.tls_ca", "mqtt.tls_cert", "mqtt.tls_key",  # test_mqtt_tls.py
    "ha.zone_mode", "ha.zone_off", "ha.setpoint_hold", "ha.away_holds",  # check_mqtt_judge.c
    "ha.discovery", "ha.zone_fan", "ha.temp_step", "ha.areas",  # check_ha_device.c
    "cache.enabled",  # test_status.py
    "http.tls_cert", "http.tls_key",  # test_tls.py
    "worker.enabled", "worker.queue_limit",  # test_ledger.py
    "storage.keep_commands_days",  # test_store.py
    "clock.sync",  # test_clock_keeper.py
}


@pytest.mark.parametrize("key", EFFECTS)
def test_the_key_has_an_effect(key, new_house, tmp_path):
    function = EFFECTS[key]
    wants = function.__code__.co_varnames[:function.__code__.co_argcount]
    function(*[{"new_house": new_house, "tmp_path": tmp_path}[name] for name in wants])


def test_every_key_has_such_a_test():
    assert keys() == set(EFFECTS) | ELSEWHERE


# --- mistakes --------------------------------------------------------------------------------

MISTAKES = [
    ("panel: {\n\tzonse = 3;\n};\n", ["2", "panel.zonse", "zones"]),
    ("panel: {\n\n\tzones = 9;\n};\n", ["3", "panel.zones", "9", "1", "8"]),
    ("panel: {\n\tzones = \"3\";\n};\n", ["2", "panel.zones"]),
    ("panel: { zones = 4294967299; };\n", ["panel.zones", "4294967299"]),
    ("http: {\n\tport = 99999999999999999999999;\n};\n", ["2", "http.port",
                                                          "99999999999999999999999"]),
    ("http: {\n\tport = 4294967296;\n};\n", ["2", "http.port", "4294967296", "65535"]),
    ("panel: { bus_address = 15; };\n", ["panel.bus_address", "15", "255"]),
    ("panel: { zones = 2; zone_names = [\"A\"]; };\n", ["panel.zone_names", "2"]),
    ("panel: { id = \"Attic Panel\"; };\n", ["panel.id", "Attic Panel"]),
    ("panel: { connect = \"ttyUSB0\"; };\n", ["panel.connect", "ttyUSB0", "HOST:PORT"]),
    ("panel: { read_only = 1; };\n", ["panel.read_only"]),
    ("cache: { refresh_interval = 4; };\n", ["cache.refresh_interval", "4", "5"]),
    ("cache: { stale_seconds = 9; };\n", ["cache.stale_seconds", "9", "10"]),
    ("command: { timeout_seconds = 4; };\n", ["command.timeout_seconds", "5", "300"]),
    ("command: { guard_ms = 60001; };\n", ["command.guard_ms", "60000"]),
    ("log: { level = \"loud\"; };\n", ["log.level", "loud", "debug"]),
    ("storage: { path = \"db\"; };\n", ["storage.path", "db"]),
    ("http: { allowed_hosts = [\"a b\"]; };\n", ["http.allowed_hosts", "a b"]),
    ("http: { allowed_hosts = [\"http://a\"]; };\n", ["http.allowed_hosts", "http://a"]),
    ("http: { cors_origins = [\"*\"]; };\n", ["http.cors_origins", "*", "https://"]),
    ("http: { cors_origins = [\"https://A\"]; };\n", ["http.cors_origins", "small"]),
    ("http: { cors_origins = [\"https://a/\"]; };\n", ["http.cors_origins", "https://a/"]),
    ("http: { listen = \"0.0.0.0\"; };\n", ["http.listen", "allow_anonymous = true"]),
    ("heating: { zones = 3; };\n", ["heating"]),
    ("zones = 3;\n", ["zones"]),
    ("panel: {\n\tzones = 3\n\tid = ;\n};\n", ["3"]),
    ("events: { enabled = true; };\n", ["events"]),
    ("worker: { queue_limit = 1025; };\n", ["worker.queue_limit", "1025", "1024"]),
    ("cache: { enabled = false; };\nworker: { enabled = true; };\n", ["worker.enabled"]),
]


@pytest.mark.parametrize("text, words", MISTAKES, ids=[one[0].strip()[:40] for one in MISTAKES])
def test_a_mistake_is_named_with_file_line_key_value_and_range(tmp_path, text, words):
    status, _, error = run(tmp_path, None, "-t", text=text)
    assert status == 2, error
    assert str(tmp_path / "cz2d.conf") in error
    assert all(word in error for word in words), error


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    done = subprocess.run([program("cz2d"), "-c", str(tmp_path / "none.conf"), "-t"], timeout=60,
                          capture_output=True, text=True, env=clean_environment(), check=False)
    assert done.returncode == 2 and "none.conf" in done.stderr


def test_bad_usage_is_an_error_with_help(tmp_path):
    for arguments in (["--nonsense"], ["extra"]):
        status, _, error = run(tmp_path, {}, *arguments)
        assert status == 2 and "sage" in error


def test_version_and_help(tmp_path):
    assert re.match(r"cz2d \d+\.\d+", run(tmp_path, {}, "--version")[1])
    assert "--print-config" in run(tmp_path, {}, "--help")[1]


# --- the environment -------------------------------------------------------------------------

ENVIRONMENT = [
    ("CZ_PANEL_ID", "west", "panel.id", '"west"'),
    ("CZ_CONNECT", "bridge:8899", "panel.connect", '"bridge:8899"'),
    ("CZ_ZONES", "4", "panel.zones", "4"), ("CZ_ID", "50", "panel.bus_address", "50"),
    ("CZ_READ_ONLY", "yes", "panel.read_only", "true"),
    ("API_HOST", "127.0.0.3", "http.listen", '"127.0.0.3"'),
    ("API_ALLOW_ANONYMOUS", "on", "http.allow_anonymous", "true"),
    ("API_PORT", "8123", "http.port", "8123"),
    ("ALLOWED_HOSTS", "a.example, b:80", "http.allowed_hosts", '("a.example", "b:80")'),
    ("CORS_ORIGINS", "https://a.example", "http.cors_origins", '("https://a.example")'),
    ("CZ_SOCKET", "/run/x.sock", "http.socket", '"/run/x.sock"'),
    ("MQTT_ENABLED", "1", "mqtt.enabled", "true"),
    ("MQTT_HOST", "broker.lan", "mqtt.host", '"broker.lan"'),
    ("MQTT_PORT", "1999", "mqtt.port", "1999"), ("MQTT_USER", "me", "mqtt.user", '"me"'),
    ("MQTT_TOPIC_PREFIX", "a/b", "mqtt.topic_prefix", '"a/b"'),
    ("MQTT_DISCOVERY_PREFIX", "ha", "mqtt.discovery_prefix", '"ha"'),
    ("ENABLE_CACHE", "False", "cache.enabled", "false"),
    ("CACHE_STALE_SECONDS", "77", "cache.stale_seconds", "77"),
    ("CACHE_REFRESH_INTERVAL", "33", "cache.refresh_interval", "33"),
    ("COMMAND_TIMEOUT_SECONDS", "44", "command.timeout_seconds", "44"),
    ("CZ_DB_PATH", "/var/x.db", "storage.path", '"/var/x.db"'),
    ("LOG_LEVEL", "debug", "log.level", '"debug"'),
]


def printed(directory, **environment):
    """What --print-config says, by key."""
    status, out, error = run(directory, {}, "--print-config", **environment)
    assert status == 0, error
    found, group = {}, None
    for line in out.splitlines():
        if match := re.match(r"(\w+): \{", line):
            group = match[1]
        elif match := re.match(r"\s+(\w+) = (.*);", line):
            found[f"{group}.{match[1]}"] = match[2]
    return found


@pytest.mark.parametrize("name, value, key, shown", ENVIRONMENT,
                         ids=[one[0] for one in ENVIRONMENT])
def test_a_variable_overrides_its_key(tmp_path, name, value, key, shown):
    assert printed(tmp_path, **{name: value})[key] == shown
    standard = printed(tmp_path)
    assert standard[key] != shown and printed(tmp_path, **{name: ""}) == standard


def test_zone_names_come_comma_separated(tmp_path):
    out = run(tmp_path, {}, "--print-config", CZ_ZONES="2", CZ_ZONE_NAMES="Up, Down")[1]
    assert '"Up"' in out and '"Down"' in out


@pytest.mark.parametrize("name, value", [("CZ_ZONES", "many"), ("CZ_READ_ONLY", "perhaps"),
                                         ("API_PORT", "-1"), ("LOG_LEVEL", "loud"),
                                         ("CZ_ZONES", "9")])
def test_a_bad_variable_is_named(tmp_path, name, value):
    status, _, error = run(tmp_path, {}, "-t", **{name: value})
    assert status == 2 and name in error and value in error, error


def test_unknown_variables_are_not_ours(tmp_path):
    assert run(tmp_path, {}, "-t", CZ_NONSENSE="1", API_X="2", MQTT_DISCOVERY="x")[0] == 0


def test_secrets_are_not_printed(tmp_path):
    out = run(tmp_path, {"mqtt.password": "hunter2"}, "--print-config")[1]
    assert "password" in out and "hunter2" not in out


def test_what_is_printed_can_be_read_again(tmp_path):
    settings = {"panel.zones": 2, "panel.zone_names": ["A \"quoted\"", "Ü\\"], "http.port": 0}
    first = run(tmp_path, settings, "--print-config")[1]
    assert run(tmp_path, None, "--print-config", text=first)[1] == first


def test_a_long_suffix_is_no_way_round_the_range(tmp_path):
    assert run(tmp_path, {"http.port": Literal("8000L")}, "-t")[0] in (0, 2)
    assert run(tmp_path, {"http.port": Literal("4294975296L")}, "-t")[0] == 2


# --- reading it again ------------------------------------------------------------------------

def test_hup_reloads_what_it_can_and_names_the_rest(house):
    house.daemon.write_config(panel__zone_names=["A", "B", "C"], log__level="debug",
                              panel__bus_address=55)
    house.daemon.process.send(signal.SIGHUP)
    house.shows(lambda status: [zone["name"] for zone in status["zones"]] == ["A", "B", "C"])
    house.daemon.wait_log(r"restart.*panel\.bus_address|panel\.bus_address.*restart")
    house.daemon.write_config(panel__bus_address=99)
    house.command("/zones/1/hold", {"hold": True})
    assert house.written()  # from the old address


@needs_broker
def test_hup_tells_mqtt_the_new_names_at_once(new_house):
    """Not with the next poll, which is an hour away."""
    house = new_house(mqtt=True, settings={"cache.refresh_interval": 3600})
    house.listener.wait("hvac/cz2/availability", lambda one: one.payload == "online")
    house.daemon.write_config(panel__zone_names=["A", "B", "C"])
    house.daemon.process.send(signal.SIGHUP)
    house.listener.wait("hvac/cz2/status", lambda one: '"name":"B"' in one.payload)
    assert len(house.listener.all("hvac/cz2/availability")) == 1  # over the same connection


def test_hup_with_a_mistake_changes_nothing(house):
    house.daemon.write_config(panel__zones=99)
    house.daemon.process.send(signal.SIGHUP)
    house.daemon.wait_log(r"panel\.zones")
    assert len(house.status()["zones"]) == 3
    house.command("/zones/1/hold", {"hold": True})


@needs_broker
def test_hup_switches_mqtt_on_and_off(new_house):
    house = new_house(mqtt=True, settings={"log.level": "debug"})
    house.listener.wait("hvac/cz2/availability", lambda one: one.payload == "online")
    house.daemon.write_config(mqtt__enabled=False)
    house.daemon.process.send(signal.SIGHUP)
    house.listener.wait("hvac/cz2/availability", lambda one: one.payload == "offline")
    house.daemon.write_config(mqtt__enabled=True, mqtt__topic_prefix="other")
    house.daemon.process.send(signal.SIGHUP)
    house.listener.wait("other/availability", lambda one: one.payload == "online")
