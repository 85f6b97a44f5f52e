# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""What a browser does with Home Assistant: signs in for the first time, asks over REST and the
WebSocket, calls services."""

import base64
import json
import os
import socket
import struct
import urllib.error
import urllib.parse
import urllib.request

OWNER = {"name": "owner", "username": "owner", "password": "not a secret", "language": "en"}
PATIENCE_FOR_AN_ANSWER = 30.0


class Client:
    """Knows one Home Assistant on a port of this machine. sign_in() comes first."""

    def __init__(self, port):
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.refresh_token = self.token = None

    def answers(self):
        """It speaks HTTP, and all that was set up is there."""
        try:
            self.request("GET", "/manifest.json")
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def sign_in(self):
        """The first time as the first user; later with what was handed out then."""
        if self.refresh_token is None:
            code = self.request("POST", "/api/onboarding/users",
                                {**OWNER, "client_id": self.url + "/"})["auth_code"]
            tokens = self._tokens(grant_type="authorization_code", code=code)
            self.refresh_token = tokens["refresh_token"]
        else:
            tokens = self._tokens(grant_type="refresh_token", refresh_token=self.refresh_token)
        self.token = tokens["access_token"]

    def _tokens(self, **form):
        body = urllib.parse.urlencode({**form, "client_id": self.url + "/"}).encode()
        return self._send(urllib.request.Request(self.url + "/auth/token", data=body))

    def request(self, method, path, body=None):
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = "Bearer " + self.token
        data = json.dumps(body).encode() if body is not None else None
        return self._send(urllib.request.Request(self.url + path, data=data, headers=headers,
                                                 method=method))

    @staticmethod
    def _send(request):
        with urllib.request.urlopen(request, timeout=PATIENCE_FOR_AN_ANSWER) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def running(self):
        return self.request("GET", "/api/config")["state"] == "RUNNING"

    def states(self):
        """{entity id: its state with attributes}"""
        return {one["entity_id"]: one for one in self.request("GET", "/api/states")}

    def state(self, entity):
        """None where there is no such entity."""
        try:
            return self.request("GET", f"/api/states/{entity}")
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise

    def call(self, service, **data):
        """service: "climate.set_temperature". Home Assistant's own refusal is an HTTPError."""
        return self.request("POST", "/api/services/" + service.replace(".", "/"), data)

    def ask(self, kind, **members):
        """The result of one WebSocket command."""
        with WebSocket(self.port) as connection:
            connection.receive()  # auth_required
            connection.send({"type": "auth", "access_token": self.token})
            greeting = connection.receive()
            assert greeting["type"] == "auth_ok", greeting
            connection.send({"id": 1, "type": kind, **members})
            answer = connection.receive()
        assert answer.get("success"), (kind, members, answer)
        return answer["result"]

    def entities(self):
        """The registry: {unique id: entity}, of what came over MQTT."""
        return {one["unique_id"]: one for one in self.ask("config/entity_registry/list")
                if one["platform"] == "mqtt"}

    def devices(self):
        """The registry: {identifier: device}, of what came over MQTT."""
        return {name: one for one in self.ask("config/device_registry/list")
                for domain, name in one["identifiers"] if domain == "mqtt"}

    def add_flow(self, handler, inputs):
        """Sets an integration up as its dialogue does; what a step asks for is looked up in
        inputs."""
        flow = self.request("POST", "/api/config/config_entries/flow", {"handler": handler})
        while flow["type"] in ("form", "menu"):
            if flow["type"] == "menu":
                answer = {"next_step_id": flow["menu_options"][0]}
            else:
                fields = [one["name"] for one in flow["data_schema"]]
                answer = {name: inputs[name] for name in fields if name in inputs}
            flow = self.request("POST", f"/api/config/config_entries/flow/{flow['flow_id']}",
                                answer)
        assert flow["type"] == "create_entry", flow


class WebSocket:
    """As much of RFC 6455 as a client of one question needs."""

    TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE_FOR_AN_ANSWER)
        self.file = self.socket.makefile("rb")
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET /api/websocket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
                             "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                             f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
                             ).encode())
        status = self.file.readline()
        assert b" 101 " in status, status
        while self.file.readline().strip():
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()

    def send(self, document):
        self._frame(self.TEXT, json.dumps(document).encode())

    def _frame(self, kind, body):
        mask = os.urandom(4)
        size = len(body)
        head = bytes((0x80 | kind,))
        if size < 126:
            head += bytes((0x80 | size,))
        else:
            head += bytes((0x80 | 126,)) + struct.pack("!H", size)
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(body))
        self.socket.sendall(head + mask + masked)

    def receive(self):
        """The next whole text, as JSON."""
        text = b""
        while True:
            first, size = self.file.read(2)
            size &= 0x7F
            if size >= 126:
                form = "!H" if size == 126 else "!Q"
                size = struct.unpack(form, self.file.read(struct.calcsize(form)))[0]
            body = self.file.read(size)
            kind = first & 0x0F
            assert kind != self.CLOSE, body
            if kind == self.PING:
                self._frame(self.PONG, body)
                continue
            text += body
            if first & 0x80:
                return json.loads(text)
