# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""GET /status in all its forms, and the routes one observes the daemon by."""

import base64
import datetime
import re
import time

import pytest

import panel
from waiting import until

MEMBERS = {"system_time", "system_mode", "effective_mode", "fan_mode", "fan_state", "active_state",
           "all_mode", "outside_temp", "air_handler_temp", "zone1_humidity", "compressor_stage_1",
           "compressor_stage_2", "aux_heat_stage_1", "aux_heat_stage_2", "humidify", "dehumidify",
           "reversing_valve", "zones"}
ZONE_MEMBERS = {"zone_id", "name", "temperature", "temperature_exact", "damper_position",
                "cool_setpoint", "heat_setpoint", "temporary", "hold", "out"}
META_MEMBERS = {"connected", "is_stale", "source", "last_updated", "age_seconds"}
ROWS = ((1, 9), (1, 12), (1, 16), (1, 17), (1, 18), (1, 24), (9, 3), (9, 4), (9, 5))


@pytest.mark.smoke
def test_a_status_has_all_members_and_no_others(shared_house):
    answer = shared_house.rest.get("/status")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("application/json")
    assert set(answer.json) == {"status", "meta"}
    status, meta = answer.json["status"], answer.json["meta"]
    assert set(status) == MEMBERS and META_MEMBERS <= set(meta) <= META_MEMBERS | {"error"}
    assert [zone["zone_id"] for zone in status["zones"]] == [1, 2, 3]
    assert all(set(zone) == ZONE_MEMBERS for zone in status["zones"])


def test_values_have_their_types(shared_house):
    status = shared_house.status()
    assert status["system_mode"] in panel.MODES and status["effective_mode"] in panel.MODES
    assert status["fan_mode"] in ("Auto", "On") and status["fan_state"] in ("On", "Off")
    assert re.fullmatch(r"(Heat|Cool) (On|Off)( \[AUX\])?", status["active_state"])
    assert re.fullmatch(r"(Sun|Mon|Tue|Wed|Thu|Fri|Sat) (0[1-9]|1[0-2]):[0-5]\d(am|pm)",
                        status["system_time"])
    for name in ("compressor_stage_1", "aux_heat_stage_2", "humidify", "reversing_valve"):
        assert isinstance(status[name], bool)
    for zone in status["zones"]:
        assert isinstance(zone["damper_position"], int) and 0 <= zone["damper_position"] <= 100
        assert isinstance(zone["hold"], bool) and isinstance(zone["cool_setpoint"], int)


def test_meta_tells_when_and_how(shared_house):
    shared_house.rest.get("/status/live")
    meta = shared_house.rest.get("/status").json["meta"]
    assert meta["connected"] is True and meta["is_stale"] is False
    assert meta["source"] in ("poll", "sniff", "writeback", "force")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00", meta["last_updated"])
    told = datetime.datetime.fromisoformat(meta["last_updated"]).timestamp()
    assert abs(time.time() - told - meta["age_seconds"]) < 2


def test_a_forced_status_reads_the_panel(house):
    house.sim.set_field("heat_setpoint", 63, 1)
    answer = house.rest.get("/status?force=true")
    assert answer.status == 200 and answer.json["meta"]["source"] == "force"
    assert answer.json["status"]["zones"][0]["heat_setpoint"] == 63


def test_a_live_status_reads_the_panel(house):
    house.sim.set_field("cool_setpoint", 83, 2)
    answer = house.rest.get("/status/live")
    assert answer.status == 200 and answer.json["status"]["zones"][1]["cool_setpoint"] == 83


@pytest.mark.parametrize("query", ["force=1", "force=true", "force=yes", "force=on"])
def test_spellings_of_force(shared_house, query):
    assert shared_house.rest.get("/status?" + query).json["meta"]["source"] == "force"


@pytest.mark.parametrize("query", ["_=1783180800", "force_=perhaps"])
def test_an_unknown_name_in_the_query_is_ignored(shared_house, query):
    assert shared_house.rest.get("/status?" + query).status == 200


def test_raw_rows_come_with_their_lengths(shared_house):
    answer = shared_house.rest.get("/status?raw=1&force=true")
    data = base64.b64decode(answer.json["raw"], validate=True)
    rows = []
    while data:
        rows.append(data[1:1 + data[0]])
        data = data[1 + data[0]:]
    assert [(row[1], row[2]) for row in rows] == list(ROWS)
    assert [len(row) for row in rows] == [panel.LENGTHS[row] for row in ROWS]
    assert "raw" not in shared_house.rest.get("/status?raw=0").json


def test_the_flat_form_is_the_older_services(shared_house):
    flat = shared_house.rest.get("/status?flat=1").json
    assert MEMBERS | {"time"} <= set(flat) and "meta" not in flat and "status" not in flat
    assert abs(flat["time"] - time.time()) < 120
    assert all(isinstance(zone["damper_position"], str) for zone in flat["zones"])


def test_the_values_are_the_panels(house):
    house.sim.set_field("outside_temp", -20 * 16 - 8)
    house.sim.set_field("air_handler_temp", 104)
    house.sim.set_field("damper_position", 7, 2)
    house.sim.set_field("system_mode", 2)
    house.sim.set_field("effective_mode", 0)
    status = house.rest.get("/status/live").json["status"]
    assert status["outside_temp"] in (-20, -20.5)
    assert status["air_handler_temp"] == 104
    assert status["zones"][1]["damper_position"] == (7 * 100 + 7) // 15
    assert (status["system_mode"], status["effective_mode"]) == ("Auto", "Heat")


@pytest.mark.parametrize("outputs, mode, text", [
    (0x80, 0, "Heat Off"), (0x81, 0, "Heat On"), (0x83, 1, "Cool On"), (0x80, 1, "Cool Off"),
    (0xA4, 0, "Heat Off [AUX]"), (0x8D, 0, "Heat On [AUX]"), (0x88, 0, "Heat Off [AUX]"),
])
def test_the_active_state_follows_compressor_mode_and_aux(shared_house, outputs, mode, text):
    shared_house.sim.set_field("effective_mode", mode)
    shared_house.sim.set_byte(9, 5, 3, outputs)
    status = shared_house.rest.get("/status/live").json["status"]
    assert status["active_state"] == text
    assert status["fan_state"] == ("On" if outputs & 0x20 else "Off")
    assert status["compressor_stage_1"] is bool(outputs & 1)
    shared_house.sim.set_byte(9, 5, 3, 0x80)


def test_what_is_not_fitted_is_null(house):
    house.sim.set_bytes(9, 3, 4, b"\xff\xff\xff")
    house.sim.set_byte(1, 9, 4, 255)
    house.sim.set_byte(1, 6, 7, 255)
    status = house.rest.get("/status/live").json["status"]
    assert status["outside_temp"] is None and status["air_handler_temp"] is None
    assert status["zone1_humidity"] is None


def test_a_temperature_is_the_exact_one_rounded_half_up(house):
    house.sim.set_bytes(9, 1, 3, bytes.fromhex("FFFF 0447 FFFF FFFF"))
    house.sim.set_bytes(1, 6, 5, bytes.fromhex("0448"))
    house.sim.set_byte(1, 24, 5, 71)
    house.rest.post("/cache/clear")
    zones = house.status()["zones"]
    shown = [(zone["temperature_exact"], zone["temperature"]) for zone in zones]
    assert shown == [(68.5, 69), (68.4375, 68), (None, 71)]


def test_in_all_mode_every_zone_shows_the_ruling_one(house):
    house.command("/zones/2/temperature", {"heat": 61, "cool": 81, "hold": True})
    house.sim.set_field("all_mode", 2)
    status = house.rest.get("/status/live").json["status"]
    assert status["all_mode"] == 2
    assert {(z["heat_setpoint"], z["cool_setpoint"], z["hold"]) for z in status["zones"]} \
        == {(61, 81, True)}


def test_the_clock_is_carried_forward(house):
    house.rest.get("/status/live")
    told = house.status()["system_time"]
    clock = house.sim.row(1, 18)
    hour, minute = clock[4], clock[5]
    accepted = set()
    for ahead in (-1, 0, 1):
        moment = (hour * 60 + minute + ahead) % 1440
        day = panel.DAYS[(clock[3] + (hour * 60 + minute + ahead) // 1440) % 7]
        accepted.add(datetime.time(moment // 60, moment % 60).strftime(f"{day} %I:%M%p").replace(
            "AM", "am").replace("PM", "pm"))
    assert told in accepted


@pytest.mark.smoke
def test_health_is_a_document(shared_house):
    answer = shared_house.rest.get("/health")
    assert answer.status == 200, answer
    health = answer.json
    assert set(health) == {"status", "version", "link", "cache", "mqtt", "storage", "queue"}
    assert health["status"] == "healthy" and health["version"] and health["queue"] == 0
    assert health["link"]["connected"] is True and health["link"]["kind"] in ("pty", "tcp")
    assert {"connected", "kind", "since", "last_frame_age"} <= set(health["link"])
    assert set(health["cache"]) == {"is_stale", "age_seconds"}
    assert health["mqtt"] == {"enabled": False, "connected": False}
    assert health["storage"] == {"ok": True}


def test_health_turns_bad_with_the_panel(house):
    house.sim.silence(True)
    house.rest.post("/update")

    def unhealthy():
        answer = house.rest.get("/health")
        return answer if answer.json["status"] != "healthy" else None
    until(unhealthy, 30, "health to tell")


def test_the_version_is_told(shared_house):
    version = shared_house.rest.get("/api/v1/system/version")
    assert version.status == 200
    assert version.json["version"] == shared_house.rest.get("/health").json["version"]


def test_cache_statistics_are_an_object(shared_house):
    answer = shared_house.rest.get("/cache/stats")
    assert answer.status == 200 and isinstance(answer.json, dict) and answer.json


def test_clearing_the_cache_reads_every_row_again(house):
    before = len(house.sim.frames())
    answer = house.rest.post("/cache/clear")
    assert answer.status == 200, answer

    def all_read():
        rows = {one.row for one in house.sim.frames()[before:] if one.function == panel.READ}
        return set(ROWS) <= rows
    until(all_read, what="all rows to be read again")


def test_get_status_while_the_panel_is_dead_comes_from_memory_at_once(house):
    house.sim.silence(True)
    answers = [house.rest.get("/status") for _ in range(20)]
    assert all(one.status == 200 and one.json["status"] for one in answers)
    assert sorted(one.seconds for one in answers)[10] < 0.2


def test_before_the_first_answer_status_is_null(new_house):
    house = new_house(panel={"silent": True}, known=False)
    answer = house.rest.get("/status")
    assert answer.status == 200
    assert answer.json["status"] is None and answer.json["meta"]["connected"] is False
    assert house.rest.get("/status?flat=1").status == 200


def test_legacy_mode_reads_the_panel_each_time(new_house):
    house = new_house(settings={"cache.enabled": False}, known=False)
    until(lambda: house.rest.get("/status").status == 200, what="the first status")
    house.sim.set_field("heat_setpoint", 64, 1)
    answer = house.rest.get("/status")
    assert set(answer.json) == {"status"}
    assert answer.json["status"]["zones"][0]["heat_setpoint"] == 64
    answer = house.command("/zones/1/temperature", {"heat": 66, "hold": True})
    assert set(answer.json) <= {"status", "message", "warnings"}
    house.sim.silence(True)
    assert house.rest.get("/status").status == 504


def test_concurrent_legacy_reads_share_one_refresh(new_house):
    house = new_house(settings={"cache.enabled": False}, known=False)
    until(lambda: house.rest.get("/status").status == 200, what="the first status")
    before = len([one for one in house.sim.frames() if one.source == 99])
    answers = house.rest.together([("GET", "/status", None)] * 20)
    assert all(one.status == 200 for one in answers)
    asked = len([one for one in house.sim.frames() if one.source == 99]) - before
    assert asked <= 27, "at most three refreshes of nine rows for twenty readers"
