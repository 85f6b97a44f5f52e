# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""What each command does, says and warns of: the rules of the interface, one by one."""

import pytest

ZONE = "/zones/2/temperature"
BATCH = "/zones/batch/temperature"


def warned(answer, *words):
    """True when one of the warnings holds all the words."""
    return any(all(word.lower() in one.lower() for word in words)
               for one in answer.json.get("warnings", []))


def flags(zone):
    return zone["hold"], zone["temporary"], zone["out"]


def held(house, *zones, **more):
    """Puts zones on hold with known setpoints, whatever the panel began with."""
    body = {"zones": list(zones), "heat": 66, "cool": 76, "hold": True, "out": False, **more}
    assert house.rest.post(BATCH, body).status == 200


@pytest.mark.smoke
@pytest.mark.parametrize("mode", ["Heat", "Cool", "Auto", "EHeat", "Off"])
def test_every_mode_can_be_set(shared_house, mode):
    answer = shared_house.command("/system/mode", {"mode": mode})
    assert answer.json["message"] == f"System mode set to {mode}"
    assert answer.json["status"]["system_mode"] == mode
    assert answer.json["meta"]["source"] == "writeback"


@pytest.mark.parametrize("fan", ["On", "Auto"])
def test_the_fan_can_be_set(shared_house, fan):
    answer = shared_house.command("/system/fan", {"fan": fan})
    assert answer.json["message"] == f"Fan mode set to {fan}"
    assert answer.json["status"]["fan_mode"] == fan


def test_all_mode_is_switched_on_off_and_left_alone(house):
    answer = house.command("/system/mode", {"mode": "Auto", "all": True})
    assert answer.json["status"]["all_mode"] == 1
    assert house.command("/system/mode", {"mode": "Heat"}).json["status"]["all_mode"] == 1
    answer = house.command("/system/mode", {"mode": "Heat", "all": None})
    assert answer.json["status"]["all_mode"] == 1
    answer = house.command("/system/mode", {"mode": "Heat", "all": False})
    assert answer.json["status"]["all_mode"] == 0


def test_the_zone_that_rules_all_goes_on_ruling(house):
    house.sim.set_field("all_mode", 3)
    answer = house.command("/system/mode", {"mode": "Heat", "all": True})
    assert answer.json["status"]["all_mode"] == 3


def test_setpoints_and_hold_of_one_zone(house):
    answer = house.command(ZONE, {"heat": 70, "cool": 78, "hold": True})
    assert answer.json["message"] == "Zone 2 temperature updated"
    zone = answer.json["status"]["zones"][1]
    assert (zone["heat_setpoint"], zone["cool_setpoint"]) == (70, 78) and zone["hold"]
    assert "warnings" not in answer.json


def test_a_batch_names_its_zones_once_and_in_order(house):
    answer = house.command(BATCH, {"zones": [3, 1, "3", 1.0], "heat": 65, "hold": True})
    assert answer.json["message"] == "Zones 1, 3 temperature updated"
    zones = answer.json["status"]["zones"]
    assert [zones[0]["heat_setpoint"], zones[2]["heat_setpoint"]] == [65, 65]
    assert zones[0]["hold"] and zones[2]["hold"] and not zones[1]["hold"]


def test_a_batch_of_one(house):
    answer = house.command(BATCH, {"zones": [2], "heat": 65, "hold": True})
    assert answer.json["message"] == "Zones 2 temperature updated"


def test_hold_settings_have_a_route_of_their_own(house):
    answer = house.command("/zones/3/hold", {"hold": True})
    assert answer.json["message"] == "Zone 3 hold settings updated"
    assert answer.json["status"]["zones"][2]["hold"] is True


def test_update_reads_the_panel(house):
    house.sim.set_field("heat_setpoint", 62, 1)
    answer = house.rest.post("/update")
    assert answer.status == 200, answer
    assert answer.json["message"] == "Status refreshed successfully"
    assert answer.json["meta"]["source"] == "force"
    assert answer.json["status"]["zones"][0]["heat_setpoint"] == 62


@pytest.mark.parametrize("body", [b"", b"{}"])
def test_update_takes_an_empty_body(shared_house, body):
    assert shared_house.rest.request("POST", "/update", body).status == 200


def test_an_absent_flag_leaves_a_hold_alone(house):
    held(house, 2)
    for body in ({"heat": 68}, {"heat": 69, "hold": None}, {"out": True, "temp": None}):
        answer = house.command(ZONE, body)
        assert answer.json["status"]["zones"][1]["hold"] is True
    assert answer.json["status"]["zones"][1]["heat_setpoint"] == 69


def test_hold_and_temporary_exclude_each_other(house):
    answer = house.command(ZONE, {"temp": True})
    assert flags(answer.json["status"]["zones"][1]) == (False, True, False)
    answer = house.command(ZONE, {"hold": True})
    assert flags(answer.json["status"]["zones"][1]) == (True, False, False)
    answer = house.command(ZONE, {"temp": True})
    assert flags(answer.json["status"]["zones"][1]) == (False, True, False)
    answer = house.command(ZONE, {"temp": False})
    assert flags(answer.json["status"]["zones"][1]) == (False, False, False)


def test_both_flags_are_taken_as_hold_with_a_warning(house):
    answer = house.command(ZONE, {"hold": True, "temp": True})
    assert flags(answer.json["status"]["zones"][1]) == (True, False, False)
    assert warned(answer, "hold")


def test_a_setpoint_that_nothing_holds_is_carried_out_with_a_warning(house):
    answer = house.command(ZONE, {"heat": 71, "cool": 79})
    assert warned(answer, "hold")
    writes = [one for one in house.written() if one.row == (1, 16)]
    assert writes and writes[-1].payload[12] == 71


@pytest.mark.parametrize("body, expected", [
    ({"heat": "70", "cool": 78.0, "hold": "true"}, (70, 78, True)),
    ({"heat": 71.0, "cool": "79", "hold": 1}, (71, 79, True)),
    ({"heat": " 70 ", "hold": "yes"}, (70, None, True)),
    ({"heat": 70, "hold": "on"}, (70, None, True)),
    ({"heat": 70, "hold": "Y", "temp": "off"}, (70, None, True)),
    ({"hold": "false"}, (None, None, False)),
    ({"hold": 0}, (None, None, False)),
    ({"hold": "NO"}, (None, None, False)),
])
def test_spellings_of_the_older_service_are_accepted(shared_house, body, expected):
    zone = shared_house.command(ZONE, body).json["status"]["zones"][1]
    shown = (zone["heat_setpoint"], zone["cool_setpoint"], zone["hold"])
    for want, have in zip(expected, shown):
        assert want is None or want == have
    shared_house.command(ZONE, {"hold": True})


def test_a_change_that_changes_nothing_writes_nothing(house):
    held(house, 2)
    before = len(house.written())
    answer = house.command(ZONE, {"heat": 66, "cool": 76, "hold": True})
    assert answer.json["status"]["zones"][1]["heat_setpoint"] == 66
    assert len(house.written()) == before


def test_the_gap_counts_what_the_body_leaves_out(house):
    held(house, 2)
    house.command(ZONE, {"heat": 74})
    answer = house.rest.post(ZONE, {"heat": 75})
    assert answer.status == 422, answer
    house.command(ZONE, {"heat": 75, "cool": 77})


def test_a_gap_below_the_panels_deadband_earns_a_warning(house):
    house.sim.set_field("deadband", 4)
    assert house.rest.post("/update").status == 200
    answer = house.rest.post(ZONE, {"heat": 70, "cool": 73, "hold": True})
    assert answer.status in (200, 500), answer  # the panel may push the other setpoint
    if answer.status == 200:
        assert warned(answer, "4")


def test_a_cool_setpoint_above_90_earns_a_warning(house):
    answer = house.rest.post(ZONE, {"cool": 92, "hold": True})
    assert answer.status == 200 and warned(answer, "90"), answer


def test_a_zone_that_is_out_earns_a_warning(house):
    house.command(ZONE, {"out": True, "hold": True})
    answer = house.command(ZONE, {"heat": 67})
    assert warned(answer, "out")


def test_a_zone_that_another_rules_earns_a_warning(house):
    held(house, 1, 2)
    house.command("/system/mode", {"mode": "Heat", "all": True})
    answer = house.command(ZONE, {"heat": 69})
    assert warned(answer, "ALL", "1")
    status = answer.json["status"]
    assert status["zones"][1]["heat_setpoint"] == status["zones"][0]["heat_setpoint"] == 66
    answer = house.command("/system/mode", {"mode": "Heat", "all": False})
    assert answer.json["status"]["zones"][1]["heat_setpoint"] == 69


def test_emergency_heat_without_a_heat_pump_earns_a_warning(house):
    house.sim.set_field("heat_pump", 0)
    assert house.rest.post("/update").status == 200
    assert warned(house.command("/system/mode", {"mode": "EHeat"}), "heat pump")


def test_commands_work_through_the_unix_socket(house):
    answer = house.unix.post(ZONE, {"heat": 70, "hold": True})
    assert answer.status == 200 and answer.json["status"]["zones"][1]["heat_setpoint"] == 70


def test_bytes_that_nobody_knows_are_written_back_as_read(house):
    house.sim.set_byte(1, 12, 7, 0x5A)
    house.sim.set_byte(1, 12, 16, 0xC3)
    house.command("/zones/1/hold", {"hold": True})
    (write,) = [one for one in house.written() if one.row == (1, 12)]
    assert (write.payload[7], write.payload[16]) == (0x5A, 0xC3)


def test_setpoints_are_written_before_flags(house):
    house.command(ZONE, {"heat": 70, "hold": True})
    assert [one.row for one in house.written()] == [(1, 16), (1, 12)]


def test_a_row_of_the_wrong_length_is_not_written(house):
    house.sim.set_length(1, 12, 16)
    answer = house.rest.post("/zones/1/hold", {"hold": True})
    assert answer.status in (500, 504), answer
    assert not house.written()


def test_implausible_old_content_is_not_written_over(house):
    house.sim.set_byte(1, 12, 4, 0x77)
    answer = house.rest.post("/system/mode", {"mode": "Cool"})
    assert answer.status == 500 and isinstance(answer.json["detail"], str), answer
    assert not house.written()


def test_two_identical_commands_in_a_row_write_once(house):
    for _ in range(2):
        house.command("/system/fan", {"fan": "On"})
    assert len(house.written()) == 1
