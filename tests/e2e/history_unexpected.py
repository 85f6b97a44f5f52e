# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""Changes that no command asked for, judged by what the panel went through: each record of one
was a change that no write of the daemon's made, and each such change that lasted has a record.
The rules of history.py, which only get a text and a time from here."""

import json
import sqlite3
import time
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

import panel

SYSTEM = ("system_mode", "all_mode", "fan_mode")
ZONAL = ("cool_setpoint", "heat_setpoint", "temporary", "hold", "out")
OWN = 0.3          # seconds within which a row changes after our write has reached the panel
DATED_BACK = 2.0   # a reply that may be late is dated by the oldest read that it may answer
LASTING = 4        # reads in a row that show a change, and
LASTS = 3.0        # seconds between the first and the last of them, leave no doubt
SETTLING = 8.0     # so long after a write of ours it may still explain a value


@dataclass
class Note:
    """One change of a record."""
    time: float
    name: str
    zone: int
    old: object
    new: object
    cause: str = "unknown"

    def __str__(self):
        return f"{self.name} of zone {self.zone}: {self.old} -> {self.new}"


def load(path, since=0.0):
    """The notes in a daemon's database, in the order of its records; None when it has no say."""
    offset = time.time() - time.monotonic()
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
            rows = database.execute("SELECT device, params, requested_us FROM commands"
                                    " WHERE command = 'unexpected' ORDER BY seq").fetchall()
    except sqlite3.Error:
        return None
    notes = []
    for device, params, requested_us in rows:
        zone = int(device.rpartition("-zone-")[2]) if "-zone-" in device else 0
        moment = requested_us / 1e6 - offset
        if moment >= since:
            told = json.loads(params)
            notes += [Note(moment, one["field"], zone, one["old"], one["new"], told["cause"])
                      for one in told["changes"]]
    return notes


def fields(zones):
    yield from ((name, 0) for name in SYSTEM)
    for zone in range(1, zones + 1):
        yield from ((name, zone) for name in ZONAL)


# --- no record of what was not ------------------------------------------------------------------

def _is_ours(change, writes):
    return change.cause == "write" and any(0 <= change.time - one.time <= OWN for one in writes)


def _turns(history, name, zone):
    """[(time, value, foreign)]: when the panel's value became another, and not by us."""
    row = panel.row_of(name, zone)
    writes = [one for one in history.writes() if one.row == row]
    found = []
    for change in sorted(history.changes, key=lambda one: one.time):
        if change.row != row:
            continue
        value = panel.value(name, change.content, zone)
        if change.cause == "start" or not found or found[-1][1] != value:
            found.append((change.time, value, not _is_ours(change, writes)))
    return found


def false_notes(history):
    """(time, text) of each record of a change that was none, or was ours."""
    for name, zone in fields(history.zones):
        notes = [one for one in history.notes if (one.name, one.zone) == (name, zone)]
        turns = _turns(history, name, zone) if notes else []
        for note in notes:
            if not _was(note, turns):
                yield note.time, f"{note}, which nobody but us may have changed: {turns}"
        for value in {note.new for note in notes}:
            told = [note for note in notes if note.new == value]
            happened = [one for one in turns if one[1] == value and one[2]]
            if len(told) > len(happened):
                yield told[-1].time, (f"{told[-1]}, told {len(told)} times, was "
                                      f"{len(happened)} times")


# Who may have done what has a cause that is more than a guess; "control" is a test's own hand.
MAKERS = {"period_began": ("period", "control"), "wall_thermostat": ("wall", "control")}


def false_causes(history):
    """(time, text) of each record that blames somebody who has made none of it by then. Who turns
    a setpoint back and who holds it may be two."""
    records = {}
    for note in history.notes:
        if note.cause in MAKERS:
            records.setdefault((note.time, note.zone, note.cause), []).append(note)
    for (moment, _, cause), notes in records.items():
        made = set().union(*(_makers(history, note) for note in notes))
        if not made & set(MAKERS[cause]):
            yield moment, f"{[*map(str, notes)]}, told as {cause}, made by {sorted(made)}"


def _makers(history, note):
    """The simulator's words for who has made the value what is told, up to then."""
    row, made, before = panel.row_of(note.name, note.zone), set(), None
    for one in sorted((one for one in history.changes if one.row == row),
                      key=lambda one: one.time):
        value = panel.value(note.name, one.content, note.zone)
        if value != before and value == note.new and one.time <= note.time + DATED_BACK:
            made.add(one.cause)
        before = value
    return made


def _was(note, turns):
    """Somebody else made it what is told, and it was so, when it is told to have been seen."""
    for (moment, value, foreign), (end, _, _) in zip(turns, [*turns[1:], (float("inf"), 0, 0)]):
        if foreign and value == note.new and moment <= note.time + DATED_BACK and end > note.time:
            return any(one[1] == note.old and one[0] <= moment for one in turns)
    return False


# --- a record of all that was ---------------------------------------------------------------------

def untold_changes(history, registers):
    """(time, text) of each lasting change without a record."""
    for name, zone in fields(history.zones):
        row = panel.row_of(name, zone)
        seen = [(one.time, panel.value(name, one.payload, zone)) for one in registers.replies[row]]
        named = [one.time for one in history.writes()
                 if one.row == row and _changes(registers, one, name, zone)]
        # What a failed command wrote may not have come to the line's other end, and whoever
        # wrote it cannot tell what the panel made of it.
        failed = registers.failed(name, zone)
        notes = [one for one in history.notes if (one.name, one.zone) == (name, zone)]
        for start, end, old, new in _lasting(seen, sorted(named), failed):
            if not any(start - DATED_BACK <= one.time <= end and (one.old, one.new) == (old, new)
                       for one in notes) and not _asked(registers, name, zone, new, start):
                yield start, f"{name} of zone {zone}: {old} -> {new}, told: {[*map(str, notes)]}"


def _changes(registers, write, name, zone):
    """True when the write carried another value than the panel held by then."""
    held = registers.at(write.row, write.time - 0.001)
    return held is None or panel.value(name, held, zone) != panel.value(name, write.payload, zone)


def _asked(registers, name, zone, value, time):
    """A command made it so at this moment, whether or not the panel had just done so by itself."""
    return any(start - OWN <= time <= end + OWN
               for start, end in registers.served(name, zone, value))


def _runs(seen):
    """[(from, when there was no doubt left or None, to, value)] of equal values in a row."""
    first = 0
    for index, (moment, value) in enumerate(seen):
        if value != seen[first][1]:
            first = index
        if index + 1 == len(seen) or seen[index + 1][1] != value:
            start = seen[first][0]
            sure = [one for one, _ in seen[first + LASTING - 1:index + 1] if one >= start + LASTS]
            yield start, sure[0] if sure else None, moment, value


def _lasting(seen, named, failed):
    """(from, to, old, new): what was believed became something else that nobody wrote, and
    stayed long enough. Where a careful reader cannot tell what was believed, nothing is asked."""
    believed, shown = (seen[0][1], seen[0][0]) if seen else (None, 0.0)
    for start, sure, end, value in _runs(seen):
        if value == believed:
            shown = end
            continue
        if sure is None:
            believed = None
            continue
        # Between the last sight of the old value and the first of the new one may be a while.
        first = shown - SETTLING
        ours = bisect_left(named, first) < bisect_right(named, sure) or \
            any(start <= sure and first <= end for start, end in failed)
        if believed is not None and not ours:
            yield start, end, believed, value
        believed, shown = value, end
