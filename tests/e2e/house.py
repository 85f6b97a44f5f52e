# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""A house for one test: a simulated panel, the daemon, and if wanted a broker, in a directory
of their own. At the end everything is stopped and the history is checked."""

import shutil
import signal
import tempfile
import time

import history
import history_unexpected
import ledger_checker
import ledger_reader
import mqtt_commands
from daemon import Daemon
from mqtt import Broker, Listener
from rest import Rest
from simulator import Simulator
from waiting import PATIENCE, until

# For tests that count frames: who is not let run for a while does not ask again.
PATIENT = {"bus.reply_timeout_ms": 3000}
ANSWER_SLACK = 2.0  # seconds of a busy machine, on top of command.timeout_seconds


class House:
    """settings are the daemon's; panel are the arguments of Simulator. true_clock: nobody sets
    the daemon's wall clock, so that the times of its records are ours."""

    def __init__(self, zones=3, settings=None, panel=None, mqtt=False, start=True, known=True,
                 environment=None, true_clock=True):
        self.directory = tempfile.mkdtemp(prefix="cz2-")
        self.zones = zones
        self.true_clock = true_clock
        self.calls = []
        self.messages = []
        self.broker = self.listener = self.daemon = self.sim = None
        self.daemons = []
        self.logs = None
        self.began = 0.0
        try:
            self.sim = Simulator(self.directory, zones=zones, **(panel or {}))
            self.settings = {"panel.zones": zones, **(settings or {})}
            if mqtt:
                self._add_broker()
            if start:
                self.daemon = self.add_daemon(environment=environment)
                if known:
                    self.daemon.wait_status()
        except BaseException:
            self.abandon()
            raise

    def _add_broker(self):
        self.broker = Broker(self.directory)
        self.listen_again()
        self.settings.update({"mqtt.enabled": True, "mqtt.host": "127.0.0.1",
                              "mqtt.port": self.broker.port})

    def add_daemon(self, settings=None, connect=None, **more):
        one = Daemon(self.directory, connect or self.sim.connect,
                     {**self.settings, **(settings or {})}, calls=self.calls, **more)
        self.daemons.append(one)
        return one

    @property
    def rest(self):
        return self.daemon.rest()

    @property
    def unix(self):
        return self.daemon.unix()

    def client(self, **more):
        return Rest(port=self.daemon.port, calls=self.calls, **more)

    def status(self):
        return self.rest.status()

    def zone(self, number):
        return self.status()["zones"][number - 1]

    def command(self, target, body, status=200):
        """A POST that must be answered like this."""
        answer = self.rest.post(target, body)
        assert answer.status == status, answer
        return answer

    def shows(self, accept, timeout=15.0):
        """Waits until the status from memory is acceptable."""
        def wanted():
            status = self.status()
            return status if accept(status) else None
        return until(wanted, timeout, "a status that shows it")

    def history(self):
        """All that has been seen so far."""
        settings = self.daemons[0].settings if self.daemons else {}
        return history.History(
            frames=self.sim.frames(), changes=self.sim.changes(), calls=[*self.calls, *mqtt_commands.calls(self.messages)],
            messages=list(self.messages), zones=self.zones,
            address=settings.get("panel.bus_address", 99),
            notes=self.notes(), complete=self.was_stopped_well(),
            guard=settings.get("command.guard_ms", 250) / 1000,
            deadline=settings.get("command.timeout_seconds", 30) + ANSWER_SLACK * PATIENCE)

    def ledger(self):
        """What the daemons have recorded, as the history knows it."""
        return ledger_reader.read(self.daemons, self.zones, self.sim.known_since)

    def recorded(self):
        """What is on the disk, read behind the daemon's back."""
        path = self.daemon.settings["storage.path"]
        return [ledger_reader.record(row, ()) for row in ledger_reader.from_file(path)]

    def all_ended(self, timeout=60.0):
        """Waits until each record has its final state on the disk."""
        until(lambda: all(one.final for one in self.recorded()), timeout,
              "the end of each command", pause=0.1)

    def notes(self):
        """Changes without a command, as the only daemon has recorded them. Of several each would
        have its own; one with clocks of its own dates them by these."""
        if len(self.daemons) != 1 or self.daemon.environment:
            return None
        return history_unexpected.load(self.daemon.settings["storage.path"], self.began)

    def was_stopped_well(self):
        """No daemon runs any more, and none was killed before it had kept all."""
        lives = [life for one in self.daemons for life in one.lives]
        return not any(life.alive() or life.asked != signal.SIGTERM for life in lives)

    def check(self):
        """The history checker and the ledger's; fails with all violations."""
        ledger = self.ledger() if self.true_clock else None  # first: the history goes on
        seen = self.history()
        found = history.check(seen) + (ledger_checker.check(seen, ledger) if ledger else [])
        if found:
            around = [str(one) for one in seen.frames if -0.5 < one.time - found[0].time < 0.1]
            raise AssertionError("\n".join(["history:", *map(str, found[:20]),
                                            "on the line around the first:", *around[-60:]]))

    def forget(self):
        """Checks what has been seen so far and begins anew: for long lives."""
        self.check()
        self.calls.clear()
        self.messages.clear()
        # What was known may still be told: the changes of the last such piece are kept.
        self.sim.forget(self.began)
        self.began = time.monotonic()
        # What is written next must have been read within this history.
        assert self.rest.post("/cache/clear").status == 200

    def listen_again(self):
        self.listener = Listener(self.broker.port, messages=self.messages)

    def written(self):
        """The frames that the daemon wrote."""
        return self.history().writes()

    def close(self):
        """The proper end: every daemon leaves with status 0 when it is asked to and not before,
        in none of its lives, and the history is true."""
        problems = []
        for one in self.daemons:
            if one.process.alive():
                one.stop()
            problems += filter(None, [life.bad_end() for life in one.lives])
            problems += one.lives[0].complaints()  # its log goes on to the end of the last
        try:
            self.check()
        except AssertionError as error:
            problems.append(str(error))
        finally:
            self.abandon()
        assert not problems, "\n".join(problems)

    def abandon(self):
        """Ends whatever still runs, whatever state it is in. Once is enough, twice no harm."""
        if self.logs is not None:
            return
        for one in [*self.daemons, self.sim]:
            if one is not None and one.process.alive():
                one.process.popen.kill()
                one.process.popen.wait()
        if self.listener:
            self.listener.close()
        if self.broker:
            self.broker.stop()
        self.logs = self.report()
        shutil.rmtree(self.directory, ignore_errors=True)

    def report(self, lines=60):
        """The ends of all logs, for whoever has to find out what went wrong."""
        text = []
        for one in [*self.daemons, self.sim]:
            if one is not None:
                tail = "\n".join(one.process.log().splitlines()[-lines:])
                text.append(f"--- log of {one.process.name}\n{tail}")
        return "\n".join(text)
