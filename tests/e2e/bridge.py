# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""A serial bridge on TCP with all its bad habits, between the daemon and the panel."""

import contextlib
import socket
import struct
import threading
import time

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: what is closed now is reset


class Bridge:
    """A relay that can drop, reset, break amid a frame, go deaf, refuse, serve one client only,
    or hand over a byte at a time."""

    def __init__(self, target):
        self.target = target
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.deaf = False
        self.refusing = False
        self.single = False    # while one client is served, others are shown out
        self.pause = None      # seconds between two bytes; None: as they come
        self.left = None       # bytes that still pass until the line breaks, in both directions
        self.pairs = []
        self.accepted = 0
        self.broken = 0        # times that somebody was cut off
        self.swallowed = 0     # bytes that were not passed on while it was deaf
        self.single_bytes = 0  # that were handed over one at a time
        self.lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def connect(self):
        return f"127.0.0.1:{self.port}"

    def drop(self, reset=False):
        """Ends all connections, as one who closes them or as one who was switched off."""
        with self.lock:
            pairs, self.pairs = self.pairs, []
            self.broken += bool(pairs)
        for one in pairs:
            try:
                if reset:
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                one.shutdown(socket.SHUT_RD if reset else socket.SHUT_RDWR)
            except OSError:
                pass

    def break_after(self, count):
        """The line breaks when so many bytes more have passed."""
        with self.lock:
            self.left = count

    def close(self):
        self.server.close()
        self.drop()

    def _accept(self):
        while True:
            try:
                near, _ = self.server.accept()
            except OSError:
                return
            self.accepted += 1
            if self.refusing or (self.single and self.pairs):
                near.close()
                continue
            near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            far = socket.create_connection(self.target)
            with self.lock:
                self.pairs += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._relay, args=(one, other), daemon=True).start()

    def _relay(self, one, other):
        try:
            while data := one.recv(4096):
                if self.deaf:
                    self.swallowed += len(data)
                else:
                    self._pass_on(data, other)
        except OSError:
            pass
        for end in (one, other):
            end.close()
        with self.lock:
            self.pairs = [end for end in self.pairs if end not in (one, other)]

    def _pass_on(self, data, other):
        passing = self._count(data)
        if self.pause is None:
            other.sendall(passing)
        else:
            for at in range(len(passing)):
                other.sendall(passing[at:at + 1])
                self.single_bytes += 1
                time.sleep(self.pause)
        if len(passing) < len(data):
            self.drop()

    def _count(self, data):
        """What of it passes before the line breaks."""
        with self.lock:
            if self.left is None:
                return data
            passing = data[:self.left]
            self.left = self.left - len(data) if self.left >= len(data) else None
            return passing


@contextlib.contextmanager
def bridged(make, panel=None, **more):
    """A house made by make() whose daemon reaches the panel through house.bridge."""
    house = make(panel={**(panel or {}), "kind": "tcp"}, start=False, **more)
    bridge = house.bridge = Bridge(house.sim.address)
    try:
        house.daemon = house.add_daemon(connect=bridge.connect)
        house.daemon.wait_status()
        yield house
    finally:
        bridge.close()
