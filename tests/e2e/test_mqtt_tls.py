# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""The encrypted connection to the broker: who may vouch for it, what it is called, and who we
are."""

import os
import shutil
import socket
import ssl
import subprocess
import threading

import pytest

from daemon import config_text
from mqtt import Broker, Listener, free_port, mosquitto_path
from process import clean_environment, program

pytestmark = pytest.mark.skipif(not mosquitto_path() or not shutil.which("openssl"),
                                reason="mosquitto or openssl is not installed")

AVAILABILITY = "hvac/cz2/availability"
NO_TLS = "no encrypted connection to it is to be had"


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=60)


def make_authority(folder, name):
    """A certificate that may vouch for others, and its key."""
    cert, key = str(folder / f"{name}.pem"), str(folder / f"{name}.key")
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", key, "-out", cert, "-days", "30", "-subj", f"/CN={name}")
    return cert, key


def make_pair(folder, name, authority, names):
    cert, key, request, extra = (str(folder / f"{name}.{end}")
                                 for end in ("pem", "key", "csr", "ext"))
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", key, "-out", request, "-subj", f"/CN={name}")
    with open(extra, "w", encoding="ascii") as file:
        file.write(f"subjectAltName={names}\n")
    openssl("x509", "-req", "-in", request, "-CA", authority[0], "-CAkey", authority[1],
            "-CAcreateserial", "-out", cert, "-days", "30", "-extfile", extra)
    os.chmod(key, 0o644)  # for mosquitto
    return cert, key


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    os.chmod(folder, 0o755)
    authority = make_authority(folder, "authority")
    return {"ca": authority[0], "stranger": make_authority(folder, "stranger")[0],
            "server": make_pair(folder, "server", authority, "DNS:localhost,IP:127.0.0.1"),
            "elsewhere": make_pair(folder, "elsewhere", authority, "DNS:elsewhere.example"),
            "client": make_pair(folder, "client", authority, "DNS:client")}


class SafeBroker(Broker):
    """mosquitto with TLS on one port, and in the clear for listeners on another."""

    def __init__(self, directory, made, server="server", ask=False):
        self.safe_port = free_port()
        cert, key = made[server]
        self.more = [f"listener {self.safe_port} 127.0.0.1", "allow_anonymous true",
                     f"certfile {cert}", f"keyfile {key}", f"cafile {made['ca']}",
                     f"require_certificate {'true' if ask else 'false'}"]
        super().__init__(directory)

    def write_config(self):
        super().write_config()
        with open(self.config, "a", encoding="utf-8") as file:
            file.write("\n".join(self.more) + "\n")


@pytest.fixture
def safe_house(new_house, made, tmp_path):
    """safe_house(broker's manners, **settings of mqtt): a house at a broker with TLS."""
    brokers = []

    def make(manners=None, **settings):
        broker = SafeBroker(str(tmp_path), made, **(manners or {}))
        brokers.append(broker)
        house = new_house(settings={
            "mqtt.enabled": True, "mqtt.host": "localhost", "mqtt.port": broker.safe_port,
            "mqtt.tls": True, **{f"mqtt.{name}": value for name, value in settings.items()}})
        house.safe = broker
        return house
    yield make
    for broker in brokers:
        broker.stop()


def is_online(house):
    listener = Listener(house.safe.port)
    listener.wait(AVAILABILITY, lambda one: one.payload == "online")
    listener.close()


@pytest.mark.parametrize("version", ["5", "3.1.1"])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_broker_whom_the_authority_vouches_for_is_spoken_to(safe_house, made, host, version):
    house = safe_house(tls_ca=made["ca"], host=host, version=version)
    is_online(house)
    assert "is not looked at" not in house.daemon.log()


def test_a_broker_whom_nobody_vouches_for_is_not(safe_house, made):
    house = safe_house(tls_ca=made["stranger"])
    house.daemon.wait_log(f"no connection to the broker .*: {NO_TLS}: certificate verify failed; "
                          "trying again")
    assert house.rest.get("/health").json["mqtt"]["connected"] is False


def test_the_authorities_of_the_system_do_not_know_it_either(safe_house):
    safe_house().daemon.wait_log(NO_TLS)


def test_a_broker_of_another_name_is_not_spoken_to(safe_house, made):
    house = safe_house({"server": "elsewhere"}, tls_ca=made["ca"])
    house.daemon.wait_log("no connection to the broker .*: nothing answers there, or its "
                          "certificate is for another name; trying again")
    house.safe.process.wait_log("New connection")
    assert "connected to the broker" not in house.daemon.log()


def test_who_does_not_look_is_told_so_in_the_log(safe_house, made):
    house = safe_house({"server": "elsewhere"}, tls_insecure=True)
    is_online(house)
    house.daemon.wait_log("whether the broker .* is the right one is not looked at")


def test_a_broker_may_ask_who_we_are(safe_house, made):
    house = safe_house({"ask": True}, tls_ca=made["ca"], tls_cert=made["client"][0],
                       tls_key=made["client"][1])
    is_online(house)


def test_who_cannot_say_who_he_is_stays_outside(safe_house, made):
    house = safe_house({"ask": True}, tls_ca=made["ca"])
    house.daemon.wait_log("no connection to the broker .*; trying again")
    assert house.rest.get("/health").json["mqtt"]["connected"] is False


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_an_old_tls_is_refused(new_house, made):
    """A server that knows TLS 1.1 at best is not greeted."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*made["server"])
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_server(("127.0.0.1", 0)) as listening:
        greeted = []

        def serve():
            while True:
                try:
                    one = listening.accept()[0]
                except OSError:
                    return
                try:
                    with context.wrap_socket(one, server_side=True) as safe:
                        greeted.append(safe.version())
                except OSError as error:
                    greeted.append(str(error))
        threading.Thread(target=serve, daemon=True).start()
        house = new_house(settings={
            "mqtt.enabled": True, "mqtt.host": "localhost", "mqtt.tls": True,
            "mqtt.port": listening.getsockname()[1], "mqtt.tls_ca": made["ca"]})
        house.daemon.wait_log("no connection to the broker .*; trying again")
        assert greeted and not any(one.startswith("TLSv") for one in greeted), greeted
        listening.shutdown(socket.SHUT_RDWR)


MISTAKES = {
    "not there": ({"tls_ca": "/nowhere/ca.pem"}, "cannot be read"),
    "no certificate": ({"tls_ca": "/etc/hostname"}, "no certificate as PEM"),
    "a key for another": (lambda made: {"tls_cert": made["client"][0],
                                        "tls_key": made["server"][1]}, "does not belong"),
    "half a pair": (lambda made: {"tls_cert": made["client"][0]}, "mqtt.tls_key is missing"),
    "without TLS": (lambda made: {"tls_ca": made["ca"], "tls": False}, "mqtt.tls is false"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_file_that_is_no_good_is_told_when_the_configuration_is_read(made, tmp_path, name):
    settings, words = MISTAKES[name]
    settings = settings(made) if callable(settings) else settings
    path = tmp_path / "cz2d.conf"
    path.write_text(config_text({f"mqtt.{key}": value
                                 for key, value in {"tls": True, **settings}.items()}))
    done = subprocess.run([program("cz2d"), "-c", str(path), "-t"], timeout=60, check=False,
                          capture_output=True, text=True, env=clean_environment())
    assert done.returncode == 2 and words in done.stderr, done.stderr
