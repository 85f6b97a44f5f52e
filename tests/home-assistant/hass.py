# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""A headless Home Assistant: its configuration, with the broker already set up, its process and
its log. HASS is the command that starts it, HASS_ROOT the directory that it sees as /."""

import json
import os
import re
import shlex
import shutil
import tempfile
import time

from client import Client
from home_assistant_document import automations
from mqtt import free_port
from process import Process, clean_environment
from waiting import until

COMMAND = shlex.split(os.environ.get("HASS", ""))
ROOT = os.environ.get("HASS_ROOT", "/")
START = 300.0  # seconds; the first start compiles everything that is imported

CONFIGURATION = """\
homeassistant:
  name: test
  latitude: 0
  longitude: 0
  elevation: 0
  unit_system: {units}
  time_zone: UTC
  country: US
http:
  server_host: 127.0.0.1
  server_port: {port}
api:
config:
onboarding:
automation: !include automations.yaml
input_boolean:
  vacation:
logger:
  default: warning
  logs:
    homeassistant.components.mqtt: debug
"""

# Version 1 of the file is migrated by every later release.
BROKER = {"version": 1, "minor_version": 1, "key": "core.config_entries", "data": {"entries": [
    {"entry_id": "cz2dtestcz2dtestcz2dtestcz2dtest", "version": 1, "minor_version": 1,
     "domain": "mqtt", "title": "127.0.0.1", "options": {}, "pref_disable_new_entities": False,
     "pref_disable_polling": False, "source": "user", "unique_id": None, "disabled_by": None,
     "data": {"broker": "127.0.0.1", "discovery": True, "discovery_prefix": "homeassistant"}}]}}

ENTRY = re.compile(r"\d{4}-\d\d-\d\d \S+ (?P<level>\w+) \(.*?\) \[(?P<logger>[\w.]+)\]")

# Who speaks of us, and messages that are about something of ours whoever says them.
OURS = re.compile(r"mqtt|automation|helpers\.template|components\.(climate|event|sensor|select)")
# What we do to it on purpose; and 2025 releases erase a topic of a device that went once more
# for each entity, and then wonder.
EXPECTED = re.compile(r"mqtt\.client\].*(The connection was lost|Failed to connect|"
                      r"Connection refused|Connection reset)|client is not currently connected|"
                      r"No device components to cleanup", re.IGNORECASE)
COMPLAINTS = re.compile(
    r"Invalid MQTT device discovery payload|Error '|Unable to parse|Could not parse|"
    r"Invalid modes mode|is not a valid preset mode|deprecated|illegal discovery topic|"
    r"Unexpected event data|mqtt|hvac/cz2|cz2d")


class HomeAssistant:
    """units: "us_customary" or "metric". Its messages of a life are kept after a restart."""

    def __init__(self, broker_port, units="us_customary"):
        self.directory = tempfile.mkdtemp(prefix="hass-", dir=os.path.join(ROOT, "tmp"))
        self.port = free_port()
        self.broker_port = broker_port
        self.client = Client(self.port)
        self.process = None
        self.past = ""  # the logs of former lives
        self._configure(units)

    def _configure(self, units):
        with open(os.path.join(self.directory, "configuration.yaml"), "w",
                  encoding="utf-8") as file:
            file.write(CONFIGURATION.format(units=units, port=self.port))
        with open(os.path.join(self.directory, "automations.yaml"), "w",
                  encoding="utf-8") as file:
            file.writelines(automations())
        storage = os.path.join(self.directory, ".storage")
        os.mkdir(storage)
        BROKER["data"]["entries"][0]["data"]["port"] = self.broker_port
        with open(os.path.join(storage, "core.config_entries"), "w", encoding="utf-8") as file:
            json.dump(BROKER, file)

    def start(self):
        inside = "/" + os.path.relpath(self.directory, ROOT)
        self.process = Process("hass", [*COMMAND, "--skip-pip", "-c", inside], self.directory,
                               env=clean_environment(LANG="C.UTF-8"))
        until(self._listens, START, "Home Assistant to listen", pause=0.2)
        until(self._signed_in, 60, "somebody to be let in", pause=0.5)
        until(self.client.running, 120, "Home Assistant to run", pause=0.2)

    def _listens(self):
        assert self.process.alive(), self.process.log()[-4000:]
        return self.client.answers()

    def _signed_in(self):
        try:
            self.client.sign_in()
        except OSError:  # what signing in takes is still being set up
            return False
        return True

    def stop(self):
        """Status 0, or 100 when it was asked to start again, is a proper end."""
        if self.process and self.process.alive():
            self.process.stop(timeout=90)
        self.past += self.process.log()
        self.process = None

    def restart(self):
        self.stop()
        self.start()

    def version(self):
        return self.client.request("GET", "/api/config")["version"]

    def log(self):
        return self.past + (self.process.log() if self.process else "")

    def worries(self):
        """The entries of its log above info: (logger, the whole text)."""
        found = []
        for line in re.sub(r"\x1b\[[0-9;]*m", "", self.log()).splitlines():
            entry = ENTRY.match(line)
            if entry:
                found.append([entry["level"], entry["logger"], line])
            elif found:
                found[-1][2] += "\n" + line
        return [(logger, text) for level, logger, text in found if level not in ("DEBUG", "INFO")]

    def complaints(self):
        """What it says about us: all from MQTT, and whatever sounds like ours."""
        return [text for logger, text in self.worries()
                if (OURS.search(logger) or COMPLAINTS.search(text)) and not EXPECTED.search(text)]

    def close(self):
        if self.process and self.process.alive():
            self.process.popen.kill()
            self.process.popen.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


class Watch:
    """Waits for states; remembers each that was looked for, for the message of a failure."""

    def __init__(self, client):
        self.client = client

    def until(self, entity, accept, what, timeout=20.0):
        """The state of the entity, once accept takes it."""
        seen = {}

        def wanted():
            seen["last"] = self.client.state(entity)
            return seen["last"] if seen["last"] and accept(seen["last"]) else None
        began = time.monotonic()
        try:
            return until(wanted, timeout, what, pause=0.05)
        except AssertionError as error:
            after = time.monotonic() - began
            raise AssertionError(f"{error}: {entity} after {after:.0f} s: "
                                 f"{seen.get('last')}") from None
