# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""What requests cost the machine, and what noise costs the reader."""

import os
import re
import shutil
import statistics
import subprocess
import tempfile

from house import House
from process import Process, program

CONNECTIONS = 64
SECONDS = 4
ROUNDS = 3
MIB = 1024  # KiB


def wrk(port, seconds=SECONDS, path="/status"):
    """Requests that were answered."""
    tool = shutil.which("wrk")
    assert tool, "wrk is not installed (scripts/install-deps --test)"
    done = subprocess.run([tool, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s",
                           f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True,
                          check=True, timeout=seconds + 60)
    assert "Non-2xx" not in done.stdout and "Socket errors" not in done.stdout, done.stdout
    return int(re.search(r"(\d+) requests in", done.stdout)[1])


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def per_request(pid, port):
    """Microseconds of processor time of the server for one request."""
    before = cpu_seconds(pid)
    count = wrk(port)
    return (cpu_seconds(pid) - before) / count * 1e6


class Bare:
    """libmicrohttpd with a constant answer of this size."""

    def __init__(self, directory, size):
        self.process = Process("bare_mhd", [program("bare_mhd"), 0, size], directory)
        match = self.process.wait_log(r"(\d+)", text=self.process.out)
        self.port = int(match[1])


def requests():
    """server CPU per request and memory"""
    house = House(zones=8, settings={"cache.refresh_interval": 86400})
    directory = tempfile.mkdtemp(prefix="cz2-")
    bare = None
    try:
        size = len(house.rest.get("/status").data)
        bare = Bare(directory, size)
        ours, theirs = [], []
        wrk(house.daemon.port, 1), wrk(bare.port, 1)
        for _ in range(ROUNDS):
            theirs.append(per_request(bare.process.pid, bare.port))
            ours.append(per_request(house.daemon.process.pid, house.daemon.port))
        ratio = statistics.median(ours) / statistics.median(theirs)
        yield f"GET /status, {CONNECTIONS} connections: CPU / bare libmicrohttpd ({size} bytes)", \
            "<= 1.25", f"{ratio:.3f} ({statistics.median(ours):.1f} us)", ratio <= 1.25
        yield from memory(house)
        house.close()
    finally:
        if bare:
            bare.process.stop()
        house.abandon()
        shutil.rmtree(directory, ignore_errors=True)


def memory(house):
    """RssAnon after at least 100,000 requests more, twice: flat is what stays."""
    count, before = 0, house.daemon.memory()
    while count < 100000:
        count += wrk(house.daemon.port, 2)
    after = house.daemon.memory()
    yield "private memory (RssAnon) after 100,000 requests", "<= 6 MiB", \
        f"{after / MIB:.2f} MiB", after <= 6 * MIB
    yield "... and flat: grown during them", "<= 0.1 MiB", f"{(after - before) / MIB:.2f} MiB", \
        after - before <= 0.1 * MIB


def reader():
    """reader on noise"""
    done = subprocess.run([program("reader_noise")], capture_output=True, text=True, check=True,
                          timeout=120)
    worst = float(re.search(r"worst ([\d.]+)", done.stdout)[1])
    yield "reader on noise: time per byte for 1 MB / for 64 kB", "<= 1.2", f"{worst:.3f}", \
        worst <= 1.2


ROWS = (requests, reader)
