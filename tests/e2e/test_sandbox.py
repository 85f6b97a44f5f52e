# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""The units give the daemon little, and it needs no more than they give."""

import os
import signal

import pytest

import sandbox
import trace
from manager import Manager
from mqtt import document, mosquitto_path
from process import makefile
from waiting import until

needs_systemd = pytest.mark.skipif(not sandbox.available(),
                                   reason="systemd-analyze is not installed")
needs_strace = pytest.mark.skipif(trace.unavailable() is not None,
                                  reason=str(trace.unavailable()))
needs_plain_build = pytest.mark.skipif(makefile("MODE_CFLAGS") != "",
                                       reason="a sanitizer's calls are not the daemon's")
EXPOSURE_MAX = 1.6
STATUS = "hvac/cz2/status"


@needs_systemd
@pytest.mark.parametrize("unit", sandbox.NAMES)
def test_systemd_judges_the_unit_as_safe(unit):
    assert sandbox.exposure(unit) <= EXPOSURE_MAX


@needs_systemd
def test_both_units_allow_the_same_calls():
    assert sandbox.allowed_calls(sandbox.NAMES[0]) == sandbox.allowed_calls(sandbox.NAMES[1])
    assert {"read", "socket"} < sandbox.allowed_calls()
    assert not {"mount", "ptrace", "setuid", "chown"} & sandbox.allowed_calls()
    assert not {"clock_settime", "clock_settime64", "settimeofday"} & sandbox.allowed_calls()


class Life:
    """A daemon with directories of its own that uses every part it has."""

    def __init__(self, new_house, kind, under=()):
        with_broker = bool(mosquitto_path())
        house = self.house = new_house(mqtt=with_broker, panel={"kind": kind}, start=False)
        self.directories = [os.path.join(house.directory, name) for name in ("run", "state")]
        for one in self.directories:
            os.mkdir(one)
        notify = os.path.join(house.directory, "notify")
        self.manager = Manager(notify)
        settings = {"http.socket": os.path.join(self.directories[0], "cz2d.sock"),
                    "storage.path": os.path.join(self.directories[1], "cz2d.db"),
                    "cache.refresh_interval": 5}
        if with_broker:
            settings["mqtt.host"] = "localhost"
        self.daemon = house.daemon = house.add_daemon(
            settings, connect=self._panel(), under=under,
            environment={"NOTIFY_SOCKET": notify, "WATCHDOG_USEC": "3000000"})
        self.daemon.socket = settings["http.socket"]

    def _panel(self):
        """A bridge is named as people name it, so that its address has to be looked up."""
        sim = self.house.sim
        return f"localhost:{sim.address[1]}" if sim.kind == "tcp" else sim.connect

    def first(self):
        """Starts, works, is disturbed, and ends as it should."""
        self.daemon.wait_status()
        self._command()
        self._disturb()
        self._read_all()
        self._reload()
        assert self.daemon.stop() == 0

    def second(self, under=()):
        """Once more, with what was stored."""
        self.daemon.under = under
        self.daemon.start()
        self.daemon.wait_status()
        self._command()
        assert self.daemon.stop() == 0
        self.manager.close()

    def _command(self):
        house = self.house
        house.command("/zones/2/temperature", {"heat": 70, "cool": 78, "hold": True})
        house.command("/zones/batch/temperature", {"zones": [1, 3], "heat": 66})
        house.command("/system/mode", {"mode": "Heat"})
        house.command("/system/fan", {"fan": "On"})
        assert house.unix.post("/zones/2/hold", {"hold": False}).status == 200
        assert house.unix.post("/update", {}).status == 200
        if house.broker:
            house.listener.wait(STATUS, lambda one: document(one)["fan_mode"] == "On")

    def _disturb(self):
        """The panel's line and the broker go and come back."""
        house = self.house
        house.sim.hang_up()
        until(lambda: house.rest.get("/status/live").status == 200, what="the panel's return")
        if house.broker:
            house.broker.stop()
            until(lambda: not self._mqtt(), what="the broker to be missed")
            house.broker.start()
            until(self._mqtt, timeout=60, what="the broker to be found again")
        self.daemon.wait_status()

    def _mqtt(self):
        return self.house.rest.get("/health").json["mqtt"]["connected"]

    def _read_all(self):
        for target in ("/status", "/status/live", "/health", "/api/v1/system/version",
                       "/cache/stats", "/openapi.json"):
            assert self.house.rest.get(target).status == 200, target
        assert self.house.rest.get("/nowhere").status == 404

    def _reload(self):
        ready = self.manager.count("READY=1")
        self.daemon.process.send(signal.SIGHUP)
        until(lambda: self.manager.count("READY=1") > ready, what="the reload")


@pytest.fixture(params=["pty", "tcp"])
def traced(request, new_house, tmp_path):
    """The two lives of a daemon, and [(call, line)] of both."""
    traces = [trace.Trace(tmp_path / name) for name in ("first", "second")]
    life = Life(new_house, request.param, under=traces[0].under)
    life.first()
    life.second(under=traces[1].under)
    return life, [call for one in traces for call in one.read("cz2d")]


@needs_systemd
@needs_strace
def test_it_stays_within_what_its_unit_allows(traced):
    life, calls = traced
    names = {name for name, _ in calls}
    assert {"connect", "accept4", "fdatasync", "epoll_wait"} <= names, names
    outside = names - sandbox.allowed_calls() - sandbox.AS_ROOT
    assert not outside, [line for name, line in calls if name in outside]
    families = set(sandbox.values("RestrictAddressFamilies")[0].split())
    assert trace.address_families(calls) <= families
    assert not trace.writable_code(calls)
    panel = {life.house.sim.connect, life.house.sim.pty()}
    own = [*life.directories, *panel, "/dev/null"]
    strange = {path for path in trace.changed_paths(calls)
               if not any(path == one or path.startswith(one + "/") for one in own)}
    assert not strange
    assert any(path.startswith(life.directories[1]) for path in trace.changed_paths(calls))


@needs_systemd
@needs_plain_build
@pytest.mark.parametrize("kind", ["pty", "tcp"])
def test_it_lives_when_every_other_call_is_its_end(new_house, kind):
    life = Life(new_house, kind)
    with open(f"/proc/{life.daemon.process.pid}/status", encoding="ascii") as file:
        assert "Seccomp:\t2\n" in file.read(), "it was not confined"
    life.first()
    life.second()
