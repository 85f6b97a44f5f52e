# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""Who may: every route with every kind of caller, as the table in the manual says; and the file
of tokens, which counts as it is at each moment."""

import getpass
import itertools
import os
import re
import signal
import socket
import stat
import subprocess

import pytest

from access import SCOPES, add_token, bearer, cz2ctl, filled, revoke, table, tokens_path
from house import House
from process import clean_environment, program
from rest import Rest, raw_http
from waiting import until

FAN = "/system/fan"
TABLE = sorted(table().items())
CALLERS = ("none", "bad", "malformed", "read", "command", "admin", "socket")
ADDRESSES = itertools.count()
NOBODY = {"none": 401, "bad": 401, "malformed": 401}


@pytest.fixture(scope="module")
def guarded(lasting_house):
    """The lasting house with a token of each scope: {caller: headers}."""
    headers = {"none": {}, "bad": bearer("cz2_" + "0" * 64),
               "malformed": {"Authorization": "Basic YWRtaW46YWRtaW4="}, "socket": {}}
    for scope in SCOPES[1:]:
        headers[scope] = bearer(add_token(lasting_house, "of-" + scope, scope))
    return lasting_house, headers


def newcomer(house):
    """A client of whom the daemon has not heard: its address is new."""
    client = house.rest
    number = next(ADDRESSES)
    client.source = (f"127.0.{number // 250 + 1}.{number % 250 + 1}", 0)
    return client


def expected(caller, scope):
    """The status of a refusal, or None: let in."""
    if scope == "none" or caller == "socket":
        return None
    if caller in NOBODY:
        return 401
    return None if SCOPES.index(caller) >= SCOPES.index(scope) else 403


def ask(house, caller, headers, method, path):
    client = house.unix if caller == "socket" else newcomer(house)
    # What is let in is refused by the body's rules, so that nothing is written.
    body = {"nonsense": 1} if method != "GET" else None
    target = filled(path) + ("?seconds=1" if path.endswith("/monitor") else "")
    return client.request(method, target, body, headers=headers[caller])


def test_the_table_of_the_manual_has_every_route(guarded):
    house, _ = guarded
    described = house.unix.get("/openapi.json").json["paths"]
    there = {(method.upper(), path) for path, item in described.items() for method in item}
    assert there == set(table())


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("route, scope", TABLE, ids=[" ".join(one[0]) for one in TABLE])
def test_a_route_lets_in_whom_the_manual_says(guarded, route, scope, caller):
    house, headers = guarded
    answer = ask(house, caller, headers, *route)
    wanted = expected(caller, scope)
    if wanted is None:
        assert answer.status not in (401, 403), answer
        return
    assert answer.status == wanted and isinstance(answer.json["detail"], str), answer
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    if wanted == 403:
        assert caller in answer.json["detail"] and scope in answer.json["detail"], answer


def test_the_document_names_the_scope_of_each_route(guarded):
    house, _ = guarded
    described = house.unix.get("/openapi.json").json["paths"]
    for (method, path), scope in TABLE:
        operation = described[path][method.lower()]
        named = [one["token"][0] for one in operation["security"] if one]
        assert named == ([] if scope == "none" else [scope]), path
        assert ("401" in operation["responses"]) == (scope != "none")


def test_a_command_by_name_needs_what_its_route_needs(guarded):
    house, headers = guarded
    order = {"command": "cache.clear"}
    for path in ("/api/v1/commands", "/api/v1/devices/cz2/commands"):
        answer = house.rest.post(path, order, headers=headers["command"])
        assert answer.status == 403 and "admin" in answer.json["detail"], answer
        assert house.rest.post(path, order, headers=headers["admin"]).status == 201


def test_head_needs_what_get_needs(guarded):
    house, headers = guarded
    assert house.rest.request("HEAD", "/status").status == 401
    assert house.rest.request("HEAD", "/status", headers=headers["read"]).status == 200


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer ", "Bearer a b", "bearer, x", "Token x",
                                   "cz2_abc", "Bearer " + "x" * 300, "Bearer\tx"])
def test_a_malformed_authorization_is_401_and_says_so(guarded, value):
    house, _ = guarded
    answer = newcomer(house).get("/status", headers={"Authorization": value})
    assert answer.status == 401 and "Bearer" in answer.json["detail"], answer
    assert "invalid_token" in answer.headers["WWW-Authenticate"]


def test_the_scheme_is_taken_in_any_case(guarded):
    house, headers = guarded
    secret = headers["read"]["Authorization"].split()[1]
    for scheme in ("bearer", "BEARER", "Bearer  "):
        assert house.rest.get("/status", headers={"Authorization": f"{scheme} {secret}"}) \
            .status == 200


def test_a_bad_token_is_refused_on_the_unix_socket_too(guarded):
    house, headers = guarded
    assert house.unix.get("/status", headers=headers["bad"]).status == 401
    answer = house.unix.post(FAN, {"fan": "On"}, headers=headers["read"])
    assert answer.status == 403, answer


# --- who it was ---------------------------------------------------------------------------------

def test_the_caller_stands_in_the_record_and_in_the_log(new_house):
    house = new_house()
    house.command(FAN, {"fan": "On"})
    secret = add_token(house, "phone", "command")
    assert house.rest.post(FAN, {"fan": "Auto"}, headers=bearer(secret)).status == 200
    assert house.unix.post(FAN, {"fan": "On"}).status == 200
    page = house.unix.get("/api/v1/commands/device/cz2").json["commands"]
    users = ["local:" + getpass.getuser(), "phone", "anonymous"]
    assert [one["request_user_id"] for one in page] == users
    for user in users:
        assert re.search(rf"system\.fan for cz2 by {user}: delivered", house.daemon.log())


# --- guessing -----------------------------------------------------------------------------------

def test_who_guesses_has_to_wait_and_nobody_else(new_house):
    house = new_house()
    secret = add_token(house, "phone", "read")
    elsewhere = newcomer(house)
    for number in range(6):
        assert house.rest.get("/status", headers=bearer(f"cz2_guess{number}")).status == 401
    answer = house.rest.get("/status", headers=bearer(secret))
    assert answer.status == 429 and int(answer.headers["Retry-After"]) == 1, answer
    assert house.unix.get("/status").status == 200
    assert house.unix.get("/status", headers=bearer(secret)).status == 200
    assert house.rest.get("/health").status == 200
    assert elsewhere.get("/status", headers=bearer(secret)).status == 200
    house.daemon.wait_log(r"127\.0\.0\.1 has shown 6 wrong tokens in a row")
    until(lambda: house.rest.get("/status", headers=bearer(secret)).status == 200,
          what="the right token to be looked at again")
    for number in range(5):
        assert house.rest.get("/status", headers=bearer(f"cz2_guess{number}")).status == 401
    assert house.rest.get("/status", headers=bearer(secret)).status == 200, "forgotten before"


def test_a_program_with_a_revoked_token_locks_nobody_out(new_house):
    house = new_house()
    secret, old = add_token(house, "phone", "read"), add_token(house, "old", "read")
    revoke(house, "old")
    for _ in range(40):
        assert house.rest.get("/status", headers=bearer(old)).status == 401
        assert house.rest.get("/status", headers={"Authorization": "Basic eDp5"}).status == 401
    assert house.rest.get("/status", headers=bearer(secret)).status == 200


# --- web pages ----------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def paged():
    """A house that knows one name, and the page of one other host."""
    house = House(settings={"http.allowed_hosts": ["heat.example.org"],
                            "http.cors_origins": ["https://page.example.org"]})
    yield house
    house.close()


@pytest.mark.parametrize("host, status", [
    ("heat.example.org", 200), ("HEAT.example.org:8000", 200), ("localhost", 200),
    ("127.0.0.1:1", 200), ("[::1]", 200), ("evil.example", 421),
    ("heat.example.org.evil.example", 421), ("localhost.evil.example", 421), ("", 421)])
def test_only_names_of_ours_are_served(paged, host, status):
    answer = paged.rest.get("/status", headers={"Host": host})
    assert answer.status == status, answer
    if status != 200:
        assert "http.allowed_hosts" in answer.json["detail"]
    assert paged.unix.get("/status", headers={"Host": host}).status == 200
    answer = paged.rest.post(FAN, {"nonsense": 1}, headers={"Host": host})
    assert answer.status == (422 if status == 200 else 421), answer


def test_the_name_of_the_machine_is_ours_by_default(new_house):
    house = new_house(known=False)
    name = socket.gethostname().split(".")[0]
    for host, status in ((name, 200), (name + ".local", 200), (name + ":80", 200),
                         ("evil.example", 421)):
        assert house.rest.get("/status", headers={"Host": host}).status == status, host


@pytest.mark.parametrize("origin, allowed", [
    ("https://page.example.org", True), ("http://127.0.0.1:{port}", True),
    ("https://127.0.0.1:{port}", True), ("http://127.0.0.1:1", False),
    ("http://page.example.org", False), ("https://page.example.org.evil.example", False),
    ("https://PAGE.example.org", False), ("null", False), ("", False), ("*", False)])
def test_pages_of_other_hosts_may_not_command(paged, origin, allowed):
    headers = {"Origin": origin.format(port=paged.daemon.port)}
    # Through the Unix socket we are called localhost: a page of an address is another host's.
    for client in (paged.rest,) if "{port}" in origin else (paged.rest, paged.unix):
        answer = client.post(FAN, {"nonsense": 1}, headers=headers)
        assert answer.status == (422 if allowed else 403), answer
        assert allowed or "http.cors_origins" in answer.json["detail"]
        assert client.get("/status", headers=headers).status == 200


def test_a_form_of_another_page_does_nothing(paged):
    """A form needs no consent of ours: its types are plain ones."""
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        answer = paged.rest.post("/update", b"{}", headers={
            "Content-Type": kind, "Origin": "http://evil.example"})
        assert answer.status == 403, answer


LISTED = {"Origin": "https://page.example.org"}
PREFLIGHT = {"Access-Control-Request-Method": "POST",
             "Access-Control-Request-Headers": "authorization, content-type"}


def test_a_listed_page_may_read_every_answer(paged):
    for answer in (paged.rest.get("/status", headers=LISTED),
                   paged.rest.get("/status", headers=LISTED),
                   paged.rest.get("/nowhere", headers=LISTED),
                   paged.rest.get("/status?force=x", headers=LISTED),
                   paged.rest.post(FAN, {"nonsense": 1}, headers=LISTED)):
        assert answer.headers["Access-Control-Allow-Origin"] == LISTED["Origin"], answer
        assert answer.headers["Vary"] == "Origin"
    assert paged.rest.get("/status", headers=LISTED).json["status"]
    for headers in ({}, {"Origin": "http://evil.example"}):
        answer = paged.rest.get("/status", headers=headers)
        assert "Access-Control-Allow-Origin" not in answer.headers, answer


def test_a_preflight_is_answered_for_listed_pages_only(paged):
    answer = paged.rest.request("OPTIONS", FAN, headers={**LISTED, **PREFLIGHT})
    assert answer.status == 204 and answer.data == b"", answer
    assert answer.headers["Access-Control-Allow-Origin"] == LISTED["Origin"]
    assert answer.headers["Access-Control-Allow-Methods"] == "POST"
    allowed = answer.headers["Access-Control-Allow-Headers"].split(", ")
    assert set(allowed) == {"Authorization", "Content-Type", "Prefer", "Idempotency-Key"}
    assert answer.headers["Vary"] == "Origin"
    evil = {**PREFLIGHT, "Origin": "http://evil.example"}
    answer = paged.rest.request("OPTIONS", FAN, headers=evil)
    assert answer.status == 403 and "Access-Control-Allow-Origin" not in answer.headers, answer
    assert paged.rest.request("OPTIONS", FAN, headers=PREFLIGHT).status == 405
    assert paged.rest.request("OPTIONS", "/nowhere", headers={**LISTED, **PREFLIGHT}).status == 404


def test_a_listed_page_needs_a_token_like_everybody(new_house):
    house = new_house(settings={"http.cors_origins": [LISTED["Origin"]]})
    secret = add_token(house, "page", "read")
    answer = house.rest.get("/status", headers=LISTED)
    assert answer.status == 401 and answer.headers["Access-Control-Allow-Origin"]
    assert house.rest.get("/status", headers={**LISTED, **bearer(secret)}).status == 200
    preflight = house.rest.request("OPTIONS", "/status", headers={**LISTED, **PREFLIGHT})
    assert preflight.status == 204, "a browser sends it without the token"


@pytest.mark.parametrize("name", ["Authorization", "Origin", "Host"])
def test_two_of_a_kind_are_ambiguous(paged, name):
    text = (f"GET /status HTTP/1.1\r\n{'' if name == 'Host' else 'Host: localhost'}\r\n"
            f"{name}: a\r\n{name}: a\r\n\r\n").replace("\r\n\r\nHost", "\r\nHost")
    assert b" 400 " in raw_http(paged.daemon.port, text.encode()).split(b"\r\n")[0]


# --- strangers ----------------------------------------------------------------------------------

def test_a_listener_for_strangers_needs_a_token_or_the_line_that_is_told(tmp_path):
    tokens, config = tmp_path / "tokens", tmp_path / "conf"

    def start(extra=""):
        config.write_text(f'http: {{ listen = "0.0.0.0"; tokens = "{tokens}";\n{extra}\n}};\n')
        done = subprocess.run([program("cz2d"), "-c", str(config), "-t"], capture_output=True,
                              text=True, timeout=60, env=clean_environment(), check=False)
        return done.returncode, done.stderr

    code, error = start()
    assert code == 2 and "cz2ctl token add" in error, error
    line = re.search(r"the line  (.*;)", error)[1]
    assert start(line)[0] == 0, "the line that is told helps"
    tokens.write_text("broken\n")
    code, error = start()
    assert code == 2 and "http.tokens" in error and "no line of it can be understood" in error
    assert "allow_anonymous" not in error, "nobody is talked into letting in everyone"
    tokens.unlink()
    tokens.mkdir()
    code, error = start()
    assert code == 2 and "it is no file" in error and "allow_anonymous" not in error
    tokens.rmdir()
    cz2ctl("token", "add", "phone", "--scope", "read", "--file", str(tokens))
    assert start()[0] == 0


# --- the file of tokens -------------------------------------------------------------------------

def test_tokens_count_and_stop_counting_without_a_restart(new_house):
    house = new_house()
    assert house.rest.get("/status").status == 200, "no tokens: this machine is trusted"
    phone, script = add_token(house, "phone", "read"), add_token(house, "script", "read")
    assert house.rest.get("/status").status == 401
    assert house.rest.get("/status", headers=bearer(phone)).status == 200
    revoke(house, "phone")
    assert house.rest.get("/status", headers=bearer(phone)).status == 401
    assert house.rest.get("/status", headers=bearer(script)).status == 200
    revoke(house, "script")
    assert house.rest.get("/status").status == 200
    assert house.rest.get("/status", headers=bearer(script)).status == 401


def test_allow_anonymous_needs_no_token_and_still_knows_them(new_house):
    house = new_house(settings={"http.allow_anonymous": True})
    secret = add_token(house, "phone", "read")
    assert house.rest.get("/status").status == 200
    assert house.rest.post(FAN, {"fan": "On"}, headers=bearer(secret)).status == 403
    assert house.rest.get("/status", headers=bearer("cz2_wrong")).status == 401


def test_a_broken_line_is_told_and_the_good_ones_count(new_house):
    house = new_house()
    secret = add_token(house, "phone", "read")
    with open(tokens_path(house), "a", encoding="utf-8") as file:
        file.write("# a comment\n\nbroken line\n")
    assert house.rest.get("/status", headers=bearer(secret)).status == 200
    house.daemon.wait_log(r"error.*cz2d\.tokens:4: this line lets nobody in: ")
    assert house.daemon.log().count("lets nobody in") == 1
    assert house.rest.get("/status").status == 401


def wait_closed(house, headers=None):
    """A file is looked at once in a millisecond."""
    until(lambda: house.rest.get("/status", headers=headers).status == 401,
          what="the door to close")


@pytest.mark.parametrize("damage", ["directory", "too large", "only broken", "unreadable",
                                    "link to nothing", "gone"])
def test_a_file_that_cannot_be_used_lets_nobody_in(new_house, damage):
    house = new_house()
    path = tokens_path(house)
    secret = add_token(house, "phone", "admin")
    assert house.rest.get("/status", headers=bearer(secret)).status == 200
    if damage == "gone":
        os.unlink(path)
    elif damage == "directory":
        os.unlink(path)
        os.mkdir(path)
    elif damage == "link to nothing":  # a volume that is not mounted
        os.unlink(path)
        os.symlink(path + ".elsewhere", path)
        cz2ctl("token", "add", "script", "--scope", "read", "--file", path, code=2)
        assert os.path.islink(path), "whoever put it there wanted the file elsewhere"
    elif damage == "unreadable":
        os.unlink(path)
        os.symlink(path, path)  # a loop: root may read everything else
    else:
        with open(path, "w", encoding="utf-8") as file:
            file.write("#" * 70000 if damage == "too large" else "phone read\n")
    wait_closed(house, bearer(secret))
    assert house.rest.get("/status").status == 401, "nobody becomes somebody by damage"
    assert house.unix.get("/status").status == 200
    assert "tokens" in house.daemon.log()


@pytest.mark.parametrize("damage", ["link to nothing", "loop", "directory"])
def test_a_file_that_was_never_readable_and_goes_lets_nobody_in(new_house, damage):
    house = new_house()
    path = tokens_path(house)
    if damage == "directory":
        os.mkdir(path)
    else:
        os.symlink(path + ".elsewhere" if damage == "link to nothing" else path, path)
    wait_closed(house)
    house.daemon.process.send(signal.SIGHUP)
    house.daemon.wait_log("configuration read again")
    assert house.rest.get("/status").status == 401
    (os.rmdir if damage == "directory" else os.unlink)(path)

    def told():
        assert house.rest.get("/status").status == 401, "its going tells nothing of who may enter"
        return "is gone: nobody gets in by a token, nor without one" in house.daemon.log()

    until(told, what="the log to tell of it")
    house.daemon.process.send(signal.SIGHUP)
    until(lambda: house.rest.get("/status").status == 200, what="the administrator to be believed")


def test_hup_reads_the_tokens_again_and_says_so(new_house):
    house = new_house()
    secret = add_token(house, "phone", "read")
    assert house.rest.get("/status", headers=bearer(secret)).status == 200
    add_token(house, "script", "read")
    assert "tokens in force: 2" not in house.daemon.log(), "nobody has asked for anything since"
    house.daemon.process.send(signal.SIGHUP)
    house.daemon.wait_log(r"tokens in force: 2")


# --- cz2ctl token -------------------------------------------------------------------------------

def test_the_file_holds_the_hash_and_not_the_token(tmp_path):
    path = str(tmp_path / "tokens")
    done = cz2ctl("token", "add", "phone", "--scope", "read,command", "--file", path)
    secret = done.stdout.strip()
    text = open(path, encoding="utf-8").read()
    assert re.fullmatch(r"cz2_[0-9a-f]{64}", secret) and secret not in text
    assert re.fullmatch(r"phone command sha256:[0-9a-f]{64} \S+Z\n", text), text
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o640
    other = cz2ctl("token", "add", "other", "--scope", "admin", "--file", path).stdout.strip()
    assert other != secret
    listed = cz2ctl("token", "list", "--file", path).stdout
    assert re.search(r"phone +command", listed) and re.search(r"other +admin", listed)
    assert "sha256" not in listed


def test_mode_owner_comments_and_links_survive_a_change(tmp_path):
    real, path = tmp_path / "real", tmp_path / "tokens"
    real.write_text("# mine\nbroken\nphone read sha256:" + "1" * 64)
    real.chmod(0o600)
    path.symlink_to(real)
    before = real.stat()
    cz2ctl("token", "add", "script", "--scope", "command", "--file", str(path))
    assert path.is_symlink()
    after = real.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == \
        (before.st_mode, before.st_uid, before.st_gid)
    lines = real.read_text().splitlines()
    assert lines[:3] == ["# mine", "broken", "phone read sha256:" + "1" * 64]
    assert lines[3].startswith("script command ")
    cz2ctl("token", "revoke", "phone", "--file", str(path))
    assert [line.split()[0] for line in real.read_text().splitlines()] == ["#", "broken", "script"]
    assert sorted(os.listdir(tmp_path)) == ["real", "tokens"]


@pytest.mark.parametrize("line", [
    "token", "token add", "token list x", "token give x", "token revoke", "token add a b",
    "token add phone", "token add phone --scope", "token add phone --scope write",
    "token add phone --scope read,", "token add anonymous --scope read",
    "token add mqtt --scope read", "token add local:x --scope read",
    "token add " + "x" * 65 + " --scope read", "token revoke nobody", "token list --scope read",
    "token add there --scope read", "status --scope read"])
def test_bad_usage_of_token_changes_nothing(tmp_path, line):
    path = tmp_path / "tokens"
    path.write_text("there read sha256:" + "1" * 64 + "\n")
    before = path.read_text()
    done = cz2ctl(*line.split(), "--file", str(path), code=2)
    assert done.stderr.startswith("cz2ctl: ") or "option" in done.stderr
    assert path.read_text() == before and os.listdir(tmp_path) == ["tokens"]


def test_revoking_the_last_token_says_what_that_means(new_house):
    house = new_house()
    add_token(house, "phone", "read")
    done = cz2ctl("token", "revoke", "phone", "--file", tokens_path(house))
    assert "last one" in done.stderr


def test_many_at_once_lose_no_token(tmp_path):
    import concurrent.futures
    path = str(tmp_path / "tokens")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: cz2ctl("token", "add", f"n{n}", "--scope", "read", "--file", path),
                      range(24)))
    listed = cz2ctl("token", "list", "--file", path, "--json").stdout
    assert len(set(re.findall(r'"name":"(n\d+)"', listed))) == 24


def test_cz2ctl_shows_its_token(new_house, tmp_path):
    house = new_house()
    secret = add_token(house, "phone", "read")
    url = f"http://127.0.0.1:{house.daemon.port}"
    done = cz2ctl("status", "--url", url, code=1)
    assert "token" in done.stderr
    (tmp_path / "secret").write_text(secret + "\n")
    cz2ctl("status", "--url", url, "--token-file", str(tmp_path / "secret"))
