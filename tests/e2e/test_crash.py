# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""kill -9 amid commands, waited for or not: at each system call of one, and at moments of chance
while many are in flight. After the next start each command that was accepted is carried out once
or settled by reading, none is sent twice, and each record gets a true end.

A sample in make check; at length in make soak: CZ2_FULL=1 for every system call, CZ2_KILLS=n."""

import collections
import os
import random
import signal
import time

import pytest

import preload
from history import CLOCK_SLACK
from panel import READ, REPLY, frame
from waiting import until

SEED = int(os.environ.get("CZ2_SEED", "1"))
FULL = os.environ.get("CZ2_FULL") == "1"
KILLS = int(os.environ.get("CZ2_KILLS", "12"))
SAMPLE = 14          # system calls of one command, unless all are wanted
USUAL = 120          # fewer calls than one command makes,
BEYOND = 2000        # and more
ZONES = 8
ANOTHER = 48         # a setpoint that no command asks for
OTHER = 42           # another client's address
SETTINGS = {"command.guard_ms": 0, "bus.reply_timeout_ms": 1000, "bus.gap_ms": 5,
            "cache.refresh_interval": 86400}
ASYNC = {"Prefer": "respond-async"}


@pytest.fixture
def weather(tmp_path):
    return preload.Weather.at(tmp_path / "weather")


@pytest.fixture
def mortal_house(new_house, weather):
    house = new_house(settings=SETTINGS, panel={"turnaround": 5},
                      environment=preload.environment(weather=weather))
    house.command("/zones/2/temperature", {"heat": 45, "hold": True})
    return house


def hear_out(house):
    """What the daemon has sent is heard when the answer to another one's request is, who came
    after it on the same line."""
    def answers():
        return [one for one in house.sim.frames()
                if one.destination == OTHER and one.function == REPLY]
    before = len(answers())
    with open(house.sim.connect, "wb", buffering=0) as line:
        line.write(frame(1, OTHER, READ, bytes((0, 1, 6))))
        until(lambda: len(answers()) > before, what="the end of what is on the line")


def bury(house):
    """The daemon has gone or goes now; who was not answered never will be, but his command may
    be carried out by the next daemon."""
    house.daemon.stop(signal.SIGKILL)
    hear_out(house)
    for call in house.calls:
        call.abandoned = call.abandoned or call.status is None


def begin_again(house):
    """The next daemon, and the end of all that was under way. Returns the records."""
    house.daemon.start()
    house.all_ended()
    return house.ledger().records


def zone_holds(house, zone, heat, out):
    return house.sim.row(1, 16)[10 + zone] == heat and \
        bool(house.sim.row(1, 12)[12] >> zone - 1 & 1) == out


class Given:
    """One command to one zone, whatever becomes of it."""

    def __init__(self, house, zone, heat, out, headers):
        self.zone, self.heat, self.out = zone, heat, out
        self.before = house.sim.row(1, 16)[10 + zone]
        self.seen = len(house.written())
        self.held = None  # what the panel showed before somebody came to the wall
        self.later = house.client().later("POST", f"/zones/{zone}/temperature",
                                          {"heat": heat, "out": out}, headers=headers)

    @property
    def status(self):
        return self.later.value.status if self.later.value else None

    def frames(self, house):
        """Those that gave the zone this setpoint, which it did not have according to the one
        before: a frame for another zone carries it too."""
        at, ours = 10 + self.zone, house.written()[self.seen:]
        values = [self.before, *(one.payload[at] for one in ours if one.row == (1, 16))]
        return sum(1 for old, new in zip(values, values[1:]) if new == self.heat != old)

    def judge(self, house, records):
        mine = [one for one in records if one.wish.get(("heat_setpoint", self.zone)) == self.heat
                and one.requested > house.sim.known_since - CLOCK_SLACK]
        assert len(mine) <= 1, mine
        assert mine or self.status not in (200, 202), "an accepted command was lost"
        assert self.frames(house) <= (1 if mine else 0), "it was sent twice, or without a record"
        assert self.status != 200 or mine[0].status == "delivered", mine
        if mine:
            shown = zone_holds(house, self.zone, self.heat, self.out)
            if self.held is not None and not mine[0].survivor:
                shown = self.held  # its end was kept before the daemon's
            assert (mine[0].status == "delivered") == shown, (mine[0], shown)


def forget(house):
    """A true history so far; another begins."""
    house.check()
    house.calls.clear()
    house.sim.forget(0.0)


# --- at each system call --------------------------------------------------------------------------

def die_at(house, weather, call, heat, headers):
    """One command during which the daemon dies; false when it was over before."""
    weather.die_in = call
    given = Given(house, 2, heat, bool(heat % 2), headers)
    given.later.thread.join()
    until(lambda: not house.daemon.process.alive() or
          not given.later.error and all(one.final for one in house.recorded()),
          what="the end of the daemon or of the command")
    died = not house.daemon.process.alive()
    if died:
        house.daemon.process.wait_end()
    weather.die_in = 0
    bury(house)
    written = len(house.written()) - given.seen
    if written and given.status != 200:
        # Whoever carried it out once more would find that it is not there, and write.
        given.held = zone_holds(house, 2, heat, bool(heat % 2))
        house.sim.wall(2, heat=ANOTHER)
    records = begin_again(house)
    assert not written or len(house.written()) == given.seen + written, "it was sent again"
    given.judge(house, records)
    forget(house)
    return died


@pytest.mark.parametrize("headers", [{}, ASYNC], ids=["waited for", "not waited for"])
def test_a_daemon_that_dies_at_any_system_call_of_a_command_loses_and_doubles_nothing(
        mortal_house, weather, headers):
    dice = random.Random(f"{SEED} {headers}")
    calls = range(1, BEYOND) if FULL else sorted(dice.sample(range(1, USUAL), SAMPLE))
    deaths = 0
    for turn, call in enumerate(calls):
        if not die_at(mortal_house, weather, call, 50 + turn % 20, headers):
            break
        deaths += 1
    print(f"seed {SEED}: died at {deaths} system calls")
    assert deaths >= (USUAL / 2 if FULL else SAMPLE / 2)


# --- at moments of chance -------------------------------------------------------------------------

def kill_amid(house, dice, heat):
    """A command for each zone, some waited for, and the end at some moment."""
    given = []
    for zone in dice.sample(range(1, ZONES + 1), dice.randint(1, ZONES)):
        given.append(Given(house, zone, heat, dice.random() < 0.5, dice.choice([{}, ASYNC])))
        time.sleep(dice.choice([0, 0, dice.uniform(0, 0.1)]))
    time.sleep(dice.uniform(0, 0.4))
    bury(house)
    for one in given:
        one.later.thread.join()
    bury(house)
    records = begin_again(house)
    for one in given:
        one.judge(house, records)
    forget(house)
    return [one.status for one in given]


def test_a_daemon_killed_at_random_amid_many_commands_loses_and_doubles_nothing(new_house):
    house = new_house(zones=ZONES, settings=SETTINGS, panel={"turnaround": 40})
    house.command("/zones/batch/temperature", {"zones": list(range(1, ZONES + 1)), "hold": True})
    dice, told = random.Random(SEED), collections.Counter()
    for turn in range(KILLS):
        told.update(kill_amid(house, dice, 50 + turn % 20))
    print(f"seed {SEED}: {KILLS} kills, commands told {dict(told)}")
