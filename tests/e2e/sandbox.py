# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""What the units allow the daemon to do. Each daemon of the suite lives under the units' filter
of system calls, if it is built plainly: a call outside is its end."""

import ctypes
import ctypes.util
import functools
import os
import re
import shutil
import subprocess

from process import makefile

UNITS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "systemd")
NAMES = ("cz2d.service", "cz2d@.service")

# SQLite calls it for root only, to give its files to the owner of the database. The units name
# a user, so there it is not missed.
AS_ROOT = {"fchown"} if os.geteuid() == 0 else set()

# <seccomp.h>
SCMP_ACT_KILL_PROCESS = 0x80000000
SCMP_ACT_ALLOW = 0x7FFF0000


def available():
    return shutil.which("systemd-analyze") is not None


def values(name, unit=NAMES[0]):
    """What the unit says for name, a line each."""
    with open(os.path.join(UNITS, unit), encoding="utf-8") as file:
        return re.findall(rf"^{name}=(.*)$", file.read(), re.MULTILINE)


def exposure(unit):
    """0 (safe) to 10, as systemd judges the unit."""
    report = subprocess.run(["systemd-analyze", "security", "--offline=true",
                             os.path.join(UNITS, unit)], stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, check=False).stdout
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", report)
    assert found, report
    return float(found[1])


@functools.cache
def _groups():
    """{"@group": names of calls and groups}, of the systemd that is installed here."""
    text = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager"], check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    groups, members = {}, []
    for line in text.splitlines():
        if line.startswith("@"):
            members = groups.setdefault(line.strip(), [])
        elif line.startswith("    ") and not line.strip().startswith("#"):
            members.append(line.strip())
    return groups


def _expand(words):
    names = set()
    for word in words:
        names |= _expand(_groups()[word]) if word.startswith("@") else {word}
    return names


@functools.cache
def allowed_calls(unit=NAMES[0]):
    """The system calls that the unit's filter lets pass."""
    first, *rest = values("SystemCallFilter", unit)
    assert not first.startswith("~"), "the filter names what is allowed"
    # An allow-list begins with what systemd never takes away unasked.
    allowed = _expand(["@default", *first.split()])
    for line in rest:
        words = line.lstrip("~").split()
        allowed = allowed - _expand(words) if line.startswith("~") else allowed | _expand(words)
    return allowed


@functools.cache
def _rules():
    """libseccomp, and a filter ready to be loaded; None where that cannot be."""
    library = ctypes.util.find_library("seccomp")
    # A sanitizer's calls are not the daemon's.
    if not available() or not library or makefile("MODE_CFLAGS"):
        return None
    seccomp = ctypes.CDLL(library)
    seccomp.seccomp_init.restype = ctypes.c_void_p
    seccomp.seccomp_init.argtypes = [ctypes.c_uint32]
    seccomp.seccomp_rule_add_array.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int,
                                               ctypes.c_uint, ctypes.c_void_p]
    seccomp.seccomp_load.argtypes = [ctypes.c_void_p]
    # Not EPERM as in the unit: what the daemon would get over shall be seen, too.
    context = seccomp.seccomp_init(SCMP_ACT_KILL_PROCESS)
    for name in sorted(allowed_calls() | AS_ROOT):
        number = seccomp.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:  # else one of another architecture
            seccomp.seccomp_rule_add_array(context, SCMP_ACT_ALLOW, number, 0, None)
    return seccomp, context


def confine():
    """From now on, and in all that this process becomes: only what the filter lets pass."""
    seccomp, context = _rules()
    if seccomp.seccomp_load(context) != 0:
        os._exit(99)


def confining():
    """confine, for a child to call before it becomes the daemon; None where that cannot be."""
    return confine if _rules() else None
