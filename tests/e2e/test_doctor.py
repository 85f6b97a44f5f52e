# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""cz2ctl doctor: each thing that can be wrong is found, named, and comes with what to do."""

import json
import os
import re
import shutil
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from access import add_token
from process import clean_environment, program
from simulator import Simulator
from test_ctl import (DONE, REFUSED, ROOT, USAGE, Done, Terminal, at, ctl, http,  # noqa: F401
                      new_server)
from test_monitor import BROKEN, DATA, NOISE, burst
from waiting import until

OK, WARNING, FAILED = "ok", "warning", "failed"


def swapped():
    """What a receiver with exchanged wires made of a real bus."""
    with open(os.path.join(DATA, "frames.tsv"), encoding="utf-8") as file:
        return next(line.split("\t")[1] for line in file if line.startswith("noise"))


class Diagnosis:
    def __init__(self, done):
        self.done = done
        self.checks = {one["check"]: one for one in done.json["checks"]}
        worst = done.json["verdict"]
        assert done.code == (REFUSED if worst == FAILED else DONE), done
        assert worst in {one["verdict"] for one in self.checks.values()}
        for one in self.checks.values():
            assert (one["advice"] is None) == (one["verdict"] == OK), one

    def verdict(self, check):
        return self.checks[check]["verdict"] if check in self.checks else None

    def seen(self, check):
        return self.checks[check]["seen"]

    def bad(self):
        return {name for name, one in self.checks.items() if one["verdict"] != OK}


def examined(house):
    return Diagnosis(at(house, "doctor", "--json"))


def listened(link, seconds=2):
    return Diagnosis(ctl("doctor", "--direct", link, "--seconds", str(seconds), "--json"))


def finds(house, check, verdict=FAILED):
    return until(lambda: (lambda one: one if one.verdict(check) == verdict else None)
                 (examined(house)), 40, f"{check} to be {verdict}", pause=0.2)


@pytest.fixture
def simulator(tmp_path):
    started = []

    def start(**more):
        started.append(Simulator(str(tmp_path), name=f"cz2sim{len(started)}", **more))
        return started[-1]
    yield start
    for one in started:
        one.stop()


# --- with the daemon --------------------------------------------------------------------------

def test_a_house_in_which_all_is_well_has_nothing_to_complain_of(house):
    now = time.localtime()
    house.sim.control("clock", day=(now.tm_wday + 1) % 7, hour=now.tm_hour, minute=now.tm_min,
                      second=now.tm_sec)
    house.sim.set_byte(1, 2, 4, 3)
    burst(house.sim)
    house.rest.post("/cache/clear")
    diagnosis = until(lambda: (lambda one: one if one.verdict("rhythm") == OK else None)
                      (examined(house)), what="the rhythm to be known", pause=0.2)
    assert diagnosis.bad() == set(), diagnosis.done
    assert set(diagnosis.checks) >= {
        "daemon", "version", "config", "storage", "mqtt", "adapter", "wires", "traffic", "rhythm",
        "address", "checksums", "answers", "panel", "zones", "zone count"}
    assert house.sim.link in diagnosis.seen("adapter")
    text = at(house, "doctor")
    assert text.code == DONE and text.out.count("\n") >= len(diagnosis.checks)
    assert all(line.startswith(("ok       ", " ")) for line in text.out.splitlines())


def test_what_goes_wrong_in_a_house_is_found(new_house):
    """One after the other, in the order in which a house can take them."""
    house = new_house(settings={"command.guard_ms": 0, "bus.reply_timeout_ms": 100,
                                "cache.refresh_interval": 5})
    sim = house.sim
    assert finds(house, "rhythm", WARNING).verdict("panel") == OK
    sim.set_bytes(9, 1, 5, b"\xff\xff")
    sim.set_byte(1, 24, 4, 0)
    sim.set_byte(1, 2, 4, 5)
    house.rest.post("/cache/clear")
    found = finds(house, "zones", WARNING)
    assert found.seen("zones").endswith("of zone 2")
    assert "5 zones" in finds(house, "zone count", WARNING).seen("zone count")
    for _ in range(30):
        sim.control("say", hex=BROKEN.hex())
    assert finds(house, "checksums", FAILED).verdict("panel") == OK
    sim.fault("twin")
    house.rest.get("/status/live")
    assert "nothing is written" in finds(house, "address").seen("address")
    sim.silence(True)
    sim.control("say", hex=swapped())
    for _ in range(3):
        assert house.rest.get("/status/live").status == 504
    assert finds(house, "wires").verdict("adapter") == OK
    assert finds(house, "panel").verdict("daemon") == OK


def test_a_panel_that_is_only_overheard_is_no_matter_of_sensors(new_house):
    house = new_house(known=False, settings={"bus.reply_timeout_ms": 100},
                      panel={"burst": True, "options": ["--lose-request-rate", "1"]})
    finds(house, "rhythm", OK)
    found = finds(house, "answers")
    assert found.verdict("panel") == FAILED and found.verdict("zones") is None


@pytest.mark.parametrize("connect, check, words", [
    ("/dev/nonexistent", "adapter", "no such device"),
    ("127.0.0.1:1", "adapter", "connection refused"),
    ("/dev/null", "adapter", "it is no serial port")])
def test_a_link_that_the_daemon_cannot_open_is_named(new_house, connect, check, words):
    house = new_house(start=False)
    house.daemon = house.add_daemon(connect=connect)
    found = finds(house, check)
    assert words in found.seen(check) and found.verdict("panel") == FAILED


def test_what_was_known_before_the_link_was_lost_is_not_called_well(new_house):
    house = new_house(panel={"burst": True})
    finds(house, "rhythm", OK)
    of_now = {"wires", "traffic", "rhythm", "address", "zones", "zone count", "clock"}
    assert of_now <= set(examined(house).checks)
    house.sim.stop()
    finds(house, "adapter")
    finds(house, "panel")
    assert not of_now & set(examined(house).checks)


def test_a_broker_that_is_not_there_is_missed(new_house):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    house = new_house(settings={"mqtt.enabled": True, "mqtt.host": "127.0.0.1", "mqtt.port": port})
    assert examined(house).verdict("mqtt") == FAILED


def test_a_daemon_that_is_not_there_is_missed(tmp_path):
    done = ctl("--socket", str(tmp_path / "none"), "doctor", "--json")
    found = Diagnosis(done)
    assert found.verdict("daemon") == FAILED and "systemctl" in found.checks["daemon"]["advice"]


def test_what_is_not_told_does_not_pass_for_well(new_house):
    house = new_house()
    token = add_token(house, "phone", "read")
    where = ("--url", f"http://127.0.0.1:{house.daemon.port}", "doctor", "--json")
    found = Diagnosis(ctl(*where))
    assert found.verdict("access") == FAILED and "--token-file" in found.checks["access"]["advice"]
    assert found.verdict("traffic") is None
    assert "access" not in Diagnosis(ctl(*where, CZ2_TOKEN=token)).checks


HEALTH = {"status": "healthy", "storage": {"ok": True}, "mqtt": {"enabled": False},
          "link": {"connected": True}}
DEAF = {**HEALTH, "link": {"connected": False}}
PANEL = "/api/v1/devices/cz2/health"


def answers(**documents):
    """What a daemon answers to each path, a document or a status; 404 to the others."""
    paths = {"/health": HEALTH, "/api/v1/devices": {"devices": [
        {"device_id": "cz2", "type": "panel"}, {"device_id": "cz2-zone-1", "type": "zone"}]}}
    paths.update({name if name.startswith("/") else "/" + name: one
                  for name, one in documents.items()})

    def answer(target):
        found = paths.get(target)
        if isinstance(found, int):
            return http({"detail": "No."}, found)
        return http(found) if found is not None else http({"detail": "Not Found"}, 404)
    return answer


LINK = {"open": True, "target": "/dev/x", "kind": "serial", "frames_received": 1000,
        "last_frame_age": 2, "rhythm": True, "requests": 100, "timeouts": 0, "retries": 0,
        "crc_errors": 0, "bytes_received": 9000, "address_conflicts": 0}


@pytest.mark.parametrize("documents, check, verdict", [
    ({"/api/v1/system/version": {"version": "9.9"}}, "version", WARNING),
    ({"/health": {**HEALTH, "storage": {"ok": False}}}, "storage", FAILED),
    ({PANEL: {"link": {**LINK, "timeouts": 3, "retries": 4}}}, "answers", WARNING),
    ({PANEL: {"link": {**LINK, "timeouts": 30}}}, "answers", FAILED),
    ({PANEL: {"link": {**LINK, "requests": 4, "timeouts": 3}}}, "answers", OK),
    ({PANEL: {"link": {**LINK, "requests": 4, "timeouts": 3}}, "/health": DEAF}, "answers", FAILED),
    ({PANEL: {"link": {**LINK, "requests": 2, "timeouts": 2}}, "/health": DEAF}, "answers", OK),
    ({PANEL: {"link": {**LINK, "crc_errors": 20}}}, "checksums", WARNING),
    ({PANEL: {"link": {**LINK, "last_frame_age": 40}}}, "traffic", FAILED),
    ({PANEL: {"link": {**LINK, "last_frame_age": None, "frames_received": 0}}}, "traffic", FAILED),
    ({PANEL: {"link": {**LINK, "address_conflicts": 4}}}, "address", WARNING),
    ({PANEL: {"link": {**LINK, "open": False, "trouble": "permission denied: only members of the "
                       "group dialout may use it"}}}, "permission", FAILED),
    ({PANEL: {"link": {**LINK, "open": False, "trouble": "another program uses it"}}}, "in use",
     FAILED),
    ({"/clock": {"clock": {"offset_seconds": -121}}}, "clock", WARNING),
    ({"/clock": {"clock": {"offset_seconds": 119}}}, "clock", OK),
    ({PANEL: {"link": {name: "\x1b[31m" for name in LINK}}}, "panel", OK),
    ({PANEL: 403}, "access", FAILED), ({"/status": 500}, "access", FAILED),
    ({"/clock": 404}, "panel", OK), ({"/health": 500}, "daemon", FAILED),
    ({PANEL: {"link": [1]}, "/clock": {"clock": 7}, "/status": {"status": {"zones": [1, {}]}}},
     "panel", OK)])
def test_what_a_daemon_tells_is_judged(new_server, documents, check, verdict):  # noqa: F811
    answer = answers(**documents)
    server = new_server(lambda: answer(server.requests[-1][0].split()[1]))
    found = Diagnosis(ctl(*server.where, "doctor", "--json"))
    assert found.verdict(check) == verdict, found.done
    assert "\x1b" not in ctl(*server.where, "doctor").out


# --- without it -------------------------------------------------------------------------------

def test_listening_tells_what_is_wrong_with_the_line_and_says_nothing(simulator):
    """All lines at once, since each takes its time."""
    cases = {}

    def case(name, act, **more):
        sim = simulator(**more)
        cases[name] = (sim, act, subprocess.Popen(
            [program("cz2ctl"), "doctor", "--direct", sim.connect, "--seconds", "2", "--json"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=clean_environment()))
    case("good", burst)
    case("good bridge", burst, kind="tcp")
    case("silent", lambda sim: None)
    case("noise", lambda sim: sim.control("say", hex=NOISE.hex()))
    case("swapped", lambda sim: sim.control("say", hex=swapped()))
    case("broken", lambda sim: (burst(sim), sim.control("say", hex=BROKEN.hex())))
    case("no wall unit", lambda sim: sim.control("load", percent=20))
    found = {}

    def say(sim, act, process):
        """Again and again: who listens may have begun late."""
        while process.poll() is None:
            act(sim)
            time.sleep(0.1)
    # Each line by itself, lest seven take turns until one of them has been quiet for too long.
    with ThreadPoolExecutor(len(cases)) as voices:
        list(voices.map(lambda one: say(*one), cases.values()))
    for name, (sim, _, process) in cases.items():
        out, err = process.communicate()
        found[name] = Diagnosis(Done(process.returncode, out.decode(), err.decode()))
        counters = sim.counters()
        assert counters["requests"] == counters["bytes_in"] == counters["noise_bytes"] == 0, name
    for name in ("good", "good bridge"):
        assert found[name].bad() == set(), found[name].done
        assert set(found[name].checks) == {"adapter", "wires", "traffic", "checksums", "rhythm"}
    assert found["silent"].bad() == {"traffic"} and "not a byte" in found["silent"].seen("traffic")
    assert found["noise"].bad() == {"traffic"} and "no frame" in found["noise"].seen("traffic")
    assert found["swapped"].bad() >= {"wires"} and found["swapped"].verdict("wires") == FAILED
    assert found["broken"].bad() == {"checksums"}
    assert found["no wall unit"].bad() == {"rhythm"}


def test_a_link_that_cannot_be_had_is_named_with_what_there_is_to_do(shared_house):
    found = listened("/dev/nonexistent")
    assert found.bad() == {"adapter"}
    assert re.search("present: |no serial port", found.seen("adapter"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    found = listened(f"127.0.0.1:{port}")
    assert found.bad() == {"adapter"} and "refused" in found.seen("adapter")
    assert "bridge" in found.checks["adapter"]["advice"]
    found = listened(shared_house.sim.link)
    assert found.bad() == {"in use"} and "stop cz2d" in found.checks["in use"]["advice"]
    assert re.search(rf"\({shared_house.daemon.process.pid}\)", found.seen("in use"))


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("setpriv") is None,
                    reason="only root can become nobody")
def test_who_may_not_use_the_device_is_told_so(simulator):
    sim = simulator()
    os.chmod(sim.pty(), 0o620)
    done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                           program("cz2ctl"), "doctor", "--direct", sim.pty(), "--seconds", "2",
                           "--json"], capture_output=True, env=clean_environment(), check=False)
    if not done.stdout:
        pytest.skip("nobody may not run what was built here")
    found = Diagnosis(Done(done.returncode, done.stdout.decode(), done.stderr.decode()))
    assert found.bad() == {"permission"} and "dialout" in found.checks["permission"]["advice"]


# --- how it is told ---------------------------------------------------------------------------

def test_every_advice_is_in_the_manual_for_trouble():
    with open(os.path.join(ROOT, "src", "cz2ctl", "report.c"), encoding="utf-8") as file:
        joined = re.sub(r'"\s*\n\s*"', "", file.read())
        advices = re.findall(r'\[ADVICE_\w+\] =\s+"([^"]+)"', joined)
    with open(os.path.join(ROOT, "docs", "troubleshooting.md"), encoding="utf-8") as file:
        manual = file.read()
    assert len(advices) > 15
    for advice in advices:
        assert advice in manual, advice


@pytest.mark.parametrize("columns", [80, 120])
def test_no_line_is_wider_than_the_terminal(shared_house, columns):
    terminal = Terminal("--socket", shared_house.daemon.socket, "doctor", columns=columns,
                        NO_COLOR="1")
    lines = terminal.end().splitlines()
    # A path is not broken.
    assert max(len(line) for line in lines if "/" not in line) <= columns
    assert any(line.startswith("warning  rhythm      ") for line in lines), lines
    assert any(line.startswith(21 * " ") for line in lines)


@pytest.mark.parametrize("words", [("--seconds", "3"), ("more",), ("--hex",),
                                   ("--direct", "/dev/null", "--seconds", "0")])
def test_bad_usage_is_2_and_says_why(words):
    done = ctl("doctor", *words)
    assert done.code == USAGE and done.out == "" and len(done.err.splitlines()) == 1, done
