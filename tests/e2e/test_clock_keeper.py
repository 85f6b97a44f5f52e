# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""clock.sync: a panel's clock that is off is told of once, or set once, and never while a
period of the schedule is about to begin. The hours of both clocks are the test's."""

import calendar
import functools
import signal
import time

import pytest

import preload
from history import Call
from waiting import stays, until

NOON = calendar.timegm((2026, 3, 25, 12, 0, 0))  # a Wednesday, before summer time
SPRING = calendar.timegm((2026, 3, 29, 1, 30, 0))  # half an hour into it
SETTINGS = {"bus.reply_timeout_ms": 120, "bus.gap_ms": 5, "cache.refresh_interval": 5}
OFF = "the panel's clock is"


@pytest.fixture
def weather(tmp_path):
    weather = preload.Weather.at(tmp_path / "weather")
    weather.synchronized = 1
    host_shows(weather, NOON)
    return weather


@pytest.fixture
def house(new_house, weather):
    """Both clocks show Wednesday noon; begin(sync) starts the daemon."""
    house = new_house(settings=SETTINGS, start=False, true_clock=False)
    house.sim.control("clock", day=3, hour=13, minute=0, second=0)
    house.begin = functools.partial(begin, house, weather)
    began = time.monotonic()
    yield house
    if writes(house):  # the history knows of nobody who sets a clock unasked
        house.calls.append(Call("PUT", "/clock", b'{"sync": true}', began, time.monotonic(), 200,
                                patient=True))


def host_shows(weather, moment):
    """UTC; local time is an hour ahead, in summer two."""
    weather.wall_shift_s = moment - int(time.time())


def begin(house, weather, sync, **more):
    house.daemon = house.add_daemon({"clock.sync": sync, **more}, environment={
        **preload.environment(weather=weather), "TZ": "Europe/Berlin"})
    house.daemon.wait_status()
    house.rest.get("/schedules?force=true")


def panel_shows(house, **time_of_day):
    """Somebody has set it."""
    house.sim.control("clock", **time_of_day)
    looked(house)


def looked(house):
    """The daemon has read the clock, and thought about it."""
    assert house.rest.post("/cache/clear").status == 200


def writes(house):
    return sum(1 for one in house.written() if one.row == (1, 18))


def told(house):
    return [line for line in house.daemon.log().splitlines() if OFF in line]


def minutes_off(house, hour):
    """How far the panel is from so many hours of today."""
    shown = house.sim.control("clock")
    return (shown["hour"] - hour) * 60 + shown["minute"]


def records(house):
    page = house.rest.get("/api/v1/commands/device/cz2?limit=500").json
    return [one for one in page["commands"] if one["command"] == "clock.set"]


def test_a_clock_that_is_off_is_told_of_once_for_each_drift(house):
    house.begin("warn")
    panel_shows(house, hour=13, minute=10)
    until(lambda: len(told(house)) == 1, what="a line")
    assert "ahead of that of this machine" in told(house)[0], told(house)
    looked(house)
    panel_shows(house, hour=13, minute=0)
    panel_shows(house, hour=12, minute=50)
    until(lambda: len(told(house)) == 2, what="another line")
    assert "behind that of this machine" in told(house)[1]
    assert writes(house) == 0 and records(house) == []


def test_nothing_is_said_of_a_clock_that_is_right_or_that_nobody_wants_looked_after(house):
    house.begin("warn")
    panel_shows(house, hour=13, minute=1)
    assert told(house) == []
    house.daemon.write_config(clock__sync="off")
    house.daemon.process.send(signal.SIGHUP)
    house.daemon.wait_log("configuration read again")
    panel_shows(house, hour=18, minute=0)
    assert told(house) == [] and writes(house) == 0


def test_a_clock_that_is_off_is_set_once_and_that_is_recorded(house):
    house.begin("auto")
    looked(house)
    assert writes(house) == 0
    panel_shows(house, hour=13, minute=10)
    until(lambda: minutes_off(house, 13) in (0, 1), what="the right time")
    until(lambda: records(house) and records(house)[0]["status"] == "delivered", what="the record")
    one = records(house)[0]
    assert (one["source"], one["request_user_id"]) == ("schedule", "cz2d")
    looked(house)
    looked(house)
    assert writes(house) == 1 and told(house) == []


def test_summer_time_is_followed_at_once_and_the_hour_is_no_restart_of_the_panel(house, weather):
    house.begin("auto")
    looked(house)
    panel_shows(house, day=0, hour=2, minute=30)
    host_shows(weather, SPRING)
    looked(house)
    until(lambda: minutes_off(house, 3) in (30, 31), what="summer time")
    assert writes(house) >= 1


def test_who_does_not_know_the_time_sets_no_clock(house, weather):
    weather.synchronized = -1
    house.begin("auto")
    panel_shows(house, hour=13, minute=10)
    until(lambda: told(house), what="a line")
    assert "this machine has not heard the right time" in told(house)[0]
    assert writes(house) == 0
    weather.synchronized = 1
    looked(house)
    until(lambda: writes(house) == 1, what="the clock to be set")


def test_a_read_only_panel_is_told_of_and_left_alone(house):
    house.begin("auto", **{"panel.read_only": True})
    panel_shows(house, hour=13, minute=10)
    until(lambda: told(house), what="a line")
    assert writes(house) == 0 and records(house) == []


def test_a_period_that_is_about_to_begin_is_waited_for(house, weather):
    house.begin("auto")
    start = house.sim.control("period")  # of some zone: it has just begun
    looked(house)
    at = NOON + ((start["day"] - 3) * 24 + start["hour"] - 13) * 3600 + start["minute"] * 60
    host_shows(weather, at - 5 * 60)  # setting it back would begin it a second time
    looked(house)
    stays(lambda: writes(house) == 0, 1, "the clock left alone")
    host_shows(weather, at + 10 * 60)
    panel_shows(house, day=start["day"], hour=start["hour"], minute=start["minute"] + 5)
    until(lambda: writes(house) == 1, what="the clock to be set")
