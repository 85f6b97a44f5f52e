# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""The calls of tests/faults/calls.h that start, one command and stop make fail once each: in the
daemon and in its libraries, at a terminal, over TCP and with a broker. The daemon refuses to
start, answers with an error and recovers, or is not impressed; it never crashes, hangs, lies or
writes what nobody asked for. A seeded sample; all of them with CZ2_FULL=1."""

import collections
import concurrent.futures
import contextlib
import errno
import http.client
import os
import queue
import random
import re
import shutil
import signal
import sqlite3
import subprocess

import pytest

import preload
from house import House
from process import BUILD, makefile
from waiting import until

FULL = os.environ.get("CZ2_FULL") == "1"
SEED = int(os.environ.get("CZ2_SEED", "1"))
# Of the calls of one function, unless all are wanted; of allocations four times as many.
SAMPLES = {"pty": 2, "tcp": 1, "mqtt": 1}
HOUSES = 4 if FULL else 2  # side by side
RECOVERY = 20     # seconds until all is as if nothing had failed
MET = 0.9         # of the failures that were planned: threads make some calls more or less often
SOME = 4          # planned failures of one function: then one at least has to happen
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
    "fopen": ["EMFILE", "EACCES"], "fread": ["EIO"], "fclose": ["EIO"], "close": ["EIO"],
    "isatty": ["EIO"], "getrlimit": ["EINVAL"], "setrlimit": ["EPERM"],
    "gethostname": ["ENAMETOOLONG"], "getpwuid": ["EIO"], "getpwuid_r": ["EIO"],
    "getgrgid": ["EIO"],
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
    "fgets": ["EIO"], "writev": ["EPIPE", "EINTR"],
    "send": ["EPIPE", "EINTR", "ENOBUFS"], "sendmsg": ["EPIPE", "EINTR", "ENOBUFS"],
    "recv": ["ECONNRESET", "EINTR"], "getsockname": ["ENOBUFS"], "getsockopt": ["EINVAL"],
    "setsockopt": ["EINVAL"], "getpeername": ["ENOTCONN"], "getnameinfo": ["EAGAIN"],
    "connect": ["ECONNREFUSED", "ENETUNREACH", "EINTR"], "pthread_create": ["EAGAIN"],
    "getaddrinfo": ["EAGAIN"], "epoll_create1": ["EMFILE"], "epoll_ctl": ["ENOMEM"],
    "epoll_wait": ["EINTR"], "poll": ["EINTR", "ENOMEM"],
    "eventfd": ["EMFILE"], "pipe2": ["EMFILE"], "sigaction": ["EINVAL"],
    "getrandom": ["ENOSYS", "EINTR"], "fmemopen": ["ENOMEM"],
}

# What the daemon calls besides and need not fail here.
CANNOT_FAIL = {
    "answers in memory": [
        "__ctype_b_loc", "__ctype_tolower_loc", "__errno_location", "__explicit_bzero_chk", "__memcpy_chk",
        "__snprintf_chk", "__strcpy_chk", "__vsnprintf_chk", "bcmp", "dirname", "explicit_bzero",
        "ferror", "free",
        "freeaddrinfo", "gai_strerror", "getenv", "getopt_long", "getpid", "gmtime_r",
        "in6addr_any", "in6addr_loopback", "inet_ntop", "inet_pton", "localtime_r", "malloc_trim",
        "mallopt", "memchr",
        "memcmp", "memcpy", "memmove", "memset", "qsort", "snprintf", "strcasecmp", "strcasestr",
        "strchr", "strcmp",
        "strcpy", "strcspn", "strerror", "strftime", "strlen", "strncasecmp", "strncmp",
        "strpbrk", "strrchr", "strsep", "strspn", "strstr", "strtok_r", "strtol", "strtoll", "trunc",
        "umask",
        "vsnprintf"],
    "fails for arguments only that are never given": [
        "cfmakeraw", "cfsetspeed", "clock_gettime", "pthread_attr_destroy", "pthread_attr_init",
        "pthread_attr_setdetachstate", "pthread_mutex_destroy", "pthread_mutex_init",
        "pthread_mutex_lock", "pthread_mutex_unlock", "pthread_sigmask", "sigfillset", "signal"],
    "fails with an answer that is right then, too": ["faccessat", "tzset", "usleep"],
    "prints for people, before or instead of a start": [
        "__fprintf_chk", "__printf_chk", "fputs", "fwrite", "putc", "puts", "stderr", "stdout",
        "fprintf", "printf"],
    "begins or ends the program": [
        "_ITM_deregisterTMCloneTable", "_ITM_registerTMCloneTable", "__cxa_finalize",
        "__gmon_start__", "__libc_start_main", "__stack_chk_fail", "_exit", "abort", "exit",
        "optarg", "optind"],
}
# Their own calls fail instead.
LIBRARIES = ("MHD_", "MQTTAsync_", "MQTTProperties_", "MQTTReasonCode_", "config_", "cz2_",
             "gnutls_", "json_", "sd_", "sp_", "sqlite3_",
             "uv_")

# Libraries that let the program crash when one of these fails; nothing of ours could come in
# between, and the test is that the next start finds all in order.
GIVES_UP = {
    "libconfig.so": ALLOCATIONS,  # 1.5 uses what malloc() gave without looking at it
    "libcrypto.so": ALLOCATIONS,  # paho's: leaks what it had begun to set up
    # crashes, or waits for ever for a thread that could not be started
    "libpaho-mqtt3as.so": (*ALLOCATIONS, "pthread_create"),
    # aborts where its loop cannot go on, or its pool, which is made at the start, gets no
    # thread, and waits for ever for its signal pipe's lock
    "libuv.so": ("realloc", "epoll_ctl", "read", "write", "pipe2", "sigaction", "pthread_create"),
}


def gave_up(name, log):
    """True when the call failed inside a library that cannot bear it, or a sanitizer itself."""
    callers = [match[1] for match in re.finditer(r"^/\S*/([^/(]+?)(?:\.\d+)?\(\S*\)\[0x", log,
                                                 re.MULTILINE)]
    if "libc.so.6(__nss_database_get+" in log or "libc.so.6(getaddrinfo+" in log:
        return name in ALLOCATIONS  # glibc's look-ups use memory unseen, abort, or never recover
    below = ("faults.so", "libasan.so", "libc.so", "ld-linux")
    others = [one for one in callers if not one.startswith(below)]
    if not others:
        return any(one.startswith("libasan.so") for one in callers)
    if name in ALLOCATIONS and any(one.startswith("ld-linux") for one in callers):
        name = "pthread_create"  # of which the linker provides a new thread's own memory
    return name in GIVES_UP.get(others[0], ())


class Stage:
    """A house in which one daemon after the other meets one failure."""

    good = None  # the database that a run without failures leaves behind

    def __init__(self, kind):
        self.mqtt = kind == "mqtt"
        self.house = House(settings=SETTINGS, panel={"kind": "tcp" if kind == "tcp" else "pty"},
                           mqtt=self.mqtt, start=False)
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
            # The database may be of another house; this panel gets its setpoints, so that what
            # is told before the link opens is true.
            self.house.sim.control("row", row="1.16", hex=self.stored().hex())
        self.house.calls.clear()
        self.house.messages.clear()
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

    def complete(self):
        """True when the broker is there too, if there is one and the daemon can have it."""
        if not self.mqtt or "mqtt: cannot start" in self.daemon.log():
            return True
        try:
            return self.client.get("/health").json["mqtt"]["connected"]
        except (OSError, http.client.HTTPException):
            self.house.calls[-1].abandoned = True
            return False

    def run(self, stopping=STOPPING):
        """Start, a command, stop; the answers to the command until it was done."""
        answers = []
        if self.listening():
            def done():
                answers.append(self.command())
                return answers[-1] == 200 or self.ended()
            until(done, RECOVERY, "a command that is carried out", pause=0.05)
            until(lambda: self.complete() or self.ended(), RECOVERY, "the broker", pause=0.05)
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


@pytest.fixture(scope="module", params=["pty", "tcp", "mqtt"])
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
    """How often each function is called when nothing fails, by whether rows were known."""
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


class Tally:
    """What was tried and what became of it, for all to see."""

    def __init__(self):
        self.lines = []
        self.tried = self.met = 0

    def add(self, kind, name, made, found):
        outcomes = collections.Counter(outcome for outcome, _, _ in found)
        met = sum(1 for _, struck, _ in found if struck)
        self.tried += len(found)
        self.met += met
        self.lines.append(f"{kind} {name}: {len(found)} tried of {made} calls, {met} failed: "
                          f"{dict(outcomes)}")
        return met


@pytest.fixture(scope="module")
def tell(request):
    """A Tally that is printed when all is over, whatever pytest captures."""
    tally = Tally()
    yield tally
    manager = request.config.pluginmanager.getplugin("capturemanager")
    with manager.global_and_fixture_disabled():
        print(f"\nseed {SEED}", *tally.lines,
              f"{tally.tried} tried, {tally.met} failed as planned", sep="\n")
    assert tally.met >= tally.tried * MET


def chosen(name, counted, sample):
    """[(n, error, known)]: spread evenly over all calls, at a place of chance in each part."""
    dice = random.Random(f"{SEED} {name}")
    if FULL:
        return [(nth, error, known) for known, calls in counted.items()
                for nth in range(1, calls[name] + 1) for error in ERRORS[name]]
    size = min(max(calls[name] for calls in counted.values()),
               sample * (4 if name in ALLOCATIONS else 1))
    picked = []
    for part in range(size):
        known = dice.random() < 0.5 if counted[False][name] and counted[True][name] else \
            bool(counted[True][name])
        nth = 1 + int(counted[known][name] / size * (part + dice.random()))
        picked.append((nth, dice.choice(ERRORS[name]), known))
    return picked


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


def undefined():
    """The functions that cz2d takes from elsewhere."""
    path = os.path.join(BUILD, ".libs", "cz2d")
    listed = subprocess.run(["nm", "-D", "--undefined-only",
                             path if os.path.exists(path) else os.path.join(BUILD, "cz2d")],
                            capture_output=True, text=True, check=True).stdout
    return {line.split()[-1].split("@")[0] for line in listed.splitlines()}


@pytest.mark.skipif(not shutil.which("nm") or makefile("MODE_CFLAGS") != "",
                    reason="no nm, or a build that calls much of its own")
def test_every_function_of_the_daemon_fails_here_or_cannot(counted):
    known = set(counted[False]).union(*CANNOT_FAIL.values())
    unknown = {name for name in undefined() - known if not name.startswith(LIBRARIES)}
    assert not unknown, f"neither in calls.h nor in CANNOT_FAIL: {sorted(unknown)}"


def test_every_function_that_is_called_is_one_that_fails_here(counted):
    called = {name for calls in counted.values() for name, number in calls.items() if number}
    assert called <= set(ERRORS), called - set(ERRORS)
    assert all(hasattr(errno, one) for errors in ERRORS.values() for one in errors)


@pytest.mark.parametrize("name", ERRORS)
def test_a_call_that_fails_is_told_or_got_over(stages, counted, tell, name):
    calls = chosen(name, counted, SAMPLES[stages.kind])
    with concurrent.futures.ThreadPoolExecutor(HOUSES) as pool:
        found = list(pool.map(lambda call: attempt(stages, name, *call), calls))
    made = counted[False][name] + counted[True][name]
    met = tell.add(stages.kind, name, made, found)
    problems = [problem for _, _, problem in found if problem]
    assert not problems, "\n".join(problems)
    assert met or len(calls) < SOME, f"none of {len(calls)} failed as planned"
