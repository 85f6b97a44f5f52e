# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""HTTPS: certificates that fit and that do not, and that a connection is guarded inside TLS as
it is without."""

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess

import pytest

import preload
import trace
from access import add_token, bearer, cz2ctl
from daemon import config_text
from house import House
from process import clean_environment, program
from rest import read_response
from waiting import until

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
FAN = "/system/fan"


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=60)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """{name: path}: a certificate of localhost with its key, and what does not belong to it."""
    folder = tmp_path_factory.mktemp("tls")
    path = {name: str(folder / name) for name in ("cert", "key", "other", "locked", "junk",
                                                  "cut")}
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", path["key"], "-out", path["cert"], "-days", "30", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
    openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", path["other"])
    openssl("pkcs8", "-topk8", "-in", path["key"], "-out", path["locked"], "-passout", "pass:x")
    with open(path["cert"], encoding="ascii") as whole, open(path["cut"], "w",
                                                             encoding="ascii") as cut:
        cut.write(whole.read()[:300])
    with open(path["junk"], "wb") as junk:
        junk.write(bytes(range(256)) * 16)
    os.chmod(path["key"], 0o640)
    return path


@pytest.fixture(scope="module")
def served(made):
    house = House(settings={"http.tls_cert": made["cert"], "http.tls_key": made["key"]},
                  known=False)
    house.daemon.wait_log("the panel answers")
    yield house
    house.close()


def context(made, **limits):
    trust = ssl.create_default_context(cafile=made["cert"])
    for name, value in limits.items():
        setattr(trust, name, value)
    return trust


class Client:
    """One connection through TLS that is kept."""

    def __init__(self, house, made, timeout=60):
        self.http = http.client.HTTPSConnection("localhost", house.daemon.port, timeout=timeout,
                                                context=context(made))
        self.http.connect()

    def ask(self, method, target, body=None, headers=None):
        self.http.request(method, target, body, headers or {})
        answer = self.http.getresponse()
        return answer.status, answer.read()

    def raw(self, data):
        self.http.sock.sendall(data)
        return read_response(self.http.sock)


def test_requests_are_served_through_tls(served, made):
    one = Client(served, made)
    sock = one.http.sock
    assert sock.version() in ("TLSv1.2", "TLSv1.3")
    for _ in range(20):
        status, data = one.ask("GET", "/status")
        assert status == 200 and b'"status"' in data
    assert one.ask("GET", "/status?force=true")[0] == 200, "one that waits"
    assert one.ask("POST", FAN, b'{"nonsense": 1}')[0] == 422
    assert one.http.sock is sock, "it is the same connection"
    assert served.unix.get("/status").status == 200, "the Unix socket stays as it is"
    assert "listening on https://" in served.daemon.log()


def test_a_large_body_and_small_pieces_arrive(served, made):
    one = Client(served, made)
    body = b'{"fan": "On", "x": "' + b"y" * 60000 + b'"}'
    assert one.ask("POST", FAN, body)[0] == 422
    assert one.ask("POST", FAN, b" " * 70000)[0] == 413
    one = Client(served, made)
    request = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    for byte in range(len(request)):  # a record each
        one.http.sock.sendall(request[byte:byte + 1])
    assert b" 200 " in read_response(one.http.sock).split(b"\r\n")[0]
    both = one.raw(request + request)  # two in one record: what lies in TLS is not forgotten
    assert b" 200 " in both.split(b"\r\n")[0]
    assert both.count(b" 200 ") == 2 or b" 200 " in read_response(one.http.sock)


def test_an_answer_that_goes_on_does_so_through_tls(served, made):
    one = Client(served, made)
    one.http.request("GET", "/api/v1/monitor?seconds=60")
    answer = one.http.getresponse()
    for _ in range(3):
        assert served.unix.get("/status/live").status == 200
        assert b'"frame"' in answer.readline()
    one.http.close()


@pytest.mark.parametrize("text, status", [
    (b"GET /status HTTP/1.1\r\n\r\n", 400),
    (b"GET /status HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421),
    (b"GET /status HTTP/1.1\r\nHost: localhost\r\nA: b\0c\r\n\r\n", 400),
    (b"GET /%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    (b"POST /update HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n"
     b"Transfer-Encoding: chunked\r\n\r\n", 400),
    (b"POST /update HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n\r\n", 403)])
def test_what_is_refused_without_tls_is_refused_inside_it(served, made, text, status):
    answer = Client(served, made).raw(text)
    assert f" {status} ".encode() in answer.split(b"\r\n")[0], answer


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_old_versions_of_tls_are_refused(served, made):
    old = context(made, maximum_version=ssl.TLSVersion.TLSv1_1)
    old.minimum_version = ssl.TLSVersion.TLSv1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with socket.create_connection(("localhost", served.daemon.port), timeout=15) as one:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            old.wrap_socket(one, server_hostname="localhost")


@pytest.mark.parametrize("data", [b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
                                  b"\x16\x03\x01\xff\xff" + b"x" * 1000, b"\0" * 100, b""],
                         ids=["HTTP", "half a greeting", "zeros", "nothing"])
def test_what_is_no_tls_neither_hangs_nor_harms(served, made, data):
    with socket.create_connection(("localhost", served.daemon.port), timeout=40) as one:
        one.sendall(data)
        got = b""
        try:
            while piece := one.recv(4096):
                got += piece
        except ConnectionError:
            pass
    assert b"HTTP" not in got, got
    assert Client(served, made).ask("GET", "/health")[0] == 200


def test_clients_that_leave_in_any_state_leave_nothing_behind(served, made):
    Client(served, made).ask("GET", "/health")
    before = served.daemon.descriptors()
    for number in range(60):
        if number % 3 == 0:
            socket.create_connection(("localhost", served.daemon.port)).close()
            continue
        one = Client(served, made)
        one.http.sock.sendall(b"GET /status?force=true HTTP/1.1\r\nHost: localhost\r\n" +
                              (b"\r\n" if number % 3 == 1 else b""))
        one.http.sock.close()
    until(lambda: served.daemon.descriptors() <= before + 1, 30, "all of them to be let go")
    assert Client(served, made).ask("GET", "/status")[0] == 200


def test_tokens_and_cz2ctl_work_through_tls(new_house, made):
    house = new_house(settings={"http.tls_cert": made["cert"], "http.tls_key": made["key"]},
                      known=False)
    house.daemon.wait_log("the panel answers")
    url = ("--url", f"https://localhost:{house.daemon.port}")
    assert "certificate" in cz2ctl("status", *url, code=3).stderr
    trusting = (*url, "--cacert", made["cert"])
    assert cz2ctl("version", *trusting).stdout
    secret = add_token(house, "phone", "command")
    one = Client(house, made)
    assert one.ask("GET", "/status")[0] == 401
    assert one.ask("GET", "/status", headers=bearer(secret))[0] == 200
    assert "token" in cz2ctl("version", *trusting, code=1).stderr


@pytest.mark.skipif(trace.unavailable() is not None, reason=str(trace.unavailable()))
def test_cacert_is_believed_instead_of_the_systems_authorities(served, made, tmp_path):
    calls = trace.Trace(tmp_path / "calls")
    done = subprocess.run([*calls.under, program("cz2ctl"), "health", "--cacert", made["cert"],
                           "--url", f"https://localhost:{served.daemon.port}"],
                          capture_output=True, timeout=60, env=clean_environment(), check=False)
    assert done.returncode == 0, done
    seen = [line for _, line in calls.read("cz2ctl")]
    assert any(made["cert"] in line for line in seen)
    assert not [line for line in seen if "/etc/ssl" in line]


def test_a_stop_answers_whoever_waits(new_house, made):
    house = new_house(settings={"http.tls_cert": made["cert"], "http.tls_key": made["key"]},
                      known=False)
    house.daemon.wait_log("the panel answers")
    house.sim.silence(True)
    one = Client(house, made)
    one.http.request("GET", "/status?force=true")
    until(lambda: house.unix.get("/health").json["queue"] >= 1, what="it to wait")
    assert house.daemon.stop() == 0
    assert one.http.getresponse().status in (503, 504)


# --- files that cannot be used ------------------------------------------------------------------

def start(folder, made, cert, key, *arguments):
    """cz2d -t with these files by name: exit status and what it says."""
    settings = {"http.tls_cert": made.get(cert, cert), "http.tls_key": made.get(key, key)}
    config = folder / "conf"
    config.write_text(config_text({name: path for name, path in settings.items() if path}))
    done = subprocess.run([program("cz2d"), "-c", str(config), "-t", *arguments],
                          capture_output=True, text=True, timeout=60, env=clean_environment(),
                          check=False)
    return done.returncode, done.stderr


@pytest.mark.parametrize("cert, key, blamed, words", [
    ("cert", "other", "http.tls_key", "does not belong"),
    ("cert", "cert", "http.tls_key", "no private key"),
    ("cert", "locked", "http.tls_key", "password"),
    ("cert", "junk", "http.tls_key", "no private key"),
    ("cert", "/nowhere", "http.tls_key", "cannot be read"),
    ("cert", "/etc", "http.tls_key", "no file"),
    ("cert", "", "http.tls_cert", "http.tls_key is missing"),
    ("", "key", "http.tls_key", "http.tls_cert is missing"),
    ("key", "key", "http.tls_cert", "no certificate"),
    ("cut", "key", "http.tls_cert", "no certificate"),
    ("junk", "key", "http.tls_cert", "no certificate"),
    ("/nowhere", "key", "http.tls_cert", "cannot be read"),
    ("/dev/zero", "key", "http.tls_cert", "no file")])
def test_a_pair_that_cannot_be_used_is_named(tmp_path, made, cert, key, blamed, words):
    code, error = start(tmp_path, made, cert, key)
    assert code == 2 and words in error, error
    name = cert if blamed == "http.tls_cert" else key
    assert re.search(rf'conf:\d: {blamed} = "{made.get(name, name)}"', error), error


def test_a_good_pair_is_accepted(tmp_path, made):
    assert start(tmp_path, made, "cert", "key")[0] == 0


def test_a_certificate_that_has_expired_is_told(new_house, made, tmp_path):
    weather = preload.Weather.at(tmp_path / "weather")
    settings = {"http.tls_cert": made["cert"], "http.tls_key": made["key"]}
    house = new_house(settings=settings, known=False, true_clock=False,
                      environment=preload.environment(weather=weather))
    house.daemon.wait_log("listening on https")
    assert "expired" not in house.daemon.log()
    weather.wall_shift_s = 31 * 24 * 3600
    house.daemon.restart()
    house.daemon.wait_log(r"warning.*cert has expired")
    assert house.unix.get("/health").status, "what needs no certificate goes on"


def test_what_is_unwise_is_told(new_house, made, tmp_path):
    key = tmp_path / "key"
    shutil.copy(made["key"], key)
    key.chmod(0o644)
    house = new_house(settings={"http.tls_cert": made["cert"], "http.tls_key": str(key)},
                      known=False)
    house.daemon.wait_log(r"warning.*key can be read by every user")
    path = tmp_path / "tokens"
    path.write_text("phone read sha256:" + "0" * 64 + "\n")
    house = new_house(settings={"http.listen": "0.0.0.0", "http.tokens": str(path)}, known=False)
    house.daemon.wait_log(r"warning.*tokens cross the network unencrypted")
