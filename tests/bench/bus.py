# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""What commands and refreshes cost on the bus. Each function is one row of the table, or a few,
and yields (what, must be, measured, kept)."""

import statistics
import time

import panel
from house import House
from waiting import until

RUNS = 20
TURNAROUND = 0.030
GAP = 0.020
BYTES_PER_SECOND = 960
ZONE = "/zones/2/temperature"
BATCH = "/zones/batch/temperature"
EIGHT = list(range(1, 9))
PROGRAM = bytes((10,))  # the table
NO_POLLS = {"cache.refresh_interval": 86400}


class Measured:
    """What one request cost: transactions, writes, bytes on the wire and seconds."""

    def __init__(self, frames, answer):
        # Days of the panel's program are read beside, one a second, whatever is measured.
        frames = [one for one in frames if one.payload[1:2] != PROGRAM]
        ours = [one for one in frames if one.source == 99]
        self.transactions = len(ours)
        self.writes = sum(1 for one in ours if one.function == panel.WRITE)
        self.reads = sum(1 for one in ours if one.function == panel.READ)
        self.bytes = sum(len(one.payload) + 10 for one in frames)
        self.seconds = answer.seconds
        self.answer = answer

    @property
    def ratio(self):
        """Against what the wire, the panel and our own silence have to take."""
        return self.seconds / (self.bytes / BYTES_PER_SECOND
                               + self.transactions * (TURNAROUND + GAP))


class Bench(House):
    """A house with a paced panel that speaks only when asked."""

    def __init__(self, zones=8, settings=None, environment=None, mqtt=False, **panel_options):
        options = {"pacing": True, "turnaround": 30, **panel_options}
        super().__init__(zones=zones, settings={**NO_POLLS, **(settings or {})}, panel=options,
                         environment=environment, mqtt=mqtt)
        # The first polls learn all rows; until they are over nothing is measured.
        self.quiet()

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is None:
            self.close()
        else:
            self.abandon()

    def quiet(self, seconds=0.4):
        """Waits until nothing of ours was on the line for so long."""
        def silent():
            ours = [one.time for one in self.sim.frames() if one.source == 99]
            return not ours or time.monotonic() - ours[-1] > seconds
        until(silent, 60, "a quiet line", pause=0.05)

    def measure(self, target, body, status=200):
        before = len(self.sim.frames())
        answer = self.rest.post(target, body)
        assert answer.status == status, answer
        return Measured(self.sim.frames()[before:], answer)

    def runs(self, target, bodies, fresh=False):
        """RUNS measurements; fresh ones follow each other at once."""
        measured = []
        for run in range(RUNS):
            if not fresh:
                self.quiet()
            measured.append(self.measure(target, bodies[run % len(bodies)]))
        return measured


MODES = [{"mode": "Cool"}, {"mode": "Heat"}]
FANS = [{"fan": "On"}, {"fan": "Auto"}]
HOLDS = [{"hold": True}, {"hold": False}]
FLAGS = [{"temp": True, "out": True}, {"hold": True, "out": False}]
BOTH = [{"heat": 66, "cool": 76, "hold": True}, {"heat": 67, "cool": 77, "temp": True}]
SETPOINTS = [{"heat": 64, "cool": 74}, {"heat": 65, "cool": 75}]


def in_batch(bodies):
    return [{"zones": EIGHT, **body} for body in bodies]


COMMANDS = (  # what, target, bodies, transactions, transactions when fresh
    ("mode", "/system/mode", MODES, 3, 2), ("fan", "/system/fan", FANS, 3, 2),
    ("hold", "/zones/2/hold", HOLDS, 3, 2), ("flags", ZONE, FLAGS, 3, 2),
    ("setpoints and flags, one zone", ZONE, BOTH, 6, 4),
    ("setpoints and flags, eight zones", BATCH, in_batch(BOTH), 6, 4),
    ("setpoints alone, one zone", ZONE, SETPOINTS, 3, 2),
    ("setpoints alone, eight zones", BATCH, in_batch(SETPOINTS), 3, 2),
)


def median(values):
    return statistics.median(list(values))


def transactions():
    """transactions until answered, and the time they take"""
    ratios = []
    with Bench() as house:
        house.command(BATCH, {"zones": EIGHT, "hold": True})
        for what, target, bodies, limit, _ in COMMANDS:
            if "alone" in what:
                house.command(BATCH, {"zones": EIGHT, "hold": True})
            measured = house.runs(target, bodies)
            ratios += [(what, median(one.ratio for one in measured),
                        median(one.seconds for one in measured))]
            count = median(one.transactions for one in measured)
            yield f"{what}: transactions until answered", f"<= {limit}", f"{count:g}", \
                count <= limit
    for what, ratio, seconds in ratios:
        yield f"{what}: time / (wire + turnarounds + gaps)", "<= 1.10", \
            f"{ratio:.3f} ({seconds * 1000:.0f} ms)", ratio <= 1.10


def fresh_transactions():
    """transactions when the rows are fresh"""
    with Bench(settings={"command.guard_ms": 2000}) as house:
        house.command(BATCH, {"zones": EIGHT, "hold": True})
        for what, target, bodies, _, limit in COMMANDS:
            if "alone" in what:
                house.command(BATCH, {"zones": EIGHT, "hold": True})
            house.measure(target, bodies[-1])
            measured = house.runs(target, bodies, fresh=True)[1:]
            count = median(one.transactions for one in measured)
            yield f"{what}, rows fresh: transactions", f"<= {limit}", f"{count:g}", count <= limit


def no_change():
    """a change that changes nothing"""
    body = {"heat": 66, "cool": 76, "hold": True}
    with Bench() as house:
        house.command(ZONE, body)
        measured = house.runs(ZONE, [body])
        writes = max(one.writes for one in measured)
        yield "a change that changes nothing: writes", "0", f"{writes}", writes == 0
    with Bench(settings={"command.guard_ms": 2000}) as house:
        house.command(ZONE, body)
        measured = house.runs(ZONE, [body], fresh=True)
        count = median(one.transactions for one in measured)
        yield "a change that changes nothing, rows fresh: transactions", "0", f"{count:g}", \
            count == 0


def fifty_at_once():
    """50 concurrent commands over 8 zones"""
    counts, seconds = [], []
    with Bench() as house:
        for run in range(RUNS):
            house.quiet()
            before = len(house.sim.frames())
            requests = [("POST", f"/zones/{n % 8 + 1}/temperature",
                         {"heat": 56 + n % 8 + run % 2, "cool": 76 + n % 8, "hold": True})
                        for n in range(50)]
            start = time.monotonic()
            answers = house.rest.together(requests)
            seconds.append(time.monotonic() - start)
            assert all(one.status == 200 for one in answers)
            counts.append(sum(1 for one in house.sim.frames()[before:] if one.source == 99))
        house.check()
    yield "50 concurrent single-zone commands over 8 zones: transactions", "<= 12", \
        f"{median(counts):g} (at most {max(counts)}, {median(seconds):.2f} s)", \
        median(counts) <= 12
    yield "... every one answered truly (history checker)", "yes", "yes", True


def refresh():
    """refresh of the status"""
    with Bench() as house:
        counts = []
        for _ in range(RUNS):
            house.quiet(0.2)
            counts.append(house.measure("/update", {}).reads)
    yield "refresh on a silent line: rows read", "<= 9", \
        f"{median(counts):g} (at most {max(counts)})", median(counts) <= 9
    with Bench(settings={"cache.refresh_interval": 10}, burst=True) as house:
        until(lambda: house.sim.counters()["bursts"] >= 3, 60, "three bursts of the panel")
        begun = time.monotonic()
        polls = until(lambda: ten_polls(house, begun), 200, "ten polls", pause=1)
    average = sum(polls) / len(polls)
    yield "refresh with the panel's burst: rows, average over ten", "<= 4", f"{average:.1f}", \
        average <= 4


def ten_polls(house, begun):
    """Rows per poll, when ten are over: polls are apart by more than two seconds."""
    reads = [one.time for one in house.sim.frames()
             if one.source == 99 and one.function == panel.READ and one.time > begun
             and one.payload[1:2] != PROGRAM]
    polls = []
    for before, moment in zip([0.0, *reads], reads):
        if moment - before > 2:
            polls.append(0)
        polls[-1] += 1
    return polls[:10] if len(polls) > 10 else None


def lost_reply():
    """what one lost reply adds"""
    with Bench() as house:
        plain = median(one.seconds for one in house.runs(ZONE, BOTH))
        added = []
        for run in range(RUNS):
            house.quiet()
            house.sim.fault("lose-reply", nth=run % 6 + 1)
            added.append(house.measure(ZONE, BOTH[run % 2]).seconds - plain)
            house.sim.clear()
    yield "what one lost reply adds to a command", "<= 450 ms", \
        f"{median(added) * 1000:.0f} ms (at most {max(added) * 1000:.0f})", median(added) <= 0.45


def status_from_memory():
    """GET /status from memory"""
    with Bench() as house:
        busy, connection = [], house.client().connection()
        while len(busy) < RUNS:
            waiting = house.client().later("POST", ZONE, BOTH[len(busy) % 2])
            while not waiting.done() and len(busy) < RUNS:
                busy.append(house.client().request("GET", "/status",
                                                   connection=connection).seconds)
            waiting.result()
        house.sim.silence(True)
        waiting = house.client().later("POST", ZONE, BOTH[0])
        dead = [house.client().request("GET", "/status", connection=connection).seconds
                for _ in range(RUNS)]
        waiting.result()
        connection.close()
    for what, times in (("the bus is busy", busy), ("the panel is dead", dead)):
        yield f"GET /status while {what}", "at once (<= 10 ms)", \
            f"{median(times) * 1000:.1f} ms (at most {max(times) * 1000:.1f})", \
            median(times) <= 0.010


ROWS = (transactions, fresh_transactions, no_change, fifty_at_once, refresh, lost_reply,
        status_from_memory)
