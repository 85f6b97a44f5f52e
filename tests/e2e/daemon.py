# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""cz2d as a process with a configuration file of its own in a directory of its own."""

import os
import re

import sandbox
from process import Process, clean_environment, makefile, program
from rest import Rest
from waiting import until

# Allowances for a run after it has warmed up: for a page here and there, not for a leak of so
# many bytes each time, which only shows when something was done a thousand times.
GROWTH_KIB = 256
DESCRIPTORS = 4


class Literal(str):
    """Configuration text that is written as it is."""


def literal(value):
    """One value in libconfig's syntax."""
    if isinstance(value, Literal):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(literal(one) for one in value) + "]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)


def config_text(settings):
    """{"panel.zones": 3, ...} as a configuration file."""
    groups = {}
    for key, value in settings.items():
        group, _, name = key.partition(".")
        groups.setdefault(group, []).append(f"\t{name} = {literal(value)};\n")
    return "".join(f"{group}: {{\n{''.join(lines)}}};\n" for group, lines in groups.items())


def complete(status, meta):
    """True when the panel answers and none of the rows is missing."""
    zone = status["zones"][0]
    known = (status["fan_mode"], status["fan_state"], status["system_time"],
             status["system_mode"], zone["temperature"], zone["cool_setpoint"],
             zone["damper_position"])
    return meta["connected"] and meta["source"] != "restored" and None not in known


class Daemon:
    """settings override those that a test needs to run beside others: any port, own files.
    under is a command that becomes the daemon: its process id is the daemon's."""

    def __init__(self, directory, connect, settings=None, calls=None, environment=None,
                 arguments=("-f",), under=(), name="cz2d", wait=True):
        self.directory = directory
        self.name = name
        self.calls = calls if calls is not None else []
        self.environment = environment or {}
        self.arguments = arguments
        self.under = under
        self.config_path = os.path.join(directory, name + ".conf")
        self.socket = os.path.join(directory, name + ".sock")
        self.settings = {"panel.connect": connect, "http.port": 0, "http.socket": self.socket,
                         "http.tokens": os.path.join(directory, name + ".tokens"),
                         "storage.path": os.path.join(directory, name + ".db")}
        self.settings.update(settings or {})
        self.write_config()
        self.process = None
        self.lives = []  # one process for each start
        self.port = None
        self.start(wait)

    def write_config(self, **changes):
        """changes by key, with __ for the dot."""
        self.settings.update({key.replace("__", "."): value for key, value in changes.items()})
        kept = {key: value for key, value in self.settings.items() if value is not None}
        with open(self.config_path, "w", encoding="utf-8") as file:
            file.write(config_text(kept))

    def start(self, wait=True):
        self.process = Process(self.name, [*self.under, program("cz2d"), *self.arguments,
                                           "-c", self.config_path], self.directory,
                               env=clean_environment(**self.environment),
                               preexec_fn=None if self.under else sandbox.confining())
        self.lives.append(self.process)
        if wait:
            match = self.wait_log(r"listening on https?://[^ ]*?:(\d+)")
            self.port = int(match[1])

    def restart(self, number=None):
        self.stop(*([number] if number else []))
        self.start()

    def stop(self, *number):
        return self.process.stop(*number)

    def log(self):
        return self.process.log()

    def wait_log(self, pattern, timeout=15.0):
        return self.process.wait_log(pattern, timeout)

    def rest(self, unseen=False, **more):
        """unseen: the history is not to know of it."""
        return Rest(port=self.port, calls=None if unseen else self.calls, **more)

    def unix(self, unseen=False, **more):
        return Rest(path=self.socket, calls=None if unseen else self.calls, **more)

    def wait_status(self, accept=None, timeout=20.0):
        """Until GET /status is acceptable: unless told otherwise, until every row was read."""
        accept = accept or complete
        def known():
            document = self.rest().get("/status").json
            if document.get("status") and accept(document["status"], document["meta"]):
                return document
            return None
        return until(known, timeout, "an acceptable status", pause=0.03)

    def memory(self):
        """RssAnon in KiB."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return int(re.search(r"RssAnon:\s+(\d+)", file.read())[1])

    def cpu(self):
        """Seconds of processor time used so far."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def footprint(self):
        """What it holds, to be compared later by assert_flat()."""
        return {"memory": self.memory(), "descriptors": self.descriptors()}

    def assert_flat(self, before, growth=GROWTH_KIB):
        """growth: how many KiB it may hold more; who did many things says how few. What a long
        answer took is given back within ten seconds."""
        now = {}

        def is_flat():
            self.unix(unseen=True).get("/health")
            now.update(self.footprint())
            return now["descriptors"] <= before["descriptors"] + DESCRIPTORS and \
                (now["memory"] <= before["memory"] + growth or
                 makefile("MODE_CFLAGS"))  # the heap of a sanitizer is not the daemon's
        try:
            until(is_flat, 30, pause=0.2)
        except AssertionError:
            raise AssertionError(f"{before} became {now}, {growth} KiB may come") from None
