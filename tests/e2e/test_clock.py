# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""The panel's clock through REST: what it shows beside this machine's, and setting it."""

import time

import panel
import pytest

from waiting import PATIENCE, until

WEEK = 7 * 86400
SLACK = 10 * PATIENCE  # seconds, of a busy machine


def week_second(moment=None, zone=0):
    """Of this machine's local time, or of one that is so many seconds east of Greenwich."""
    told = time.localtime(moment) if not zone else time.gmtime((moment or time.time()) + zone)
    return (told.tm_wday + 1) % 7 * 86400 + told.tm_hour * 3600 + told.tm_min * 60 + told.tm_sec


def second_of(clock):
    hour, minute, second = map(int, clock["time"].split(":"))
    day = [name.lower() for name in panel.DAYS].index(clock["day"])
    return day * 86400 + hour * 3600 + minute * 60 + second


def between(a, b):
    """How far apart they are, the nearest way round the week."""
    return min((a - b) % WEEK, (b - a) % WEEK)


def shown(house):
    """What the panel's own clock says."""
    told = house.sim.control("clock")
    return told["day"] * 86400 + told["hour"] * 3600 + told["minute"] * 60 + told["second"]


def clock(house, query=""):
    answer = house.rest.get("/clock" + query)
    assert answer.status == 200, answer
    return answer.json["clock"]


def put(house, body, status=200):
    answer = house.rest.request("PUT", "/clock", body)
    assert answer.status == status, answer
    return answer


def test_the_clock_is_told_beside_the_machines(shared_house):
    told = clock(shared_house)
    assert between(second_of(told), shown(shared_house)) <= SLACK
    assert between(second_of(told["host"]), week_second()) <= SLACK
    assert between(told["offset_seconds"] % WEEK, second_of(told) - second_of(told["host"])) <= 1
    assert told["system_time"].lower().startswith(told["day"]) and told["sync"] == "warn"
    assert isinstance(told["host"]["synchronized"], bool) and told["age_seconds"] >= 0


def test_it_is_set_to_the_machines_time_once(house):
    answer = put(house, {"sync": True})
    assert abs(answer.json["clock"]["offset_seconds"]) <= 3
    assert between(shown(house), week_second()) <= SLACK
    said = answer.json["message"]
    assert said.startswith("Clock set to ") and answer.json["meta"]["source"] == "writeback"
    assert [one.row for one in house.written()] == [(1, 18)]
    record = house.rest.get("/api/v1/commands/device/cz2").json["commands"][0]
    assert (record["command"], record["status"]) == ("clock.set", "delivered")
    assert record["params"] == {"sync": True}
    put(house, {"sync": "yes"})  # it is right now: nothing is written
    assert len(house.written()) == 1


def test_another_time_zone_is_the_machines_time_too(new_house):
    zone = 5 * 3600 + 45 * 60
    house = new_house(environment={"TZ": "Asia/Kathmandu"})
    put(house, {"sync": True})
    assert between(shown(house), week_second(zone=zone)) <= SLACK
    assert between(second_of(clock(house)["host"]), week_second(zone=zone)) <= SLACK


def test_it_is_set_to_a_moment_of_the_week(house):
    answer = put(house, {"day": "mon", "time": "3:45:10pm"})
    assert answer.json["message"] == "Clock set to Mon 15:45:10"
    wanted = 86400 + 15 * 3600 + 45 * 60 + 10
    assert between(second_of(answer.json["clock"]), wanted) <= SLACK
    assert answer.json["clock"]["system_time"] == "Mon 03:45pm"
    assert between(shown(house), wanted) <= SLACK
    assert put(house, {"day": "sat", "time": "23:59"}).json["clock"]["day"] in ("sat", "sun")
    assert house.status()["system_time"][:3] in ("Sat", "Sun")


def test_a_clock_that_was_moved_shows_how_far_it_is_off(house):
    put(house, {"sync": True})
    hour = (week_second() - 3600) % WEEK
    house.sim.control("clock", day=hour // 86400, hour=hour % 86400 // 3600,
                      minute=hour % 3600 // 60, second=hour % 60)
    told = clock(house, "?force=true")
    assert abs(told["offset_seconds"] + 3600) <= SLACK and told["age_seconds"] <= SLACK
    before = (week_second() + WEEK // 2 + 7200) % WEEK  # nearest is behind, not before
    house.sim.control("clock", day=before // 86400, hour=before % 86400 // 3600,
                      minute=before % 3600 // 60, second=0)
    assert -WEEK // 2 < clock(house, "?force=true")["offset_seconds"] < -WEEK // 2 + 7300


@pytest.mark.parametrize("body, loc, word", [
    ({}, ["body"], "nothing to change"), ({"sync": False}, ["body"], "nothing to set"),
    ({"day": "mon"}, ["body", "time"], "required"), ({"time": "6:00"}, ["body", "day"], "required"),
    ({"day": "monday", "time": "6:00"}, ["body", "day"], "'mon'"),
    ({"day": "mon", "time": "25:00"}, ["body", "time"], "15:45"),
    ({"sync": True, "day": "mon", "time": "6:00"}, ["body"], "either"),
    ({"sync": 3}, ["body", "sync"], "boolean"), ({"set": 1}, ["body", "set"], "Extra")])
def test_what_is_wrong_is_said(shared_house, body, loc, word):
    wrong = put(shared_house, body, 422).json["detail"]
    assert wrong[0]["loc"] == loc and word in wrong[0]["msg"], wrong
    assert len(wrong) == 1 or body == {"set": 1}


def test_a_silent_panel_is_504_and_before_it_answers_there_is_no_clock(new_house):
    house = new_house(panel={"silent": True}, known=False,
                      settings={"bus.reply_timeout_ms": 60, "bus.gap_ms": 5})
    assert clock(house) is None
    assert house.rest.get("/clock?force=yes").status == 504
    put(house, {"sync": True}, 504)
    house.sim.silence(False)
    house.daemon.wait_status()
    assert until(lambda: clock(house), what="a clock")
    assert house.written() == []
