# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""Who may: every route with every kind of caller, as the table in the manual says; and the file
of tokens, which counts as it is at each moment."""

import getpass
import os
import re
import signal
import stat

import pytest

from access import SCOPES, add_token, bearer, cz2ctl, filled, revoke, table, tokens_path

FAN = "/system/fan"
TABLE = sorted(table().items())
CALLERS = ("none", "bad", "malformed", "read", "command", "admin", "socket")
NOBODY = {"none": 401, "bad": 401, "malformed": 401}


@pytest.fixture(scope="module")
def guarded(lasting_house):
    """The lasting house with a token of each scope: {caller: headers}."""
    headers = {"none": {}, "bad": bearer("cz2_" + "0" * 64),
               "malformed": {"Authorization": "Basic YWRtaW46YWRtaW4="}, "socket": {}}
    for scope in SCOPES[1:]:
        headers[scope] = bearer(add_token(lasting_house, "of-" + scope, scope))
    return lasting_house, headers


def expected(caller, scope):
    """The status of a refusal, or None: let in."""
    if scope == "none" or caller == "socket":
        return None
    if caller in NOBODY:
        return 401
    return None if SCOPES.index(caller) >= SCOPES.index(scope) else 403


def ask(house, caller, headers, method, path):
    client = house.unix if caller == "socket" else house.rest
    # What is let in is refused by the body's rules, so that nothing is written.
    body = {"nonsense": 1} if method != "GET" else None
    return client.request(method, filled(path), body, headers=headers[caller])


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
    answer = house.rest.get("/status", headers={"Authorization": value})
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


@pytest.mark.parametrize("damage", ["directory", "too large", "only broken", "unreadable"])
def test_a_file_that_cannot_be_used_lets_nobody_in(new_house, damage):
    house = new_house()
    path = tokens_path(house)
    secret = add_token(house, "phone", "admin")
    assert house.rest.get("/status", headers=bearer(secret)).status == 200
    if damage == "directory":
        os.unlink(path)
        os.mkdir(path)
    elif damage == "unreadable":
        os.unlink(path)
        os.symlink(path, path)  # a loop: root may read everything else
    else:
        with open(path, "w", encoding="utf-8") as file:
            file.write("#" * 70000 if damage == "too large" else "phone read\n")
    assert house.rest.get("/status", headers=bearer(secret)).status == 401
    assert house.rest.get("/status").status == 401, "nobody becomes somebody by damage"
    assert house.unix.get("/status").status == 200
    assert "tokens" in house.daemon.log()


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
