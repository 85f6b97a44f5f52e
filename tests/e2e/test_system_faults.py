# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""Every allocation and every system call of start, one command and stop fails once. The daemon
refuses to start, answers with an error and recovers, or is not impressed; it never crashes,
hangs, lies or writes what nobody asked for. A seeded sample; all of them with CZ2_FULL=1."""

import collections
import concurrent.futures
import contextlib
import errno
import http.client
import os
import queue
import random
import re
import signal
import sqlite3

import pytest

import preload
from house import House
from waiting import until

FULL = os.environ.get("CZ2_FULL") == "1"
SEED = int(os.environ.get("CZ2_SEED", "1"))
SAMPLE = 4        # of the calls of one function, unless all are wanted
HOUSES = 2        # side by side
RECOVERY = 20     # seconds until a command is carried out again
STOPPING = 8
STOPPING_LONG = {"fcntl64": 40}  # SQLite tries for 10 s to begin when a lock was not given back
ZONE = "/zones/2/temperature"
SETTINGS = {"command.guard_ms": 0, "bus.reply_timeout_ms": 120, "bus.gap_ms": 5}
TROUBLE = re.compile(r"^(\d\d:\d\d:\d\d\.\d{3} error  |<3>|cz2d: |out of dynamic memory )",
                     re.MULTILINE)
WARNED = re.compile(r"^\d\d:\d\d:\d\d\.\d{3} (error|warning) +store: ", re.MULTILINE)

ALLOCATIONS = ("malloc", "calloc", "realloc", "strdup", "__strdup")
# What each function may fail with; one is chosen for each call.
ERRORS = {
    **{name: ["ENOMEM"] for name in ALLOCATIONS},
    "open": ["EMFILE", "EACCES"], "open64": ["EMFILE", "EACCES", "EIO"],
    "fopen": ["EMFILE", "EACCES"], "close": ["EIO"],
    "read": ["EIO", "EINTR"], "write": ["EIO", "EINTR", "ENOSPC"],
    "pread64": ["EIO"], "pwrite64": ["EIO", "ENOSPC", "EINTR"],
    "ftruncate64": ["EIO", "ENOSPC"], "fdatasync": ["EIO", "ENOSPC"],
    "mmap64": ["ENOMEM"], "munmap": ["ENOMEM"], "mkdir": ["EACCES"],
    "unlink": ["EACCES", "EIO"], "stat": ["EIO"], "stat64": ["EIO", "EACCES"],
    "realpath": ["EIO"], "__realpath_chk": ["EIO"],
    "lstat": ["EIO"], "lstat64": ["EIO"], "fstat64": ["EIO"], "fchown": ["EPERM"],
    "fcntl": ["EINVAL"], "fcntl64": ["EIO", "EAGAIN", "ENOLCK"], "flock": ["EIO"],
    "ioctl": ["EIO"], "tcgetattr": ["EIO"], "tcsetattr": ["EIO"], "tcflush": ["EIO"],
    "socket": ["EMFILE"], "bind": ["EADDRINUSE"], "listen": ["EADDRINUSE"],
    "accept4": ["EMFILE", "ECONNABORTED", "EINTR"], "shutdown": ["ENOTCONN"],
    "send": ["EPIPE", "EINTR", "ENOBUFS"], "sendmsg": ["EPIPE", "EINTR", "ENOBUFS"],
    "recv": ["ECONNRESET", "EINTR"], "getsockname": ["ENOBUFS"], "getsockopt": ["EINVAL"],
    "setsockopt": ["EINVAL"], "getpeername": ["ENOTCONN"], "getnameinfo": ["EAGAIN"],
    "connect": ["ECONNREFUSED", "ENETUNREACH", "EINTR"], "pthread_create": ["EAGAIN"],
    "getaddrinfo": ["EAGAIN"], "epoll_create1": ["EMFILE"], "epoll_ctl": ["ENOMEM"],
    "epoll_wait": ["EINTR"], "poll": ["EINTR", "ENOMEM"],
    "eventfd": ["EMFILE"], "pipe2": ["EMFILE"], "sigaction": ["EINVAL"],
}

# Libraries that let the program crash when one of these fails; nothing of ours could come in
# between, and the test is that the next start finds all in order.
GIVES_UP = {
    "libconfig.so": ALLOCATIONS,  # 1.5 uses what malloc() gave without looking at it
    # aborts where its loop cannot go on, and waits for ever for its signal pipe's lock
    "libuv.so": ("realloc", "epoll_ctl", "read", "write", "pipe2", "sigaction"),
}


def gave_up(name, log):
    """True when the call failed inside a library that cannot bear it, or a sanitizer itself."""
    callers = [match[1] for match in re.finditer(r"^/\S*/([^/(]+?)(?:\.\d+)?\(\S*\)\[0x", log,
                                                 re.MULTILINE)]
    if "libc.so.6(__nss_database_get+" in log:
        return name in ALLOCATIONS  # glibc's look-ups use their first memory unseen
    others = [one for one in callers if not one.startswith(("faults.so", "libasan.so", "libc.so"))]
    if not others:
        return any(one.startswith("libasan.so") for one in callers)
    return name in GIVES_UP.get(others[0], ())


class Stage:
    """A house in which one daemon after the other meets one failure."""

    good = None  # the database that a run without failures leaves behind

    def __init__(self, kind):
        self.house = House(settings=SETTINGS, panel={"kind": kind}, start=False)
        # By name, so that it has to be looked up.
        where = self.house.sim.connect.replace("127.0.0.1", "localhost")
        self.daemon = self.house.daemon = self.house.add_daemon(connect=where, wait=False)
        self.daemon.stop(signal.SIGKILL)
        self.database = self.daemon.settings["storage.path"]
        self.heat = 60

    def prepare(self, environment, known=False):
        """A new history, and a daemon that begins with a database of known rows or none."""
        for name in os.listdir(self.house.directory):
            if name.startswith("cz2d.db") or name == "cz2d.sock":
                os.remove(os.path.join(self.house.directory, name))
        if known:
            with open(self.database, "wb") as file:
                file.write(Stage.good)
        self.house.calls.clear()
        self.house.sim.forget(0.0)  # what a database holds may be of any age
        self.daemon.environment = environment
        self.daemon.start(wait=False)

    def listening(self):
        """False when the daemon ended instead."""
        until(lambda: self.ended() or self.answers(), RECOVERY * 2, "it to listen or end")
        match = re.search(r"listening on http://[^ ]*?:(\d+)", self.daemon.log())
        self.daemon.port = int(match[1]) if match else None
        self.client = self.daemon.rest() if match else self.daemon.unix()
        return not self.ended()

    def answers(self):
        """The socket says so, for the log may be what failed."""
        return "listening on http" in self.daemon.log() or os.path.exists(self.daemon.socket)

    def ended(self):
        return not self.daemon.process.alive()

    def command(self):
        """One command; None when the connection broke or was refused."""
        self.heat = 60 + (self.heat + 1) % 15
        try:
            return self.client.post(ZONE, {"heat": self.heat, "hold": True}).status
        except (OSError, http.client.HTTPException):
            self.house.calls[-1].abandoned = True
            return None

    def run(self, stopping=STOPPING):
        """Start, a command, stop; the answers to the command until it was done."""
        answers = []
        if self.listening():
            def done():
                answers.append(self.command())
                return answers[-1] == 200 or self.ended()
            until(done, RECOVERY, "a command that is carried out", pause=0.05)
        if not self.ended():
            self.daemon.process.stop(timeout=stopping)
        return answers

    def stored(self):
        """The setpoints in the database; None when there are none."""
        try:
            with contextlib.closing(sqlite3.connect(self.database)) as database:
                found = database.execute("SELECT payload FROM rows WHERE tbl = 1 AND number = 16")
                return (found.fetchone() or [None])[0]
        except sqlite3.Error:
            return None

    def judge(self, name, answers):
        """What became of the daemon, in a word; fails on what must never be."""
        log, status = self.daemon.log(), self.daemon.process.popen.returncode
        self.house.check()
        if (status < 0 or self.daemon.process.complaints()) and gave_up(name, log):
            return "crashed in a library"
        assert status in (0, 1, 2), f"ended with {status}"
        assert not self.daemon.process.complaints()
        aside = [one for one in os.listdir(self.house.directory) if ".damaged-" in one]
        assert not aside, f"a whole database was set aside: {aside}"
        assert set(answers) <= {200, 500, 503, 504, None}, answers
        if status != 0:
            assert TROUBLE.search(log), "ended without saying why"
            assert name not in ALLOCATIONS or "memory" in log.lower(), "does not speak of memory"
            return "ended"
        assert answers and answers[-1] == 200, f"ended well, and yet {answers}"
        assert self.stored() == self.house.sim.row(1, 16) or WARNED.search(log), \
            "what was known is lost, and nothing said so"
        return "success" if answers == [200] else "error, then success"

    def go(self, name):
        """One run, and after a crash another, as the service manager would make it."""
        answers = []
        try:
            answers = self.run(STOPPING_LONG.get(name, STOPPING))
        except AssertionError:
            if not gave_up(name, self.daemon.log()):
                raise
            self.daemon.stop(signal.SIGKILL)
        outcome, met = self.judge(name, answers), "preload: call" in self.daemon.log()
        if outcome == "crashed in a library":
            self.daemon.environment = {}
            self.daemon.start(wait=False)
            assert self.judge("", self.run()) != "ended", "does not recover from a crash"
        return outcome, met


@pytest.fixture(scope="module", params=["pty", "tcp"])
def stages(request):
    """A queue of stages that are free, with a panel of either kind."""
    free = queue.Queue()
    made = [Stage(request.param) for _ in range(HOUSES)]
    for one in made:
        free.put(one)
    free.kind = request.param
    yield free
    for one in made:
        one.house.abandon()


@pytest.fixture(scope="module")
def counted(stages):
    """How often each function is called when nothing fails: {known: {name: calls}}."""
    stage = stages.get()
    path = os.path.join(stage.house.directory, "counts")
    calls = {}
    for known in (False, True):
        stage.prepare(preload.environment(count=path), known)
        assert stage.judge("", stage.run()) != "ended"
        calls[known] = collections.Counter(preload.counts(path))
        with open(stage.database, "rb") as file:
            Stage.good = file.read()
    stages.put(stage)
    return calls


@pytest.fixture(scope="module")
def tell(request):
    """Lines that are printed when all is over, whatever pytest captures."""
    lines = []
    yield lines.append
    manager = request.config.pluginmanager.getplugin("capturemanager")
    with manager.global_and_fixture_disabled():
        print(f"\nseed {SEED}", *lines, sep="\n")


def chosen(name, calls):
    """[(n, error, known)]: spread evenly over all calls, at a place of chance in each part."""
    dice = random.Random(f"{SEED} {name}")
    most = max(calls.values())
    if FULL:
        return [(nth, error, known) for known in (False, True)
                for nth in range(1, calls[known] + 1) for error in ERRORS[name]]
    size = min(most, SAMPLE * (5 if name in ALLOCATIONS else 1))
    found = []
    for i in range(size):
        known = dice.choice([known for known in calls if calls[known]])
        place = (i + dice.random()) / size
        found.append((1 + int(calls[known] * place), dice.choice(ERRORS[name]), known))
    return found


def attempt(stages, name, nth, error, known):
    stage = stages.get()
    try:
        stage.prepare(preload.environment(fail=f"{name}:{nth}:{error}"), known)
        outcome, met = stage.go(name)
        return outcome, met, None
    except AssertionError as problem:
        stage.daemon.stop(signal.SIGKILL)
        return "wrong", True, (f"{name}:{nth}:{error}: {problem} (known rows: {known})\n"
                               f"{stage.daemon.log()}")
    finally:
        stages.put(stage)


def test_every_function_that_is_called_is_one_that_fails_here(counted):
    called = {name for calls in counted.values() for name in calls if calls[name]}
    assert called <= set(ERRORS), called - set(ERRORS)
    assert all(hasattr(errno, one) for errors in ERRORS.values() for one in errors)


@pytest.mark.parametrize("name", ERRORS)
def test_a_call_that_fails_is_told_or_got_over(stages, counted, tell, name):
    known = {known: calls[name] for known, calls in counted.items()}
    calls = chosen(name, known)
    with concurrent.futures.ThreadPoolExecutor(HOUSES) as pool:
        found = list(pool.map(lambda call: attempt(stages, name, *call), calls))
    outcomes = collections.Counter(outcome for outcome, _, _ in found)
    met = sum(1 for _, struck, _ in found if struck)
    tell(f"{stages.kind} {name}: {len(calls)} tried of {max(known.values())} calls, {met} failed: "
         f"{dict(outcomes)}")
    problems = [problem for _, _, problem in found if problem]
    assert not problems, "\n".join(problems)
    # How often something is read or waited for is a little different each time.
    assert met >= len(calls) / 2, f"only {met} of {len(calls)} calls failed"
