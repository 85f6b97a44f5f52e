# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""Life as a service: readiness, watchdog, clean stops, and what a restart shows."""

import os
import signal

import pytest

from manager import Manager
from process import with_systemd
from waiting import until

ZONE = "/zones/2/temperature"


@pytest.mark.skipif(not with_systemd(), reason="built without systemd")
def test_systemd_hears_ready_alive_and_stopping(new_house, tmp_path):
    manager = Manager(str(tmp_path / "notify"))
    house = new_house(environment={"NOTIFY_SOCKET": str(tmp_path / "notify"),
                                   "WATCHDOG_USEC": "1500000"})
    until(lambda: manager.count("READY=1"), what="READY=1")
    until(lambda: manager.count("WATCHDOG=1") >= 3, what="three signs of life")
    house.daemon.process.send(signal.SIGHUP)
    until(lambda: manager.count("READY=1") >= 2, what="READY=1 after the reload")
    assert house.daemon.stop() == 0
    until(lambda: manager.count("STOPPING=1"), what="STOPPING=1")
    manager.close()


@pytest.mark.skipif(not with_systemd(), reason="built without systemd")
def test_ready_does_not_wait_for_the_panel(new_house, tmp_path):
    manager = Manager(str(tmp_path / "notify"))
    new_house(environment={"NOTIFY_SOCKET": str(tmp_path / "notify"),
                           "WATCHDOG_USEC": "1500000"}, panel={"silent": True}, known=False)
    until(lambda: manager.count("READY=1"), what="READY=1")
    until(lambda: manager.count("WATCHDOG=1") >= 3, what="signs of life with a silent panel")
    manager.close()


@pytest.mark.smoke
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly(house, number):
    assert house.daemon.stop(number) == 0
    assert "stop" in house.daemon.log().splitlines()[-1]


def test_a_command_in_flight_is_finished_or_refused_truly(new_house):
    house = new_house(panel={"turnaround": 150})
    waiting = [house.client().later("POST", f"/zones/{zone}/temperature",
                                    {"heat": 60 + zone, "hold": True}) for zone in (1, 2, 3)]
    until(lambda: any(one.source == 99 and one.row == (1, 16) and one.function == 0x0C
                      for one in house.sim.frames()), what="the first write")
    assert house.daemon.stop() == 0
    statuses = [one.result().status for one in waiting]
    assert set(statuses) <= {200, 503, 504} and 200 in statuses, statuses


def test_stopping_with_a_dead_panel_answers_whoever_waits(new_house):
    house = new_house()
    house.sim.silence(True)
    waiting = house.client().later("POST", ZONE, {"heat": 70, "hold": True})
    until(lambda: house.unix.get("/health").json["queue"] >= 1, what="the command to wait")
    assert house.daemon.stop() == 0
    assert waiting.result().status in (503, 504)


def test_a_restart_shows_what_was_known(house):
    house.command(ZONE, {"heat": 71, "cool": 80, "hold": True})
    house.daemon.stop()
    house.sim.silence(True)
    house.daemon.start()
    document = house.rest.get("/status").json
    assert document["meta"]["source"] == "restored" and document["meta"]["connected"] is False
    assert document["status"]["zones"][1]["heat_setpoint"] == 71
    assert document["meta"]["last_updated"]
    house.sim.silence(False)
    document = house.daemon.wait_status()
    assert document["meta"]["source"] != "restored"


def test_a_killed_daemon_starts_again(house):
    house.command(ZONE, {"heat": 71, "hold": True})
    house.daemon.stop(signal.SIGKILL)
    house.daemon.start()
    house.daemon.wait_status()
    assert house.zone(2)["heat_setpoint"] == 71
    assert house.unix.get("/status").status == 200  # the stale socket was replaced


def test_a_damaged_database_is_set_aside_and_said(house):
    path = house.daemon.settings["storage.path"]
    house.daemon.stop()
    with open(path, "wb") as file:
        file.write(b"this is no database" * 1000)
    house.daemon.start()
    house.daemon.wait_status()
    assert house.rest.get("/health").json["storage"]["ok"] is True
    kept = [name for name in os.listdir(house.directory)
            if name.startswith("cz2d.db") and name not in ("cz2d.db", "cz2d.db-wal",
                                                           "cz2d.db-shm")]
    assert kept, os.listdir(house.directory)
    house.daemon.wait_log(r"(?i)database|cz2d\.db")


def test_starting_and_stopping_write_nothing(house):
    for _ in range(3):
        house.daemon.restart()
        house.daemon.wait_status()
    assert not house.written()


def test_standard_output_stays_empty(house):
    house.daemon.stop()
    assert house.daemon.process.out() == ""
