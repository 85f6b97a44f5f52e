# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""A program under test: started, watched through its log, ended by its own process id."""

import os
import re
import signal
import subprocess
import time

from waiting import PATIENCE, until

BUILD = os.environ.get("CZ2_BUILD", os.getcwd())
LEAKS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "leaks.supp")

# What a sanitizer or valgrind says when something is wrong.
COMPLAINTS = re.compile(r"(AddressSanitizer|LeakSanitizer|runtime error:|"
                        r"UndefinedBehaviorSanitizer|ThreadSanitizer|stack smashing)")


def makefile(variable):
    """What the build was told; "" when it was told nothing."""
    with open(os.path.join(BUILD, "Makefile"), encoding="utf-8") as file:
        found = re.search(rf"^{variable} = *(.*)$", file.read(), re.MULTILINE)
    return found[1].strip() if found else ""


def with_systemd():
    with open(os.path.join(BUILD, "build.h"), encoding="utf-8") as file:
        return "#define HAVE_SYSTEMD 1" in file.read()


def program(name):
    """The path of a program of this build."""
    path = os.path.join(BUILD, name)
    assert os.access(path, os.X_OK), f"{path} is not built"
    return path


def clean_environment(**more):
    """The environment without any variable that could configure the daemon by accident; what is
    kept changes how it runs, not what it does."""
    kept = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "ASAN_OPTIONS", "TSAN_OPTIONS",
            "UBSAN_OPTIONS", "TMPDIR", "GLIBC_TUNABLES")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    environment["LSAN_OPTIONS"] = f"print_suppressions=0:suppressions={LEAKS}"
    environment.update(more)
    return environment


class Process:
    """Standard output and error go into one file each, below directory."""

    def __init__(self, name, command, directory, env=None, **popen):
        self.name = name
        self.command = [str(word) for word in command]
        self.out_path = os.path.join(directory, name + ".out")
        self.log_path = os.path.join(directory, name + ".log")
        with open(self.out_path, "wb") as out, open(self.log_path, "ab") as log:
            self.log_from = log.tell()
            self.told = False  # somebody wants it to end, or waits for that
            self.asked = None  # by which signal
            self.early = False  # it had gone before it was asked
            self.ended = None  # when, as far as we know
            self.popen = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=out,
                                          stderr=log, env=env or clean_environment(), **popen)

    @property
    def pid(self):
        return self.popen.pid

    def out(self):
        with open(self.out_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def log(self):
        """What this run has written to its log so far."""
        with open(self.log_path, "rb") as file:
            file.seek(self.log_from)
            return file.read().decode("utf-8", "replace")

    def alive(self):
        if self.popen.poll() is None:
            return True
        self.ended = self.ended or time.monotonic()
        return False

    def wait_log(self, pattern, timeout=15.0, text=None):
        """The first match of pattern in the log (or in what text() gives)."""
        compiled = re.compile(pattern, re.MULTILINE)
        source = text or self.log

        def found():
            match = compiled.search(source())
            if match is None and not self.alive():
                match = compiled.search(source())
                assert match, f"{self.name} ended with {self.popen.returncode}:\n{self.log()}"
            return match
        return until(found, timeout, f"{pattern!r} in the log of {self.name}:\n{self.log()}")

    def send(self, number):
        if self.alive():
            self.popen.send_signal(number)

    def wait_end(self, timeout=15.0):
        self.told = True
        try:
            self.popen.wait(timeout * PATIENCE)
            self.alive()
            return self.popen.returncode
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
            raise AssertionError(f"{self.name} did not end within {timeout} s:\n"
                                 f"{self.log()}") from None

    def stop(self, number=signal.SIGTERM, timeout=15.0):
        """Asks it to end and returns the exit status; kills it when it does not."""
        self.early = not self.told and not self.alive()
        self.asked = number
        self.send(signal.SIGCONT)
        self.send(number)
        return self.wait_end(timeout)

    def bad_end(self):
        """What was wrong with how it ended, or nothing. Whoever waits for an end judges it."""
        if self.alive():
            return None
        status = self.popen.returncode
        if self.early or not self.told:
            return f"{self.name} ended by itself with {status}"
        if self.asked == signal.SIGTERM and status != 0:
            return f"{self.name} was asked to end and ended with {status}"
        return None

    def complaints(self):
        """Lines in which a sanitizer found something."""
        return [line for line in self.log().splitlines() if COMPLAINTS.search(line)]
