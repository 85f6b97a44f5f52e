# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""The entities of the double of Home Assistant. Each knows the topics of its configuration, what
it shows of the messages there, and what it sends."""

import fnmatch
import json

NONE = "None"  # what a template makes of null; it clears a value

SETTLED = ("mode", "target", "low", "high", "preset")


class Entity:
    """value is what the entity shows, None while unknown."""

    def __init__(self, home, entity_id, config):
        self.home = home
        self.entity_id = entity_id
        self.value = None
        self.messages = {}  # availability topic -> its latest message
        self.subscribed = set()
        self.configure(config)

    def configure(self, config):
        """Also when it is discovered once more."""
        self.config = config

    def topics(self):
        found = {self.config[name] for name in ("state_topic",) if name in self.config}
        return found | {one["topic"] for one in self.config.get("availability", ())}

    def available(self):
        wanted = [one for one in self.config.get("availability", ())]
        online = [self.messages.get(one["topic"]) == one.get("payload_available", "online")
                  for one in wanted]
        mode = self.config.get("availability_mode", "latest")
        assert mode == "all" or len(wanted) < 2, "only `all` is understood here"
        return all(online)

    def complain(self, message):
        self.home.error(f"{self.entity_id}: {message}")

    def take(self, topic, payload):
        if any(one["topic"] == topic for one in self.config.get("availability", ())):
            self.messages[topic] = payload
        if self._is_state(topic):
            self._state(payload)

    def _is_state(self, topic):
        wanted = self.config.get("state_topic")
        return wanted is not None and fnmatch.fnmatchcase(topic, wanted.replace("+", "*"))

    def _state(self, payload):
        shown = self.home.render(self, self.config.get("value_template"), payload)
        if shown == NONE:
            self.value = None
        elif shown is not None:
            self.show(shown)

    def show(self, shown):
        self.value = shown

    def command(self, payload):
        self.home.send(self.config["command_topic"], payload)


class Sensor(Entity):
    """A number when it has a unit, else a word, of its options if it has any."""

    def show(self, shown):
        if "unit_of_measurement" in self.config:
            try:
                float(shown)
            except ValueError:
                self.complain(f"{shown!r} is no number")
                return
        if "options" in self.config and shown not in self.config["options"]:
            self.complain(f"{shown!r} is none of {self.config['options']}")
            return
        self.value = shown


class BinarySensor(Entity):
    def show(self, shown):
        words = {self.config.get("payload_on", "ON"): True,
                 self.config.get("payload_off", "OFF"): False}
        if shown not in words:
            self.complain(f"No matching payload found for {shown!r}")
            return
        self.value = words[shown]


class Select(Entity):
    def show(self, shown):
        if shown not in self.config["options"]:
            self.complain(f"Invalid option {shown!r}")
            return
        self.value = shown

    def choose(self, option):
        assert option in self.config["options"]
        self.command(option)


class Number(Entity):
    def show(self, shown):
        value = float(shown)
        if not self.config["min"] <= value <= self.config["max"]:
            self.complain(f"Invalid value {shown}, allowed {self.config['min']} "
                          f"to {self.config['max']}")
            return
        self.value = value

    def set(self, value):
        """Whole numbers go out without a fraction here, unlike a climate's."""
        self.command(str(int(value)) if float(value).is_integer() else str(value))


class Button(Entity):
    def press(self):
        self.command(self.config.get("payload_press", "PRESS"))


class Event(Entity):
    """events: all that came, retained ones aside."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.events = []

    def show(self, shown):
        try:
            event = json.loads(shown)
        except ValueError:
            self.complain(f"No valid JSON event payload: {shown!r}")
            return
        if event.get("event_type") not in self.config["event_types"]:
            self.complain(f"Invalid event type in {shown!r}")
            return
        self.value = event
        self.events.append(event)


class Climate(Entity):
    """shown: mode, target, low, high, preset, action, current temperature and humidity. past:
    what the dial has shown after each message, without what was the same."""

    # what is shown -> (its topic, its template)
    PARTS = {
        "mode": ("mode_state_topic", "mode_state_template"),
        "action": ("action_topic", "action_template"),
        "temperature": ("current_temperature_topic", "current_temperature_template"),
        "humidity": ("current_humidity_topic", "current_humidity_template"),
        "target": ("temperature_state_topic", "temperature_state_template"),
        "low": ("temperature_low_state_topic", "temperature_low_state_template"),
        "high": ("temperature_high_state_topic", "temperature_high_state_template"),
        "preset": ("preset_mode_state_topic", "preset_mode_value_template")}
    ACTIONS = ("off", "preheating", "heating", "cooling", "drying", "idle", "fan", "defrosting")

    def __init__(self, *arguments):
        self.shown = dict.fromkeys(self.PARTS)
        self.past = []
        super().__init__(*arguments)

    def configure(self, config):
        """It forgets its preset each time, and shows the next that it is told."""
        super().configure(config)
        self.shown["preset"] = "none"
        if "none" in config.get("preset_modes", ()):
            self.complain("preset_modes must not include preset mode 'none'")

    def topics(self):
        return super().topics() | {self.config[topic] for topic, _ in self.PARTS.values()
                                   if topic in self.config}

    def take(self, topic, payload):
        super().take(topic, payload)
        touched = False
        for part, (name, template) in self.PARTS.items():
            if self.config.get(name) == topic:
                shown = self.home.render(self, self.config.get(template), payload)
                if shown:
                    getattr(self, "_take_" + part, self._take_number)(part, shown)
                    touched = True
        settled = self.settled()
        if touched and (not self.past or self.past[-1] != settled):
            self.past.append(settled)

    def settled(self):
        return {name: self.shown[name] for name in SETTLED}

    def _take_mode(self, part, shown):
        if shown == NONE:
            self.shown[part] = None
        elif shown not in self.config["modes"]:
            self.complain(f"Invalid modes mode: {shown}")
        else:
            self.shown[part] = shown

    def _take_action(self, part, shown):
        if shown != NONE and shown not in self.ACTIONS:
            self.complain(f"Invalid climate action: {shown}")
        else:
            self.shown[part] = None if shown == NONE else shown

    def _take_preset(self, part, shown):
        if shown in (NONE, "none"):
            self.shown[part] = "none"
        elif shown not in self.config["preset_modes"]:
            self.complain(f"'{shown}' is not a valid preset mode")
        else:
            self.shown[part] = shown

    def _take_number(self, part, shown):
        if shown == NONE:
            self.shown[part] = None
            return
        try:
            self.shown[part] = float(shown)
        except ValueError:
            self.complain(f"Could not parse {part} from {shown!r}")
            return
        self._park(part)

    def _park(self, part):
        """Newer releases: one kind of setpoint takes the place of the other."""
        modes = self.config["modes"]
        if "heat_cool" not in modes or not {"heat", "cool"} & set(modes):
            return
        if part == "target":
            self.shown["low"] = self.shown["high"] = None
        elif part in ("low", "high"):
            self.shown["target"] = None

    # --- services: what the real one sends, in its order and its format ---

    def set_temperature(self, target=None, low=None, high=None, mode=None):
        assert low is None or high is None or low <= high, "refused before it is sent"
        if mode is not None:
            self.set_mode(mode)
        for topic, value in (("temperature_command_topic", target),
                             ("temperature_low_command_topic", low),
                             ("temperature_high_command_topic", high)):
            if value is not None:
                self.home.send(self.config[topic], str(float(value)))

    def set_mode(self, mode):
        assert mode in self.config["modes"]
        self.home.send(self.config["mode_command_topic"], mode)

    def set_preset(self, preset):
        assert preset in ("none", *self.config["preset_modes"])
        self.home.send(self.config["preset_mode_command_topic"], preset)

    def turn_on(self):
        self.home.send(self.config["power_command_topic"], self.config.get("payload_on", "ON"))

    def turn_off(self):
        self.home.send(self.config["power_command_topic"], self.config.get("payload_off", "OFF"))


PLATFORMS = {"binary_sensor": BinarySensor, "button": Button, "climate": Climate, "event": Event,
             "number": Number, "select": Select, "sensor": Sensor}
