# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""The history checker itself: silent on a true history, red on every kind of lie."""

import copy
import json

import pytest

import history
from history import Call, Change, Frame, History, Message
from history_unexpected import Note
from panel import READ, REPLY, WRITE

US, WALL = 99, 1
FLAGS = bytes((0, 1, 12, 10, 2, 2, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 9))
SETPOINTS = bytes((0, 1, 16)) + bytes((78, 77, 76, 76, 76, 76, 76, 76)) \
    + bytes((68, 67, 68, 68, 68, 68, 68, 68))


def edited(row, **bytes_):
    """edited(FLAGS, b10=1): a copy with single bytes replaced."""
    copy_ = bytearray(row)
    for name, value in bytes_.items():
        copy_[int(name[1:])] = value
    return bytes(copy_)


HELD = edited(FLAGS, b10=2)          # zone 2 on hold
BOTH = edited(FLAGS, b10=3)          # somebody at the wall holds zone 1 as well
WARMER = edited(SETPOINTS, b12=70)   # zone 2: heat 70


def read(time, content, heard=True):
    return [Frame(time, US, WALL, READ, content[:3]),
            Frame(time + 0.03, WALL, US, REPLY, content, heard)]


def write(time, content, acknowledged=True):
    return [Frame(time, US, WALL, WRITE, content),
            Frame(time + 0.03, WALL, US, REPLY, b"\0", acknowledged)]


def shown(flags=FLAGS, setpoints=SETPOINTS):
    """The status as the daemon would tell it."""
    zones = [{"zone_id": z, "cool_setpoint": setpoints[2 + z], "heat_setpoint": setpoints[10 + z],
              "hold": bool(flags[10] >> z - 1 & 1), "temporary": bool(flags[9] >> z - 1 & 1),
              "out": bool(flags[12] >> z - 1 & 1)} for z in (1, 2, 3)]
    return {"system_mode": history.panel.MODES[flags[4]], "all_mode": flags[15], "zones": zones}


def told(time, **rows):
    return Message(time, "hvac/cz2/status", json.dumps(shown(**rows)), False, 1)


def told_of_zone_2(time, heat, **more):
    document = {"zone": 2, "heat_setpoint": heat, "hold": None, **more}
    return Message(time, "hvac/cz2/zone/2", json.dumps(document), False, 1)


def told_of_system(time, mode):
    document = {"mode": mode, "fan_running": None}
    return Message(time, "hvac/cz2/system", json.dumps(document), False, 1)


def command(target, body, sent, answered, status=200, **rows):
    answer = {"status": shown(**rows), "meta": {}, "message": ""} if status == 200 else {}
    return Call("POST", target, json.dumps(body).encode(), sent, answered, status, answer)


MONDAY = bytes((0, 10, 9, 6, 8, 17, 22, 0, 0, 0, 0, 68, 60, 68, 60, 76, 80, 76, 80))
LATER = edited(MONDAY, b7=45)
WISH = {"days": {"mon": {"wake": {"start": "6:45am"}}}}


def truth():
    """A hold with a setpoint for zone 2, carried out by the book, from second 10 to 11."""
    frames = read(10.1, SETPOINTS) + write(10.2, WARMER) + read(10.3, FLAGS) \
        + write(10.4, HELD) + read(10.5, WARMER) + read(10.6, HELD)
    changes = [Change(0, (1, 12), FLAGS), Change(0, (1, 16), SETPOINTS),
               Change(10.21, (1, 16), WARMER, "write"), Change(10.41, (1, 12), HELD, "write")]
    calls = [Call("GET", "/status", None, 9.0, 9.01, 200, {"status": shown(), "meta": {}}),
             command("/zones/2/temperature", {"heat": 70, "hold": True}, 10.0, 10.7,
                     flags=HELD, setpoints=WARMER)]
    messages = [told(9.0), told(10.66, flags=HELD, setpoints=WARMER),
                told_of_system(9.0, shown()["system_mode"]), told_of_zone_2(9.0, SETPOINTS[12]),
                told_of_zone_2(10.66, WARMER[12], hold=True)]
    frames += read(31.0, MONDAY) + write(31.1, LATER) + read(31.2, LATER)
    changes += [Change(0, (10, 9), MONDAY), Change(31.11, (10, 9), LATER, "write")]
    calls.append(Call("PUT", "/zones/2/schedule", json.dumps(WISH).encode(), 30.9, 31.4, 200,
                      {"schedule": {"zone_id": 2, "days": {"mon": {"wake": {"start": "06:45"}}}}}))
    for second in range(18, 30):
        frames += read(second, HELD if second < 20 else BOTH)
    changes.append(Change(19.5, (1, 12), BOTH, "wall"))
    return History(frames, changes, calls, messages, address=US, zones=3, complete=True,
                   notes=[Note(20.0, "hold", 1, False, True)])


def rules(seen):
    return {one.rule for one in history.check(seen)}


def test_a_true_history_raises_nothing():
    assert [str(one) for one in history.check(truth())] == []


def a_day_told_otherwise(seen):
    seen.calls[-1].answer["schedule"]["days"]["mon"]["wake"]["start"] = "06:30"


def a_period_that_nobody_named(seen):
    next(one for one in seen.frames if one.payload == LATER).payload = edited(LATER, b12=59)


def another_day(seen):
    next(one for one in seen.frames if one.payload == LATER).payload = edited(LATER, b2=10)


def without_call(seen):
    del seen.calls[1]


def call_came_later(seen):
    seen.calls[1].sent = 10.35


def told_of_failure_first(seen):
    seen.calls[1].status, seen.calls[1].answered = 504, 10.3


def refused_yet_written(seen):
    seen.calls[1].status = 422


def a_success_that_never_happened(seen):
    seen.changes = seen.changes[:3]


def a_success_too_early(seen):
    seen.calls[1].answered = 10.3


def a_setpoint_never_written(seen):
    seen.changes = [one for one in seen.changes if one.content != WARMER]


def a_read_that_was_lost(seen):
    seen.frames[1].heard = False


def another_byte_changed(seen):
    seen.frames[2].payload = edited(WARMER, b4=75)


def an_unknown_byte_changed(seen):
    seen.frames[6].payload = edited(HELD, b7=0)


def another_zones_hold(seen):
    seen.frames[6].payload = edited(HELD, b10=6)


def the_wrong_value(seen):
    seen.frames[2].payload = edited(WARMER, b12=71)


def a_row_that_is_not_ours(seen):
    seen.frames += read(10.45, bytes((0, 9, 5, 0x80))) + write(10.5, bytes((0, 9, 5, 0x81)))


def an_older_copy(seen):
    seen.frames[5].payload = edited(FLAGS, b10=1)  # zone 1 was on hold when we read


def sent_twice(seen):
    seen.frames[4:4] = write(10.25, WARMER)


def written_without_need(seen):
    seen.frames[1].payload = WARMER


def an_old_read(seen):
    seen.frames[0].time, seen.frames[1].time = 8.0, 8.03


def no_answer_at_all(seen):
    seen.calls[0].status = None


def an_answer_much_too_late(seen):
    seen.calls[0].answered = seen.calls[0].sent + 31


def an_invented_value(seen):
    seen.messages.append(told(10.8, flags=HELD, setpoints=edited(WARMER, b11=60)))


def told_before_it_was(seen):
    seen.messages[1].time = 10.1


def back_to_the_old_value(seen):
    seen.messages.append(told(10.9, flags=FLAGS, setpoints=WARMER))


def a_document_with_an_invented_value(seen):
    seen.messages.append(told_of_zone_2(10.8, 60))


def a_document_with_another_mode(seen):
    seen.messages.append(told_of_system(10.8, "Off"))


def a_document_that_goes_back(seen):
    seen.messages.append(told_of_zone_2(10.9, SETPOINTS[12]))


def rest_goes_back(seen):
    seen.calls.append(Call("GET", "/status", None, 11, 11.1, 200, {"status": shown()}))


def the_answer_shows_the_old(seen):
    seen.calls[1].answer["status"] = shown(flags=HELD)


def all_mode_half_shown(seen):
    flags = edited(FLAGS, b15=1)
    seen.changes.append(Change(12, (1, 12), flags))
    seen.messages.append(told(12.5, flags=flags, setpoints=WARMER))


def a_change_that_nobody_told(seen):
    seen.notes.clear()


def a_change_told_with_another_value(seen):
    seen.notes[0].old = True


def our_own_write_told_as_unexpected(seen):
    seen.notes.append(Note(10.6, "hold", 2, False, True))


def a_hand_told_as_a_schedule(seen):
    seen.notes[0].cause = "period_began"


def a_schedule_told_as_a_hand(seen):
    seen.notes[0].cause = "wall_thermostat"
    seen.changes[-1].cause = "period"


def a_change_told_twice(seen):
    seen.notes.append(Note(21.0, "hold", 1, False, True))


def a_change_told_before_it_was(seen):
    seen.notes[0].time = 15.0


def a_change_that_never_was(seen):
    seen.notes.append(Note(21.0, "out", 1, False, True))


LIES = {
    a_day_told_otherwise: {"answer without the change"},
    a_period_that_nobody_named: {"unnamed bytes"}, another_day: {"unrequested write"},
    a_change_that_nobody_told: {"unexpected change untold"},
    a_change_told_with_another_value: {"unexpected change untold"},
    our_own_write_told_as_unexpected: {"false unexpected change"},
    a_hand_told_as_a_schedule: {"false cause"}, a_schedule_told_as_a_hand: {"false cause"},
    a_change_told_twice: {"false unexpected change"},
    a_change_told_before_it_was: {"false unexpected change"},
    a_change_that_never_was: {"false unexpected change"},
    without_call: {"quiet start"}, call_came_later: {"unrequested write"},
    told_of_failure_first: {"unrequested write"}, refused_yet_written: {"unrequested write"},
    a_success_that_never_happened: {"untrue success"}, a_success_too_early: {"untrue success"},
    a_setpoint_never_written: {"untrue success"}, a_read_that_was_lost: {"written unread"},
    another_byte_changed: {"unnamed bytes"}, an_unknown_byte_changed: {"allow-list"},
    another_zones_hold: {"unnamed bytes"}, the_wrong_value: {"unnamed bytes"},
    a_row_that_is_not_ours: {"allow-list", "unrequested write"}, an_older_copy: {"unnamed bytes"},
    sent_twice: {"blind resend"}, written_without_need: {"idle write"},
    an_old_read: {"stale basis"}, no_answer_at_all: {"no answer"},
    an_answer_much_too_late: {"late answer"},
    an_invented_value: {"never was"}, told_before_it_was: {"never was"},
    a_document_with_an_invented_value: {"never was"},
    a_document_with_another_mode: {"never was"}, a_document_that_goes_back: {"went back"},
    back_to_the_old_value: {"went back"}, rest_goes_back: {"went back"},
    the_answer_shows_the_old: {"answer without the change"}, all_mode_half_shown: {"ALL mode"},
}


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_a_falsified_history_is_noticed(lie):
    seen = copy.deepcopy(truth())
    lie(seen)
    assert LIES[lie] <= rules(seen)


def test_every_rule_has_a_lie_that_it_sees():
    for rule in history.RULES:
        seen = [copy.deepcopy(truth()) for _ in LIES]
        for lie, one in zip(LIES, seen):
            lie(one)
        assert any(list(rule(one, history.Registers(one))) for one in seen), rule.__name__


HOLD_ONE = ("POST", "/zones/1/temperature", b'{"hold": true}')


HOLD_TWO = ("POST", "/zones/2/temperature", b'{"hold": true}')


@pytest.mark.parametrize("status, names, sent, answered, blamed", [
    (504, HOLD_ONE, 19.0, 19.2, False), (504, HOLD_ONE, 1.0, 30.0, False),
    (504, HOLD_ONE, 1.0, 2.0, True), (504, HOLD_TWO, 19.0, 19.2, True),
    (503, HOLD_ONE, 19.0, 19.2, True), (202, HOLD_ONE, 1.0, 1.1, False),
    (None, HOLD_ONE, 1.0, None, False)],
    ids=["then", "all the time", "long before", "of another zone", "refused", "going on", "gone"])
def test_whose_write_was_lost_cannot_tell_what_the_panel_made_of_it(status, names, sent, answered,
                                                                    blamed):
    seen = truth()
    seen.notes.clear()
    seen.calls.append(Call(*names, sent, answered, status, {"detail": "no answer"}))
    assert ("unexpected change untold" in rules(seen)) == blamed


@pytest.mark.parametrize("answered, blamed", [(20.1, False), (15.0, True)])
def test_what_a_command_made_so_at_that_moment_needs_no_note(answered, blamed):
    """The panel had just done so by itself, so the write changed nothing."""
    seen = truth()
    seen.notes.clear()
    flags = {"status": shown(flags=BOTH, setpoints=WARMER)}
    seen.calls.append(Call(*HOLD_ONE, answered - 0.3, answered, 200, flags))
    assert ("unexpected change untold" in rules(seen)) == blamed


def test_all_rooms_together_by_themselves_and_by_command_at_once_needs_no_note():
    seen = truth()
    ruled = edited(BOTH, b15=1)
    for second in range(24, 30):
        seen.frames += read(second + 0.5, ruled)
    seen.frames = [one for one in seen.frames if one.time < 24 or one.payload != BOTH]
    seen.changes.append(Change(24.2, (1, 12), ruled, "wall"))
    assert "unexpected change untold" in rules(seen)
    seen.calls.append(Call("POST", "/system/mode", b'{"all": true}', 24.1, 24.4, 200, {}))
    assert "unexpected change untold" not in rules(seen)


def test_a_setpoint_that_the_schedule_takes_back_was_still_true():
    seen = truth()
    seen.frames = read(10.1, SETPOINTS) + write(10.2, WARMER) + read(10.3, SETPOINTS)
    seen.changes = seen.changes[:2]
    seen.calls[1:] = [command("/zones/2/temperature", {"heat": 70}, 10.0, 10.7)]
    seen.messages, seen.notes = [], []
    assert rules(seen) == set()
    seen.frames[3].heard = False
    assert rules(seen) == {"untrue success"}


@pytest.mark.parametrize("asked, blamed", [(29.85, False), (29.7, True), (None, True)],
                         ids=["just before", "too long before", "not at all"])
def test_a_success_may_rest_on_a_read_just_before_it(asked, blamed):
    """Somebody at the wall ended the hold between that read and the command."""
    seen = truth()
    ended = edited(HELD, b10=0)
    if asked:
        seen.frames += read(asked, BOTH)
    seen.frames += read(30.3, ended)
    seen.changes.append(Change(29.9, (1, 12), ended, "wall"))
    seen.calls.append(Call(*HOLD_ONE, 30.0, 30.1, 200, {"message": ""}))
    assert ("untrue success" in rules(seen)) == blamed


@pytest.mark.parametrize("flags, blamed", [(FLAGS, True), (HELD, False)],
                         ids=["by itself", "held"])
def test_a_setpoint_that_nothing_holds_is_read_anew(flags, blamed):
    """The schedule took it back between the read and the command."""
    seen = truth()
    seen.frames = read(29.80, flags) + read(29.85, WARMER)
    seen.changes = [Change(0, (1, 12), flags), Change(0, (1, 16), WARMER),
                    Change(29.9, (1, 16), SETPOINTS, "schedule")]
    seen.messages, seen.notes = [], []
    seen.calls = [Call("POST", "/zones/2/temperature", b'{"heat": 70}', 30.0, 30.1, 200,
                       {"message": ""})]
    assert ("untrue success" in rules(seen)) == blamed


def test_a_refusal_that_says_what_was_applied_may_have_written():
    seen = truth()
    refused_yet_written(seen)
    seen.calls[1].answer = {"detail": "", "applied": {"zones": [{"zone_id": 2}]}}
    assert rules(seen) == set()


def test_a_damaged_reply_with_a_right_checksum_may_be_believed():
    seen = truth()
    wrong = edited(WARMER, b11=60)
    seen.messages.append(told(10.8, flags=HELD, setpoints=wrong))
    assert rules(seen) == {"never was"}
    seen.frames.append(Frame(10.7, WALL, US, REPLY, wrong, collision=True))
    assert rules(seen) == set()


def test_a_read_that_nobody_answered_does_not_hide_the_fresh_one_before_it():
    seen = truth()
    seen.frames[2:2] = read(10.17, SETPOINTS, heard=False)
    assert rules(seen) == set()


def test_a_reply_of_a_wrong_length_is_no_ground_and_hides_none():
    seen = truth()
    seen.frames[2:2] = read(10.17, SETPOINTS[:-2])
    assert rules(seen) == set()
    del seen.frames[:2]
    assert rules(seen) == {"written unread"}


def test_an_edit_at_the_wall_between_read_and_write_is_counted_not_blamed():
    seen = truth()
    seen.changes.append(Change(10.35, (1, 12), edited(FLAGS, b10=1), "wall"))
    assert rules(seen) == set()
    assert len(history.overwritten_at_the_wall(seen)) == 1


def test_answers_that_overlap_may_come_in_either_order():
    seen = truth()
    seen.calls.append(Call("GET", "/status", None, 10.3, 10.71, 200, {"status": shown()}))
    assert rules(seen) == set()


@pytest.mark.parametrize("body, wish", [
    ({"hold": True}, {("hold", 2): True, ("temporary", 2): False}),
    ({"temp": "yes"}, {("temporary", 2): True, ("hold", 2): False}),
    ({"hold": 1, "temp": 1}, {("hold", 2): True, ("temporary", 2): False}),
    ({"hold": False, "heat": "70"}, {("hold", 2): False, ("heat_setpoint", 2): 70}),
    ({"cool": 75.0, "out": None}, {("cool_setpoint", 2): 75}),
])
def test_wishes_are_understood_as_the_interface_says(body, wish):
    assert history.wish_of(command("/zones/2/temperature", body, 0, 1)) == wish


# --- rows written by their address --------------------------------------------------------------

UNLISTED = bytes((0, 1, 31, 0, 0, 0, 0, 30))  # no command writes that row


def raw(row, new, old, sent=40.0, answered=40.5, status=200):
    body = {"hex": new.hex(), "expected": old.hex()}
    return Call("PUT", f"/api/v1/rows/1/{row[1]}/{row[2]}", json.dumps(body).encode(), sent,
                answered, status, {})


def with_raw(old, new, written, **more):
    seen = truth()
    seen.frames += read(40.1, old) + write(40.2, written) + read(40.3, written)
    seen.changes += [Change(0, (old[1], old[2]), old),
                     Change(40.21, (old[1], old[2]), written, "write")]
    seen.calls.append(raw(old, new, old, **more))
    return seen


def test_a_row_written_by_its_address_is_what_was_asked_for():
    new = edited(UNLISTED, b7=45)
    assert rules(with_raw(UNLISTED, new, new)) == set()


def test_also_a_row_that_commands_write_may_be_written_by_its_address():
    assert rules(with_raw(SETPOINTS, WARMER, WARMER)) == set()


def test_what_nobody_named_of_such_a_row_stays():
    new = edited(UNLISTED, b7=45)
    assert "unnamed bytes" in rules(with_raw(UNLISTED, new, edited(new, b4=1)))


def test_such_a_row_was_as_it_was_told():
    new = edited(UNLISTED, b7=45)
    assert "untrue success" in rules(with_raw(UNLISTED, new, edited(UNLISTED, b7=46)))


def test_who_was_refused_wrote_nothing():
    new = edited(UNLISTED, b7=45)
    assert "unrequested write" in rules(with_raw(UNLISTED, new, new, status=403))


def test_the_equipments_rows_are_written_by_nobody():
    old = bytes((0, 9, 5, 0x80))
    new = edited(old, b3=0x84)
    assert "allow-list" in rules(with_raw(old, new, new))
