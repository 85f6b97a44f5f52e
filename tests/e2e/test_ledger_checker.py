# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""The ledger's checker itself: silent on a true ledger, red on every kind of lie."""

import dataclasses

import pytest

import ledger_checker
from history import Call, Change, Frame, History
from ledger_checker import Ledger, Record, wish_of
from panel import READ, REPLY, WRITE

US, WALL = 99, 1
SETPOINTS = bytes((0, 1, 16)) + bytes((78, 77, 76, 76, 76, 76, 76, 76)) \
    + bytes((68, 67, 68, 68, 68, 68, 68, 68))
FLAGS = bytes((0, 1, 12, 10, 2, 2, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 9))
WISH = {("heat_setpoint", 2): 70, ("hold", 2): True, ("temporary", 2): False}
WARMER = SETPOINTS[:12] + bytes((70,)) + SETPOINTS[13:]
COLDER = SETPOINTS[:12] + bytes((60,)) + SETPOINTS[13:]
HELD = FLAGS[:10] + bytes((2,)) + FLAGS[11:]


def exchange(time, content, function):
    reply = content if function == READ else b"\0"
    return [Frame(time, US, WALL, function, content[:3] if function == READ else content),
            Frame(time + 0.01, WALL, US, REPLY, reply)]


def true_history():
    """Zone 2 to 70 on hold, answered with 200."""
    frames = [*exchange(10.0, SETPOINTS, READ), *exchange(10.05, WARMER, WRITE),
              *exchange(10.1, FLAGS, READ), *exchange(10.15, HELD, WRITE),
              *exchange(10.2, WARMER, READ), *exchange(10.25, HELD, READ)]
    changes = [Change(0.0, (1, 16), SETPOINTS), Change(0.0, (1, 12), FLAGS),
               Change(10.05, (1, 16), WARMER, "write"), Change(10.15, (1, 12), HELD, "write")]
    calls = [Call("POST", "/zones/2/temperature", b'{"heat": 70, "hold": true}', 9.9, 10.4, 200,
                  {"message": "Zone 2 temperature updated"})]
    return History(frames=frames, changes=changes, calls=calls, zones=3)


def row(name, before, after):
    return {"row": name, "before": before.hex(), "after": after and after.hex()}


def true_record(**changes):
    result = {"rows": [row("1.16", SETPOINTS, WARMER), row("1.12", FLAGS, HELD)],
              "error_code": None}
    one = Record("a", "cz2-zone-2", "zone.temperature", dict(WISH), "delivered", 9.95, 10.3, 10.04,
                 10.3, result)
    return dataclasses.replace(one, **changes)


def failed(code="not_kept", **changes):
    return true_record(status="failed", delivered=None, **{
        "result": {"rows": [], "error_code": code}, **changes})


def rules(seen, *records, **more):
    return {one.rule for one in ledger_checker.check(seen, Ledger(list(records), **more))}


def test_a_true_ledger_passes():
    assert rules(true_history(), true_record()) == set()


def test_the_wish_of_a_record_is_that_of_its_call():
    assert wish_of("zone.temperature", "cz2-zone-2", {"heat": 70, "hold": True}) == WISH
    assert wish_of("system.update", "cz2", {}) == {}
    assert wish_of("zone.hold", "cz2", {"zone_id": 3, "temp": True}) == \
        {("temporary", 3): True, ("hold", 3): False}


@pytest.mark.parametrize("changes", [
    {"sent": 9.0}, {"updated": 10.0}, {"delivered": None}, {"delivered": 10.02},
    {"status": "expired", "delivered": None}, {"status": "pending", "delivered": None}])
def test_times_that_contradict_each_other_or_the_state_are_found(changes):
    assert "times of a record" in rules(true_history(), true_record(**changes))


def test_an_end_that_does_not_fit_its_reason_is_found():
    assert "failed without a reason" in rules(true_history(), failed(code=None))
    assert "delivered with an error" in rules(true_history(), true_record(
        result={"rows": [], "error_code": "timeout"}))


def test_a_delivery_that_never_was_is_found():
    wish = {**WISH, ("heat_setpoint", 2): 71}
    assert "untrue delivery" in rules(true_history(), true_record(wish=wish))


def test_a_failure_that_was_none_is_found():
    assert "untrue failure" in rules(true_history(), failed())
    assert "untrue failure" not in rules(true_history(), failed(code="unconfirmed"))
    seen = true_history()
    seen.frames = seen.frames[:-1]
    assert "untrue failure" not in rules(seen, failed()), "the flags were not read back"
    seen = true_history()
    seen.changes.append(Change(10.2, (1, 16), COLDER, "wall"))
    assert "untrue failure" not in rules(seen, failed())


def test_rows_that_were_not_written_or_held_something_else_are_found():
    for rows, rule in (
            ([row("1.17", SETPOINTS, None)], "a row that was not written"),
            ([row("1.16", COLDER, WARMER)], "bytes before that were never there"),
            ([row("1.16", SETPOINTS, COLDER)], "bytes after that were never there")):
        one = true_record(result={"rows": rows, "error_code": None})
        assert rule in rules(true_history(), one)


@pytest.mark.parametrize("sent, after, found", [
    (10.04, SETPOINTS, set()), (10.04, WARMER, set()),
    (10.04, COLDER, {"bytes after that were never there"}),
    (None, SETPOINTS, {"a row that was not written"})])
def test_of_a_write_that_broke_off_only_the_bytes_can_be_judged(sent, after, found):
    """What the row became after it, a schedule may have made of it."""
    seen = true_history()
    seen.frames = [one for one in seen.frames if one.function != WRITE]
    seen.changes = seen.changes[:2] + [Change(10.2, (1, 16), WARMER, "period")]
    seen.calls[0].status = 504
    rows = [row("1.16", SETPOINTS, after)]
    one = failed(sent=sent, result={"rows": rows, "error_code": "not_found"})
    assert rules(seen, one) == found


@pytest.mark.parametrize("code, name, wish, written, found", [
    ("not_found", "1.12", WISH, None, set()), ("not_kept", "1.12", WISH, (1, 16), set()),
    ("not_kept", "1.12", WISH, None, {"a row that was not written"}),
    ("refused", "1.12", WISH, None, set()),
    ("refused", "1.12", {("hold", 2): True}, None, {"a row that was not written"}),
    ("not_found", "1.17", WISH, None, {"a row that was not written"})])
def test_a_write_broke_off_only_where_one_was_due_and_none_was_answered(code, name, wish, written,
                                                                        found):
    seen = true_history()
    seen.frames = [one for one in seen.frames if one.function != WRITE or one.row == written]
    seen.changes = [*seen.changes[:2], Change(0.0, (1, 17), FLAGS)]
    seen.calls.clear()
    rows = [row(name, FLAGS, FLAGS)]
    one = failed(wish=dict(wish), result={"rows": rows, "error_code": code})
    assert rules(seen, one) == found


@pytest.mark.parametrize("asked, found", [(9.75, set()), (9.6, {"untrue delivery"})])
def test_a_delivery_may_rest_on_a_read_just_before_the_command(asked, found):
    seen = true_history()
    seen.frames = exchange(asked, WARMER, READ) + exchange(asked, HELD, READ)
    seen.changes = [Change(0.0, (1, 16), WARMER), Change(0.0, (1, 12), HELD),
                    Change(9.8, (1, 12), FLAGS, "wall")]
    nothing = {"rows": [], "error_code": None}
    assert rules(seen, true_record(sent=None, result=nothing)) == found


@pytest.mark.parametrize("records", [
    [], [true_record(sent=None)], [true_record(wish={("hold", 2): True})],
    [true_record(wish={**WISH, ("heat_setpoint", 2): 71})],
    [true_record(requested=1.0, updated=2.0, sent=1.1, delivered=2.0)],
    [failed(sent=None, code="timeout")]])
def test_a_write_that_no_record_tells_of_is_found(records):
    assert "a write that no record tells of" in rules(true_history(), *records)
    assert "a write that no record tells of" not in rules(true_history(), *records, whole=False)


def test_of_a_record_that_an_end_cut_short_the_moment_of_sending_may_be_lost():
    survivor = failed(sent=None, survivor=True, updated=30.0)
    assert "a write that no record tells of" not in rules(true_history(), survivor)


def test_an_answer_without_a_record_is_found():
    seen = true_history()
    rule = "an answer without a record"
    assert rule not in rules(seen, true_record())
    assert rule in rules(seen, true_record(requested=9.0))
    assert rule in rules(seen, failed())
    assert rule in rules(seen)
    seen.calls.append(dataclasses.replace(seen.calls[0]))
    assert rule in rules(seen, true_record()), "one record served two callers"
    seen.calls[-1].replay = True
    assert rule not in rules(seen, true_record())


def test_an_accepted_command_that_was_lost_is_found():
    seen = true_history()
    seen.calls[0] = dataclasses.replace(seen.calls[0], status=202, answer={"command_id": "a"})
    rule = "an answer without a record"
    assert rule not in rules(seen, true_record())
    assert rule in rules(seen, true_record(ident="b"))
    assert rule in rules(seen, true_record(wish={("hold", 2): True}))


def test_totals_that_do_not_add_up_are_found():
    for by_status, total, listed in (({"sent": 1}, 2, 2), ({"sent": 2}, 2, 1)):
        assert "totals" in rules(true_history(), true_record(),
                                 totals=[("cz2", by_status, total, listed)])
    assert "totals" not in rules(true_history(), true_record(),
                                 totals=[("cz2", {"sent": 2, "failed": 1}, 3, 3)])


def test_what_is_older_than_the_history_is_not_judged():
    assert rules(true_history(), true_record(), failed(requested=1.0, updated=1.2, sent=1.1),
                 since=5.0) == set()
