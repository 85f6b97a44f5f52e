# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""A double of Home Assistant's MQTT integration: finds devices as it does, renders the templates,
shows what it would show, sends what it would send, and keeps as errors what its log would say.
It is our reading of Home Assistant and proves that we are consistent; scripts/check-home-assistant
asks the real one."""

import json
import re
import struct
import threading
import time

import jinja2

from home_assistant_entities import PLATFORMS
from mqtt import Listener, text
from waiting import until

ROOT_KEYS = {"device", "components", "origin", "availability", "availability_mode",
             "availability_topic", "availability_template", "payload_available",
             "payload_not_available", "state_topic", "command_topic", "qos", "encoding"}
DEVICE_KEYS = {"identifiers", "connections", "name", "manufacturer", "model", "model_id",
               "hw_version", "sw_version", "serial_number", "via_device", "suggested_area",
               "configuration_url"}
ORIGIN_KEYS = {"name", "sw_version", "support_url"}
CONFIG = re.compile(r"homeassistant/device/([A-Za-z0-9_-]+)/config")
QUICK = 1.0  # seconds: a second payload for a device so soon loses entities

TEMPLATES = jinja2.Environment(undefined=jinja2.StrictUndefined)


class Client(Listener):
    """A listener that asks for topics one by one and hands each message on."""

    def __init__(self, port, deliver):
        self.deliver = deliver
        self.packet_id = 1
        self.sending = threading.Lock()
        super().__init__(port, topics=("homeassistant/status",))

    def subscribe(self, topic, qos):
        self._send(0x82, self._next_id() + text(topic) + bytes((qos,)))

    def publish_once(self, topic, payload):
        """QoS 1, as Home Assistant sends commands; we trust the broker on this machine."""
        self._send(0x32, text(topic) + self._next_id() + payload.encode("utf-8"))

    def _next_id(self):
        with self.sending:
            self.packet_id = self.packet_id % 65535 + 1
            return struct.pack("!H", self.packet_id)

    def _take(self, kind, body):
        super()._take(kind, body)
        with self.lock:
            message = self.messages[-1]
        self.deliver(message)


class Registry:
    """Survives a restart: which entity and which device each id was given."""

    def __init__(self):
        self.entities = {}  # unique id -> entity id

    def entity_id(self, platform, unique_id, device, name):
        wanted = f"{platform}.{slug(device)}" + (f"_{slug(name)}" if name else "")
        known = self.entities.get(unique_id)
        if known is None:
            taken = set(self.entities.values())
            known = wanted if wanted not in taken else wanted + "_2"
            self.entities[unique_id] = known
        return known


def slug(name):
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


class HomeAssistant:
    """One that begins to live at once. entities: {entity id: entity}, see there."""

    def __init__(self, port):
        self.port = port
        self.registry = Registry()
        self.errors = []  # what it would log
        self.sent = []    # (topic, payload) of each command, in order
        self.lock = threading.RLock()
        self.client = None
        self.begin()

    # --- its life ---

    def begin(self):
        """Knows nothing but its registry; subscribes, and says that it was born."""
        self.entities = {}
        self.components = {}  # device object id -> {component key: entity}
        self.payloads = {}    # device object id -> (when, what)
        self.heard = {}       # topic -> its latest message
        self.client = Client(self.port, self._deliver)
        self.client.subscribe("homeassistant/device/+/config", 0)
        self.client.publish("homeassistant/status", "online")

    def end(self):
        self.client.close()

    def restart(self):
        self.end()
        self.begin()

    def error(self, message):
        self.errors.append(message)

    # --- what comes ---

    def _deliver(self, message):
        with self.lock:
            found = CONFIG.fullmatch(message.topic)
            if found:
                self._discover(found[1], message.payload)
                return
            self.heard[message.topic] = message.payload
            for entity in list(self.entities.values()):
                entity.take(message.topic, message.payload)

    def _discover(self, name, payload):
        if not payload:
            self._remove(name)
            return
        try:
            document = json.loads(payload)
        except ValueError:
            self.error(f"{name}: discovery is no JSON: {payload[:60]}")
            return
        before = self.payloads.get(name)
        if before and before[1] != payload and time.monotonic() - before[0] < QUICK:
            self.error(f"{name}: two payloads within {QUICK} s lose entities")
        self.payloads[name] = (time.monotonic(), payload)
        wrong = list(faults(document))
        if wrong:
            self.errors += [f"Invalid MQTT device discovery payload for {name}: {one}"
                            for one in wrong]
            return
        for key, component in document["components"].items():
            self._component(name, key, component, document)

    def _component(self, name, key, component, document):
        known = self.components.setdefault(name, {})
        if set(component) == {"platform"}:
            self._forget(known.pop(key, None))
            return
        shared = {key: document[key] for key in ("availability", "availability_mode", "qos")
                  if key in document and key not in component}
        config = {**shared, **component}
        if "availability" in config and "availability_topic" in config:
            self.error(f"{name}: {key}: availability and availability_topic exclude each other")
            return
        platform = PLATFORMS.get(config["platform"])
        if platform is None:
            self.error(f"{name}: {key}: no such platform as {config['platform']}")
            return
        device = document["device"]["name"]
        if config.get("name") and device.lower() in config["name"].lower():
            self.error(f"{name}: {key}: the entity's name repeats the device's")
        entity_id = self.registry.entity_id(config["platform"], config["unique_id"], device,
                                            config.get("name"))
        if key in known:
            known[key].configure(config)
        else:
            known[key] = self.entities[entity_id] = platform(self, entity_id, config)
        self._listen_for(known[key])

    def _listen_for(self, entity):
        """Only to what is new to it: what is retained there then comes."""
        for topic in sorted(entity.topics() - entity.subscribed):
            self.client.subscribe(topic, entity.config.get("qos", 0))
            entity.subscribed.add(topic)
            if topic in self.heard:
                entity.take(topic, self.heard[topic])

    def _forget(self, entity):
        if entity is not None:
            self.entities.pop(entity.entity_id, None)

    def _remove(self, name):
        for entity in self.components.pop(name, {}).values():
            self._forget(entity)
        self.payloads.pop(name, None)

    def render(self, entity, template, payload):
        """What a template makes of a message; None when it cannot, which is logged."""
        if template is None:
            return payload
        try:
            values = {"value": payload}
            if payload.lstrip()[:1] in ("{", "["):
                values["value_json"] = json.loads(payload)
            return TEMPLATES.from_string(template).render(values)
        except (ValueError, jinja2.TemplateError) as error:
            self.error(f"{entity.entity_id}: Error '{error}' in {template!r} with {payload!r}")
            return None

    # --- what goes ---

    def send(self, topic, payload):
        self.sent.append((topic, payload))
        self.client.publish_once(topic, payload)

    def entity(self, entity_id, timeout=15.0):
        """Waits for the entity."""
        return until(lambda: self.entities.get(entity_id), timeout, entity_id)

    def climates(self):
        return {name: one for name, one in self.entities.items() if name.startswith("climate.")}


def faults(document):
    """What makes Home Assistant refuse a whole device."""
    missing = {"device", "components", "origin"} - set(document)
    if missing:
        yield f"without {sorted(missing)}"
        return
    for what, allowed in ((document, ROOT_KEYS), (document["device"], DEVICE_KEYS),
                          (document["origin"], ORIGIN_KEYS)):
        if set(what) - allowed:
            yield f"unknown keys {sorted(set(what) - allowed)}"
    for key, component in document["components"].items():
        if not re.fullmatch(r"[A-Za-z0-9_-]+", key):
            yield f"{key!r} is no id"
        if "platform" not in component:
            yield f"{key}: no platform"
        elif set(component) != {"platform"} and "unique_id" not in component:
            yield f"{key}: no unique_id"
