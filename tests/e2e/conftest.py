# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""Fixtures of the end-to-end suite. CZ2_BUILD names the build directory."""

import pytest

from house import House


def pytest_configure(config):
    config.addinivalue_line("markers", "smoke: the few that show that everything is there")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for house in getattr(item, "houses", []):
            report.sections.append(("logs", house.logs or house.report()))


@pytest.fixture
def new_house(request):
    """Makes houses; each is closed and its history checked when the test has passed."""
    houses = request.node.houses = []

    def make(**more):
        one = House(**more)
        houses.append(one)
        return one
    yield make
    for one in houses:
        one.close()


@pytest.fixture
def house(new_house):
    """A house with three zones. What a test changes behind the daemon's back counts at once:
    every row is read again before it is written."""
    return new_house(settings={"command.guard_ms": 0})


@pytest.fixture(scope="module")
def lasting_house():
    one = House()
    yield one
    one.close()


@pytest.fixture
def shared_house(lasting_house, request):
    """One house for all tests of a file that leave the panel as they found it."""
    request.node.houses = [lasting_house]
    yield lasting_house
    lasting_house.check()
