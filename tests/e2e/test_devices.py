# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""The panel and its zones as devices: names and metadata that last, zones that are not used, and
what is said of each wherever it is shown."""

import errno
import re

import pytest

import preload
from mqtt import document, mosquitto_path
from waiting import until

SETTINGS = {"bus.reply_timeout_ms": 120, "bus.gap_ms": 5}
DEVICES = "/api/v1/devices"
ZONE = DEVICES + "/cz2-zone-2"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00")
MEMBERS = {"device_id", "type", "name", "status", "metadata", "zone_id", "created_at",
           "updated_at", "last_seen"}
MOVING = {"system_time"}


@pytest.fixture
def devices_house(new_house):
    return new_house(settings=SETTINGS)


def patch(house, body, target=ZONE, status=200):
    answer = house.rest.request("PATCH", target, body)
    assert answer.status == status, answer
    return answer.json


def post(house, target, status=200):
    answer = house.rest.post(target)
    assert answer.status == status, answer
    return answer.json


def device(house, target=ZONE):
    return house.rest.get(target).json


def names(house):
    return [zone["name"] for zone in house.status()["zones"]]


def numbers(house):
    return [zone["zone_id"] for zone in house.status()["zones"]]


def errors(answer):
    return [(one["type"], one["loc"][-1]) for one in answer["detail"]]


# --- looking --------------------------------------------------------------------------------------

@pytest.mark.smoke
def test_the_panel_and_each_zone_are_devices(shared_house):
    answer = shared_house.rest.get(DEVICES).json
    assert set(answer) == {"devices", "total"} and answer["total"] == 4
    assert [one["device_id"] for one in answer["devices"]] == \
        ["cz2", "cz2-zone-1", "cz2-zone-2", "cz2-zone-3"]
    for number, one in enumerate(answer["devices"]):
        assert set(one) == MEMBERS
        assert one["type"] == ("zone" if number else "panel")
        assert one["zone_id"] == (number or None)
        assert one["name"] == (f"Zone {number}" if number else "cz2")
        assert one["status"] == "online" and one["metadata"] == {}
        assert all(TIME.fullmatch(one[name]) for name in ("created_at", "updated_at", "last_seen"))
        assert one["created_at"] == one["updated_at"]
        same = device(shared_house, f"{DEVICES}/{one['device_id']}")
        assert {**same, "last_seen": None} == {**one, "last_seen": None}


@pytest.mark.parametrize("query, expected", [
    ("type=panel", ["cz2"]), ("type=zone", ["cz2-zone-1", "cz2-zone-2", "cz2-zone-3"]),
    ("status=offline", []), ("status=online&type=panel", ["cz2"]), ("status=decommissioned", [])])
def test_the_list_can_be_filtered(shared_house, query, expected):
    answer = shared_house.rest.get(f"{DEVICES}?{query}").json
    assert [one["device_id"] for one in answer["devices"]] == expected
    assert answer["total"] == len(expected)


@pytest.mark.parametrize("query, accepted", [
    ("status=on", "online, offline, error and decommissioned"), ("type=sensor", "panel and zone")])
def test_a_filter_that_is_none_is_refused(shared_house, query, accepted):
    answer = shared_house.rest.get(f"{DEVICES}?{query}")
    assert answer.status == 400 and accepted in answer.json["detail"]


@pytest.mark.parametrize("ident", ["cz2-zone-4", "cz2-zone-0", "cz2-zone-", "CZ2", "x" * 200])
def test_an_unknown_device_is_not_found(shared_house, ident):
    for method, path, body in (("GET", "", None), ("PATCH", "", {"name": "x"}),
                               ("GET", "/status", None), ("GET", "/health", None),
                               ("GET", "/config", None), ("POST", "/decommission", {}),
                               ("POST", "/recommission", {})):
        answer = shared_house.rest.request(method, f"{DEVICES}/{ident}{path}", body)
        assert answer.status == 404 and answer.json == {"detail": "Device not found."}


def test_other_methods_are_refused_with_the_right_ones(shared_house):
    answer = shared_house.rest.request("DELETE", ZONE)
    assert answer.status == 405 and answer.headers["Allow"] == "GET, HEAD, PATCH"
    answer = shared_house.rest.request("PATCH", ZONE + "/status", {"name": "x"})
    assert answer.status == 405 and answer.headers["Allow"] == "GET, HEAD"


def test_a_devices_status_is_its_part_of_the_whole(shared_house):
    whole = shared_house.rest.get("/status").json
    panel = shared_house.rest.get(DEVICES + "/cz2/status").json
    zone = shared_house.rest.get(ZONE + "/status").json
    assert set(panel) == set(zone) == {"status", "meta"}
    assert {**panel["status"], "system_time": ""} == {**whole["status"], "system_time": ""}
    assert zone["status"] == whole["status"]["zones"][1]
    assert set(zone["meta"]) == set(whole["meta"]) and zone["meta"]["connected"] is True


def test_a_device_that_was_never_heard_of_is_offline(new_house):
    house = new_house(settings=SETTINGS, panel={"silent": True}, known=False)
    for one in house.rest.get(DEVICES).json["devices"]:
        assert one["status"] == "offline" and one["last_seen"] is None
    assert house.rest.get(ZONE + "/status").json["status"] is None
    house.sim.silence(False)
    until(lambda: device(house)["status"] == "online", what="the zone to be online")
    assert TIME.fullmatch(device(house)["last_seen"])


def test_a_zone_whose_sensor_fails_is_in_error(devices_house):
    devices_house.sim.set_bytes(9, 1, 5, b"\xff\xff")
    devices_house.sim.set_byte(1, 24, 4, 0)
    devices_house.rest.post("/cache/clear")
    until(lambda: device(devices_house)["status"] == "error", what="the zone to be in error")
    assert device(devices_house, DEVICES + "/cz2")["status"] == "online"
    listed = devices_house.rest.get(DEVICES + "?status=error").json
    assert [one["device_id"] for one in listed["devices"]] == ["cz2-zone-2"]


# --- names and metadata ---------------------------------------------------------------------------

def test_a_name_is_shown_wherever_the_zone_is(devices_house):
    before = device(devices_house)
    answer = patch(devices_house, {"name": "Küche ☕"})
    assert answer["name"] == "Küche ☕" and answer["metadata"] == {}
    assert answer["updated_at"] > before["updated_at"]
    assert answer["created_at"] == before["created_at"]
    assert device(devices_house)["name"] == "Küche ☕"
    assert names(devices_house) == ["Zone 1", "Küche ☕", "Zone 3"]
    flat = devices_house.rest.get("/status?flat=1").json
    assert flat["zones"][1]["name"] == "Küche ☕"
    devices_house.daemon.wait_log(r'devices: cz2-zone-2 is called Küche ☕ by order of anonymous')


def test_a_name_comes_before_the_configured_one_and_null_gives_way_to_it(new_house):
    house = new_house(settings={**SETTINGS, "panel.zone_names": ["Hall", "Bath", "Attic"]})
    patch(house, {"name": "Spa"})
    assert names(house) == ["Hall", "Spa", "Attic"]
    house.daemon.write_config(panel__zone_names=["Foyer", "Bathroom", "Attic"])
    house.daemon.process.popen.send_signal(1)  # SIGHUP
    until(lambda: names(house) == ["Foyer", "Spa", "Attic"], what="the new names")
    patch(house, {"name": None})
    assert names(house) == ["Foyer", "Bathroom", "Attic"]
    patch(house, {"name": "Panel"}, DEVICES + "/cz2")
    assert device(house, DEVICES + "/cz2")["name"] == "Panel"


def test_metadata_is_replaced_as_a_whole(devices_house):
    assert patch(devices_house, {"metadata": {"floor": 1, "tags": ["a", None, 1.5]}})["metadata"] \
        == {"floor": 1, "tags": ["a", None, 1.5]}
    assert patch(devices_house, {"metadata": {"room": "12"}})["metadata"] == {"room": "12"}
    assert patch(devices_house, {"name": "Spa"})["metadata"] == {"room": "12"}
    assert patch(devices_house, {"metadata": None})["metadata"] == {}


def test_names_and_metadata_outlive_a_restart(devices_house):
    before = patch(devices_house, {"name": "Spa", "metadata": {"floor": 2}})
    devices_house.daemon.restart()
    devices_house.daemon.wait_status()
    after = device(devices_house)
    assert {**after, "last_seen": None} == {**before, "last_seen": None}
    assert names(devices_house)[1] == "Spa"


def nested(levels):
    return {} if levels == 1 else {"a": nested(levels - 1)}


@pytest.mark.parametrize("body, expected", [
    ({}, [("value_error", "body")]), ({"name": ""}, [("string_too_short", "name")]),
    ({"name": "ü" * 65}, [("string_too_long", "name")]), ({"name": 7}, [("string_type", "name")]),
    ({"name": "a\nb"}, [("value_error", "name")]), ({"name": "a\x85b"}, [("value_error", "name")]),
    ({"metadata": []}, [("dict_type", "metadata")]),
    ({"metadata": {"a": "x" * (4097 - len('{"a":""}'))}}, [("value_error", "metadata")]),
    ({"metadata": nested(9)}, [("value_error", "metadata")]),
    ({"nmae": "x"}, [("extra_forbidden", "nmae")]),
    ({"name": 1, "metadata": 2, "x": 3},
     [("string_type", "name"), ("dict_type", "metadata"), ("extra_forbidden", "x")]),
    ([], [("model_attributes_type", "body")]), ('{"name": "a\\u0000"}', [("json_invalid", 16)])])
def test_what_is_no_name_and_no_metadata_is_refused(shared_house, body, expected):
    found = errors(patch(shared_house, body, status=422))
    if expected[0][0] == "json_invalid":
        assert [kind for kind, _ in found] == ["json_invalid"]
    else:
        assert found == expected
    assert device(shared_house)["name"] == "Zone 2" and device(shared_house)["metadata"] == {}


def test_the_longest_name_and_the_largest_metadata_are_kept(devices_house):
    metadata = {"a": "ü" * ((4096 - len('{"a":""}')) // 2), "b": nested(7)}
    metadata["a"] = metadata["a"][:-len(',"b":' + '{"a":' * 6 + "{}" + "}" * 6)]
    answer = patch(devices_house, {"name": "\U0001f525" * 64, "metadata": metadata})
    assert answer["name"] == "\U0001f525" * 64 and answer["metadata"] == metadata
    devices_house.daemon.restart()
    assert device(devices_house)["name"] == "\U0001f525" * 64
    assert device(devices_house)["metadata"] == metadata


@pytest.mark.skipif(not mosquitto_path(), reason="mosquitto is not installed")
def test_mqtt_tells_the_name_and_only_the_zones_in_use(new_house):
    house = new_house(settings=SETTINGS, mqtt=True)
    house.listener.wait("hvac/cz2/status", lambda one: document(one)["system_mode"])
    patch(house, {"name": "Spa"})
    house.listener.wait("hvac/cz2/status", lambda one: document(one)["zones"][1]["name"] == "Spa")
    post(house, ZONE + "/decommission")
    house.listener.wait("hvac/cz2/status",
                        lambda one: [z["zone_id"] for z in document(one)["zones"]] == [1, 3])
    post(house, ZONE + "/recommission")
    house.listener.wait("hvac/cz2/status",
                        lambda one: document(one)["zones"][1:2] and
                        document(one)["zones"][1]["name"] == "Spa" and one is
                        house.listener.last("hvac/cz2/status"))


# --- health and settings --------------------------------------------------------------------------

HEALTH = {"device_id", "status", "problems", "connected", "is_stale", "last_seen", "rows", "link",
          "sensor"}
LINK = {"kind", "since", "requests", "frames_sent", "frames_received", "bytes_sent",
        "bytes_received", "retries", "timeouts", "refused", "crc_errors", "bytes_skipped",
        "stray_replies", "address_conflicts", "turnaround_ms", "foreign", "target", "open",
        "trouble", "last_frame_age", "rhythm", "swapped", "address_conflict"}


def health(house, ident="cz2"):
    return house.rest.get(f"{DEVICES}/{ident}/health").json


def link(house):
    return health(house)["link"]


def test_the_panels_health_tells_how_good_the_line_is(new_house):
    house = new_house(settings={**SETTINGS, "bus.reply_timeout_ms": 1000},
                      panel={"pacing": True, "turnaround": 40})
    house.rest.post("/cache/clear")
    before = link(house)
    house.rest.post("/cache/clear")
    whole = health(house)
    assert set(whole) == HEALTH and set(whole["link"]) == LINK
    assert whole["device_id"] == "cz2" and whole["status"] == "online"
    assert whole["problems"] == [] and whole["sensor"] is None
    assert whole["connected"] is True and whole["is_stale"] is False
    assert TIME.fullmatch(whole["last_seen"])
    rows = {row["row"]: row for row in whole["rows"]}
    assert {"1.12", "1.17", "9.3", "9.5", "1.18"} <= set(rows) and "1.16" not in rows
    for row in rows.values():
        assert set(row) == {"row", "source", "learnt_at", "age_seconds"}
        assert row["source"] in ("poll", "force") and TIME.fullmatch(row["learnt_at"])
    good = whole["link"]
    assert good["kind"] == "pty" and TIME.fullmatch(good["since"])
    counted = {name: good[name] - before[name] for name in LINK
               if isinstance(good[name], int)}
    # A poll's own question may be under way at either look.
    assert counted["frames_sent"] == counted["requests"] > 5
    assert abs(counted["frames_received"] - counted["frames_sent"]) <= 1
    assert counted["bytes_sent"] == 13 * counted["frames_sent"]
    assert counted["bytes_received"] > counted["bytes_sent"]
    assert all(counted[name] == 0 for name in ("retries", "timeouts", "refused", "crc_errors",
                                               "bytes_skipped", "stray_replies",
                                               "address_conflicts"))
    assert good["foreign"] == {"frames": 0, "line_percent": 0}
    times = good["turnaround_ms"]
    assert set(times) == {"replies", "p50", "p90", "p99"}
    assert counted["frames_received"] <= times["replies"] <= good["frames_received"]
    assert 30 <= times["p50"] <= times["p90"] <= times["p99"]


@pytest.mark.parametrize("kind, moved, still", [
    ("flip-reply", ("crc_errors", "retries", "timeouts", "bytes_skipped"), ("stray_replies",)),
    ("lose-reply", ("retries", "timeouts"), ("crc_errors",)),
    ("double-reply", ("stray_replies",), ("retries", "timeouts")),
    ("error-reply", ("refused",), ("crc_errors",))])
def test_the_numbers_of_the_line_move_with_its_faults(devices_house, kind, moved, still):
    before = link(devices_house)
    devices_house.sim.fault(kind, count=2)
    devices_house.rest.get("/status/live")
    devices_house.rest.get("/status/live")
    after = link(devices_house)
    assert all(after[name] > before[name] for name in moved), (before, after)
    assert all(after[name] == before[name] for name in still), (before, after)


def test_a_panel_that_falls_silent_shows_as_time_outs(devices_house):
    devices_house.sim.silence(True)
    assert devices_house.rest.get("/status/live").status == 504
    after = link(devices_house)
    assert after["timeouts"] >= 1 and after["retries"] >= 3
    devices_house.sim.silence(False)
    until(lambda: device(devices_house)["status"] == "online", what="the panel to answer again")


def test_what_others_say_is_counted_apart(new_house):
    house = new_house(settings=SETTINGS, panel={"burst": True})
    heard = until(lambda: link(house)["foreign"]["frames"] >= 10 and link(house), 30,
                  "a burst of the panel's own")
    assert 0 < heard["foreign"]["line_percent"] < 50
    assert heard["turnaround_ms"]["replies"] <= heard["frames_sent"]


def test_a_slow_panel_shows_in_the_percentiles(devices_house):
    devices_house.sim.fault("late-reply", ms=110)
    devices_house.rest.get("/status/live")
    times = link(devices_house)["turnaround_ms"]
    assert times["p99"] >= times["p50"] + 20, times


def test_a_zones_health_tells_of_its_rows_and_its_sensor(devices_house):
    assert devices_house.rest.post("/cache/clear").status == 200  # reads every row
    whole = health(devices_house, "cz2-zone-2")
    assert set(whole) == HEALTH and whole["link"] is None and whole["problems"] == []
    assert {row["row"] for row in whole["rows"]} == {"1.12", "1.16", "1.24", "9.1", "9.4"}
    zone = devices_house.zone(2)
    assert whole["sensor"] == {"ok": True, "temperature": zone["temperature"]}
    devices_house.sim.set_bytes(9, 1, 5, b"\xff\xff")
    devices_house.sim.set_byte(1, 24, 4, 0)
    devices_house.rest.post("/cache/clear")
    whole = until(lambda: health(devices_house, "cz2-zone-2")["problems"] and
                  health(devices_house, "cz2-zone-2"), what="the sensor to be missed")
    assert whole["sensor"] == {"ok": False, "temperature": None} and whole["status"] == "error"
    assert whole["problems"] == ["The panel shows no temperature for the zone."]


def test_what_was_never_read_is_null(new_house):
    house = new_house(settings=SETTINGS, panel={"silent": True}, known=False)
    zone = health(house, "cz2-zone-1")
    assert zone["rows"] == [] and zone["last_seen"] is None
    assert zone["sensor"] == {"ok": None, "temperature": None}
    assert link(house)["turnaround_ms"] == {"replies": 0, "p50": None, "p90": None, "p99": None}
    settings = house.rest.get(DEVICES + "/cz2/config").json["settings"]
    assert settings and all(one["value"] is None and one["learnt_at"] is None for one in settings)
    house.sim.silence(False)
    house.daemon.wait_status()


def test_the_settings_are_those_of_the_panels_rows(devices_house):
    sim = devices_house.sim
    sim.set_byte(1, 17, 3, 0b01010001)
    sim.set_bytes(1, 17, 4, (9, 6, 7))
    sim.set_bytes(1, 17, 10, (3, 150))
    sim.set_byte(9, 3, 3, 0b10010011)
    devices_house.rest.post("/cache/clear")
    answer = devices_house.rest.get(DEVICES + "/cz2/config").json
    assert set(answer) == {"device_id", "settings"} and answer["device_id"] == "cz2"
    found = {}
    for one in answer["settings"]:
        assert set(one) == {"name", "value", "unit", "row", "learnt_at"}
        assert TIME.fullmatch(one["learnt_at"])
        found[one["name"]] = (one["value"], one["unit"], one["row"])
    row, switches = sim.row(1, 17), sim.row(9, 3)
    bits = {"zoning_disabled": 0, "fan_with_aux_heat": 1, "auto_humidity_adjust": 3,
            "humidify_always": 4, "cool_to_dehumidify": 5, "ignore_air_limits": 6,
            "variable_speed_blower": 7}
    dips = {"heat_pump": 0, "two_speed": 1, "three_stage": 2, "conventional_recovery": 3,
            "second_system": 4, "installer_test": 5, "low_temp_cooling_off": 6, "dual_fuel": 7}
    expected = {name: (bool(row[3] >> bit & 1), "", "1.17") for name, bit in bits.items()}
    expected |= {name: (bool(switches[3] >> bit & 1), "", "9.3") for name, bit in dips.items()}
    expected |= {"filter_life": (row[4] * 400, "h", "1.17"),
                 "aux_heat_lockout": (row[5] * 5, "F", "1.17"),
                 "dual_fuel_crossover": (row[6] * 5, "F", "1.17"),
                 "deadband": (row[10], "F", "1.17"), "heat_shutdown": (row[11], "F", "1.17"),
                 "zone_count": (3, "", "1.2")}
    assert found == expected
    assert devices_house.rest.get(ZONE + "/config").json == \
        {"device_id": "cz2-zone-2", "settings": []}


# --- zones that are not used ----------------------------------------------------------------------

def test_a_decommissioned_zone_disappears_and_comes_back(devices_house):
    raw = devices_house.rest.get("/status?raw=1").json["raw"]
    answer = post(devices_house, ZONE + "/decommission")
    assert set(answer) == MEMBERS and answer["status"] == "decommissioned"
    assert numbers(devices_house) == [1, 3]
    assert [z["zone_id"] for z in devices_house.rest.get("/status?flat=1").json["zones"]] == [1, 3]
    assert devices_house.rest.get(ZONE + "/status").json["status"] is None
    assert devices_house.rest.get("/status?raw=1").json["raw"][:16] == raw[:16]
    listed = devices_house.rest.get(DEVICES + "?status=decommissioned").json
    assert listed["total"] == 1 and listed["devices"][0]["device_id"] == "cz2-zone-2"
    again = post(devices_house, ZONE + "/decommission")
    assert again == {**answer, "last_seen": again["last_seen"]}  # twice is once
    assert again["last_seen"] >= answer["last_seen"]
    assert post(devices_house, ZONE + "/recommission")["status"] == "online"
    assert post(devices_house, ZONE + "/recommission")["status"] == "online"
    assert numbers(devices_house) == [1, 2, 3]
    devices_house.daemon.wait_log(r"devices: cz2-zone-2 is in use again by order of anonymous")


def test_a_decommissioned_zone_takes_no_commands(devices_house):
    post(devices_house, ZONE + "/decommission")
    before = len(devices_house.written())
    for target, body in (("/zones/2/temperature", {"heat": 66, "hold": True}),
                         ("/zones/2/hold", {"hold": True}),
                         ("/zones/batch/temperature", {"zones": [1, 2, 3], "heat": 66}),
                         (ZONE + "/commands", {"command": "zone.hold", "params": {"hold": True}})):
        answer = devices_house.rest.post(target, body)
        assert (answer.status, answer.json) == (409, {"detail": "Zone 2 is decommissioned."})
    assert devices_house.rest.get(ZONE + "/commands").json == []
    assert len(devices_house.written()) == before
    devices_house.command("/zones/batch/temperature", {"zones": [1, 3], "heat": 66, "hold": True})
    assert [zone["heat_setpoint"] for zone in devices_house.status()["zones"]] == [66, 66]


def test_a_decommissioned_zone_stays_so_over_a_restart(devices_house):
    post(devices_house, ZONE + "/decommission")
    devices_house.daemon.restart()
    devices_house.daemon.wait_status(lambda status, meta: meta["connected"])
    assert numbers(devices_house) == [1, 3]
    assert device(devices_house)["status"] == "decommissioned"


@pytest.mark.parametrize("ident, sentence", [
    ("cz2", "The panel cannot be decommissioned."),
    ("cz2-zone-1", "Zone 1 is the wall unit itself and cannot be decommissioned.")])
def test_what_every_house_has_cannot_be_decommissioned(shared_house, ident, sentence):
    answer = post(shared_house, f"{DEVICES}/{ident}/decommission", 409)
    assert answer == {"detail": sentence}
    assert post(shared_house, f"{DEVICES}/{ident}/recommission")["status"] == "online"


def test_the_zone_that_rules_all_cannot_be_decommissioned(devices_house):
    devices_house.sim.wall(all=2)
    devices_house.rest.get("/status/live")
    answer = post(devices_house, ZONE + "/decommission", 409)
    assert answer["detail"].startswith("Zone 2 rules all zones (ALL mode)")
    post(devices_house, DEVICES + "/cz2-zone-3/decommission")
    assert numbers(devices_house) == [1, 2]
    devices_house.sim.wall(all=0)
    devices_house.rest.get("/status/live")
    post(devices_house, ZONE + "/decommission")
    assert numbers(devices_house) == [1]


def test_a_body_of_decommission_may_only_be_empty(shared_house):
    answer = shared_house.rest.post(ZONE + "/decommission", {"zone": 2})
    assert answer.status == 422 and errors(answer.json) == [("extra_forbidden", "zone")]
    assert numbers(shared_house) == [1, 2, 3]


# --- the disk -------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ["ENOSPC", "EROFS"])
def test_what_cannot_be_recorded_does_not_happen(new_house, tmp_path, name):
    weather = preload.Weather.at(tmp_path / "weather")
    house = new_house(settings=SETTINGS, environment=preload.environment(weather=weather))
    before = patch(house, {"name": "Spa"})
    weather.disk_error = getattr(errno, name)
    for method, target, body in (("PATCH", ZONE, {"name": "Pool"}),
                                 ("POST", ZONE + "/decommission", {})):
        answer = house.rest.request(method, target, body)
        assert answer.status == 503 and answer.headers["Retry-After"], answer
        assert answer.json == {"detail": "The change could not be recorded and was not made."}
    after = device(house)
    assert after["name"] == "Spa" and after["updated_at"] == before["updated_at"]
    assert after["status"] == "error"  # the database takes a person to put right
    assert names(house)[1] == "Spa" and numbers(house) == [1, 2, 3]
    weather.disk_error = 0
    assert patch(house, {"name": "Pool"})["name"] == "Pool"
    assert device(house)["status"] == "online"


def test_changes_at_the_same_time_all_count(devices_house):
    wishes = [("PATCH", ZONE, {"name": "Spa"}), ("PATCH", ZONE, {"metadata": {"floor": 1}}),
              ("POST", ZONE + "/decommission", {}),
              ("PATCH", DEVICES + "/cz2-zone-3", {"name": "Attic"})]
    assert [one.status for one in devices_house.rest.together(wishes)] == [200] * 4
    one = device(devices_house)
    assert (one["name"], one["metadata"], one["status"]) == \
        ("Spa", {"floor": 1}, "decommissioned")
    assert names(devices_house) == ["Zone 1", "Attic"]
