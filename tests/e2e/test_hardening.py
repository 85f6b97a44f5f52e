# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""The programs as they are installed have what makes an error in memory a crash, not a door."""

import os
import re
import shutil
import subprocess

import pytest

from process import BUILD, makefile

PROGRAMS = ("sbin/cz2d", "bin/cz2sim")
LIBRARY = "lib/libcz2.so"

pytestmark = [
    pytest.mark.skipif(makefile("MODE_CFLAGS") != "",
                       reason="built for finding errors: " + makefile("MODE_CFLAGS")),
    pytest.mark.skipif(shutil.which("readelf") is None, reason="readelf is not installed")]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The directory that holds sbin, bin and lib of a make install."""
    root = tmp_path_factory.mktemp("installed")
    # Not this make's job server: we are not one of its recipes.
    environment = {**os.environ, "MAKEFLAGS": ""}
    done = subprocess.run(["make", "-C", BUILD, "install", f"DESTDIR={root}", "prefix=/usr",
                           "exec_prefix=/usr", "sysconfdir=/etc"], env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
    return root / "usr"


def readelf(option, path):
    """The headers of a file, never cut to the width of a screen."""
    return subprocess.run(["readelf", "-W", option, str(path)], stdout=subprocess.PIPE, text=True,
                          check=True).stdout


def imports(path):
    return re.findall(r" UND (\S+?)(?:@|$|\s)", readelf("--dyn-syms", path))


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_loads_anywhere(installed, name):
    assert "(Position-Independent Executable file)" in readelf("-h", installed / name)


@pytest.mark.parametrize("name", (*PROGRAMS, LIBRARY))
def test_pointers_to_functions_are_read_only_once_it_runs(installed, name):
    path = installed / name
    assert "GNU_RELRO" in readelf("-l", path)
    assert re.search(r"\((FLAGS|BIND_NOW)\).*BIND_NOW|\(FLAGS_1\).*\bNOW\b", readelf("-d", path))


@pytest.mark.parametrize("name", (*PROGRAMS, LIBRARY))
def test_no_page_is_writable_and_executable(installed, name):
    segments = re.findall(r"^ +(LOAD|GNU_STACK) .* ([R ][W ][E ]) 0x",
                          readelf("-l", installed / name), re.MULTILINE)
    assert {kind for kind, _ in segments} == {"LOAD", "GNU_STACK"}
    assert not [one for one in segments if "W" in one[1] and "E" in one[1]], segments


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_smashed_stack_ends_the_program(installed, name):
    assert "__stack_chk_fail" in imports(installed / name)


@pytest.mark.skipif(not re.search(r"-O[123sgf]", makefile("CFLAGS")),
                    reason="FORTIFY needs optimization")
@pytest.mark.parametrize("name", PROGRAMS)
def test_calls_with_buffers_know_their_sizes(installed, name):
    checked = {one for one in imports(installed / name) if one.endswith("_chk")}
    assert {"__memcpy_chk", "__snprintf_chk", "__vsnprintf_chk"} & checked, checked
