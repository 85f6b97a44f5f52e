# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""make soak: one daemon for a long time among faults, callers, a broker that comes and goes and
hands at the wall. CZ2_SOAK_MINUTES says how long (30). After each minute the history is checked
and begins anew; at the end neither memory nor descriptors have grown."""

import itertools
import os
import random
import signal
import threading
import time

from campaign import command
from house import House
from waiting import until

MINUTES = float(os.environ.get("CZ2_SOAK_MINUTES", "30"))
SEED = int(os.environ.get("CZ2_SOAK_SEED", "1"))
ROUND = 60.0
FIRST_ROUNDS = 3  # the least that it held in them counts: it may just have given a long answer
CALLERS = 4
FAULTS = ("lose-request", "lose-reply", "flip-request", "flip-reply", "truncate-reply",
          "late-reply", "double-reply", "foreign-reply", "wrong-row", "wrong-length", "garbage",
          "not-kept", "error-reply", "nack", "hang-up", "wall-edit")
SETTINGS = {"bus.reply_timeout_ms": 120, "bus.gap_ms": 5, "cache.refresh_interval": 5,
            "command.timeout_seconds": 10}
# glibc keeps for each thread freed blocks of each size. Those stocks fill for hours, hold some
# hundred KiB in the end, and pass for growth: without them it is the daemon's own.
TUNABLES = "glibc.malloc.tcache_count=0"


def request(dice):
    if dice.random() < 0.6:
        return ("POST", *command(dice))
    return dice.choice([
        ("POST", "/update", {}), ("GET", "/status", None), ("GET", "/health", None),
        ("POST", f"/zones/{dice.randint(1, 8)}/temperature", {"heat": 99})])


def call_for(house, seed, deadline):
    """One caller: requests in a row, some after a pause."""
    dice = random.Random(seed)
    while time.monotonic() < deadline:
        answer = house.client().request(*request(dice))
        assert answer.status in (200, 422, 500, 503, 504), answer
        time.sleep(dice.choice([0, 0, 0.05, 0.5]))


def disturb(house, dice):
    """Something that happens to a house, and its end."""
    kind = dice.choice(FAULTS)
    event = dice.randrange(8)
    if event == 0:
        house.broker.stop()
        house.listener.close()
        time.sleep(dice.uniform(0.5, 5))
        house.broker.start()
        house.listen_again()
    elif event == 1:
        house.broker.process.send(signal.SIGSTOP)
        time.sleep(dice.uniform(0.5, 5))
        house.broker.process.send(signal.SIGCONT)
    elif event == 2:
        house.sim.wall(dice.randint(1, 8), heat=dice.randint(50, 70), hold=dice.random() < 0.5)
    elif event == 3:
        house.sim.hang_up()
    elif event == 4:
        house.sim.silence(True)
        time.sleep(dice.uniform(0.5, 4))
        house.sim.silence(False)
    else:
        for _ in range(dice.randint(1, 5)):
            house.sim.fault(kind, nth=dice.randint(1, 10), count=dice.randint(1, 3))
            time.sleep(dice.uniform(0.2, 2))
    house.sim.clear()


def one_round(house, dice):
    deadline = time.monotonic() + ROUND
    failures = []

    def guarded(seed):
        try:
            call_for(house, seed, deadline)
        except Exception as error:  # told after the round
            failures.append(repr(error))
    callers = [threading.Thread(target=guarded, args=(dice.random(),)) for _ in range(CALLERS)]
    for one in callers:
        one.start()
    while time.monotonic() < deadline:
        disturb(house, dice)
        time.sleep(dice.uniform(0.2, 3))
    for one in callers:
        one.join()
    assert not failures, failures
    until(lambda: house.rest.get("/status?force=true").status == 200, 30, "the panel again")


def test_a_long_life(monkeypatch):
    monkeypatch.setenv("GLIBC_TUNABLES", TUNABLES)
    house = House(zones=8, settings=SETTINGS, mqtt=True)
    try:
        dice = random.Random(SEED)
        one_round(house, dice)
        house.forget()
        footprint = house.daemon.footprint()
        end = time.monotonic() + MINUTES * 60
        for rounds in itertools.count():
            now = house.daemon.footprint()
            print(f"round {rounds}: {now['memory']} KiB, {now['descriptors']} descriptors",
                  flush=True)
            if rounds < FIRST_ROUNDS:
                footprint["memory"] = min(footprint["memory"], now["memory"])
            if time.monotonic() >= end:
                break
            one_round(house, dice)
            house.forget()
        house.daemon.assert_flat(footprint)
        house.close()
    finally:
        if house.daemon.process.alive():
            print(house.report())
        house.abandon()
