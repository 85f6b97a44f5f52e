# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""The history checker: after a test, what the simulated panel saw and what the clients were
told must agree. It knows nothing of the daemon's inside; its rules are the promises made to
users. Each rule is one function that yields violations; test_history.py shows each going red."""

import json
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Optional

import history_unexpected
import panel
from panel import READ, REPLY, WRITE
from waiting import PATIENCE

CLOCK_SLACK = 0.05            # between a moment at the panel and the same moment at a client
FRESH_SLACK = 0.5 * PATIENCE  # line time and a busy machine, on top of command.guard_ms, which
                              # tests/virtual/judge.c holds to the millisecond
ACCEPTED = (201, 202)
FLAGS_ROW, SETPOINTS_ROW = (1, 12), (1, 16)
SETPOINTS = ("cool_setpoint", "heat_setpoint")
GRANTING = (200, 201, 202, 500, 504, None)  # answers of commands that may have touched the bus; any
                                  # other does when it says what was applied


@dataclass
class Frame:
    """One frame on the line, at the moment it was complete."""
    time: float
    source: int
    destination: int
    function: int
    payload: bytes
    heard: bool = True       # reached its addressee whole
    collision: bool = False  # damaged, and yet its CRC is right

    @property
    def row(self):
        return (self.payload[1], self.payload[2]) if len(self.payload) >= 3 else None

    def __str__(self):
        kind = {READ: "read", REPLY: "reply", WRITE: "write"}.get(self.function, "error")
        return (f"{self.time:.3f} {self.source} -> {self.destination} {kind} "
                f"{self.payload.hex(' ')}" + ("" if self.heard else " (lost)"))


@dataclass
class Change:
    """A row of the panel got a new content; cause is the simulator's word for why."""
    time: float
    row: tuple
    content: bytes
    cause: str = "start"


@dataclass
class Call:
    """One HTTP exchange as the client saw it."""
    method: str
    target: str
    body: Optional[bytes]
    sent: float
    answered: Optional[float] = None
    status: Optional[int] = None
    answer: Any = None
    abandoned: bool = False  # the client went away on purpose
    patient: bool = False    # it is answered when the truth is known, however late
    replay: bool = False     # it may be told the answer of an earlier one (Idempotency-Key)

    def __str__(self):
        return f"{self.method} {self.target} {self.body!r} -> {self.status}"


@dataclass
class Message:
    """One MQTT message as a listener received it."""
    time: float
    topic: str
    payload: str
    retain: bool
    qos: int = 0


@dataclass
class History:
    """Everything that was seen. address is the daemon's on the bus."""
    frames: list = field(default_factory=list)
    changes: list = field(default_factory=list)
    calls: list = field(default_factory=list)
    messages: list = field(default_factory=list)
    address: int = 99
    zones: int = 1
    guard: float = 0.25
    deadline: float = 30.0  # of an answer
    notes: Optional[list] = None  # of changes without a command; None: nobody knows
    complete: bool = False  # whatever was to be noted has been

    def writes(self):
        return [f for f in self.frames if f.source == self.address and f.function == WRITE]


@dataclass
class Violation:
    rule: str
    time: float
    text: str

    def __str__(self):
        return f"{self.time:.3f} {self.rule}: {self.text}"


# --- what the calls wish ---------------------------------------------------------------------

TRUE = {True, 1, "1", "true", "t", "yes", "y", "on"}
ON = "on"  # the wish for ALL mode, whichever zone rules


def _number(value):
    return int(float(value))


def _flag(value):
    return (value.strip().lower() if isinstance(value, str) else value) in TRUE


def _zone_wish(body, zone):
    wish = {}
    for member, name in (("heat", "heat_setpoint"), ("cool", "cool_setpoint")):
        if body.get(member) is not None:
            wish[name, zone] = _number(body[member])
    for member, name in (("out", "out"), ("temp", "temporary"), ("hold", "hold")):
        if body.get(member) is not None:
            wish[name, zone] = _flag(body[member])
    if wish.get(("hold", zone)):
        wish["temporary", zone] = False
    elif wish.get(("temporary", zone)):
        wish["hold", zone] = False
    return wish


def _system_wish(body):
    wish = {}
    if body.get("mode") is not None:
        wish["system_mode", 0] = body["mode"]
    if body.get("fan") is not None:
        wish["fan_mode", 0] = body["fan"]
    if type(body.get("all")) is int and body["all"] > 1:
        wish["all_mode", 0] = body["all"]  # that zone, and not just any
    elif body.get("all") is not None:
        wish["all_mode", 0] = ON if _flag(body["all"]) else 0
    return wish


def raw_wish(table, row, body):
    """Of a row that is written by its address: the bytes that are to be others."""
    old, new = bytes.fromhex(body["expected"]), bytes.fromhex(body["hex"])
    return {(f"{panel.RAW}{table}.{row}.{at}", 0): value
            for at, (before, value) in enumerate(zip(old, new)) if before != value}


DAYS = tuple(day.lower() for day in panel.DAYS)
DAY_GROUPS = {"all": DAYS, "weekdays": DAYS[1:6], "weekend": (DAYS[0], DAYS[6])}
HOST = "host"  # the wish for the clock of the daemon's machine


def _seconds(text):
    """Of a day, as people write times."""
    match = re.fullmatch(r"(\d+):(\d\d)(?::(\d\d))? ?(am|pm)?", text.lower())
    hour, half = int(match[1]), match[4]
    hour = hour % 12 + (12 if half == "pm" else 0) if half else hour
    return hour * 3600 + int(match[2]) * 60 + int(match[3] or 0)


def _period_wish(wishes):
    for member, value in (wishes or {}).items():
        if value is not None:
            yield member, {"start": lambda one: _seconds(one) // 60, "heat": _number,
                           "cool": _number, "out": _flag}[member](value)


def _program_wish(days, zone):
    return {(f"{day}.{period}.{member}", zone): value
            for key, periods in days.items() for day in DAY_GROUPS.get(key, (key,))
            for name, wishes in (periods or {}).items()
            for period in (panel.PERIODS if name == "all" else (name,))
            for member, value in _period_wish(wishes)}


def _clock_wish(body):
    if body.get("sync") is not None and _flag(body["sync"]):
        return {("clock", 0): HOST}
    return {("clock", 0): DAYS.index(body["day"]) * 86400 + _seconds(body["time"])}


def _resumption(zones):
    return {(flag, zone): False for zone in zones for flag in ("hold", "temporary", "out")}


def wish_of(call, zones=8):
    """{(field, zone): value} that a call asks for, in a house of so many zones; empty when it is
    no command."""
    path = call.target.split("?")[0]
    if call.method not in ("POST", "PUT") or not (call.body or path.endswith("/resume")):
        return {}
    try:
        body = json.loads(call.body or b"{}")
    except ValueError:
        return {}
    if not isinstance(body, dict):
        return {}
    raw = re.fullmatch(r"/api/v1/rows/(\d+)/(\d+)/(\d+)", path)
    try:
        if raw:
            return raw_wish(int(raw[2]), int(raw[3]), body)
        return _wish(path, body, zones)
    except (TypeError, ValueError, OverflowError, KeyError, AttributeError):
        return {}  # refused by the daemon, or the rules below complain


def _wish(path, body, zones):
    wish = {}
    if path.startswith("/api/v1/"):
        return _ordered_wish(path, body, zones)
    if path == "/clock":
        return _clock_wish(body)
    if path == "/system/resume":
        return _resumption(range(1, zones + 1))
    if path == "/schedules":
        for zone in body.get("zones") or range(1, zones + 1):
            wish.update(_program_wish(body["days"], _number(zone)))
    if path in ("/system/mode", "/system/fan", "/system"):
        wish.update(_system_wish(body))
    elif re.fullmatch(r"/zones/\d+", path):  # a zone's thermostat: what it wishes of both
        wish.update(_system_wish(body))
        wish.update(_zone_wish(body, int(path.split("/")[2])))
    elif path == "/zones/batch/temperature":
        for zone in body.get("zones") or ():
            wish.update(_zone_wish(body, _number(zone)))
    else:
        match = re.fullmatch(r"/zones/(\d+)/(temperature|hold|schedule|resume)", path)
        if match and match[2] == "schedule":
            wish.update(_program_wish(body["days"], int(match[1])))
        elif match and match[2] == "resume":
            wish.update(_resumption([int(match[1])]))
        elif match:
            wish.update(_zone_wish(body, int(match[1])))
    return wish


ORDERS = {"system.mode": "/system/mode", "system.fan": "/system/fan",
          "zones.temperature": "/zones/batch/temperature",
          "zone.temperature": "/zones/{}/temperature", "zone.hold": "/zones/{}/hold",
          "zone.schedule": "/zones/{}/schedule", "zones.schedule": "/schedules",
          "zone.resume": "/zones/{}/resume", "system.resume": "/system/resume",
          "clock.set": "/clock"}


def _ordered_wish(path, body, zones):
    """Of a command by name."""
    name = body.get("command") or body.get("command_type")
    params = body.get("params") or body.get("command_params") or {}
    device = re.search(r"-zone-(\d+)", f"{path} {body.get('device_id')}")
    zone = device[1] if device else params.get("zone_id")
    return _wish(ORDERS[name].format(zone), params, zones) if name in ORDERS else {}


def _wanted_bits(name, zone, wanted):
    """(row, byte, mask, value) of one wish; ALL "on" is tried as every zone, and whatever the
    clock shows has moved on."""
    row = panel.row_of(name, zone)
    if panel.is_raw(name):
        return [(row, panel.raw_place(name), 0xFF, wanted)]
    if name == "clock":
        return [(row, byte, 0xFF, None) for byte in (3, 4, 5, 6)]
    if name in panel.PROGRAM_FIELDS:
        return _program_bits(row, *name.split(".")[1:], wanted)
    if name == "system_mode":
        return [(row, 4, 0xFF, panel.MODES.index(wanted))] if wanted in panel.MODES else []
    if name == "all_mode":
        return [(row, 15, 0xFF, one) for one in (range(1, 9) if wanted == ON else (wanted,))]
    if name == "fan_mode":
        return [(row, 3, 0x04, 0x04 if wanted == "On" else 0)]
    if name in ("cool_setpoint", "heat_setpoint"):
        return [(row, (2 if name == "cool_setpoint" else 10) + zone, 0xFF, wanted & 0xFF)]
    bit = 1 << zone - 1
    byte = {"temporary": 9, "hold": 10, "out": 12}[name]
    return [(row, byte, bit, bit if wanted else 0)]


def _program_bits(row, period, member, wanted):
    """A setpoint that is named ends the OUT of its period."""
    place = panel.PERIODS.index(period)
    if member == "start":
        return [(row, 3 + place, 0xFF, wanted // 60), (row, 7 + place, 0xFF, wanted % 60)]
    if member == "heat":
        return [(row, 11 + place, 0xFF, wanted)]
    if member == "cool":
        return [(row, 15 + place, 0xFF, wanted), (row, 11 + place, panel.OUT, 0)]
    if wanted:
        return [(row, 11 + place, 0xFF, panel.OUT_BYTES[place])]
    return [(row, 11 + place, panel.OUT, 0)]


def met(wanted, value, name=None):
    if name == "clock":  # it has gone on since it was asked for
        return value is not None and (wanted == HOST or (value - wanted) % panel.WEEK <= 60)
    return value not in (0, None) if wanted == ON else value == wanted


# --- what the panel held ----------------------------------------------------------------------

def _is_answer(frame):
    """A reply that may be believed: one of another length than its row is none."""
    length = len(frame.payload)
    right = length <= 3 or length == panel.LENGTHS.get(frame.row, length)
    return frame.function == REPLY and frame.heard and right


class Registers:
    """The content of each row over time, and what a damaged reply made of it; beside it what
    the rules ask for again and again: our reads, the replies to us, and the commands."""

    def __init__(self, history):
        self.guard, self.deadline = history.guard, history.deadline
        self.reads = defaultdict(list)
        self.replies = defaultdict(list)
        for one in sorted(history.frames, key=lambda one: one.time):
            if one.source == history.address and one.function == READ:
                self.reads[one.row].append(one.time)
            elif one.destination == history.address and _is_answer(one):
                self.replies[one.row if len(one.payload) > 3 else None].append(one)
        self.commands = [(call, wish) for call in history.calls
                         if (wish := wish_of(call, history.zones))]
        self.rows = defaultdict(list)
        for change in sorted(history.changes, key=lambda one: one.time):
            self.rows[change.row].append((change.time, change.content))
        self.imagined = defaultdict(list)
        for one in history.frames:
            if one.collision and one.row and len(one.payload) > 3:
                self.imagined[one.row].append((one.time, one.payload))

    def at(self, row, time):
        contents = self.rows[row]
        index = bisect_right(contents, time, key=lambda pair: pair[0])
        return contents[index - 1][1] if index else None

    def during(self, row, start, end):
        """All contents that the row had between two moments, oldest first."""
        first = self.at(row, start)
        inside = [content for time, content in self.rows[row] if start < time <= end]
        return ([first] if first is not None else []) + inside

    def lately(self, row, start, end):
        """What the row was between two moments, and before them since the oldest read whose reply
        the daemon may still go by."""
        reads = self.reads[row]
        index = bisect_left(reads, start - self.guard)
        return self.during(row, min([start, *reads[index:index + 1]]), end)

    def told_of(self, wish, name, zone, start, end):
        """All values of which the end of a command may tell. A setpoint that nothing holds has to
        be read anew: the schedule may have taken it back."""
        row = panel.row_of(name, zone)
        free = name in SETPOINTS and not any(
            holds(wish, one, zone) for one in self.lately(FLAGS_ROW, start, end))
        contents = self.during if free else self.lately
        return [panel.value(name, content, zone) for content in contents(row, start, end)]

    def served(self, name, zone, value):
        """[(from, to)] of the calls that asked for this value and were told of success."""
        return [(call.sent, call.answered) for call, wish in self.commands
                if call.status == 200 and (name, zone) in wish
                and met(wish[name, zone], value, name)]

    def failed(self, name, zone):
        """[(from, to)] of the calls that named the field, may have written it, and failed, or may
        have done so behind our back."""
        return [(call.sent, call.sent + self.deadline if call.status in (None, *ACCEPTED)
                 else call.answered)
                for call, wish in self.commands
                if (name, zone) in wish and _grants(call) and call.status != 200]

    def values(self, name, zone):
        """[(from, to, value)] of one field; a damaged reply counts from then on for ever."""
        row = panel.row_of(name, zone)
        contents = self.rows[row]
        ends = [time for time, _ in contents[1:]] + [float("inf")]
        spans = [(time, end, panel.value(name, content, zone))
                 for (time, content), end in zip(contents, ends)]
        spans += [(time, float("inf"), panel.value(name, content, zone))
                  for time, content in self.imagined[row] if len(content) == panel.LENGTHS[row]]
        return spans


# --- the rules --------------------------------------------------------------------------------

def check(history):
    """All violations of all rules, in the order of time."""
    registers = Registers(history)
    found = []
    for rule in RULES:
        found += rule(history, registers)
    return sorted(found, key=lambda one: one.time)


def _grants(call):
    return call.status in GRANTING or (isinstance(call.answer, dict) and "applied" in call.answer)


def _asking(registers, time):
    """The wishes that may be the reason for a write at this moment. Who was answered with 201
    or 202 does not wait, but his command does."""
    for call, wish in registers.commands:
        waits = call.answered is None or call.status in ACCEPTED
        ends = float("inf") if waits else call.answered
        if _grants(call) and call.sent <= time <= ends + CLOCK_SLACK:
            yield wish


def nothing_before_the_first_command(history, registers):
    first = min((call.sent for call, _ in registers.commands), default=float("inf"))
    for one in history.writes():
        if one.time < first:
            yield Violation("quiet start", one.time,
                            f"wrote {one.payload.hex(' ')} before any command")


def every_write_belongs_to_a_request(history, registers):
    for one in history.writes():
        rows = {panel.row_of(*key) for wish in _asking(registers, one.time) for key in wish}
        if one.row not in rows:
            yield Violation("unrequested write", one.time,
                            f"nobody waits for {one.payload.hex(' ')}")


def _basis(registers, write):
    """When we last asked for the row before a write and were answered, and the replies since.
    A panel that stood still answers all that has come at one moment."""
    asked = registers.reads[write.row]
    replies = registers.replies[write.row]
    beyond = bisect_left(replies, write.time, key=lambda one: one.time)
    for moment in reversed(asked[:bisect_right(asked, write.time)]):
        first = bisect_left(replies, moment, key=lambda one: one.time)
        if first < beyond:
            return moment, replies[first:beyond]
    return None, []


def unnamed_bytes_stay_as_read(history, registers):
    for write in history.writes():
        asked, replies = _basis(registers, write)
        if not replies:
            yield Violation("written unread", write.time,
                            f"no read of {write.row} was answered before the write")
            continue
        wishes = list(_asking(registers, write.time))
        complaints = [list(_unexplained(wishes, write, one.payload)) for one in replies]
        if all(complaints):
            yield Violation("unnamed bytes", write.time, "; ".join(complaints[0]))


def explained(registers, write, wishes):
    """True when a write changes only what these wishes name, upon what was read before it."""
    _, replies = _basis(registers, write)
    rows = {panel.row_of(*key) for wish in wishes for key in wish}
    return write.row in rows and (not replies or any(
        not list(_unexplained(wishes, write, one.payload)) for one in replies))


def _unexplained(wishes, write, base):
    if len(base) != len(write.payload):
        yield f"{len(base)} bytes read, {len(write.payload)} written"
        return
    wanted = [bits for wish in wishes
              for (name, zone), value in wish.items()
              for bits in _wanted_bits(name, zone, value)]
    for byte, (old, new) in enumerate(zip(base, write.payload)):
        explained = 0
        for row, place, mask, value in wanted:
            if row == write.row and place == byte and \
                    (value is None or new & mask == value & mask):
                explained |= mask
        if (old ^ new) & ~explained:
            yield f"{write.row} byte {byte}: read {old:#04x}, written {new:#04x}"


def _raw_rows(registers, write):
    """The rows that somebody asked to be written by their address."""
    return {panel.row_of(*key) for wish in _asking(registers, write.time) for key in wish
            if panel.is_raw(key[0])}


def only_allowed_bits_are_written(history, registers):
    for write in history.writes():
        if write.row in _raw_rows(registers, write) and write.row[0] not in (2, 9):
            continue
        _, replies = _basis(registers, write)
        for base in replies[-1:]:
            for byte, (old, new) in enumerate(zip(base.payload, write.payload)):
                if (old ^ new) & ~panel.writable_bits(write.row, byte, history.zones):
                    yield Violation("allow-list", write.time,
                                    f"{write.row} byte {byte}: {old:#04x} -> {new:#04x}")
        if not any(panel.writable_bits(write.row, byte) for byte in range(64)):
            yield Violation("allow-list", write.time, f"row {write.row} must not be written")


def writes_are_fresh_and_never_repeated(history, registers):
    last = {}
    for write in history.writes():
        asked, replies = _basis(registers, write)
        before = last.get(write.row)
        if asked is not None and write.time - asked > history.guard + FRESH_SLACK:
            yield Violation("stale basis", write.time,
                            f"{write.row} was read {write.time - asked:.3f} s earlier")
        if before is not None and replies and replies[-1].time < before:
            yield Violation("blind resend", write.time,
                            f"{write.row} written again without a read in between")
        if replies and all(one.payload == write.payload for one in replies):
            yield Violation("idle write", write.time, f"{write.row} already held all of it")
        last[write.row] = write.time


def every_caller_is_answered(history, registers):
    for call in history.calls:
        if call.status is None and not call.abandoned:
            yield Violation("no answer", call.sent, str(call))
        elif call.status is not None and not call.patient and \
                call.answered > call.sent + history.deadline:
            yield Violation("late answer", call.sent,
                            f"{call}, after {call.answered - call.sent:.1f} s")


def every_success_was_true(history, registers):
    for call, wish in registers.commands:
        if call.status != 200:
            continue
        for (name, zone), wanted in wish.items():
            values = registers.told_of(wish, name, zone, call.sent, call.answered + CLOCK_SLACK)
            if any(met(wanted, value, name) for value in values):
                continue
            if taken_back(history, registers, call, wish, name, zone, wanted):
                continue
            yield Violation("untrue success", call.answered,
                            f"{call}: {name} of zone {zone} was {values}, never {wanted}")


def holds(wish, flags, zone):
    """True when the wish, or what the row of flags says, keeps the zone from its schedule."""
    return bool(wish.get(("hold", zone)) or wish.get(("temporary", zone)) or
                panel.value("hold", flags, zone) or panel.value("temporary", flags, zone))


def taken_back(history, registers, call, wish, name, zone, wanted):
    """A setpoint of a zone that nothing holds: written and acknowledged is all one can ask."""
    if name not in SETPOINTS:
        return False
    flags = registers.during(FLAGS_ROW, call.sent, call.answered + CLOCK_SLACK)
    if all(holds(wish, one, zone) for one in flags):
        return False
    return any(one.row == SETPOINTS_ROW and panel.value(name, one.payload, zone) == wanted
               and call.sent <= one.time <= call.answered and _acknowledged(registers, one)
               for one in history.writes())


def _acknowledged(registers, write):
    """True when the next thing that the device said to us is an acknowledgement."""
    for one in registers.replies[None]:
        if one.time > write.time and one.source == write.destination:
            between = [t for t in registers.reads[write.row] if write.time < t < one.time]
            return one.payload == b"\0" and not between
    return False


def answers_show_the_change(history, registers):
    for call, wish in registers.commands:
        shown = _document(call.answer) if call.status == 200 else None
        if shown is None:
            continue
        ruler = shown.get("all_mode")
        for (name, zone), wanted in wish.items():
            value = _shown(shown, name, zone)
            hidden = name in panel.RULED and ruler not in (0, None, zone)
            if met(wanted, value, name) or hidden or zone > history.zones:
                continue
            if taken_back(history, registers, call, wish, name, zone, wanted):
                continue
            now = registers.during(panel.row_of(name, zone), call.sent,
                                   call.answered + CLOCK_SLACK)[-1:]
            if now and not met(wanted, panel.value(name, now[0], zone), name):
                continue  # somebody changed it again while we answered
            yield Violation("answer without the change", call.answered,
                            f"{call}: shows {name} of zone {zone} as {value}")


def answers_show_the_program(history, registers):
    for call, wish in registers.commands:
        answer = call.answer if isinstance(call.answer, dict) and call.status == 200 else {}
        schedules = answer.get("schedules") or [answer["schedule"]] if "schedule" in answer \
            or "schedules" in answer else []
        told = {one["zone_id"]: one["days"] for one in schedules}
        for (name, zone), wanted in wish.items():
            if name not in panel.PROGRAM_FIELDS or not told:
                continue
            day, period, member = name.split(".")
            shown = told[zone][day][period][member]
            if (_seconds(shown) // 60 if member == "start" else shown) != wanted:
                yield Violation("answer without the change", call.answered,
                                f"{call}: shows {name} of zone {zone} as {shown}")


def nothing_is_published_that_never_was(history, registers):
    yield from _follow(history, registers, _rest_documents(history), "REST")
    yield from _follow(history, registers, _mqtt_documents(history), "MQTT")
    yield from _follow(history, registers, _home_documents(history), "a document of MQTT")


def _document(answer):
    """The status inside an answer, flat or not; None when there is none."""
    if not isinstance(answer, dict):
        return None
    for one in (answer.get("status"), answer):
        if isinstance(one, dict) and "zones" in one and "system_mode" in one:
            return one
    return None


def _rest_documents(history):
    found = [(call.sent, call.answered, _document(call.answer)) for call in history.calls
             if call.status == 200 and _document(call.answer)]
    return sorted(found, key=lambda one: one[1])


def _mqtt_documents(history):
    for message in history.messages:
        theirs = message.topic.startswith("homeassistant/")
        if theirs or not message.topic.endswith("/status") or message.retain or not message.payload:
            continue
        shown = _document(json.loads(message.payload))
        if shown:
            yield message.time, message.time, shown


# What the documents for Home Assistant call otherwise than the status.
SYSTEM_NAMES = {"mode": "system_mode", "fan_running": "fan_state"}
ZONE_NAMES = {"damper": "damper_position", "zone": "zone_id"}


def _home_documents(history):
    """The system's and each zone's, as the parts of a status that they are."""
    for message in history.messages:
        if message.retain or not message.payload or "/set/" in message.topic:
            continue
        if message.topic.endswith("/system"):
            shown = _renamed(json.loads(message.payload), SYSTEM_NAMES)
            running = {None: None, True: "On", False: "Off"}[shown["fan_state"]]
            yield message.time, message.time, {**shown, "fan_state": running, "zones": []}
        elif message.topic.split("/")[-2:-1] == ["zone"]:
            zone = _renamed(json.loads(message.payload), ZONE_NAMES)
            yield message.time, message.time, {"zones": [zone]}


def _renamed(shown, names):
    return {names.get(name, name): value for name, value in shown.items()}


def _shown(shown, name, zone):
    if not zone:
        return shown.get(name)
    for one in shown["zones"]:
        if one["zone_id"] == zone:
            value = one.get(name)
            return int(value) if name == "damper_position" and value is not None else value
    return None


def _names(history):
    for name in panel.SYSTEM_FIELDS:
        yield name, 0
    for zone in range(1, history.zones + 1):
        for name in panel.ZONE_FIELDS:
            yield name, zone


def _follow(history, registers, documents, door):
    """Each value was on the panel before it was told, and no later one tells an older value:
    there is a moment for each, and the moments never go back. Answers that overlapped in time
    may have been made in either order."""
    documents = list(documents)
    for name, zone in _names(history):
        spans = _spans(registers, name, zone)
        ends, floors = [], [0.0]  # floors[n]: the latest moment among the first n told
        for start, end, shown in documents:
            value = _shown(shown, name, zone)
            if value is None:
                continue
            floor = floors[bisect_left(ends, start)]
            moments = [max(begin, floor) for begin, finish, one in spans
                       if one == value and begin <= end + CLOCK_SLACK and finish > floor]
            if moments:
                ends.append(end)
                floors.append(max(floors[-1], min(moments)))
                continue
            ever = any(one == value and begin <= end + CLOCK_SLACK for begin, _, one in spans)
            yield Violation("went back" if ever else "never was", end,
                            f"{door}: {name} of zone {zone} told as {value}")


def _spans(registers, name, zone):
    """In ALL mode a zone shows what the ruling zone holds."""
    spans = registers.values(name, zone)
    if zone and name in panel.RULED:
        rulers = {value for _, _, value in registers.values("all_mode", 0)}
        for ruler in rulers - {0, zone, None}:
            if ruler <= 8:
                spans = spans + registers.values(name, ruler)
    return spans


def all_mode_shows_the_ruling_zone(history, registers):
    for _, end, shown in [*_rest_documents(history), *_mqtt_documents(history)]:
        ruler = shown.get("all_mode")
        if not ruler or ruler > len(shown["zones"]):
            continue
        for zone in range(1, len(shown["zones"]) + 1):
            for name in panel.RULED:
                if _shown(shown, name, zone) != _shown(shown, name, ruler):
                    yield Violation("ALL mode", end,
                                    f"zone {zone} shows its own {name}, zone {ruler} rules")


def unexpected_changes_were_not_ours(history, registers):
    if history.notes is not None:
        for time, text in history_unexpected.false_notes(history):
            yield Violation("false unexpected change", time, text)


def unexpected_changes_have_their_true_cause(history, registers):
    if history.notes is not None:
        for time, text in history_unexpected.false_causes(history):
            yield Violation("false cause", time, text)


def unexpected_changes_are_recorded(history, registers):
    if history.notes is not None and history.complete:
        for time, text in history_unexpected.untold_changes(history, registers):
            yield Violation("unexpected change untold", time, text)


def overwritten_at_the_wall(history):
    """Edits at the wall between our read and our write: a known price, counted, no violation."""
    registers = Registers(history)
    lost = []
    for write in history.writes():
        _, replies = _basis(registers, write)
        held = registers.at(write.row, write.time - 0.001)
        if replies and held is not None and all(one.payload != held for one in replies):
            lost.append(write)
    return lost


RULES = (
    nothing_before_the_first_command,
    every_write_belongs_to_a_request,
    unnamed_bytes_stay_as_read,
    only_allowed_bits_are_written,
    writes_are_fresh_and_never_repeated,
    every_caller_is_answered,
    every_success_was_true,
    answers_show_the_change,
    answers_show_the_program,
    nothing_is_published_that_never_was,
    all_mode_shows_the_ruling_zone,
    unexpected_changes_were_not_ours,
    unexpected_changes_have_their_true_cause,
    unexpected_changes_are_recorded,
)
