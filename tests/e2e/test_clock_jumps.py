# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""Somebody sets the clock, or the daemon does not get to run. Ages, deadlines and polls are on
the monotonic clock and go on; what people read in answers follows the wall clock."""

import calendar
import datetime
import functools
import os
import signal
import time

import pytest

import preload
from bridge import Bridge
from manager import Manager
from process import with_systemd
from waiting import PATIENCE, stays, until

ZONE = "/zones/2/temperature"
HOUR = 3600
SETTINGS = {"command.guard_ms": 0, "cache.refresh_interval": 5}
SOON = 60  # seconds: far less than any jump, far more than a slow machine needs


def moment(text):
    """What to add to the clock so that it is this moment in UTC."""
    return calendar.timegm(time.strptime(text, "%Y-%m-%d %H:%M:%S")) - int(time.time())


JUMPS = {
    "an hour on": lambda: HOUR,
    "an hour back": lambda: -HOUR,
    "to 1970": lambda: moment("1970-01-01 00:00:30"),
    "over the end of 32 bits": lambda: moment("2038-01-19 03:14:06"),
    "into summer time": lambda: moment("2026-03-29 00:59:59"),
    "out of summer time": lambda: moment("2026-10-25 00:59:59"),
}


# Those that a clock on which somebody waits would not survive.
FAR_JUMPS = ["an hour on", "an hour back", "to 1970", "over the end of 32 bits"]


@pytest.fixture
def new_house(new_house):
    """The times in the records are not ours."""
    return functools.partial(new_house, true_clock=False)


@pytest.fixture
def weather(tmp_path):
    return preload.Weather.at(tmp_path / "weather")


@pytest.fixture
def shifted_house(new_house, weather):
    return new_house(settings=SETTINGS, environment={
        **preload.environment(weather=weather), "TZ": "Europe/Berlin"})


def told(document):
    """last_updated in seconds since 1970."""
    text = document["meta"]["last_updated"]
    return datetime.datetime.fromisoformat(text).timestamp()


def polls(house):
    return sum(1 for one in house.sim.frames() if one.source == 99)


def goes_on(house, heat):
    """Nothing is late, old or lost: the daemon's life as on any other day."""
    house.command(ZONE, {"heat": heat, "hold": True})
    health = house.rest.get("/health").json
    assert health["status"] == "healthy" and health["cache"]["age_seconds"] < SOON, health
    meta = house.rest.get("/status").json["meta"]
    assert meta["connected"] and not meta["is_stale"] and 0 <= meta["age_seconds"] < SOON, meta


@pytest.mark.parametrize("jump", JUMPS)
def test_a_clock_that_jumps_disturbs_nothing_and_shows_in_answers(shifted_house, weather, jump):
    goes_on(shifted_house, 61)
    weather.wall_shift_s = JUMPS[jump]()
    goes_on(shifted_house, 62)
    before = polls(shifted_house)
    until(lambda: polls(shifted_house) > before, 20, "the next poll")
    now = time.time() + weather.wall_shift_s
    assert abs(told(shifted_house.rest.get("/status").json) - now) < SOON
    weather.wall_shift_s = 0
    goes_on(shifted_house, 63)
    assert abs(told(shifted_house.rest.get("/status").json) - time.time()) < SOON


@pytest.mark.parametrize("jump", JUMPS)
def test_a_jump_while_it_was_off_makes_no_row_newer_than_now(shifted_house, weather, jump):
    goes_on(shifted_house, 64)
    assert shifted_house.daemon.stop() == 0
    weather.wall_shift_s = JUMPS[jump]()
    shifted_house.sim.silence(True)
    shifted_house.daemon.start()
    document = shifted_house.rest.get("/status").json
    assert document["meta"]["source"] == "restored" and not document["meta"]["connected"]
    assert document["status"]["zones"][1]["heat_setpoint"] == 64
    assert document["meta"]["age_seconds"] >= 0
    assert told(document) <= time.time() + weather.wall_shift_s + SOON
    shifted_house.sim.silence(False)
    shifted_house.daemon.wait_status()
    goes_on(shifted_house, 65)


# --- while somebody waits --------------------------------------------------------------------

def under_way(house):
    """A command, of which the panel has heard."""
    before = polls(house)
    later = house.client().later("POST", ZONE, {"heat": 66, "hold": True})
    until(lambda: polls(house) > before, what="the command to be under way")
    return later


@pytest.mark.parametrize("jump", FAR_JUMPS)
def test_a_command_that_is_under_way_is_not_disturbed(new_house, weather, jump):
    house = new_house(settings=SETTINGS, panel={"turnaround": 60}, true_clock=False,
                      environment=preload.environment(weather=weather))
    later = under_way(house)
    weather.wall_shift_s = JUMPS[jump]()
    assert later.result().status == 200
    goes_on(house, 67)


@pytest.mark.parametrize("jump", FAR_JUMPS)
def test_a_command_to_a_silent_panel_waits_until_its_deadline_and_no_longer(new_house, weather,
                                                                            jump):
    timeout = 5
    house = new_house(settings={**SETTINGS, "command.timeout_seconds": timeout,
                                "bus.reply_timeout_ms": 3000},  # else it is given up before
                      true_clock=False, environment=preload.environment(weather=weather))
    house.sim.silence(True)
    later = under_way(house)
    weather.wall_shift_s = JUMPS[jump]()
    answer = later.result()
    assert answer.status == 504 and timeout / 2 < answer.seconds < timeout * 2 * PATIENCE, answer
    house.sim.silence(False)
    until(lambda: house.rest.get("/status?force=true").status == 200, what="the panel again")
    goes_on(house, 67)


@pytest.mark.parametrize("jump", FAR_JUMPS)
def test_the_pause_of_the_link_ends_when_it_would_have(new_house, weather, jump):
    house = new_house(settings=SETTINGS, panel={"kind": "tcp"}, start=False,
                      true_clock=False)
    bridge = Bridge(house.sim.address)
    house.daemon = house.add_daemon(connect=bridge.connect,
                                    environment=preload.environment(weather=weather))
    house.daemon.wait_status()
    bridge.refusing = True
    bridge.drop()
    before = bridge.accepted
    until(lambda: bridge.accepted >= before + 3, 40, "three attempts in vain")
    weather.wall_shift_s = JUMPS[jump]()
    bridge.refusing = False
    until(lambda: house.rest.get("/status?force=true").status == 200, what="the panel again")
    goes_on(house, 66)
    bridge.close()


@pytest.mark.parametrize("jump", FAR_JUMPS)
def test_the_pause_of_the_broker_ends_when_it_would_have(new_house, weather, jump):
    house = new_house(settings=SETTINGS, mqtt=True, start=False, true_clock=False)
    house.broker.stop()
    house.daemon = house.add_daemon(environment=preload.environment(weather=weather))
    house.daemon.wait_status()
    house.daemon.wait_log("no connection to the broker")
    weather.wall_shift_s = JUMPS[jump]()
    house.broker.start()
    until(lambda: house.rest.get("/health").json["mqtt"]["connected"], what="the broker again")
    goes_on(house, 66)


# --- not one instruction ----------------------------------------------------------------------

def paused(house, seconds):
    """Not one instruction for so long."""
    house.daemon.process.send(signal.SIGSTOP)
    time.sleep(seconds)
    house.daemon.process.send(signal.SIGCONT)


@pytest.mark.parametrize("seconds", [0.3, 2])
def test_requests_are_answered_truly_after_a_pause(new_house, seconds):
    house = new_house(settings=SETTINGS, panel={"turnaround": 100})
    waiting = [house.client().later("POST", ZONE, {"heat": 66, "hold": True})]
    before = polls(house)
    until(lambda: polls(house) > before + 1, what="the command to be under way")
    house.daemon.process.send(signal.SIGSTOP)
    waiting.append(house.client().later("POST", "/system/fan", {"fan": "On"}))
    paused(house, seconds)
    assert [one.result().status for one in waiting] == [200, 200]
    assert house.zone(2)["heat_setpoint"] == 66 and house.status()["fan_mode"] == "On"


@pytest.mark.skipif(not with_systemd(), reason="built without systemd")
def test_the_watchdog_hears_nothing_in_a_pause_and_signs_of_life_after_it(new_house, tmp_path):
    manager = Manager(str(tmp_path / "notify"))
    house = new_house(settings=SETTINGS, environment={
        "NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "1500000"})
    until(lambda: manager.count("WATCHDOG=1"), what="a sign of life")
    os.kill(house.daemon.process.pid, signal.SIGSTOP)
    until(lambda: is_stopped(house.daemon.process.pid), what="the daemon to stand still")
    manager.catch_up()
    before = manager.count("WATCHDOG=1")
    stays(lambda: manager.count("WATCHDOG=1") == before, 2, "no sign of life")
    house.daemon.process.send(signal.SIGCONT)
    until(lambda: manager.count("WATCHDOG=1") >= before + 2, what="signs of life again")
    goes_on(house, 67)
    manager.close()


def is_stopped(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        return file.read().rsplit(")", 1)[1].split()[0] == "T"
