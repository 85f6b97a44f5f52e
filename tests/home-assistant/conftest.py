# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""One house with a real Home Assistant in it, for all tests of this directory."""

import pytest

from hass import COMMAND, HomeAssistant, Watch
from house import House
from thermostat import thermostat

NAMES = ["First Floor", "Bedrooms", "Attic"]
PREFIX = "hvac/cz2/"
# A hand at the wall counts at once, and a silent panel is soon told from a slow one.
SETTINGS = {"panel.zone_names": NAMES, "command.guard_ms": 0, "cache.refresh_interval": 5,
            "cache.stale_seconds": 10}


class Home:
    """A house, its owner's Home Assistant, and the words of both."""

    def __init__(self):
        self.house = House(zones=len(NAMES), settings=SETTINGS, mqtt=True)
        self.hass = HomeAssistant(self.house.broker.port)
        self.client = self.hass.client
        self.watch = Watch(self.client)

    def climate(self, zone):
        return "climate." + NAMES[zone - 1].lower().replace(" ", "_")

    def wall(self, zone=0, **changes):
        """A hand at the wall, and the daemon looks."""
        self.house.sim.wall(zone, **changes)
        self.look()

    def look(self):
        assert self.house.rest.post("/update").status == 200

    def thermostat(self, zone):
        """What Home Assistant has to show of a zone, in its own words."""
        truth = thermostat(self.house.sim, zone)
        return {"state": truth["mode"], "temperature": truth["target"],
                "target_temp_low": truth["low"], "target_temp_high": truth["high"],
                "preset_mode": truth["preset"]}

    def agrees(self, zone, timeout=20.0):
        """Waits until Home Assistant shows the panel's values of a zone; returns them."""
        def same(state):
            truth = self.thermostat(zone)
            return shown(state, truth) == truth
        state = self.watch.until(self.climate(zone), same,
                                 f"zone {zone} as {self.thermostat(zone)}", timeout)
        return shown(state, self.thermostat(zone))

    def all_agree(self, timeout=30.0):
        for zone in range(1, len(NAMES) + 1):
            self.agrees(zone, timeout)

    def result(self, since):
        """The state of the entity with the last result, once that is newer than since."""
        return self.watch.until("event.comfortzone_ii_command_result",
                                lambda one: one["state"] != since["state"], "a result")

    def last_result(self):
        return self.client.state("event.comfortzone_ii_command_result")

    def results(self):
        """What the daemon has said about commands so far, as the listener heard it."""
        return [one for one in self.house.listener.all()
                if one.topic.startswith(PREFIX + "result/")]

    def close(self):
        self.hass.close()
        self.house.abandon()


def shown(state, like):
    """The members of a state that like has."""
    return {name: state["state"] if name == "state" else state["attributes"].get(name)
            for name in like}


@pytest.fixture(scope="session")
def home():
    if not COMMAND:
        pytest.skip("HASS names no Home Assistant; see scripts/check-home-assistant")
    one = Home()
    try:
        one.hass.start()
        yield one
    finally:
        one.close()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    one = item.funcargs.get("home") if hasattr(item, "funcargs") else None
    if report.failed and one:
        report.sections.append(("logs", one.house.report()))
        report.sections.append(("Home Assistant", "\n".join(text for _, text in one.hass.worries()[-20:])))
