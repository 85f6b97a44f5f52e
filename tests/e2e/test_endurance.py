# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""Years in small: days that pass in seconds because the daemon's clocks are pushed on. What is
written to the disk and to the log in a day is bounded, whatever is dead meanwhile, and a broker
that is killed over and over finds the truth each time and costs nothing. make soak has the
long form, a week: CZ2_ENDURANCE_HOURS, CZ2_BROKER_KILLS."""

import contextlib
import functools
import json
import os
import random
import signal
import socket
import threading
import time

import pytest

import preload
from mqtt import Listener, document, mosquitto_path
from rest import Rest
from waiting import until

HOURS = float(os.environ.get("CZ2_ENDURANCE_HOURS", "3"))
COMMANDS = 4000
KILLS = int(os.environ.get("CZ2_BROKER_KILLS", "10"))
SEED = int(os.environ.get("CZ2_SEED", "1"))

DAY_MINUTES = 24 * 60
POLL_S = 60         # cache.refresh_interval, as it is unless configured otherwise
LINK_PAUSE_S = 3    # the longest between two attempts to open the link
BROKER_PAUSE_S = 2  # so little that several steps lie between two attempts
COMMANDS_A_DAY = 48
HANDS_A_DAY = 96    # at the wall; each is recorded
SETTINGS = {"bus.gap_ms": 0, "panel.bus_address": 99}

DISK_BYTES_A_DAY = 5_000_000
# Memory that may stay behind: some pages, and less for each time than the smallest leak.
PAGES_KIB = 64
BYTES_EACH_TIME = 4
LINES_A_HEALTHY_DAY = 20
LINES_A_DEAD_DAY = 50

STATUS, AVAILABILITY = "hvac/cz2/status", "hvac/cz2/availability"
needs_broker = pytest.mark.skipif(not mosquitto_path(), reason="mosquitto is not installed")


class Time:
    """The daemon's clocks, to be pushed on. It looks at them when something wakes it."""

    def __init__(self, path):
        self.weather = preload.Weather.at(path)
        self.environment = preload.environment(weather=self.weather)

    def passes(self, house, seconds):
        self.weather.monotonic_shift_s += seconds
        self.weather.wall_shift_s += seconds
        # Who was accepted right before the leap has been slow since.
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            Rest(path=house.daemon.socket).get("/health")


@pytest.fixture
def new_house(new_house):
    """The times in the records are not ours."""
    return functools.partial(new_house, true_clock=False)


@pytest.fixture
def clocks(tmp_path):
    return Time(tmp_path / "weather")


def lines(house):
    return house.daemon.log().splitlines()


def written(clocks):
    """Bytes that went to the disk."""
    return clocks.weather.disk_bytes


def a_minute(house, clocks):
    """Until the poll that is due by then is over: its end is published."""
    before = time.monotonic()
    clocks.passes(house, POLL_S)
    house.listener.wait(STATUS, since=before)


def a_day(house, clocks, dice, minutes):
    """Commands, hands at the wall, and a broker and a link that go and come once. How many
    commands were given."""
    given = 0
    for minute in range(minutes):
        if dice.random() < COMMANDS_A_DAY / DAY_MINUTES:
            given += 1
            house.command(f"/zones/{dice.randint(1, 8)}/temperature",
                          {"heat": dice.randint(58, 70), "hold": True})
        if dice.random() < HANDS_A_DAY / DAY_MINUTES:
            house.sim.wall(dice.randint(1, 8), heat=dice.randint(58, 70))
        a_minute(house, clocks)
        if minute == minutes // 3:
            loses_broker(house, clocks, signal.SIGTERM)
        if minute == minutes // 2:
            house.sim.hang_up()
            until(lambda: house.rest.get("/status?force=true").status == 200, what="the panel")
    house.forget()
    return given + 1  # forget() gives one, too


@needs_broker
def test_days_pass_in_few_bytes_and_few_lines(new_house, clocks):
    house = new_house(zones=8, settings=SETTINGS, mqtt=True, environment=clocks.environment)
    house.listener.wait(STATUS)
    dice = random.Random(SEED)
    days, minutes = max(1, int(HOURS / 24)), int(min(HOURS, 24) * 60)
    give_commands(house, 400)  # every thread that works on the disk has had its turn
    a_day(house, clocks, dice, minutes)
    footprint = house.daemon.footprint()
    bytes_before, lines_before = written(clocks), len(lines(house))
    given = sum(a_day(house, clocks, dice, minutes) for _ in range(days))
    more = written(clocks) - bytes_before
    told = lines(house)[lines_before:]
    # Each command has its line, with who gave it; the day is what comes besides.
    of_commands = [line for line in told if " ledger: " in line]
    told = [line for line in told if line not in of_commands]
    assert len(of_commands) <= given, of_commands
    print(f"{days} times {minutes} minutes: {more} bytes to the disk, {len(told)} lines, "
          f"{footprint} became {house.daemon.footprint()}")
    assert more > 0, "nothing was kept"
    assert more * DAY_MINUTES / (days * minutes) <= DISK_BYTES_A_DAY
    # The broker and the link were lost once, in a part of a day as in a whole one.
    assert len(told) <= LINES_A_HEALTHY_DAY * max(days * minutes / DAY_MINUTES, 0.5)
    house.daemon.assert_flat(footprint, growth(days * minutes))


def growth(times):
    """KiB that may stay behind when something was done so often."""
    return PAGES_KIB + times * BYTES_EACH_TIME / 1024


def give_commands(house, count):
    for number in range(count // 2):
        house.command(f"/zones/{number % 8 + 1}/temperature", {"heat": 58 + number % 12,
                                                               "hold": True})
        house.command("/system/fan", {"fan": ("On", "Auto")[number % 2]})
        if number % 100 == 99:
            house.forget()


def test_thousands_of_commands_leave_nothing_behind(new_house):
    house = new_house(zones=8, settings={**SETTINGS, "command.guard_ms": 0})
    give_commands(house, COMMANDS // 4)
    footprint = house.daemon.footprint()
    give_commands(house, COMMANDS)
    print(f"{COMMANDS} commands: {footprint} became {house.daemon.footprint()}")
    house.daemon.assert_flat(footprint, growth(COMMANDS))


class HangsUp:
    """A bridge that takes everybody and shows them out at once; now and then not even that."""

    def __init__(self, moody=False):
        self.moody = moody
        self.accepted = 0
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                one, _ = self.server.accept()
                self.accepted += 1
                reset = self.moody and self.accepted % 2
                if reset:
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                   b"\1\0\0\0\0\0\0\0")
                one.close()

    def close(self):
        self.server.close()


def dead_day(house, clocks):
    """How many lines the log has after a day, or a part of one, in which nothing works."""
    attempts_a_day = DAY_MINUTES * 60 // LINK_PAUSE_S
    attempts = int(attempts_a_day * min(HOURS, 24) / 24)
    for _ in range(attempts):
        clocks.passes(house, LINK_PAUSE_S)
    assert house.unix.get("/health").status == 503, "it lives, and knows that nothing works"
    count = len(lines(house))
    print(f"{attempts} attempts: {count} lines")
    return count


@pytest.mark.parametrize("moody", [False, True])
def test_a_bridge_that_hangs_up_for_a_day_is_told_in_few_lines(new_house, clocks, moody):
    bridge = HangsUp(moody)
    with contextlib.closing(bridge):
        house = new_house(start=False, settings=SETTINGS)
        house.daemon = house.add_daemon(connect=f"127.0.0.1:{bridge.port}",
                                        environment=clocks.environment)
        assert dead_day(house, clocks) <= LINES_A_DEAD_DAY
        assert bridge.accepted > 100, "nobody tried"


def test_a_bridge_that_is_gone_for_a_day_is_told_in_few_lines(new_house, clocks):
    bridge = HangsUp()
    bridge.close()
    house = new_house(start=False, settings=SETTINGS)
    house.daemon = house.add_daemon(connect=f"127.0.0.1:{bridge.port}",
                                    environment=clocks.environment)
    assert dead_day(house, clocks) <= LINES_A_DEAD_DAY


def test_an_adapter_that_is_unplugged_for_a_day_is_told_in_few_lines(new_house, clocks):
    house = new_house(settings=SETTINGS, environment=clocks.environment)
    house.sim.stop()
    assert dead_day(house, clocks) <= LINES_A_DEAD_DAY


def test_a_panel_that_is_silent_for_a_day_is_told_in_few_lines(new_house, clocks):
    house = new_house(settings=SETTINGS, environment=clocks.environment)
    house.sim.silence(True)
    assert dead_day(house, clocks) <= LINES_A_DEAD_DAY


def loses_broker(house, clocks, number, meanwhile=lambda: None):
    """The broker ends, and starts again after something has happened. Nothing is kept there."""
    def connected():
        return house.unix.get("/health").json["mqtt"]["connected"]
    house.listener.close()
    house.broker.process.stop(number)
    until(lambda: not connected(), what="the loss of the broker to be noticed")
    meanwhile()
    house.broker.start()

    def is_back():
        clocks.passes(house, BROKER_PAUSE_S)
        return connected()
    until(is_back, what="the broker to be found again")
    house.listen_again()


def assert_retained_is_true(house, late):
    """What lies at the broker under our prefix is what the model says, and all of it."""
    status = house.status()
    told = {one.topic.removeprefix("hvac/cz2/"): one.payload for one in late.all()
            if one.topic.startswith("hvac/cz2/") and one.payload and "/audit" not in one.topic}
    zones = {f"zone/{zone['zone_id']}": zone for zone in status["zones"]}
    weeks = {f"schedule/{one['zone_id']}": one["days"]
             for one in house.rest.get("/schedules").json["schedules"]}
    assert set(told) == {"availability", "link", "status", "system", "diagnostics", *zones, *weeks}
    assert {topic: json.loads(told[topic])["days"] for topic in weeks} == weeks
    assert told["link"] == "online"
    for topic, zone in zones.items():
        shown = json.loads(told[topic])
        assert all(shown[name] == zone[name]
                   for name in ("name", "heat_setpoint", "cool_setpoint", "hold", "out")), shown
    assert json.loads(told["system"])["mode"] == status["system_mode"]


@needs_broker
def test_a_broker_that_is_killed_over_and_over_is_told_the_truth_each_time(new_house, clocks):
    house = new_house(settings=SETTINGS, mqtt=True, environment=clocks.environment)
    assert house.rest.get("/schedules?force=true").status == 200
    house.listener.wait("hvac/cz2/schedule/3")
    footprint = {}
    for kill in range(KILLS):
        if kill == KILLS // 10:
            footprint = house.daemon.footprint()
        heat = 58 + kill % 12
        loses_broker(house, clocks, signal.SIGKILL, lambda: house.command(
            "/zones/2/temperature", {"heat": heat, "hold": True}))
        house.messages.clear()
        late = Listener(house.broker.port)
        late.wait(AVAILABILITY, lambda one: one.payload == "online")
        late.wait(STATUS, lambda one: document(one)["zones"][1]["heat_setpoint"] == heat)
        late.wait("hvac/cz2/zone/2", lambda one: document(one)["heat_setpoint"] == heat)
        late.wait("hvac/cz2/schedule/3")
        assert_retained_is_true(house, late)
        late.close()
    print(f"{KILLS} kills: {footprint} became {house.daemon.footprint()}, "
          f"{len(lines(house))} lines")
    house.daemon.assert_flat(footprint)
    assert len(lines(house)) <= 20 + 3 * KILLS
