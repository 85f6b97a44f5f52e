# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""cz2sim as a program on somebody's machine."""

import os
import signal

import pytest

from process import Process, program
from simulator import Control, Simulator


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


def test_a_second_one_leaves_the_control_socket_to_the_first(tmp_path):
    first = Simulator(str(tmp_path))
    second = Process("second", [program("cz2sim"), "--pty", "--control", first.control_path], tmp_path)
    assert second.wait_end() != 0
    assert first.control_path in second.log() and "in use" in second.log()
    asking = Control(first.control_path)
    assert asking("ping")
    asking.close()
    first.stop()


def test_a_control_socket_that_was_left_behind_is_replaced(tmp_path):
    left = Simulator(str(tmp_path))
    left.control.close()
    left.process.send(signal.SIGKILL)
    left.process.wait_end()
    assert os.path.exists(left.control_path)
    left.start()
    assert left.control("ping")
    left.stop()
