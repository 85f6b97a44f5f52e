# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""A service manager that listens."""

import socket
import threading


class Manager:
    """The service manager's end of NOTIFY_SOCKET."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
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

    def close(self):
        self.socket.close()
