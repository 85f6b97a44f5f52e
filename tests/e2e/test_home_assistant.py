# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""A house with the double of Home Assistant in it. Whatever hands at the wall and Home Assistant
do in whatever order, both show the same, the dial has one handle or two, every command has one
result, and nothing is logged. CZ2_HOME_STEPS says how long the random walk is."""

import os
import random
import signal
from collections import Counter

import pytest

pytest.importorskip("jinja2")

import home_assistant_document
import panel
from home_assistant import HomeAssistant
from house import House
from mqtt import document, mosquitto_path
from thermostat import exactly_one, thermostat
from waiting import until

pytestmark = pytest.mark.skipif(not mosquitto_path(), reason="mosquitto is not installed")

STEPS = int(os.environ.get("CZ2_HOME_STEPS", "40"))
SEED = int(os.environ.get("CZ2_HOME_SEED", "1"))
NAMES = ("First Floor", "Bedrooms", "Attic")
# What a schedule takes back is not heard on the line: it is seen with the next poll.
SETTINGS = {"panel.zone_names": list(NAMES), "command.guard_ms": 0, "cache.refresh_interval": 5}
RESULT, SET = "hvac/cz2/result/", "hvac/cz2/set/"
MODE = "select.comfortzone_ii_system_mode"


class Family:
    """A house, its Home Assistant, and what holds at any time."""

    def __init__(self, house):
        self.house = house
        self.hass = HomeAssistant(house.broker.port)
        for number in range(1, len(NAMES) + 1):
            self.hass.entity(self.name(number))

    def name(self, number):
        return "climate." + NAMES[number - 1].lower().replace(" ", "_")

    def climate(self, number):
        return self.hass.entities[self.name(number)]

    def wall(self, number=0, **changes):
        """A hand at the wall, if it does anything, and the daemon looks."""
        if changes:
            self.house.sim.wall(number, **changes)
        assert self.house.rest.post("/update").status == 200

    def truth(self, number):
        return thermostat(self.house.sim, number)

    def agrees(self, number):
        """Home Assistant shows of a zone what the panel has."""
        climate = self.hass.entities.get(self.name(number))
        return climate and climate.available() and climate.settled() == self.truth(number)

    def all_agree(self, timeout=15.0):
        numbers = range(1, len(NAMES) + 1)
        try:
            until(lambda: all(map(self.agrees, numbers)), timeout, "the panel's values")
        except AssertionError as error:
            told = [(self.climate(one).settled(), self.truth(one)) for one in numbers]
            raise AssertionError(f"{error}: shown and true are {told}") from None

    def results(self):
        return [document(one) for one in self.house.listener.all()
                if one.topic.startswith(RESULT)]

    def open(self):
        """Topics of messages that no result names yet, or too many do."""
        sent = Counter(topic.removeprefix(SET) for topic, _ in self.hass.sent)
        sent.subtract(topic for one in self.results() for topic in one["topics"])
        return Counter({topic: count for topic, count in sent.items() if count})

    def ask(self, act):
        """Does something with Home Assistant; the results that it brought."""
        before = len(self.results())
        act()
        until(lambda: not self.open(), what="one result for each message")
        return self.results()[before:]

    def check(self):
        assert self.hass.errors == []
        for climate in self.hass.climates().values():
            assert all(map(exactly_one, climate.past)), climate.past
        assert not self.open(), self.open()
        assert not both_flags(self.house.sim)

    def close(self):
        self.hass.end()


def both_flags(sim):
    """Whenever a row said hold and temporary of one zone."""
    return [change for change in sim.changes()
            if change.row == (1, 12) and change.content[9] & change.content[10]]


@pytest.fixture(scope="module")
def lasting_family():
    """One for all tests: each sets what it needs, and they all leave everybody in agreement."""
    house = House(zones=len(NAMES), mqtt=True, settings=SETTINGS)
    try:
        one = Family(house)
        yield one
        one.close()
        house.close()
    finally:
        house.abandon()


@pytest.fixture
def family(lasting_family, request):
    request.node.houses = [lasting_family.house]
    lasting_family.hass.errors.clear()
    yield lasting_family
    lasting_family.check()
    lasting_family.house.check()


def outcome(results):
    """How the one command of these ended."""
    ends = [one for one in results if one["status"] != "superseded"]
    assert len(ends) == 1, results
    return ends[0]


@pytest.mark.smoke
def test_every_zone_is_shown_as_the_panel_has_it(family):
    family.all_agree()
    assert all(entity.available() for entity in family.hass.entities.values())


def test_the_document_names_every_entity_and_no_other(family):
    wanted = home_assistant_document.entities(NAMES)
    until(lambda: set(wanted) == set(family.hass.entities), what="the entities of the document")
    assert wanted == {name: one.config.get("enabled_by_default", True)
                      for name, one in family.hass.entities.items()}


@pytest.mark.parametrize("mode", panel.MODES)
def test_the_dial_has_as_many_handles_as_the_mode_wants(family, mode):
    family.wall(1, heat=66, cool=77, hold=True)
    family.wall(mode=mode)
    family.all_agree()
    family.check()


def test_a_range_passes_through_what_would_be_refused(family):
    family.wall(1, heat=60, cool=68, hold=True)
    family.all_agree()
    writes = family.house.sim.counters()["rows"].get("1.16", {}).get("writes", 0)
    results = family.ask(lambda: family.climate(1).set_temperature(low=70, high=78))
    assert outcome(results)["status"] == "delivered"
    family.all_agree()
    assert (family.truth(1)["low"], family.truth(1)["high"]) == (70, 78)
    assert family.house.sim.counters()["rows"]["1.16"]["writes"] == writes + 1


def test_mode_and_range_of_one_service_are_three_messages_and_one_change(family):
    family.wall(2, heat=60, cool=80, hold=True)
    family.wall(mode="Heat")
    family.all_agree()
    sent = len(family.hass.sent)
    results = family.ask(lambda: family.climate(2).set_temperature(
        mode="heat_cool", low=66, high=74))
    assert len(family.hass.sent) == sent + 3
    assert {one["status"] for one in results} == {"delivered"}
    family.all_agree()
    assert family.truth(2) == {"mode": "heat_cool", "target": None, "low": 66, "high": 74,
                               "preset": "hold"}


def test_one_room_does_not_turn_the_house_off(family):
    family.wall(mode="Heat")
    family.all_agree()
    for act in (family.climate(2).turn_off, lambda: family.climate(2).set_mode("off")):
        end = outcome(family.ask(act))
        assert (end["status"], end["error_code"]) == ("refused", "zone_off_refused")
    assert outcome(family.ask(family.climate(2).turn_on))["status"] == "delivered"
    family.all_agree()
    assert family.truth(2)["mode"] == "heat"


def test_presets_over_every_edge(family):
    names = ("none", "temporary", "hold", "away")
    for first in names:
        for second in names:
            for wanted in (first, second):
                end = outcome(family.ask(lambda wanted=wanted:
                                         family.climate(3).set_preset(wanted)))
                assert end["status"] == "delivered", end
                assert family.truth(3)["preset"] == wanted
    family.all_agree()


def test_a_zone_with_another_name_keeps_what_it_shows(family):
    family.house.rest.post("/zones/2/temperature", {"out": True})
    family.all_agree()
    before = identity(family)
    payload = family.hass.payloads["cz2d_cz2_zone_2"]
    for name in ("Loft", "Bedrooms"):
        path = "/api/v1/devices/cz2-zone-2"
        assert family.house.rest.request("PATCH", path, {"name": name}).status == 200
        until(lambda: family.hass.payloads["cz2d_cz2_zone_2"] != payload, 30, "another name")
        payload = family.hass.payloads["cz2d_cz2_zone_2"]
        family.all_agree()
    assert identity(family) == before


# --- what happens in a house, and who remembers ---

def identity(family):
    return set(family.hass.entities), dict(family.hass.registry.entities)


def test_a_new_home_assistant_is_told_everything(family):
    family.all_agree()
    before = identity(family)
    family.hass.restart()
    until(lambda: identity(family)[0] == before[0], 15, "all entities")
    family.all_agree()
    assert identity(family) == before


def test_a_broker_that_forgot_everything_is_told_again(family):
    before = identity(family)
    family.house.broker.stop()
    family.house.listener.close()
    family.wall(2, heat=61, hold=True)
    family.house.broker.start()
    family.house.listen_again()
    family.hass.restart()
    until(lambda: identity(family)[0] == before[0], 60, "all entities")
    family.all_agree(60)
    assert identity(family) == before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_daemon_that_comes_back_is_the_same(family, number):
    family.all_agree()
    before = identity(family)
    family.house.daemon.stop(number)
    until(lambda: not family.climate(1).available(), 45, "entities to be unavailable")
    family.house.daemon.start()
    family.all_agree(30)
    assert identity(family) == before


# --- the random walk ---

def wall(family, dice):
    """A hand at the wall, anything that it can do."""
    if dice.random() < 0.4:
        family.wall(mode=dice.choice(panel.MODES))
        return
    heat = dice.randint(55, 72)
    change = dice.choice([{"heat": heat}, {"cool": dice.randint(heat + 6, 85)},
                          {"heat": heat, "cool": dice.randint(heat + 6, 85)},
                          {"hold": dice.random() < 0.5}, {"temporary": dice.random() < 0.5},
                          {"out": dice.random() < 0.5}])
    family.wall(dice.randint(1, len(NAMES)), **change)


# Each wish: what Home Assistant does, and what is true when that was delivered; or, instead of
# that, the code with which it has to be refused.

def setpoints(family, number):
    row = family.house.sim.row(1, 16)
    return tuple(panel.value(name, row, number) for name in ("heat_setpoint", "cool_setpoint"))


def system_mode(family):
    return panel.value("system_mode", family.house.sim.row(1, 12))


def effective_mode(family):
    return panel.value("effective_mode", family.house.sim.row(1, 12))


def any_range(dice):
    low = dice.randint(50, 75)
    return low, dice.randint(max(low + 2, 64), 85)


def wish_range(family, dice, number):
    low, high = any_range(dice)
    return (lambda: family.climate(number).set_temperature(low=low, high=high),
            lambda: setpoints(family, number) == (low, high))


def wish_one(family, dice, number):
    """A single number, as voices send it whatever the mode."""
    mode = system_mode(family)
    if mode == "Auto" and effective_mode(family) == "Off":
        return wish_range(family, dice, number)  # until the panel has chosen a side
    flags = family.house.sim.row(1, 12)
    free = not any(panel.value(name, flags, number) for name in ("hold", "temporary"))
    # The daemon knows that side, and no schedule takes a setpoint back meanwhile.
    family.wall(number, **({"temporary": True} if free else {}))
    heat, cool = setpoints(family, number)
    wanted = dice.randint(64, 80) if mode in ("Auto", "Off") else \
        dice.randint(max(64, heat + 2), 85) if mode == "Cool" else dice.randint(50, cool - 2)
    return (lambda: family.climate(number).set_temperature(target=wanted),
            "ambiguous_setpoint" if mode == "Off" else
            lambda: wanted in setpoints(family, number))


def wish_mode(family, dice, number):
    wanted = dice.choice(["heat", "cool", "heat_cool"])
    return (lambda: family.climate(number).set_mode(wanted),
            lambda: family.truth(number)["mode"] == wanted)


def wish_mode_and_range(family, dice, number):
    low, high = any_range(dice)
    return (lambda: family.climate(number).set_temperature(mode="heat_cool", low=low, high=high),
            lambda: (system_mode(family), setpoints(family, number)) == ("Auto", (low, high)))


def wish_preset(family, dice, number):
    wanted = dice.choice(["none", "temporary", "hold", "away"])
    return (lambda: family.climate(number).set_preset(wanted),
            lambda: family.truth(number)["preset"] == wanted)


def wish_hold_at(family, dice, number):
    """A scene: preset and range at once."""
    low, high = any_range(dice)

    def act():
        family.climate(number).set_preset("hold")
        family.climate(number).set_temperature(low=low, high=high)
    return act, lambda: (setpoints(family, number) == (low, high)
                         and family.truth(number)["preset"] == "hold")


def wish_off(family, dice, number):
    climate = family.climate(number)
    return dice.choice([climate.turn_off, lambda: climate.set_mode("off")]), "zone_off_refused"


def wish_house(family, dice, number):
    wanted = dice.choice(panel.MODES)
    return (lambda: family.hass.entities[MODE].choose(wanted),
            lambda: system_mode(family) == wanted)


WISHES = (wish_range, wish_range, wish_one, wish_one, wish_mode, wish_mode_and_range, wish_preset,
          wish_preset, wish_hold_at, wish_off, wish_house)


def wish_alone(family, dice):
    """Nothing else happens: the wish is carried out as it was meant."""
    wish = dice.choice(WISHES)
    act, wanted = wish(family, dice, dice.randint(1, len(NAMES)))
    results = [one for one in family.ask(act) if one["status"] != "superseded"]
    if isinstance(wanted, str):
        assert {one["error_code"] for one in results} == {wanted}, f"{wish.__name__}: {results}"
    else:
        assert {one["status"] for one in results} == {"delivered"}, f"{wish.__name__}: {results}"
        assert wanted(), f"{wish.__name__}: {results}"


def wishes_and_hands(family, dice):
    """All at once: who wins is open, but not that all show the same afterwards."""
    def act():
        for _ in range(dice.randint(1, 4)):
            dice.choice(WISHES)(family, dice, dice.randint(1, len(NAMES)))[0]()
            if dice.random() < 0.5:
                wall(family, dice)
    family.ask(act)
    family.wall(1)


def test_whatever_happens_all_show_the_same(family):
    dice = random.Random(SEED)
    for step in range(STEPS):
        event = dice.choice([wall, wish_alone, wish_alone, wish_alone, wishes_and_hands])
        event(family, dice)
        try:
            family.all_agree()
            family.check()
        except AssertionError as error:
            raise AssertionError(f"seed {SEED}, step {step}, {event.__name__}: {error}") from None
    told = [document(one) for one in family.house.listener.all("hvac/cz2/zone/1") if one.payload]
    assert all(map(exactly_one, told)) and len(told) > 1
