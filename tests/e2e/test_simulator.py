# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""cz2sim as a program on somebody's machine."""

import pytest

from process import Process, program


@pytest.mark.parametrize("option", ["--link", "--control"])
def test_a_file_in_the_way_is_named_and_survives(tmp_path, option):
    precious = tmp_path / "precious"
    precious.write_text("kept")
    process = Process("cz2sim", [program("cz2sim"), "--pty", option, precious], tmp_path)
    assert process.wait_end() != 0
    assert str(precious) in process.log()
    assert precious.read_text() == "kept"


@pytest.mark.parametrize("address", [
    "127.0.0.1:65536", "127.0.0.1:99999", "127.0.0.1:-1", "127.0.0.1:http", "127.0.0.1:", "127.0.0.1"])
def test_what_is_no_port_is_bad_usage(tmp_path, address):
    process = Process("cz2sim", [program("cz2sim"), "--listen", address], tmp_path)
    assert process.wait_end() == 2
    assert address in process.log() and "0 to 65535" in process.log()
