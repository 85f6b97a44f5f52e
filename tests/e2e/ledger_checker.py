# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""The ledger before the history: what each record says must have been on the line, on the panel
and in the answers, and nothing may have been written that no record says was sent. Beside
history.py, whose rules are about answers; test_ledger_checker.py shows each rule going red."""

import json
import re
from dataclasses import dataclass, field
from typing import Optional

import history
from history import CLOCK_SLACK, Call, Violation

SENT_SLACK = 1.5     # between the daemon's and the panel's idea of when a frame left
BASIS = 30.0         # a row may have been read so long before a command that joined a turn
FINAL = ("delivered", "failed", "expired")
STATUSES = ("pending", "sent", *FINAL)
TARGETS = {**history.ORDERS, "system.set": "/system", "zone.set": "/zones/{}"}


@dataclass
class Record:
    """One command of the ledger; its times are on our monotonic clock, None: never."""
    ident: str
    device: str
    command: str
    wish: dict
    status: str
    requested: float
    updated: float
    sent: Optional[float] = None
    delivered: Optional[float] = None
    result: dict = field(default_factory=dict)
    survivor: bool = False  # the daemon ended between its beginning and its end

    @property
    def code(self):
        return self.result.get("error_code")

    @property
    def final(self):
        return self.status in FINAL

    def __str__(self):
        return f"{self.ident} {self.command} for {self.device} {self.wish} {self.status} {self.code}"


@dataclass
class Ledger:
    """All records, oldest first. whole: none can have been lost with a file."""
    records: list = field(default_factory=list)
    totals: list = field(default_factory=list)  # (device, {status: total}, total, listed)
    whole: bool = True
    since: float = 0.0  # what was requested before has no history any more


def wish_of(command, device, params, zones=8):
    """{(field, zone): value}, in a house of so many zones; empty when it wishes nothing of the
    panel."""
    if command == "raw.write" and isinstance(params, dict):
        return history.raw_wish(params["table"], params["row"], params)
    if command not in TARGETS or not isinstance(params, dict):
        return {}
    zone = re.search(r"-zone-(\d+)$", device)
    target = TARGETS[command].format(zone[1] if zone else params.get("zone_id"))
    return history.wish_of(Call("POST", target, json.dumps(params).encode(), 0.0), zones)


# --- the rules --------------------------------------------------------------------------------

def check(seen, ledger):
    """All violations of all rules, in the order of time."""
    registers = history.Registers(seen)
    recent = [one for one in ledger.records if one.requested > ledger.since]
    found = [violation for rule in RULES for violation in rule(seen, registers, ledger, recent)]
    return sorted(found, key=lambda one: one.time)


def times_follow_each_other(_seen, _registers, _ledger, recent):
    for one in recent:
        times = [one.requested, one.sent, one.delivered, one.updated]
        known = [time for time in times if time is not None]
        if known != sorted(known):
            yield Violation("times of a record", one.requested, f"{one}: {times}")
        if (one.delivered is not None) != (one.status == "delivered"):
            yield Violation("times of a record", one.requested, f"{one}: delivered_at")
        if one.status in ("pending", "expired") and one.sent is not None:
            yield Violation("times of a record", one.requested, f"{one}: sent_at")
        if one.status == "failed" and not one.code:
            yield Violation("failed without a reason", one.updated, str(one))
        if one.status == "delivered" and one.code:
            yield Violation("delivered with an error", one.updated, str(one))


def delivered_was_true(seen, registers, _ledger, recent):
    for one in recent:
        if one.status != "delivered":
            continue
        for (name, zone), wanted in one.wish.items():
            values = registers.told_of(one.wish, name, zone, one.requested - CLOCK_SLACK,
                                       one.updated + CLOCK_SLACK)
            if not any(history.met(wanted, value, name) for value in values) and \
                    not _taken_back(seen, registers, one, name, zone, wanted):
                yield Violation("untrue delivery", one.updated,
                                f"{one}: {name} of zone {zone} was {values}")


def _taken_back(seen, registers, one, name, zone, wanted):
    call = Call("POST", "", None, one.requested, one.updated + CLOCK_SLACK, 200)
    return history.taken_back(seen, registers, call, one.wish, name, zone, wanted)


def failed_was_true(seen, registers, _ledger, recent):
    """What was written and then called a failure is not there as a whole, unless the panel did
    not let itself be asked."""
    for one in recent:
        if one.status != "failed" or one.sent is None or one.code == "unconfirmed":
            continue
        writes = _writes(seen, one)
        if writes and _shown(registers, one) and _read_back(registers, one, writes):
            yield Violation("untrue failure", one.updated, f"{one} after {one.requested:.3f}, sent "
                            f"{one.sent:.3f}, and all of it is there; {one.result.get('rows')}")


def _shown(registers, one):
    """True when the panel held all of it around the end of the record."""
    return all(history.met(wanted, value, name) for (name, zone), wanted in one.wish.items()
               for value in _values(registers, name, zone, one.updated))


def _values(registers, name, zone, time):
    contents = registers.during(history.panel.row_of(name, zone), time - CLOCK_SLACK,
                                time + CLOCK_SLACK)
    return [history.panel.value(name, content, zone) for content in contents]


def _read_back(registers, one, writes):
    """True when each row that was written was told us between its last write and the end."""
    last = {frame.row: frame.time for frame in writes}
    return all(any(time < reply.time <= one.updated + CLOCK_SLACK
                   for reply in registers.replies[row]) for row, time in last.items())


def _ends(one):
    return one.updated if one.final else float("inf")


def _writes(seen, one):
    """Our frames that wrote a row of this command while it lasted."""
    rows = {history.panel.row_of(*key) for key in one.wish}
    start = one.requested if one.sent is None else one.sent - SENT_SLACK
    return [frame for frame in seen.writes() if frame.row in rows
            and start <= frame.time <= _ends(one) + SENT_SLACK]


def rows_of_a_record_were_written(seen, registers, _ledger, recent):
    for one in recent:
        wished = {history.panel.row_of(*key) for key in one.wish}
        # A frame that left may have broken off on its way: then its command failed, and not
        # because of what the panel answered, unless that was about another row: one that was
        # written, or the read of which was refused.
        elsewhere = len(wished) > 1 and (one.code == "refused" or _writes(seen, one))
        answered = one.code in ("not_kept", "refused") and not elsewhere
        broken_off = one.status == "failed" and one.sent is not None and not answered
        # What nobody wished tells of others' writes: unexpected changes.
        for row in one.result.get("rows", []) if one.wish else ():
            address = tuple(int(part) for part in row["row"].partition("@")[0].split("."))
            if not (broken_off and address in wished) and \
                    not any(frame.row == address for frame in _writes(seen, one)):
                yield Violation("a row that was not written", one.updated, f"{one}: {row}")
            for which, start in (("before", one.requested - BASIS), ("after", one.requested)):
                if row[which] and not _held(registers, address, row[which], start, one.updated):
                    yield Violation(f"bytes {which} that were never there", one.updated,
                                    f"{one}: {row}")


def _held(registers, row, hexed, start, end):
    content = bytes.fromhex(hexed)
    return content in registers.during(row, start, end + CLOCK_SLACK) or \
        any(imagined == content for _, imagined in registers.imagined[row])


def every_write_stands_in_the_ledger(seen, registers, ledger, _recent):
    """Each changed bit was wished by a record that says it was sent, from then to its end. Of
    one that the daemon's end cut short only the beginning is sure."""
    if not ledger.whole:
        return
    for write in seen.writes():
        wishes = [one.wish for one in ledger.records
                  if (one.sent is not None or one.survivor) and
                  (one.requested if one.survivor else one.sent - SENT_SLACK) <= write.time
                  <= _ends(one) + SENT_SLACK]
        if not history.explained(registers, write, wishes):
            yield Violation("a write that no record tells of", write.time, str(write))


def every_answer_stands_in_the_ledger(_seen, registers, ledger, _recent):
    if not ledger.whole:
        return
    idents = {one.ident: one for one in ledger.records}
    free = sorted(ledger.records, key=lambda one: one.requested)
    for call, wish in sorted(registers.commands, key=lambda pair: pair[0].sent):
        if call.replay or call.status not in (200, 201, 202, 500):
            continue
        if call.answer is None:
            continue  # somebody else's client: only its end was seen
        if call.status in history.ACCEPTED:
            one = idents.get(call.answer["command_id"])
        else:
            one = next((one for one in free if _answers(one, call, wish)), None)
            free = [other for other in free if other is not one]
        if one is None or one.wish != wish:
            yield Violation("an answer without a record", call.sent, str(call))


def _answers(one, call, wish):
    """True when this may be the record of what the call asked for and was told."""
    inside = call.sent - CLOCK_SLACK <= one.requested <= call.answered + CLOCK_SLACK
    status = "delivered" if call.status == 200 else "failed"
    return inside and one.wish == wish and (one.status == status or one.survivor)


def totals_are_true(_seen, _registers, ledger, _recent):
    for device, by_status, total, listed in ledger.totals:
        if sum(by_status.values()) != total or total != listed:
            yield Violation("totals", 0.0, f"{device}: {by_status}, {total} in all, {listed} listed")


RULES = (
    times_follow_each_other,
    delivered_was_true,
    failed_was_true,
    rows_of_a_record_were_written,
    every_write_stands_in_the_ledger,
    every_answer_stands_in_the_ledger,
    totals_are_true,
)
