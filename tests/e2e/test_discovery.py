# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""What Home Assistant is told, taken from a real broker that a real daemon has told: that its
schemas accept it, that each topic and template in it is good for something, and that nothing
else is retained than what docs/mqtt.md says."""

import json
import os
import re

import pytest

jinja2 = pytest.importorskip("jinja2")

from announced import DEVICE, announcements, components, devices, retained, topics_of
from home_assistant import faults, slug
from house import House
from mqtt import Listener, document, mosquitto_path
from waiting import until

pytestmark = pytest.mark.skipif(not mosquitto_path(), reason="mosquitto is not installed")

PREFIX = "hvac/cz2"
SOURCE = os.path.join(os.path.dirname(__file__), "..", "..")
ZONES = 3


def told(house):
    return house.rest.get("/api/v1/mqtt").json["discovery"] == "told" and \
        len(devices(retained(house.broker))) == 1 + house.zones


@pytest.fixture(scope="module")
def told_house():
    house = House(zones=ZONES, mqtt=True)
    until(lambda: told(house), 30, "Home Assistant to be told", pause=0.2)
    yield house
    house.close()


@pytest.fixture(scope="module")
def dump(told_house):
    """{topic: payload} of all that a fresh broker retains, once the program has been read."""
    assert told_house.rest.get("/schedules?force=true").status == 200
    told_house.listener.wait(f"{PREFIX}/schedule/{ZONES}")
    told_house.listener.wait(f"{PREFIX}/zone/{ZONES}", lambda one: '"period":"' in one.payload)
    return retained(told_house.broker)


@pytest.fixture(scope="module")
def parts(dump):
    """(number, key, component) of all entities."""
    return components(devices(dump))


def test_a_new_house_is_told_of_panel_first(told_house):
    told = announcements(told_house)
    assert [DEVICE.fullmatch(one.topic)[2] for one in told] == [None, "1", "2", "3"]
    assert told[1].time - told[0].time > 0.9
    online = told_house.listener.wait(PREFIX + "/availability", lambda one: one.payload == "online")
    assert online.time < told[0].time


# --- the documents ---

def test_the_documents_are_those_that_home_assistant_accepts(dump):
    for number, one in devices(dump).items():
        assert list(faults(one)) == [], number
        assert one["availability_mode"] == "all"
        assert [entry["topic"] for entry in one["availability"]] == \
            [PREFIX + "/availability", PREFIX + "/link"]
        assert re.fullmatch(r"https?://\S+", one["origin"]["support_url"])


def test_zones_hang_on_a_device_that_was_announced(dump):
    documents = devices(dump)
    assert set(documents) == set(range(ZONES + 1))
    panel = documents.pop(0)["device"]
    assert "via_device" not in panel
    for one in documents.values():
        assert one["device"]["via_device"] in panel["identifiers"]


def test_unique_ids_are_those_that_were_always_there(parts):
    with open(os.path.join(SOURCE, "tests", "data", "unique_ids.txt"), encoding="utf-8") as file:
        kept = [tuple(line.split()) for line in file if not line.startswith("#")]
    like_2 = [(name.replace("zone_2", "zone_3"), platform) for name, platform in kept
              if "zone_2" in name]
    found = [(one["unique_id"], one["platform"]) for _, _, one in parts]
    assert len({name for name, _ in found}) == len(found)
    assert sorted(found) == sorted(kept + like_2)


def test_names_repeat_neither_the_devices_nor_are_they_ids(dump):
    for _, one in devices(dump).items():
        device = one["device"]["name"]
        for key, component in one["components"].items():
            assert "object_id" not in component and "default_entity_id" not in component
            assert (component["name"] is None) == (key == "climate")
            assert component["name"] is None or device.lower() not in component["name"].lower()


def test_no_entity_is_optimistic_or_retains_commands(parts):
    for _, _, component in parts:
        assert component["qos"] == 1
        assert not {"optimistic", "retain", "expire_after", "precision", "initial", "~",
                    "availability_topic"} & set(component)


def test_presets_are_without_none(parts):
    climates = [component for _, key, component in parts if key == "climate"]
    assert len(climates) == ZONES
    for one in climates:
        assert "none" not in one["preset_modes"]
        assert one["modes"] == ["off", "heat", "cool", "heat_cool"]
        assert one["temperature_unit"] == "F"


def test_the_users_document_lists_each_entity(parts):
    row = re.compile(r"^\| `([a-z_]+\.\w+)` \|.*\| (yes|no) \|$", re.MULTILINE)
    with open(os.path.join(SOURCE, "docs", "home-assistant.md"), encoding="utf-8") as file:
        told = dict(row.findall(file.read()))
    there = {}
    for number, _, component in parts:
        device = "ZONE" if number else "comfortzone_ii"
        name = "_" + slug(component["name"]) if component["name"] else ""
        there[f"{component['platform']}.{device}{name}"] = \
            "yes" if component.get("enabled_by_default", True) else "no"
    assert told == there


# --- the topics ---

def test_every_topic_is_under_the_prefix(parts):
    for _, key, component in parts:
        for name, topic in topics_of(component).items():
            assert topic.startswith(PREFIX + "/"), (key, name, topic)
            assert ("+" not in topic and "#" not in topic) or component["platform"] == "event"
        for entry in component.get("availability", ()):
            assert entry["topic"].startswith(PREFIX + "/")


def test_every_state_topic_is_retained_and_can_be_read(parts, dump):
    for _, key, component in parts:
        for name, topic in topics_of(component).items():
            if "command" in name or component["platform"] == "event":
                continue
            assert topic in dump, (key, name, topic)
            if "value_template" in component or component["platform"] == "climate":
                assert isinstance(json.loads(dump[topic]), dict)
            else:
                assert dump[topic] in (component["payload_on"], component["payload_off"])


def documented_topics():
    """Those that docs/mqtt.md says are retained."""
    with open(os.path.join(SOURCE, "docs", "mqtt.md"), encoding="utf-8") as file:
        text = file.read()
    table = re.search(r"\| topic \|.*?\n\n", text, re.DOTALL)[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in
            table.splitlines()[2:] if line]
    return {topic for row in rows if row[1] == "yes"
            for topic in re.findall(r"`([^`]+)`", row[0])}


def as_pattern(topic):
    return re.compile(re.escape(topic).replace("zone_N", "zone_[1-8]").replace("/N", "/[1-8]"))


def test_a_fresh_broker_retains_exactly_the_documented_topics(dump):
    patterns = {topic: as_pattern(topic) for topic in documented_topics()}
    for topic in dump:
        assert any(one.fullmatch(topic) for one in patterns.values()), f"{topic} is not documented"
    for topic, pattern in patterns.items():
        assert any(pattern.fullmatch(one) for one in dump), f"{topic} is not there"


# --- the templates ---

ENVIRONMENT = jinja2.Environment(undefined=jinja2.StrictUndefined)
RESULTS = [{"command_id": "x", "status": status, "error_code": None, "error_message": None,
            "command": "zone.temperature"}
           for status in ("delivered", "failed", "expired", "refused", "superseded")]
RESULTS += [{"command_id": "x", "status": "refused", "error_code": "bad_number",
             "error_message": "a \"quoted\" < thing"}]
AUDIT = [{"event": "command", "timestamp": 1, "caller": "rest", "command": "zone.temperature",
          "args": {}},
         {"event": "unexpected_change", "timestamp": 1, "zone": 2,
          "changes": {"hold": "True->False"}, "cause": "unknown", "scheduled": False}]


def variants(payload):
    """The document, and the same with each member unknown, and with all of them."""
    whole = json.loads(payload)
    yield whole
    for name in whole:
        yield {**whole, name: None}
    yield dict.fromkeys(whole)


def documents_for(component, topic, dump):
    if component["platform"] == "event":
        return RESULTS if "result" in topic else AUDIT
    return variants(dump[topic])


def render(template, one):
    return ENVIRONMENT.from_string(template).render(value_json=one, value=json.dumps(one))


def is_number(shown, low, high):
    return bool(re.fullmatch(r"-?\d+(\.\d+)?", shown)) and low <= float(shown) <= high


def is_event(component, shown):
    event = json.loads(shown)
    return event["event_type"] in component["event_types"]


def is_moment(shown):
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)", shown))


def good_for_climate(component, name, shown):
    words = {"mode_state": component["modes"], "preset_mode": ["none", *component["preset_modes"]],
             "fan_mode_state": component.get("fan_modes"),
             "action": ["off", "idle", "fan", "heating", "cooling"]}
    listed = words.get(name)
    if listed:
        return shown in listed
    if name == "current_temperature":
        return is_number(shown, -60, 160)
    if name == "current_humidity":
        return is_number(shown, 1, 100)
    return is_number(shown, component["min_temp"], component["max_temp"])


def good(component, name, shown):
    """Whether Home Assistant can do something with what a template made."""
    if shown == "None":
        return component["platform"] != "event"
    if component["platform"] == "climate":
        return good_for_climate(component, name, shown)
    if component["platform"] == "event":
        return is_event(component, shown)
    if component["platform"] == "binary_sensor":
        return shown in (component["payload_on"], component["payload_off"])
    if component.get("options"):
        return shown in component["options"]
    if component.get("device_class") == "timestamp":
        return is_moment(shown)
    # A clock is at most half a week off.
    lowest = -7 * 24 * 60 / 2 if component.get("device_class") == "duration" else -60
    return is_number(shown, component.get("min", lowest), component.get("max", 10**9))


def templates_of(component):
    """(what it is for, template, topic)"""
    for key, template in component.items():
        if not key.endswith("_template"):
            continue
        name = key.removesuffix("_template").removesuffix("_value")
        topic = component.get(name + "_topic") or component.get(name + "_state_topic")
        yield name, template, topic or component["state_topic"]


def test_every_template_makes_something_of_every_document(parts, dump):
    rendered = 0
    for number, key, component in parts:
        for name, template, topic in templates_of(component):
            for one in documents_for(component, topic, dump):
                shown = render(template, one)
                assert good(component, name, shown), (number, key, name, shown, one)
                rendered += 1
    assert rendered > 500


HIDDEN = ("temperature_state", "temperature_low_state", "temperature_high_state")  # by the mode
SLOW = ("last_contact", "clock_offset")  # the line is described once a minute


def test_what_is_known_is_shown(parts, dump):
    for number, key, component in parts:
        for name, template, topic in templates_of(component):
            if component["platform"] == "event" or name in HIDDEN or key in SLOW:
                continue
            whole = json.loads(dump[topic])
            assert render(template, whole) != "None", (number, key, name, whole)


# --- the commands ---

def sample_for(component, name):
    """Something that the entity could send."""
    words = {"mode_command_topic": "heat_cool", "power_command_topic": "ON",
             "preset_mode_command_topic": "hold", "fan_mode_command_topic": "auto"}
    if component["platform"] == "climate":
        return words.get(name, "70.0")
    if component["platform"] == "button":
        return component["payload_press"]
    if component["platform"] == "number":
        return str(component["min"] + 20)
    return component["options"][0]


def test_every_command_topic_is_answered(told_house, parts):
    sender = Listener(told_house.broker.port, topics=(PREFIX + "/result/+",))
    for _, key, component in parts:
        for name, topic in topics_of(component, "command_topic").items():
            short = topic.removeprefix(PREFIX + "/set/")
            seen = len(sender.all())
            sender.publish(topic, sample_for(component, name))
            until(lambda: any(short in document(one)["topics"] for one in sender.all()[seen:]),
                  what=f"an answer to {key}: {topic}")
    sender.close()


# --- at somebody's order ---

def test_the_report_lists_what_the_broker_retains(told_house):
    report = told_house.rest.get("/api/v1/mqtt").json
    dump = retained(told_house.broker)
    assert {one["topic"] for one in report["topics"]} == set(dump)
    assert report["enabled"] and report["connected"] and report["version"] == "5"
    for one in report["topics"]:
        if "/device/" in one["topic"]:
            assert one["bytes"] == len(dump[one["topic"]].encode("utf-8"))
    assert report["counts"]["announced"] == 1 + ZONES
    assert report["counts"]["taken_back"] == 0
