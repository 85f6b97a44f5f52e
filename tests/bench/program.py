# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""What the panel's program costs on the bus, and what it costs others."""

import panel
from bus import BOTH, EIGHT, RUNS, ZONE, Bench, median
from waiting import until

TABLE = 10
PLANS = [{"wake": {"start": "06:15", "heat": 67, "cool": 77},
          "day": {"start": "08:30", "heat": 61, "cool": 83},
          "eve": {"start": "16:45", "heat": 67, "cool": 77},
          "sleep": {"start": "22:15", "heat": 59, "cool": 81}},
         {"wake": {"start": "05:45", "out": True}, "day": {"heat": 62}}]


def set_weeks(house, plan):
    """Gives all eight zones that plan each day; the answer and the frames of ours."""
    before = len(house.sim.frames())
    answer = house.rest.request("PUT", "/schedules", {"zones": EIGHT, "days": {"all": plan}})
    assert answer.status == 200, answer
    return answer, [one for one in house.sim.frames()[before:]
                    if one.source == 99 and one.payload[1] == TABLE]


def is_write(one):
    return one.function == panel.WRITE


def whole_weeks():
    """a whole week of eight zones set to the same day plan"""
    with Bench() as house:
        costs, again = [], []
        # Else the lazy reading begins amid it, whose sends are not the command's.
        assert house.rest.get("/schedules?force=true").status == 200
        for plan in PLANS:
            answer, ours = set_weeks(house, plan)
            costs.append((len(ours), sum(map(is_write, ours)), answer.seconds))
            again.append(sum(map(is_write, set_weeks(house, plan)[1])))
    most = max(costs)
    yield "a week of eight zones set to the same day plan: transactions", "<= 168", \
        f"{most[0]} ({most[1]} writes, {most[2]:.1f} s)", most[0] <= 168
    yield "... the same once more: writes", "0", f"{max(again)}", max(again) == 0


def sends_between(frames):
    """Sends of the reading until the last frame of the command, also amid it."""
    ours = [one.payload[1] == TABLE for one in frames if one.source == 99]
    last = max(place for place, reading in enumerate(ours) if not reading)
    return sum(ours[:last])


def reading_delays():
    """reading all schedules delays a command by"""
    waited = []
    with Bench() as house:
        for run in range(RUNS):
            reading = house.client().later("GET", "/schedules?force=true")
            until(lambda: any(one.source == 99 and one.payload[1] == TABLE
                              for one in house.sim.frames()[-4:]), 20, "a day being read",
                  pause=0.01)
            before = len(house.sim.frames())
            house.command(ZONE, BOTH[run % 2])
            waited.append(sends_between(house.sim.frames()[before:]))
            assert reading.result().status == 200
    yield "reading all schedules delays a command by: sends of one read", "<= 1", \
        f"{max(waited)} (median {median(waited):g})", max(waited) <= 1


ROWS = (whole_weeks, reading_delays)
