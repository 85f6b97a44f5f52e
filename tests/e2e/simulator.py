# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""cz2sim as a process, its control socket, and its log as the history checker wants it."""

import json
import os
import socket
import threading
import time

import panel
from history import Change, Frame
from process import Process, program
from waiting import until

RATES = ("flip", "drop", "lose-request", "lose-reply", "late-reply", "double-reply", "garbage")


class Control:
    """One line of JSON out, one line back."""

    def __init__(self, path):
        self.lock = threading.Lock()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(30)
        self.socket.connect(path)
        self.file = self.socket.makefile("rw", encoding="utf-8", newline="\n")

    def __call__(self, cmd, **members):
        with self.lock:
            self.file.write(json.dumps({"cmd": cmd, **members}) + "\n")
            self.file.flush()
            answer = json.loads(self.file.readline())
        assert answer.get("ok"), f"{cmd} {members}: {answer}"
        return answer

    def close(self):
        self.file.close()
        self.socket.close()


class Simulator:
    """kind: "pty" (behind a link that follows it) or "tcp". Neither paced nor with a burst unless
    asked for."""

    def __init__(self, directory, zones=3, kind="pty", pacing=False, turnaround=None, burst=False,
                 seed=1, silent=False, name="cz2sim", options=()):
        self.directory = directory
        self.kind = kind
        self.name = name
        self.link = os.path.join(directory, name + ".tty") if kind == "pty" else None
        self.control_path = os.path.join(directory, name + ".control")
        self.command = [program("cz2sim"), "--zones", zones, "--seed", seed,
                        "--control", self.control_path, *options]
        self.command += ["--pty", "--link", self.link] if kind == "pty" else \
            ["--listen", "127.0.0.1:0"]
        self.command += [] if pacing else ["--no-pacing"]
        self.command += [] if burst else ["--no-burst"]
        self.command += ["--turnaround-ms", turnaround] if turnaround is not None else []
        self.past_frames, self.past_changes = [], []
        self.known_since = 0.0  # frames before that are forgotten
        self.start()
        if silent:
            self.silence(True)

    def start(self):
        self.process = Process(self.name, self.command, self.directory)
        self.where = until(self._first_line, what=f"{self.name} to start").strip()
        until(lambda: os.path.exists(self.control_path), what="the control socket")
        self.control = Control(self.control_path)
        self.last_frame = self.last_change = 0

    def _first_line(self):
        assert self.process.alive(), self.process.log()
        out = self.process.out()
        return out.splitlines()[0] if "\n" in out else None

    @property
    def connect(self):
        """What the daemon is told as panel.connect."""
        return self.link or self.where

    @property
    def address(self):
        host, _, port = self.where.rpartition(":")
        return host, int(port)

    def stop(self):
        """Ends it as if it were unplugged; what it saw is kept."""
        self.frames(), self.changes()
        self.control.close()
        self.process.stop()

    def restart(self):
        self.stop()
        self.start()

    def pty(self):
        return os.path.realpath(self.link) if self.link else self.where

    # --- the panel's memory ---

    def row(self, table, row):
        return bytes.fromhex(self.control("get", row=f"{table}.{row}")["hex"])

    def set_row(self, table, row, content):
        self.control("row", row=f"{table}.{row}", hex=bytes(content).hex(" "))

    def set_bytes(self, table, row, at, values):
        self.control("row", row=f"{table}.{row}", at=at, hex=bytes(values).hex())

    def set_byte(self, table, row, at, value):
        self.set_bytes(table, row, at, bytes((value,)))

    def set_length(self, table, row, length):
        self.set_row(table, row, (self.row(table, row) + bytes(64))[:length])

    def set_field(self, name, value, zone=0):
        self.control("set", field=name, value=value, **({"zone": zone} if zone else {}))

    def wall(self, zone=0, **changes):
        """A hand at the wall unit."""
        self.control("wall", **({"zone": zone} if zone else {}), **changes)

    # --- faults ---

    def fault(self, kind, nth=1, count=1, **more):
        """The nth request from now, and count - 1 after it, meet a fault."""
        self.control("fault", kind=kind, nth=nth, count=count, **more)

    def rates(self, **rates):
        """Faults by chance: lose_reply=0.1, flip=0.001, ..."""
        self.control("rates", **{name.replace("_", "-"): rate for name, rate in rates.items()})

    def clear(self):
        """No faults any more."""
        self.control("faults", clear=True)
        self.rates(**{name.replace("-", "_"): 0 for name in RATES})

    def silence(self, on):
        self.control("silence", on=on)

    def hang_up(self):
        self.control("hang-up")

    def counters(self):
        return self.control("counters")

    # --- what it saw ---

    def frames(self):
        """Every frame on the line since the first start, as history.Frame."""
        if self.process.alive():
            answer = self.control("log", since=self.last_frame)
            self.last_frame = answer["last"]
            self.past_frames += [_frame(one) for one in answer["log"]]
        return [one for one in self.past_frames if one is not None]

    def changes(self):
        """Every change of a row, the content at the start included, as history.Change."""
        if self.process.alive():
            answer = self.control("history", since=self.last_change)
            self.last_change = answer["last"]
            self.past_changes += [_change(one) for one in answer["history"]]
        return list(self.past_changes)

    def forget(self, before):
        """Drops all frames, and the changes that were no longer true at that moment."""
        self.frames(), self.changes()
        self.past_frames = []
        self.known_since = time.monotonic()
        held = {one.row: one for one in self.past_changes if one.time <= before}
        self.past_changes = [one for one in self.past_changes
                             if one.time > before or held[one.row] is one]


def _frame(entry):
    """None for what was no frame, or not from whom it seems to be."""
    seen = entry["heard"] if entry["collision"] else entry["hex"]
    parts = panel.split(bytes.fromhex(seen))
    if parts is None:
        return None
    destination, source, function, payload = parts
    if entry["dir"] == "bus" and source > 9:
        source = 0  # a twin, or foreign traffic: not one of the clients
    return Frame(entry["t_ms"] / 1e3, source, destination, function, payload,
                 heard=entry["ok"] or entry["collision"], collision=entry["collision"])


def _change(entry):
    table, row = entry["row"].split(".")
    return Change(0.0 if entry["cause"] == "start" else entry["t_ms"] / 1e3,
                  (int(table), int(row)), bytes.fromhex(entry["new"]), entry["cause"])
