# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""The ledger: every command, whatever its door, has a record with a true end, can be sent
without waiting, and is never sent twice."""

import re
import signal
import uuid

import pytest

import preload
from house import PATIENT
from waiting import until

SETTINGS = {"bus.reply_timeout_ms": 120, "bus.gap_ms": 5}
COLD = {**SETTINGS, "command.guard_ms": 0}  # nothing read before is good enough to write upon
ZONE = "/zones/2/temperature"
MEMBERS = {"command_id", "device_id", "command", "params", "media", "request_user_id", "source",
           "status", "requested_at", "updated_at", "sent_at", "delivered_at", "expires_at",
           "metadata", "result"}
RESULT = {"rows", "transactions", "bytes", "attempts", "unchanged", "warnings", "error_code",
          "error_message", "applied"}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00")
FINAL = {"delivered", "failed", "expired"}
ASYNC = {"Prefer": "respond-async"}


def newest(house, device="cz2-zone-2", **query):
    text = "&".join(f"{name}={value}" for name, value in query.items())
    return house.rest.get(f"/api/v1/commands/device/{device}?{text}").json


def record(house, ident):
    return house.rest.get(f"/commands/{ident}").json


def ended(house, ident):
    """The record, once it is final."""
    def final():
        one = record(house, ident)
        return one if one["status"] in FINAL else None
    return until(final, 40, "the end of the command")


def fall_silent(house):
    """The panel is gone, and the daemon knows: what comes now waits and is not begun."""
    house.sim.silence(True)
    until(lambda: house.rest.get("/status?force=true").status == 504 and
          not house.rest.get("/status").json["meta"]["connected"], 30, "the silence to be noticed")


def test_a_command_leaves_a_whole_record(new_house):
    house = new_house(settings={**COLD, **PATIENT})
    house.unix.post(ZONE, {"heat": 66, "hold": True, "cool": None})
    page = newest(house)
    assert page["total"] == 1 and len(page["commands"]) == 1
    one = page["commands"][0]
    assert set(one) == MEMBERS and set(one["result"]) == RESULT
    assert one["command"] == "zone.temperature" and one["device_id"] == "cz2-zone-2"
    assert one["params"] == {"heat": 66, "hold": True} and one["media"] == "rs485"
    assert one["source"] == "rest" and one["request_user_id"].startswith("local:")
    assert one["status"] == "delivered" and one["metadata"] is None
    times = [one[name] for name in ("requested_at", "sent_at", "delivered_at", "expires_at")]
    assert all(TIME.fullmatch(time) for time in times) and times == sorted(times), times
    assert one["updated_at"] == one["delivered_at"]
    result = one["result"]
    assert [row["row"] for row in result["rows"]] == ["1.16", "1.12"]
    for row in result["rows"]:
        assert row["before"] != row["after"] and len(row["before"]) == len(row["after"])
    assert result["transactions"] == 6 and result["attempts"] == 6 and result["bytes"] > 100
    assert result["unchanged"] is False and result["error_code"] is None
    assert result["applied"]["zones"][0]["heat_setpoint"] == 66
    assert one == record(house, one["command_id"])
    assert one == house.rest.get(f"/api/v1/commands/{one['command_id']}").json


@pytest.mark.parametrize("target, body, command, device", [
    ("/system/mode", {"mode": "Heat"}, "system.mode", "cz2"),
    ("/system/fan", {"fan": "On"}, "system.fan", "cz2"),
    ("/zones/batch/temperature", {"zones": [1, 3], "heat": 64}, "zones.temperature", "cz2"),
    ("/zones/3/hold", {"hold": True}, "zone.hold", "cz2-zone-3"),
    ("/update", {}, "system.update", "cz2"),
    ("/cache/clear", {}, "cache.clear", "cz2")])
def test_every_command_is_recorded(new_house, target, body, command, device):
    house = new_house(settings=SETTINGS)
    house.command(target, body)
    one = newest(house, device)["commands"][0]
    assert (one["command"], one["params"], one["status"]) == (command, body, "delivered")
    assert one["request_user_id"] == "anonymous"


@pytest.mark.parametrize("fault, more, code", [
    ("error-reply", {}, "refused"), ("not-kept", {"function": "write"}, "not_kept"),
    ("nack", {"function": "write"}, "refused"), ("lose-reply", {}, "timeout")])
def test_a_failure_is_recorded_with_its_reason(new_house, fault, more, code):
    house = new_house(settings={**COLD, "command.timeout_seconds": 5})
    house.sim.fault(fault, count=200, **more)
    answer = house.rest.post(ZONE, {"heat": 66, "hold": True})
    assert answer.status >= 500
    house.sim.clear()
    one = newest(house)["commands"][0]
    assert one["status"] == "failed" and one["delivered_at"] is None
    assert one["result"]["error_code"] == code, one
    assert one["result"]["error_message"] == answer.json["detail"]
    assert (one["sent_at"] is not None) == (bool(more))


def test_what_is_refused_at_once_is_recorded_too(new_house):
    house = new_house(settings={**SETTINGS, "panel.read_only": True})
    assert house.rest.post(ZONE, {"heat": 66}).status == 403
    one = newest(house)["commands"][0]
    assert one["status"] == "failed" and one["result"]["error_code"] == "read_only"


def test_what_is_no_command_is_not_recorded(new_house):
    house = new_house(settings=SETTINGS)
    assert house.rest.post(ZONE, {"heat": 600}).status == 422
    assert house.rest.post("/zones/9/temperature", {"heat": 60}).status == 404
    assert newest(house)["total"] == 0 and newest(house, "cz2")["total"] == 0


# --- without waiting ------------------------------------------------------------------------------

def test_a_command_can_be_sent_without_waiting(new_house):
    house = new_house(settings=SETTINGS, panel={"pacing": True})
    answer = house.rest.post(ZONE, {"heat": 66, "hold": True}, headers=ASYNC)
    assert answer.status == 202
    assert set(answer.json) == {"command_id", "status", "provisional_state", "check_status_at"}
    assert answer.json["status"] == "queued"
    assert answer.json["provisional_state"]["zones"][0]["heat_setpoint"] == 66
    ident = answer.json["command_id"]
    assert answer.json["check_status_at"] == f"/commands/{ident}"
    assert record(house, ident)["status"] in ("pending", "sent")
    assert ended(house, ident)["status"] == "delivered"
    assert house.zone(2)["heat_setpoint"] == 66


def test_with_a_worker_nobody_waits(new_house):
    house = new_house(settings={**SETTINGS, "worker.enabled": True})
    answer = house.rest.post("/update", {})
    assert answer.status == 202
    assert set(answer.json) == {"command_id", "status", "message", "current_state",
                                "check_status_at"}
    assert answer.json["message"] == "Status refresh queued"
    assert ended(house, answer.json["command_id"])["status"] == "delivered"


def test_one_more_than_may_wait_is_a_429(new_house):
    house = new_house(settings={**SETTINGS, "worker.enabled": True, "worker.queue_limit": 2})
    fall_silent(house)
    answers = [house.rest.post("/system/fan", {"fan": "On"}) for _ in range(3)]
    assert [one.status for one in answers] == [202, 202, 429]
    assert int(answers[2].headers["Retry-After"]) > 0
    house.sim.silence(False)
    for one in answers[:2]:
        assert ended(house, one.json["command_id"])["status"] == "delivered"


def test_what_waits_for_the_panel_counts_as_queued(new_house):
    house = new_house(settings=COLD)
    fall_silent(house)
    idents = [house.rest.post(ZONE, {"heat": heat, "hold": True}, headers=ASYNC).json["command_id"]
              for heat in (60, 61, 62, 63, 64)]
    until(lambda: house.rest.get("/health").json["queue"] >= len(idents), what="all to wait")
    house.sim.silence(False)
    for ident in idents:
        assert ended(house, ident)["status"] == "delivered"
    until(lambda: house.rest.get("/health").json["queue"] == 0, what="nobody to wait")


def test_who_does_not_wait_is_served_when_the_panel_is_back(new_house):
    house = new_house(settings={**SETTINGS, "cache.refresh_interval": 5})
    fall_silent(house)
    assert house.rest.post(ZONE, {"heat": 66}).status == 504
    ident = house.rest.post(ZONE, {"heat": 67, "hold": True}, headers=ASYNC).json["command_id"]
    assert record(house, ident)["status"] == "pending"
    house.sim.silence(False)
    assert ended(house, ident)["status"] == "delivered"
    assert house.zone(2)["heat_setpoint"] == 67


# --- by name --------------------------------------------------------------------------------------

@pytest.mark.parametrize("target, body", [
    ("/api/v1/commands", {"command": "zone.temperature",
                          "params": {"zone_id": 2, "heat": 66, "hold": True}}),
    ("/api/v1/commands", {"device_id": "cz2-zone-2", "command": "zone.temperature",
                          "params": {"heat": 66, "hold": True}, "expires_in_minutes": 5,
                          "metadata": {"why": "cold"}}),
    ("/api/v1/devices/cz2-zone-2/commands", {"command_type": "zone.temperature",
                                             "command_params": {"heat": 66, "hold": True}})])
def test_a_command_by_name_is_created(new_house, target, body):
    house = new_house(settings=SETTINGS)
    answer = house.rest.post(target, body)
    assert answer.status == 201, answer
    assert set(answer.json) == {"command_id", "status", "expires_at"}
    assert answer.json["status"] == "pending" and TIME.fullmatch(answer.json["expires_at"])
    assert answer.headers["Location"] == f"/api/v1/commands/{answer.json['command_id']}"
    one = ended(house, answer.json["command_id"])
    assert one["status"] == "delivered" and one["device_id"] == "cz2-zone-2"
    assert one["metadata"] == body.get("metadata")
    assert house.zone(2)["heat_setpoint"] == 66


@pytest.mark.parametrize("target, body, status, loc", [
    ("/api/v1/commands", {"command": "zone.temperature", "device_id": "cz2-zone-9",
                          "params": {"heat": 66}}, 404, None),
    ("/api/v1/devices/nobody/commands", {"command": "system.fan", "params": {"fan": "On"}},
     404, None),
    ("/api/v1/commands", {}, 422, ["body", "command"]),
    ("/api/v1/devices/cz2/commands", {"params": {"fan": "On"}}, 422, ["body", "command"]),
    ("/api/v1/commands", {"command": "zone.explode"}, 422, ["body", "command"]),
    ("/api/v1/commands", {"command": "system.fan", "params": {"fan": "Maybe"}}, 422,
     ["body", "params", "fan"]),
    ("/api/v1/commands", {"command": "system.fan", "params": {"fan": "On", "x": 1}}, 422,
     ["body", "params", "x"]),
    ("/api/v1/commands", {"command": "system.fan"}, 422, ["body", "params", "fan"]),
    ("/api/v1/commands", {"command": "zone.temperature", "params": {"heat": 66}}, 422,
     ["body", "params", "zone_id"]),
    ("/api/v1/commands", {"command": "zone.temperature", "params": {"zone_id": "x", "heat": 66}},
     422, [["body", "params", "zone_id"]]),
    ("/api/v1/commands", {"command": "zone.temperature", "params": {"zone_id": 0, "heat": 66}},
     404, None),
    ("/api/v1/devices/cz2-zone-2/commands",
     {"command": "zone.hold", "params": {"hold": True}, "command_params": {"temp": True}},
     422, [["body", "command_params"]]),
    ("/api/v1/devices/cz2/commands",
     {"command": "system.fan", "command_type": "system.mode", "params": {"fan": "On"}},
     422, [["body", "command_type"]]),
    ("/api/v1/commands", {"command": "system.fan", "params": {"fan": "On"},
                          "expires_in_minutes": 0}, 422, ["body", "expires_in_minutes"]),
    ("/api/v1/commands", {"command": "system.fan", "params": [], "metadata": 1}, 422,
     ["body", "params"])])
def test_what_is_wrong_with_a_command_by_name_is_said(new_house, target, body, status, loc):
    house = new_house(settings=SETTINGS)
    answer = house.rest.post(target, body)
    assert answer.status == status, answer
    if loc:
        told = [one["loc"] for one in answer.json["detail"]]
        assert told == loc if isinstance(loc[0], list) else loc in told, answer
    assert newest(house, "cz2")["total"] == 0


# --- lists ----------------------------------------------------------------------------------------

def test_lists_are_paged_filtered_and_counted(new_house):
    house = new_house(settings=SETTINGS)
    for heat in (60, 61, 62, 63):
        house.command(ZONE, {"heat": heat, "hold": True})
    house.sim.fault("error-reply", count=50)
    assert house.rest.post(ZONE, {"heat": 64}).status == 500
    house.sim.clear()

    def heats(page):
        return [one["params"]["heat"] for one in page["commands"]]
    page = newest(house)
    assert heats(page) == [64, 63, 62, 61, 60] and page["total"] == 5
    assert heats(newest(house, limit=2, offset=1)) == [63, 62]
    assert newest(house, limit=2, offset=1)["total"] == 5
    assert heats(newest(house, offset=9)) == []
    delivered = newest(house, status_filter="delivered", limit=3)
    assert heats(delivered) == [63, 62, 61] and delivered["total"] == 4
    assert newest(house, status_filter="expired")["total"] == 0
    plain = house.rest.get("/api/v1/devices/cz2-zone-2/commands?status=failed&limit=5").json
    assert [one["params"]["heat"] for one in plain] == [64]


@pytest.mark.parametrize("target, status", [
    ("/api/v1/commands/device/cz2?limit=0", 400), ("/api/v1/commands/device/cz2?limit=501", 400),
    ("/api/v1/commands/device/cz2?offset=-1", 400), ("/api/v1/commands/device/cz2?limit=", 400),
    ("/api/v1/commands/device/cz2?status_filter=foo", 400),
    ("/api/v1/devices/cz2/commands?limit=201", 400),
    ("/api/v1/devices/cz2/commands?status=0", 400),
    ("/api/v1/commands/device/nobody", 404), ("/api/v1/devices/cz2-zone-9/commands", 404),
    ("/commands/x", 404), (f"/commands/{uuid.uuid4()}", 404),
    (f"/api/v1/commands/{uuid.uuid4()}0", 404)])
def test_bad_questions_are_told_what_is_accepted(new_house, target, status):
    house = new_house(settings=SETTINGS)
    answer = house.rest.get(target)
    assert answer.status == status and isinstance(answer.json["detail"], str), answer


# --- what nobody knows ----------------------------------------------------------------------------

def test_an_unconfirmed_write_is_settled_by_reading(new_house):
    house = new_house(settings={**SETTINGS, "command.timeout_seconds": 5,
                                "cache.refresh_interval": 5})
    house.sim.fault("silence", ms=8000, function="write")
    assert house.rest.post("/system/fan", {"fan": "On"}).status == 504
    one = newest(house, "cz2")["commands"][0]
    assert one["status"] == "sent" and one["result"]["error_code"] == "unconfirmed"
    one = ended(house, one["command_id"])
    assert one["status"] == ("delivered" if house.status()["fan_mode"] == "On" else "failed")
    assert len(house.written()) == 1, "it was sent again"


def test_what_may_have_been_on_the_wire_is_settled_after_a_crash(new_house):
    house = new_house(panel={"pacing": True})
    later = house.client().later("POST", ZONE, {"heat": 66, "hold": True})
    until(house.written, what="the first write")
    house.daemon.stop(signal.SIGKILL)
    later.thread.join()
    house.calls[-1].abandoned = True
    ident = None
    house.daemon.start()
    ident = until(lambda: newest(house)["commands"], what="the record")[0]["command_id"]
    before = len(house.written())
    one = ended(house, ident)
    assert len(house.written()) == before, "it was sent again"
    zone = house.zone(2)
    assert one["status"] == ("delivered" if zone["hold"] and zone["heat_setpoint"] == 66
                             else "failed")


def test_lists_and_records_agree_on_what_a_crash_left_in_doubt(new_house):
    house = new_house(panel={"pacing": True})
    later = house.client().later("POST", ZONE, {"heat": 66, "hold": True})
    until(house.written, what="the first write")
    house.daemon.stop(signal.SIGKILL)
    later.thread.join()
    house.calls[-1].abandoned = True
    house.sim.silence(True)
    house.daemon.start()
    listed = until(lambda: newest(house, status_filter="sent")["commands"], 20,
                   "it to be listed as sent")
    ident = listed[0]["command_id"]
    assert record(house, ident) == listed[0]
    house.sim.silence(False)
    assert ended(house, ident)["expires_at"] == listed[0]["expires_at"]


def test_what_waited_is_carried_out_after_a_crash(new_house):
    house = new_house(settings=SETTINGS)
    fall_silent(house)
    ident = house.rest.post(ZONE, {"heat": 67, "hold": True}, headers=ASYNC).json["command_id"]
    house.daemon.stop(signal.SIGKILL)
    house.sim.silence(False)
    house.daemon.start()
    assert ended(house, ident)["status"] == "delivered"
    assert house.zone(2)["heat_setpoint"] == 67


def test_what_waited_is_carried_out_after_a_stop(new_house):
    house = new_house(settings=SETTINGS)
    fall_silent(house)
    ident = house.rest.post(ZONE, {"heat": 67, "hold": True}, headers=ASYNC).json["command_id"]
    assert house.daemon.stop() == 0
    house.sim.silence(False)
    house.daemon.start()
    assert ended(house, ident)["status"] == "delivered"


# --- too late -------------------------------------------------------------------------------------

@pytest.fixture
def weather(tmp_path):
    return preload.Weather.at(tmp_path / "weather")


def goes_by(weather, seconds):
    weather.monotonic_shift_s += seconds
    weather.wall_shift_s += seconds


def ask_in_vain(new_house, weather):
    """A house whose panel is gone, and a command that may wait for it for a minute."""
    house = new_house(settings=SETTINGS, true_clock=False,
                      environment=preload.environment(weather=weather))
    fall_silent(house)
    answer = house.rest.post("/api/v1/commands", {
        "command": "zone.hold", "params": {"zone_id": 2, "hold": True}, "expires_in_minutes": 1})
    assert answer.status == 201 and record(house, answer.json["command_id"])["status"] == "pending"
    return house, answer.json["command_id"]


def never_sent(house, ident):
    one = ended(house, ident)
    assert one["status"] == "expired" and one["result"]["error_code"] == "timeout", one
    assert one["sent_at"] is None and one["delivered_at"] is None
    house.sim.silence(False)
    until(lambda: house.rest.get("/status?force=true").status == 200, what="the panel")
    assert not house.written() and not house.zone(2)["hold"]


def test_what_waited_too_long_is_never_sent(new_house, weather):
    house, ident = ask_in_vain(new_house, weather)
    goes_by(weather, 61)
    never_sent(house, ident)


def test_what_expired_while_the_daemon_was_away_is_never_sent(new_house, weather):
    house, ident = ask_in_vain(new_house, weather)
    house.daemon.stop(signal.SIGKILL)
    goes_by(weather, 61)
    house.sim.silence(False)
    house.daemon.start()
    never_sent(house, ident)


def test_what_did_not_expire_while_the_daemon_was_away_is_carried_out(new_house, weather):
    house, ident = ask_in_vain(new_house, weather)
    house.daemon.stop(signal.SIGKILL)
    goes_by(weather, 30)
    house.sim.silence(False)
    house.daemon.start()
    assert ended(house, ident)["status"] == "delivered" and house.zone(2)["hold"]
