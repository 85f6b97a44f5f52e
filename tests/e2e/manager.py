# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""A service manager that listens."""

import socket
import threading

from waiting import until


class Manager:
    """The service manager's end of NOTIFY_SOCKET."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.path = path
        self.socket.bind(path)
        self.lines = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        try:
            while True:
                self.lines += self.socket.recv(4096).decode().splitlines()
        except OSError:
            return

    def count(self, line):
        return sum(1 for one in self.lines if one.startswith(line))

    def catch_up(self):
        """Returns when all that was sent until now has been read: what we say last comes last."""
        before = self.count("HERE=1")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as one:
            one.sendto(b"HERE=1", self.path)
        until(lambda: self.count("HERE=1") > before, what="our own word")

    def close(self):
        self.socket.close()
