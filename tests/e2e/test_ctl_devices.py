# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""cz2ctl devices: the panel and its zones at the shell."""

import pytest

from test_ctl import DONE, REFUSED, USAGE, at, ctl, http, new_server  # noqa: F401
from waiting import until

DEVICES = "/api/v1/devices"
ZONE = "cz2-zone-2"
SETTINGS = {"bus.reply_timeout_ms": 120, "bus.gap_ms": 5}


@pytest.fixture
def devices_house(new_house):
    return new_house(settings={**SETTINGS, "panel.zone_names": ["Hall", "Bedrooms", "Attic"]})


def device(house, ident=ZONE):
    return house.rest.get(f"{DEVICES}/{ident}").json


@pytest.mark.parametrize("words", [(), ("list",), ("LIST",)])
def test_the_list_has_a_line_for_each_device(devices_house, words):
    done = at(devices_house, "devices", *words)
    assert done.code == DONE and done.err == "", done
    titles, *lines = done.out.splitlines()
    assert titles.split() == ["Device", "Name", "Type", "Status", "Last", "seen"]
    assert [line.split()[:4] for line in lines] == [
        ["cz2", "cz2", "panel", "online"], ["cz2-zone-1", "Hall", "zone", "online"],
        [ZONE, "Bedrooms", "zone", "online"], ["cz2-zone-3", "Attic", "zone", "online"]]


def test_json_is_the_daemons_answer(devices_house):
    for words, target in (((), ""), (("show", ZONE), "/" + ZONE),
                          (("config", "cz2"), "/cz2/config")):
        done = at(devices_house, "devices", *words, "--json")
        answer = devices_house.rest.get(DEVICES + target).json
        assert done.code == DONE and set(done.json) == set(answer)
    assert at(devices_house, "devices", "health", "--json").json["device_id"] == "cz2"


def test_a_device_is_renamed_and_gets_its_name_back(devices_house):
    done = at(devices_house, "devices", "rename", ZONE, "Küche & Bad")
    assert done.code == DONE and "Küche & Bad" in done.out, done
    assert device(devices_house)["name"] == "Küche & Bad"
    assert "Küche & Bad" in at(devices_house, "status").out
    assert "Küche & Bad" in at(devices_house, "devices", "show", ZONE).out
    done = at(devices_house, "devices", "rename", ZONE, "-q")
    assert (done.code, done.out) == (DONE, "") and device(devices_house)["name"] == "Bedrooms"


def test_metadata_is_shown_as_it_was_written(devices_house):
    changed = devices_house.rest.request("PATCH", f"{DEVICES}/{ZONE}", {"metadata": {"Raum": "Küche süd"}})
    assert changed.status == 200, changed
    assert '{"Raum":"Küche süd"}' in at(devices_house, "devices", "show", ZONE).out


def test_a_zone_is_decommissioned_and_comes_back(devices_house):
    done = at(devices_house, "devices", "decommission", ZONE)
    assert done.code == DONE and "decommissioned" in done.out, done
    assert "Bedrooms" not in at(devices_house, "status").out
    assert "decommissioned" in at(devices_house, "devices").out
    done = at(devices_house, "hold", "2", "on")
    assert (done.code, done.err) == (REFUSED, "cz2ctl: Zone 2 is decommissioned.\n")
    done = at(devices_house, "devices", "recommission", ZONE, "--json")
    assert done.code == DONE and done.json["status"] == "online"
    assert "Bedrooms" in at(devices_house, "status").out


def test_health_tells_of_the_line_and_of_what_is_wrong(devices_house):
    done = at(devices_house, "devices", "health")
    assert done.code == DONE, done
    for title in ("Device", "Status", "Frames sent", "Retries", "Time-outs", "CRC errors",
                  "Answers", "Others", "Row", "1.12"):
        assert title in done.out, title
    assert "Sensor" not in done.out
    done = at(devices_house, "devices", "health", ZONE)
    assert done.code == DONE and "Sensor" in done.out and "CRC" not in done.out
    devices_house.sim.set_bytes(9, 1, 5, b"\xff\xff")
    devices_house.sim.set_byte(1, 24, 4, 0)
    devices_house.rest.post("/cache/clear")
    until(lambda: device(devices_house)["status"] == "error", what="the sensor to be missed")
    done = at(devices_house, "devices", "health", ZONE)
    assert done.code == REFUSED and "missing" in done.out
    assert "The panel shows no temperature for the zone." in done.out
    assert at(devices_house, "devices", "health").code == DONE


def test_config_shows_the_settings_with_their_units(devices_house):
    devices_house.sim.set_byte(1, 17, 4, 9)
    devices_house.sim.set_byte(1, 17, 10, 3)
    devices_house.rest.post("/cache/clear")
    done = at(devices_house, "devices", "config", "cz2")
    lines = [line.split() for line in done.out.splitlines()]
    assert lines[0] == ["Setting", "Value", "Row"]
    assert ["filter_life", "3600", "h", "1.17"] in lines and ["deadband", "3", "F", "1.17"] in lines
    assert ["heat_pump", "off", "9.3"] in lines or ["heat_pump", "on", "9.3"] in lines
    done = at(devices_house, "devices", "config", ZONE)
    assert done.code == DONE and done.out == "The installer's settings are the panel's.\n"


@pytest.mark.parametrize("words, sentence", [
    (("show", "cz2-zone-9"), "Device not found.\ncz2ctl: cz2ctl devices lists the IDs"),
    (("decommission", "cz2"), "The panel cannot be decommissioned."),
    (("rename", ZONE, ""), "name: String should have at least 1 character"),
    (("rename", ZONE, "a\nb"), "name: a name has no control characters")])
def test_a_refusal_is_1_and_its_sentence(shared_house, words, sentence):
    done = at(shared_house, "devices", *words)
    assert (done.code, done.out, done.err) == (REFUSED, "", f"cz2ctl: {sentence}\n")


@pytest.mark.parametrize("words", [
    ("show",), ("list", "cz2"), ("rename",), ("config",), ("decommission",), ("nothing",),
    ("show", "../status"), ("show", "a?b"), ("show", ""), ("show", "x" * 64), ("rename", "a/b", "x"),
    ("show", "cz2", "more"), ("health", "cz2", "more"), ("rename", "cz2", b"\xff")])
def test_bad_usage_is_2_and_says_why(shared_house, words):
    done = ctl("--socket", shared_house.daemon.socket, "devices", *words)
    assert done.code == USAGE and done.out == "" and len(done.err.splitlines()) == 1, done


@pytest.mark.parametrize("words", [(), ("show", "x"), ("health", "x"), ("health",), ("config", "x")])
@pytest.mark.parametrize("answer", [
    {}, {"devices": 7}, {"devices": [7, None, {"name": "\x1b[31m", "device_id": 1}]},
    {"settings": [{"name": "\x1b[31m", "value": {}, "unit": "\x07", "row": []}]},
    {"link": {"turnaround_ms": "\x1b[1m", "foreign": {"frames": "x"}}, "rows": {"a": 1},
     "sensor": [], "problems": ["\x1b[31m", 5], "metadata": {"\x1b": "\x9b"}, "last_seen": "now"}])
def test_a_hostile_answer_harms_no_terminal(new_server, words, answer):  # noqa: F811
    done = ctl(*new_server(http(answer)).where, "devices", *words)
    assert not set(done.out + done.err) & set("\x1b\x07\x9b"), done
