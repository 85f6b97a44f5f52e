# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""A broker of our own (mosquitto), one that answers badly, and a listener that notes when each
message came."""

import contextlib
import json
import os
import shutil
import socket
import struct
import threading
import time

import pytest

from history import Message
from process import Process
from waiting import until


def mosquitto_path():
    path = os.environ.get("MOSQUITTO", "")
    if not os.access(path, os.X_OK):
        path = shutil.which("mosquitto", path=os.environ["PATH"] + ":/usr/sbin") or ""
    return path


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Broker:
    """mosquitto on a free loopback port; it keeps nothing over a restart."""

    def __init__(self, directory, user=None, password=None):
        path = mosquitto_path()
        if not path:
            pytest.skip("mosquitto is not installed")
        self.path = path
        self.directory = directory
        self.port = free_port()
        self.user, self.password = user, password
        self.remembers = False
        self.config = os.path.join(directory, "mosquitto.conf")
        self.process = None
        self.write_config()
        self.start()

    def write_config(self):
        lines = [f"listener {self.port} 127.0.0.1", *self.memory(), "log_dest stderr",
                 "log_type all", "set_tcp_nodelay true"]
        if self.user:
            passwords = os.path.join(self.directory, "mosquitto.passwords")
            tool = shutil.which("mosquitto_passwd", path=os.environ["PATH"] + ":/usr/sbin")
            if not tool:
                pytest.skip("mosquitto_passwd is not installed")
            Process("mosquitto_passwd", [tool, "-b", "-c", passwords, self.user, self.password],
                    self.directory).wait_end()
            os.chmod(passwords, 0o644)
            lines += ["allow_anonymous false", f"password_file {passwords}"]
        else:
            lines.append("allow_anonymous true")
        if os.geteuid() == 0:
            lines.append("user root")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

    def memory(self):
        if not self.remembers:
            return ["persistence false"]
        return ["persistence true", f"persistence_location {self.directory}/"]

    def restart_remembering(self):
        """From now on what is retained outlives the broker."""
        if not self.remembers:
            self.remembers = True
            self.write_config()
        self.stop()
        self.start()

    def start(self):
        self.process = Process("mosquitto", [self.path, "-c", self.config], self.directory)
        until(self.answers, what="the broker to listen")

    def answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        except OSError:
            return False

    def stop(self):
        if self.process.alive():
            self.process.stop()


class Listener:
    """An MQTT 3.1.1 client that subscribes and records; just enough of the protocol."""

    def __init__(self, port, topics=("#",), user=None, password=None, messages=None, qos=1):
        self.messages = messages if messages is not None else []
        self.lock = threading.Lock()
        self.closed = False
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.buffer = b""
        self._connect(user, password)
        self._subscribe(topics, qos)
        self.socket.settimeout(1)
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def close(self):
        self.closed = True
        with contextlib.suppress(OSError):  # the broker may have hung up
            self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join(5)
        self.socket.close()

    def publish(self, topic, payload, retain=False):
        """QoS 0."""
        body = text(topic) + (payload.encode("utf-8") if isinstance(payload, str) else payload)
        self._send(0x30 | (1 if retain else 0), body)

    def all(self, topic=None):
        with self.lock:
            return [one for one in self.messages if topic in (None, one.topic)]

    def last(self, topic):
        found = self.all(topic)
        return found[-1] if found else None

    def wait(self, topic, accept=lambda message: True, since=0.0, timeout=15.0):
        """The first message on topic after since that accept takes."""
        def found():
            for one in self.all(topic):
                if one.time > since and accept(one):
                    return one
            return None
        return until(found, timeout, f"a message on {topic}; had {self.all()[-3:]}")

    def _connect(self, user, password):
        flags = 0x02 | (0x80 if user else 0) | (0x40 if password else 0)
        body = text("MQTT") + bytes((4, flags, 0, 60)) + text(f"listener-{os.getpid()}-{id(self)}")
        for part in (user, password):
            if part:
                body += text(part)
        self._send(0x10, body)
        kind, body = self._packet()
        assert kind == 0x20 and body[1] == 0, f"the broker refused: {body!r}"

    def _subscribe(self, topics, qos):
        body = struct.pack("!H", 1) + b"".join(text(topic) + bytes((qos,)) for topic in topics)
        self._send(0x82, body)
        kind, _ = self._packet()
        assert kind == 0x90

    def _send(self, kind, body):
        length, rest = b"", len(body)
        while True:
            rest, digit = divmod(rest, 128)
            length += bytes((digit | (0x80 if rest else 0),))
            if not rest:
                break
        self.socket.sendall(bytes((kind,)) + length + body)

    def _bytes(self, count):
        while len(self.buffer) < count:
            try:
                piece = self.socket.recv(65536)
            except TimeoutError:
                if self.closed:
                    raise ConnectionError from None
                self._send(0xC0, b"")
                continue
            if not piece:
                raise ConnectionError
            self.buffer += piece
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def _packet(self):
        kind, body = packet(self._bytes)
        return kind & 0xF0 if kind & 0xF0 != 0x30 else kind, body

    def _listen(self):
        try:
            while True:
                kind, body = self._packet()
                if kind & 0xF0 == 0x30:
                    self._take(kind, body)
        except OSError:
            return

    def _take(self, kind, body):
        size = struct.unpack("!H", body[:2])[0]
        topic, rest = body[2:2 + size].decode("utf-8"), body[2 + size:]
        qos = kind >> 1 & 3
        if qos:
            self._send(0x40, rest[:2])
            rest = rest[2:]
        payload = rest.decode("utf-8", "replace")
        with self.lock:
            self.messages.append(Message(time.monotonic(), topic, payload, bool(kind & 1), qos))


class DeafBroker:
    """Takes every connection and subscription and answers only what it is told to; notes what
    comes. greeting is its answer to CONNECT, accept(topic, payload) tells what it acknowledges."""

    def __init__(self, greeting=b"\x20\x02\0\0", accept=lambda topic, payload: False):
        self.greeting, self.accept = greeting, accept
        self.connections = 0
        self.heard = []  # "connect", "disconnect", "gone", or (topic, payload)
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self):
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()

    def _listen(self):
        with contextlib.suppress(OSError):
            while True:
                one = self.listening.accept()[0]
                self.connections += 1
                threading.Thread(target=self._serve, args=(one,), daemon=True).start()

    def _serve(self, one):
        def read(count):
            data = file.read(count)
            if len(data) < count:
                raise ConnectionError
            return data
        with one, one.makefile("rb") as file, contextlib.suppress(OSError):
            while True:
                self._answer(one, *packet(read))
        self.heard.append("gone")

    def _answer(self, one, kind, body):
        if kind == 0x10:
            self.heard.append("connect")
            one.sendall(self.greeting)
        elif kind == 0xC0:
            one.sendall(b"\xd0\0")
        elif kind == 0x82:
            one.sendall(b"\x90\x03" + body[:2] + b"\1")
        elif kind == 0xA2:
            one.sendall(b"\xb0\x02" + body[:2])
        elif kind == 0xE0:
            self.heard.append("disconnect")
        elif kind & 0xF0 == 0x30:
            size = struct.unpack("!H", body[:2])[0]
            topic, payload = body[2:2 + size].decode(), body[4 + size:].decode()
            self.heard.append((topic, payload))
            if self.accept(topic, payload):
                one.sendall(b"\x40\x02" + body[2 + size:4 + size])


def packet(read):
    """The next packet's first byte and its body; read(count) gives so many bytes."""
    kind = read(1)[0]
    length, shift = 0, 0
    while True:
        digit = read(1)[0]
        length |= (digit & 0x7F) << shift
        shift += 7
        if not digit & 0x80:
            return kind, read(length)


def text(value):
    data = value.encode("utf-8")
    return struct.pack("!H", len(data)) + data


def document(message):
    return json.loads(message.payload)
