# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""The double of Home Assistant behaves as the real one does, and logs what that would log; fed
with messages written by hand."""

import json

import pytest

pytest.importorskip("jinja2")

from home_assistant import HomeAssistant
from mqtt import Broker, Listener, mosquitto_path
from thermostat import exactly_one
from waiting import until

pytestmark = pytest.mark.skipif(not mosquitto_path(), reason="mosquitto is not installed")

CONFIG = "homeassistant/device/heater/config"
STATE = "heater/zone"
CLIMATE = {
    "platform": "climate", "unique_id": "heater_climate", "name": None, "qos": 1,
    "modes": ["off", "heat", "cool", "heat_cool"], "preset_modes": ["hold", "away"],
    "mode_state_topic": STATE, "mode_state_template": "{{ value_json.mode }}",
    "mode_command_topic": "heater/set/mode",
    "temperature_state_topic": STATE, "temperature_state_template": "{{ value_json.target }}",
    "temperature_command_topic": "heater/set/target",
    "temperature_low_state_topic": STATE, "temperature_low_state_template": "{{ value_json.low }}",
    "temperature_low_command_topic": "heater/set/low",
    "temperature_high_state_topic": STATE,
    "temperature_high_state_template": "{{ value_json.high }}",
    "temperature_high_command_topic": "heater/set/high",
    "preset_mode_state_topic": STATE, "preset_mode_value_template": "{{ value_json.preset }}",
    "preset_mode_command_topic": "heater/set/preset"}
SENSOR = {"platform": "sensor", "unique_id": "heater_mode", "name": "Mode", "qos": 1,
          "options": ["heat", "cool"], "state_topic": STATE,
          "value_template": "{{ value_json.mode }}",
          "availability": [{"topic": "heater/there"}]}
HEAT = {"mode": "heat", "target": 70, "low": None, "high": None, "preset": "none"}
AUTO = {"mode": "heat_cool", "target": None, "low": 66, "high": 74, "preset": "hold"}


class Bench:
    """A broker, somebody who publishes by hand, and the double."""

    def __init__(self, directory):
        self.broker = Broker(directory)
        self.listener = Listener(self.broker.port)
        self.hass = HomeAssistant(self.broker.port)

    def announce(self, components, **root):
        """The root's keys may be given otherwise."""
        self.listener.publish(CONFIG, json.dumps({
            "device": {"identifiers": ["heater"], "name": "Heater"}, "origin": {"name": "hand"},
            "components": components, **root}), retain=True)

    def tell(self, **state):
        self.listener.publish(STATE, json.dumps(state), retain=True)

    def shows(self, state):
        climate = self.hass.entity("climate.heater")
        until(lambda: climate.settled() == state, what=f"{state}")
        return climate

    def complained(self, text):
        until(lambda: any(text in one for one in self.hass.errors), what=text)

    def close(self):
        self.hass.end()
        self.listener.close()
        self.broker.stop()


@pytest.fixture
def bench(tmp_path):
    one = Bench(str(tmp_path))
    yield one
    one.close()


def test_what_is_null_clears_and_what_is_set_stays(bench):
    bench.tell(**HEAT)
    bench.announce({"climate": CLIMATE})
    bench.shows(HEAT)
    bench.tell(**AUTO)
    climate = bench.shows(AUTO)
    assert all(map(exactly_one, climate.past[1:])) and bench.hass.errors == []


def test_one_who_sends_all_three_setpoints_loses_the_single_one(bench):
    bench.announce({"climate": CLIMATE})
    bench.tell(**HEAT)
    bench.shows(HEAT)
    bench.tell(**{**AUTO, "target": 70})
    assert exactly_one(bench.shows(AUTO).settled())
    bench.tell(**{**HEAT, "mode": "off", "target": None})
    climate = bench.shows({**HEAT, "mode": "off", "target": None})
    assert not exactly_one(climate.settled())


@pytest.mark.parametrize("wrong, message", [
    ({"mode": "EHeat"}, "Invalid modes mode: EHeat"),
    ({"preset": "sleep"}, "'sleep' is not a valid preset mode"),
    ({"target": "warm"}, "Could not parse target from 'warm'")])
def test_what_is_not_in_a_list_is_logged_and_not_shown(bench, wrong, message):
    bench.announce({"climate": CLIMATE})
    bench.tell(**HEAT)
    bench.shows(HEAT)
    bench.tell(**{**HEAT, **wrong})
    bench.complained(message)
    assert bench.shows(HEAT)


def test_a_missing_member_is_an_error_of_the_template(bench):
    bench.announce({"climate": CLIMATE})
    bench.tell(mode="heat")
    bench.complained("Error ''dict object' has no attribute 'target''")


@pytest.mark.parametrize("root, message", [
    ({"unique_id": "heater"}, "unknown keys ['unique_id']"),
    ({"origin": {"name": "hand", "url": "x"}}, "unknown keys ['url']"),
    ({"components": {"a b": SENSOR}}, "'a b' is no id")])
def test_a_wrong_root_costs_the_whole_device(bench, root, message):
    bench.announce(**{"components": {"climate": CLIMATE}, **root})
    bench.complained(message)
    assert not bench.hass.entities


def test_a_service_is_as_many_messages_as_it_has_values(bench):
    bench.announce({"climate": CLIMATE})
    bench.hass.entity("climate.heater").set_temperature(low=66, high=74.5, mode="heat_cool")
    bench.listener.wait("heater/set/high")
    assert [(one.topic, one.payload, one.qos) for one in bench.listener.all()
            if one.topic.startswith("heater/set/")] == [
        ("heater/set/mode", "heat_cool", 1), ("heater/set/low", "66.0", 1),
        ("heater/set/high", "74.5", 1)]


def test_entities_come_and_go_and_keep_their_names(bench):
    bench.announce({"climate": CLIMATE, "mode": SENSOR})
    bench.hass.entity("sensor.heater_mode")
    bench.listener.publish(CONFIG, "", retain=True)
    until(lambda: not bench.hass.entities, what="no entities")
    bench.announce({"climate": CLIMATE, "mode": SENSOR},
                   device={"identifiers": ["heater"], "name": "Boiler"})
    bench.hass.entity("sensor.heater_mode")
    bench.hass.errors.clear()
    bench.announce({"climate": CLIMATE, "mode": {"platform": "sensor"}})
    until(lambda: set(bench.hass.entities) == {"climate.heater"}, what="only the climate")
    bench.complained("two payloads within")


def test_a_climate_that_is_discovered_again_forgets_its_preset_until_it_is_told(bench):
    bench.announce({"climate": CLIMATE})
    bench.tell(**AUTO)
    bench.shows(AUTO)
    bench.announce({"climate": {**CLIMATE, "icon": "mdi:fire"}})
    bench.shows({**AUTO, "preset": "none"})
    bench.tell(**AUTO)
    bench.shows(AUTO)


def test_an_empty_state_is_an_error_of_the_template(bench):
    bench.announce({"climate": CLIMATE})
    bench.tell(**HEAT)
    bench.shows(HEAT)
    bench.listener.publish(STATE, "", retain=True)
    bench.complained("'value_json' is undefined")


def test_who_starts_anew_finds_what_is_retained_and_says_that_it_was_born(bench):
    bench.announce({"climate": CLIMATE, "mode": SENSOR})
    bench.tell(**HEAT)
    bench.shows(HEAT)
    sensor = bench.hass.entity("sensor.heater_mode")
    assert not sensor.available()
    bench.listener.publish("heater/there", "online", retain=True)
    births = len(bench.listener.all("homeassistant/status"))
    bench.hass.restart()
    bench.shows(HEAT)
    until(lambda: bench.hass.entity("sensor.heater_mode").available(), what="its availability")
    until(lambda: len(bench.listener.all("homeassistant/status")) > births, what="a birth")
