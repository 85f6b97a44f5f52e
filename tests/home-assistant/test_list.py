# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""A real Home Assistant shows what the panel has, commands it, and survives what happens in a
house; its log stays clean. The tests share one house and run in this order."""

import random
import re
import signal
import time
import urllib.error

import pytest

import home_assistant_document
from conftest import NAMES, PREFIX, shown
from hass import HomeAssistant, Watch
from mqtt import Listener, document
from waiting import stays, until

# They have no value before something has happened, or while nothing is fitted.
OFTEN_UNKNOWN = re.compile(r"^(event|button)\.")


def test_every_entity_of_the_document_is_there_and_no_other(home):
    print("Home Assistant", home.hass.version())
    wanted = home_assistant_document.entities(NAMES)
    assert len(wanted) > 30, wanted
    until(lambda: set(wanted) <= {one["entity_id"] for one in home.client.entities().values()},
          30, "all entities")
    found = {one["entity_id"]: one["disabled_by"] is None
             for one in home.client.entities().values()}
    assert found == wanted


def slug(name):
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def test_every_enabled_entity_has_a_value(home):
    enabled = [one for one, on in home_assistant_document.entities(NAMES).items() if on]

    def empty():
        states = home.client.states()
        return [one for one in enabled if states[one]["state"] == "unavailable"
                or (states[one]["state"] == "unknown" and not OFTEN_UNKNOWN.match(one))]
    try:
        until(lambda: not empty(), 30, "values")
    except AssertionError:
        raise AssertionError(empty()) from None


def test_zones_are_devices_of_the_panel(home):
    devices = home.client.devices()
    assert set(devices) == {"cz2d_cz2", *(f"cz2d_cz2_zone_{n}" for n in (1, 2, 3))}
    for number, name in enumerate(NAMES, 1):
        zone = devices[f"cz2d_cz2_zone_{number}"]
        assert zone["name"] == name and zone["via_device_id"] == devices["cz2d_cz2"]["id"]


def test_the_dial_has_as_many_handles_as_the_mode_wants(home):
    home.wall(1, heat=67, cool=77, hold=True)
    for _ in range(5):
        for mode in ("Heat", "Auto", "Cool", "Off"):
            home.wall(mode=mode)
            home.all_agree()
    home.wall(mode="EHeat")
    home.agrees(1)
    assert home.client.state("binary_sensor.comfortzone_ii_emergency_heat")["state"] == "on"
    home.wall(mode="Auto")
    home.all_agree()


def writes(home, row):
    return home.house.sim.counters()["rows"].get(row, {}).get("writes", 0)


def test_a_range_passes_through_what_would_be_refused(home):
    home.wall(1, heat=60, cool=68, hold=True)
    home.agrees(1)
    before, last = writes(home, "1.16"), home.last_result()
    home.client.call("climate.set_temperature", entity_id=home.climate(1), target_temp_low=70,
                     target_temp_high=78)
    assert home.result(last)["attributes"]["event_type"] == "delivered"
    values = home.agrees(1)
    assert (values["target_temp_low"], values["target_temp_high"]) == (70, 78)
    assert writes(home, "1.16") == before + 1


def test_mode_and_temperature_in_one_call(home):
    home.wall(1, heat=66, cool=78, hold=True)
    home.agrees(1)
    home.client.call("climate.set_temperature", entity_id=home.climate(1), hvac_mode="cool",
                     temperature=72)
    home.watch.until(home.climate(1), lambda one: one["state"] == "cool"
                     and one["attributes"]["temperature"] == 72, "cool at 72")
    home.all_agree()
    home.client.call("climate.set_temperature", entity_id=home.climate(1), hvac_mode="heat_cool",
                     target_temp_low=65, target_temp_high=75)
    home.watch.until(home.climate(1), lambda one: one["state"] == "heat_cool"
                     and one["attributes"]["target_temp_low"] == 65
                     and one["attributes"]["target_temp_high"] == 75, "65 to 75")
    home.all_agree()


def test_all_zones_at_once(home):
    home.client.call("climate.set_temperature", entity_id=[home.climate(n) for n in (1, 2, 3)],
                     target_temp_low=64, target_temp_high=80)
    for zone in (1, 2, 3):
        home.watch.until(home.climate(zone), lambda one:
                         one["attributes"]["target_temp_low"] == 64
                         and one["attributes"]["target_temp_high"] == 80, "64 to 80")
    home.all_agree()


def test_selects_change_the_house(home):
    for entity, option, name in (("system_mode", "Heat", "system_mode"), ("fan_mode", "On", "fan_mode"),
                                 ("fan_mode", "Auto", "fan_mode")):
        entity = "select.comfortzone_ii_" + entity
        home.client.call("select.select_option", entity_id=entity, option=option)
        home.watch.until(entity, lambda one, option=option: one["state"] == option, option)
        assert home.house.status()[name] == option
    home.all_agree()


def test_one_room_does_not_turn_the_house_off(home):
    home.wall(mode="Heat")
    home.all_agree()
    area = home.client.ask("config/area_registry/create", name="Where we sleep")["area_id"]
    home.client.ask("config/device_registry/update",
                    device_id=home.client.devices()["cz2d_cz2_zone_2"]["id"], area_id=area)
    last = home.last_result()
    home.client.call("climate.turn_off", area_id=area)
    refused = home.result(last)["attributes"]
    assert (refused["event_type"], refused["code"]) == ("refused", "zone_off_refused"), refused
    assert home.house.status()["system_mode"] == "Heat"
    home.all_agree()
    last = home.last_result()
    home.client.call("climate.set_hvac_mode", entity_id=home.climate(2), hvac_mode="off")
    assert home.result(last)["attributes"]["code"] == "zone_off_refused"
    last = home.last_result()
    home.client.call("climate.turn_on", entity_id=home.climate(2))
    assert home.result(last)["attributes"]["event_type"] == "delivered"
    assert home.house.status()["system_mode"] == "Heat"
    home.all_agree()


def test_presets_over_every_edge(home):
    home.wall(mode="Auto")
    home.wall(2, hold=False, temporary=False, out=False)
    names = ["none", "temporary", "hold", "away"]
    walk = [(one, other) for one in names for other in names if one != other]
    random.Random(1).shuffle(walk)
    for edge in walk:
        for wanted in edge:
            home.client.call("climate.set_preset_mode", entity_id=home.climate(2),
                             preset_mode=wanted)
            home.watch.until(home.climate(2), lambda one, wanted=wanted:
                             one["attributes"]["preset_mode"] == wanted, f"{wanted} of {edge}")
            home.agrees(2)
    both = [change.content for change in home.house.sim.changes()
            if change.row == (1, 12) and change.content[9] & change.content[10]]
    assert not both


def test_metric_homes_set_half_degrees(home):
    home.wall(mode="Heat")
    metric = HomeAssistant(home.house.broker.port, units="metric")
    try:
        metric.start()
        watch = Watch(metric.client)
        watch.until(home.climate(1), lambda one: one["attributes"].get("temperature"), "a dial")
        metric.client.call("climate.set_temperature", entity_id=home.climate(1), temperature=21.5)
        watch.until(home.climate(1), lambda one: one["attributes"]["temperature"] == 21.7, "71 F")
        assert home.agrees(1)["temperature"] == 71
        metric.stop()
        assert not metric.complaints()
    finally:
        metric.close()
    home.wall(mode="Auto")
    home.all_agree()


def test_what_home_assistant_refuses_itself_reaches_nobody(home):
    before = len(home.results())
    with pytest.raises(urllib.error.HTTPError):
        home.client.call("climate.set_preset_mode", entity_id=home.climate(1), preset_mode="eco")
    assert len(home.results()) == before


def identity(home):
    """What users build on, of all entities and devices."""
    return ({name: (one["entity_id"], one["device_id"], one["disabled_by"])
             for name, one in home.client.entities().items()},
            {name: one["id"] for name, one in home.client.devices().items()})


def available(home, entity="climate.attic"):
    return home.client.state(entity)["state"] != "unavailable"


def test_home_assistant_restarts(home):
    before = identity(home)
    home.hass.restart()
    home.all_agree()
    assert identity(home) == before


def test_the_broker_restarts_and_has_forgotten_everything(home):
    before = identity(home)
    home.house.broker.stop()
    until(lambda: not available(home), 60, "entities to be unavailable")
    home.wall(3, heat=61)
    home.house.broker.start()
    home.house.listen_again()
    until(lambda: available(home), 120, "entities to be back")
    home.all_agree(60)
    assert identity(home) == before


def test_the_daemon_is_killed(home):
    before = identity(home)
    home.house.daemon.stop(signal.SIGKILL)
    until(lambda: not available(home), 45, "entities to be unavailable")
    home.house.daemon.start()
    until(lambda: available(home), 30, "entities to be back")
    home.all_agree()
    assert identity(home) == before


def test_the_daemon_is_restarted_while_home_assistant_is_away(home):
    before = identity(home)
    home.hass.stop()
    home.house.daemon.restart()
    home.hass.start()
    home.all_agree(60)
    assert identity(home) == before


def test_a_silent_panel_is_not_an_absent_daemon(home):
    home.house.sim.silence(True)
    try:
        until(lambda: not available(home), 60, "the zones to be unavailable")
        link = home.client.state("binary_sensor.comfortzone_ii_panel_link")
        assert link["state"] == "off"
        assert available(home, "button.comfortzone_ii_refresh")
    finally:
        home.house.sim.silence(False)
    until(lambda: available(home), 60, "the zones to be back")
    home.all_agree()


def test_a_button_refreshes(home):
    last = home.last_result()
    home.house.sim.wall(3, heat=59)
    home.client.call("button.press", entity_id="button.comfortzone_ii_refresh")
    assert home.result(last)["attributes"]["event_type"] == "delivered"
    home.agrees(3)


def test_a_button_lets_all_zones_follow_their_schedules(home):
    home.wall(1, hold=True)
    home.wall(2, out=True)
    home.all_agree()
    last = home.last_result()
    home.client.call("button.press", entity_id="button.comfortzone_ii_resume_schedule")
    assert home.result(last)["attributes"]["event_type"] == "delivered"
    home.all_agree()
    presets = {home.client.state(home.climate(n))["attributes"]["preset_mode"] for n in (1, 2, 3)}
    assert presets == {"none"}


def test_a_button_sets_the_panels_clock(home):
    home.house.sim.control("clock", day=2, hour=3, minute=4)
    last = home.last_result()
    home.client.call("button.press", entity_id="button.comfortzone_ii_set_panel_clock")
    assert home.result(last)["attributes"]["event_type"] == "delivered"
    now, shown_now = time.localtime(), home.house.sim.control("clock")
    minutes = (now.tm_wday + 1) % 7 * 1440 + now.tm_hour * 60 + now.tm_min
    ahead = shown_now["day"] * 1440 + shown_now["hour"] * 60 + shown_now["minute"] - minutes
    assert ahead % (7 * 1440) in (0, 1, 7 * 1440 - 1)


def device(number):
    return f"/api/v1/devices/cz2-zone-{number}"


def test_a_zone_gets_another_name(home):
    before = identity(home)
    answer = home.house.rest.request("PATCH", device(2), {"name": "Loft"})
    assert answer.status == 200, answer
    until(lambda: home.client.devices()["cz2d_cz2_zone_2"]["name"] == "Loft", 30, "the new name")
    assert identity(home) == before
    home.house.rest.request("PATCH", device(2), {"name": "Bedrooms"})
    until(lambda: home.client.devices()["cz2d_cz2_zone_2"]["name"] == "Bedrooms", 30, "the old one")
    assert identity(home) == before
    home.all_agree()


def test_a_zone_goes_and_comes_back(home):
    entities = identity(home)[0]
    assert home.house.rest.post(device(3) + "/decommission").status == 200
    until(lambda: "cz2d_cz2_zone_3" not in home.client.devices(), 30, "the device to go")
    left = identity(home)[0]
    assert left == {name: one for name, one in entities.items() if "zone_3" not in name}
    assert home.house.rest.post(device(3) + "/recommission").status == 200
    until(lambda: len(home.client.entities()) == len(entities), 30, "the device to come back")
    assert {name: one[0] for name, one in identity(home)[0].items()} \
        == {name: one[0] for name, one in entities.items()}
    home.all_agree()


def test_discovery_is_switched_off_and_on(home):
    entities = {name: one[0] for name, one in identity(home)[0].items()}
    daemon = home.house.daemon
    daemon.write_config(ha__discovery="off")
    daemon.process.send(signal.SIGHUP)
    until(lambda: not home.client.entities() and not home.client.devices(), 60, "an empty registry")
    daemon.write_config(ha__discovery="device")
    daemon.process.send(signal.SIGHUP)
    until(lambda: len(home.client.entities()) == len(entities), 60, "all entities")
    assert {name: one[0] for name, one in identity(home)[0].items()} == entities
    home.all_agree()


def test_everything_is_taken_back_and_announced_again(home):
    entities = {name: one[0] for name, one in identity(home)[0].items()}
    assert home.house.rest.post("/api/v1/mqtt/forget").status == 200
    until(lambda: not home.client.entities() and not home.client.devices(), 60, "an empty registry")
    assert home.house.rest.post("/api/v1/mqtt/announce").status == 200
    until(lambda: len(home.client.entities()) == len(entities), 60, "all entities")
    assert {name: one[0] for name, one in identity(home)[0].items()} == entities
    home.all_agree()


def test_a_retained_command_is_no_command(home):
    topic = PREFIX + "set/zone/1/low"
    home.wall(1, heat=62, cool=80, hold=True)
    home.agrees(1)
    home.house.daemon.stop()
    home.house.listener.publish(topic, "85", retain=True)
    before = len(home.results())
    home.house.daemon.start()
    until(lambda: len(home.results()) > before, 30, "a result")
    refused = document(home.results()[-1])
    assert (refused["status"], refused["error_code"]) == ("refused", "retained_command")
    home.agrees(1)
    assert home.thermostat(1)["target_temp_low"] == 62
    late = Listener(home.house.broker.port, topics=(topic,))
    try:
        stays(lambda: not late.all(), 0.5, "the topic empty")
    finally:
        late.close()


def notifications(home):
    """What the owner sees in the corner."""
    return [one["message"] for one in home.client.ask("persistent_notification/get")]


def test_the_automations_of_the_document_are_accepted(home):
    states = home.client.states()
    wanted = ["automation." + slug(re.match("- alias: (.*)", one)[1])
              for one in home_assistant_document.automations()]
    assert len(wanted) > 5
    assert {one: states.get(one, {}).get("state") for one in wanted} == dict.fromkeys(wanted, "on")


def test_the_owner_is_told_of_a_refused_command(home):
    home.client.call("climate.set_hvac_mode", entity_id=home.climate(2), hvac_mode="off")
    until(lambda: any("off" in one for one in notifications(home)), 15, "a notification")


def test_a_shut_window_ends_being_away(home):
    for state, preset in (("off", None), ("on", None), ("off", "none")):
        home.client.request("POST", "/api/states/binary_sensor.bedroom_window", {"state": state})
        home.wall(2, out=preset is None)
    home.watch.until(home.climate(2), lambda one: one["attributes"]["preset_mode"] == "none",
                     "the end of away")


def test_a_vacation_holds_every_zone(home):
    for service, preset in (("turn_on", "hold"), ("turn_off", "none")):
        home.client.call("input_boolean." + service, entity_id="input_boolean.vacation")
        for zone in (1, 2, 3):
            home.watch.until(home.climate(zone), lambda one, preset=preset:
                             one["attributes"]["preset_mode"] == preset, preset)
        home.all_agree()


def test_an_unexpected_change_is_an_event(home):
    for hold, change in ((True, "False->True"), (False, "True->False")):
        home.wall(1, hold=hold)
        state = home.watch.until("event.comfortzone_ii_audit", lambda one, change=change:
                                 (one["attributes"].get("changes") or {}).get("hold") == change,
                                 change, 30)
        assert state["attributes"]["event_type"] == "unexpected_change"
        assert state["attributes"]["zone"] == 1
    until(lambda: "Zone 1 is no longer held." in notifications(home), 15, "a notification")


def test_numbers_of_the_other_side_once_enabled(home):
    entity = "number.first_floor_cool_setpoint"
    home.client.ask("config/entity_registry/update", entity_id=entity, disabled_by=None)
    home.hass.restart()
    home.wall(1, hold=True, heat=62, cool=80)
    home.wall(mode="Heat")
    home.agrees(1)
    home.watch.until(entity, lambda one: float(one["state"] if one["state"].replace(
        ".", "").isdigit() else 0) == 80, "80")
    home.client.call("number.set_value", entity_id=entity, value=77)
    home.watch.until(entity, lambda one: float(one["state"]) == 77, "77")
    home.wall(mode="Auto")
    assert home.agrees(1)["target_temp_high"] == 77


def test_the_log_is_clean(home):
    state = home.client.state(home.climate(1))
    assert shown(state, home.thermostat(1)) == home.thermostat(1)
    complaints = home.hass.complaints()
    assert not complaints, "\n".join(complaints)
