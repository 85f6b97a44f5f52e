# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""Idempotency-Key: a command that is sent again because its answer got lost is answered as
the first time, and nothing is written."""

import signal
import socket

import pytest

from rest import Rest
from waiting import until

SETTINGS = {"bus.reply_timeout_ms": 120, "bus.gap_ms": 5}
ZONE = "/zones/2/temperature"
BODY = {"heat": 66, "hold": True}


def post(house, body=None, key="k-1", target=ZONE, rest=None, **more):
    headers = {"Idempotency-Key": key, **more}
    return (rest or house.rest).post(target, body or BODY, headers=headers)


def recorded(house, device="cz2-zone-2"):
    return house.rest.get(f"/api/v1/commands/device/{device}").json["total"]


def repeat(house):
    """The same again. Its answer speaks of the moment of the first, so it is no part of the
    history."""
    return post(house, rest=Rest(port=house.daemon.port))


def test_the_same_again_gives_the_first_answer_and_writes_nothing(new_house):
    house = new_house(settings=SETTINGS)
    first = post(house)
    assert first.status == 200
    house.command(ZONE, {"heat": 70})
    written = len(house.written())
    again = repeat(house)
    assert (again.status, again.json) == (first.status, first.json)
    assert len(house.written()) == written and house.zone(2)["heat_setpoint"] == 70
    assert recorded(house) == 2


def test_a_key_is_known_after_a_restart(new_house):
    house = new_house(settings=SETTINGS)
    first = post(house)
    house.daemon.stop()
    house.daemon.start()
    house.daemon.wait_status()
    again = repeat(house)
    assert (again.status, again.json) == (first.status, first.json)
    assert recorded(house) == 1


def test_members_may_stand_in_another_order(new_house):
    house = new_house(settings=SETTINGS)
    first = post(house, {"heat": 66, "hold": True})
    again = post(house, {"hold": True, "heat": 66, "cool": None})
    assert (again.status, again.json) == (200, first.json)


@pytest.mark.parametrize("target, body", [
    (ZONE, {"heat": 67, "hold": True}), ("/zones/3/temperature", BODY),
    ("/zones/2/hold", {"hold": True}), ("/system/fan", {"fan": "On"})])
def test_a_key_belongs_to_one_command(new_house, target, body):
    house = new_house(settings=SETTINGS)
    assert post(house).status == 200
    written = len(house.written())
    answer = post(house, body, target=target)
    assert answer.status == 409 and "Idempotency-Key" in answer.json["detail"]
    assert len(house.written()) == written


def test_who_repeats_what_is_under_way_waits_for_its_answer(new_house):
    house = new_house(settings=SETTINGS, panel={"pacing": True})
    headers = {"Idempotency-Key": "k-1"}
    waiting = [house.rest.later("POST", ZONE, BODY, headers=headers) for _ in range(4)]
    answers = [one.result() for one in waiting]
    assert [one.status for one in answers] == [200] * 4
    assert all(one.json == answers[0].json for one in answers)
    assert recorded(house) == 1


def test_the_answer_is_kept_for_a_client_that_left(new_house):
    house = new_house(settings={**SETTINGS, "bus.reply_timeout_ms": 1500})
    house.sim.fault("late-reply", count=1, ms=800, function="write")
    connection = house.rest.connection()
    later = house.rest.later("POST", ZONE, BODY, headers={"Idempotency-Key": "k-1"},
                             connection=connection)
    until(house.written, what="the first write")
    connection.sock.shutdown(socket.SHUT_RDWR)
    later.thread.join()
    house.calls[-1].abandoned = True
    answer = post(house)
    assert answer.status == 200 and answer.json["status"]["zones"][1]["heat_setpoint"] == 66
    assert recorded(house) == 1


def test_keys_of_others_are_others(new_house):
    house = new_house(settings=SETTINGS)
    assert post(house).status == 200
    assert post(house, {"heat": 68}, rest=house.unix).status == 200
    assert recorded(house) == 2 and house.zone(2)["heat_setpoint"] == 68


def test_a_failure_is_repeated_too(new_house):
    house = new_house(settings=SETTINGS)
    house.sim.fault("nack", count=50, function="write")
    first = post(house)
    assert first.status == 500
    house.sim.clear()
    again = post(house)
    assert (again.status, again.json) == (500, first.json)
    assert post(house, key="k-2").status == 200


def test_what_was_refused_at_once_is_refused_again(new_house):
    house = new_house(settings={**SETTINGS, "panel.read_only": True})
    first = post(house)
    assert first.status == 403
    again = post(house)
    assert (again.status, again.json) == (403, first.json) and recorded(house) == 1


@pytest.mark.parametrize("target, body, status", [
    (ZONE, BODY, 202),
    ("/api/v1/commands", {"command": "zone.hold", "params": {"zone_id": 2, "hold": True}}, 201)])
def test_who_does_not_wait_gets_the_same_command(new_house, target, body, status):
    house = new_house(settings=SETTINGS)
    more = {"Prefer": "respond-async"}
    first = post(house, body, target=target, **more)
    assert first.status == status
    ident = first.json["command_id"]
    until(lambda: house.rest.get(f"/commands/{ident}").json["status"] == "delivered",
          what="the end")
    again = post(house, body, target=target, **more)
    assert (again.status, again.json) == (status, first.json)
    assert again.headers["Location"] == first.headers["Location"]
    assert recorded(house) == 1


@pytest.mark.parametrize("target, body, status", [
    (ZONE, BODY, 202),
    ("/api/v1/commands", {"command": "zone.hold", "params": {"zone_id": 2, "hold": True}}, 201)])
def test_what_waits_for_the_panel_is_answered_alike_even_after_a_crash(
        new_house, target, body, status):
    house = new_house(settings={**SETTINGS, "cache.refresh_interval": 5})
    house.sim.silence(True)
    until(lambda: house.rest.get("/status?force=true").status == 504 and
          not house.rest.get("/status").json["meta"]["connected"], 30, "the silence to be noticed")
    more = {"Prefer": "respond-async"}
    first = post(house, body, target=target, **more)
    assert first.status == status
    again = post(house, body, target=target, **more)
    assert (again.status, again.json) == (status, first.json)
    house.daemon.stop(signal.SIGKILL)
    house.daemon.start()
    again = post(house, body, target=target, **more)
    assert (again.status, again.json) == (status, first.json)
    assert recorded(house) == 1


def test_after_a_crash_a_key_leads_to_what_became_of_its_command(new_house):
    house = new_house(settings={**SETTINGS, "bus.reply_timeout_ms": 1500})
    house.sim.fault("late-reply", count=1, ms=800, function="write")
    later = house.rest.later("POST", ZONE, BODY, headers={"Idempotency-Key": "k-1"})
    until(house.written, what="the first write")
    house.daemon.stop(signal.SIGKILL)
    later.thread.join()
    house.calls[-1].abandoned = True
    written = len(house.written())
    house.daemon.start()
    answer = post(house)
    assert answer.status == 202, answer
    assert set(answer.json) == {"command_id", "status", "check_status_at"}
    until(lambda: house.rest.get(answer.json["check_status_at"]).json["status"] in
          ("delivered", "failed"), what="the end")
    assert len(house.written()) == written and recorded(house) == 1


@pytest.mark.parametrize("key", ["", "a b", "x" * 129, "t\tt", "\xfc"])
def test_a_key_that_is_none_is_refused(new_house, key):
    house = new_house(settings=SETTINGS)
    answer = post(house, key=key)
    assert answer.status == 400 and "Idempotency-Key" in answer.json["detail"]
    assert recorded(house) == 0


def test_what_was_no_command_leaves_no_key(new_house):
    house = new_house(settings=SETTINGS)
    assert post(house, {"heat": 600}).status == 422
    assert post(house).status == 200
