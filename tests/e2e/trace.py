# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""What a program asked of the system, as strace saw it."""

import re
import shutil

from process import makefile
from waiting import until

# Calls that make, change or remove what a path names.
CHANGING = {"bind", "chmod", "chown", "creat", "fchmodat", "fchownat", "lchown", "link", "linkat",
            "mkdir", "mkdirat", "mknod", "mknodat", "rename", "renameat", "renameat2", "rmdir",
            "setxattr", "symlink", "symlinkat", "truncate", "unlink", "unlinkat", "utime",
            "utimensat", "utimes"}
OPENING = {"open", "openat", "openat2"}
FOR_WRITING = re.compile(r"\bO_(WRONLY|RDWR|CREAT|TRUNC)\b")


def unavailable():
    """Why nothing can be traced here; None if it can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    if makefile("MODE_CFLAGS"):
        return "the calls of sanitizers and gcov are not the daemon's"
    return None


class Trace:
    """under: what to put before a command, so that its calls go to a file."""

    def __init__(self, path):
        self.path = str(path)
        # With -D the tracer is the child: signals, status and process id are the program's.
        self.under = ("strace", "-D", "-f", "-q", "-s", "300", "-o", self.path)

    def read(self, program):
        """[(call, line)] of the program whose file has this name, from its beginning; what
        its wrapper did before is left out. Waits until the tracer has written all."""
        def lines():
            with open(self.path, encoding="utf-8", errors="replace") as file:
                found = file.read().splitlines()
            return found if found and "+++ exited" in found[-1] else None
        seen = until(lines, what="strace to end")
        begins = [at for at, line in enumerate(seen)
                  if re.search(rf' execve\("[^"]*/(lt-)?{program}", ', line)]
        assert begins, f"{program} was not started"
        calls = [(re.match(r"\d+ +(\w+)\(", line), line) for line in seen[begins[-1]:]]
        return [(match[1], line) for match, line in calls if match]


def changed_paths(calls):
    """Every path that was to be opened for writing, made, changed or removed."""
    paths = set()
    for name, line in calls:
        if name in CHANGING or name in OPENING and FOR_WRITING.search(line):
            paths |= set(re.findall(r'"((?:[^"\\]|\\.)*)"', sockets_aside(line)))
    return paths


def sockets_aside(line):
    """The line without the numbers of internet addresses, which look like paths."""
    return re.sub(r'inet_\w+\([^)]*\)', "", line)


def address_families(calls):
    """The families of the sockets that were asked for."""
    return {found[1] for name, line in calls
            if name in ("socket", "socketpair") and (found := re.search(r"\((\w+),", line))}


def writable_code(calls):
    """Lines that asked for memory to be written and run, or to be run after it was written."""
    return [line for name, line in calls
            if name == "mmap" and "PROT_WRITE" in line and "PROT_EXEC" in line
            or name in ("mprotect", "pkey_mprotect") and "PROT_EXEC" in line]
