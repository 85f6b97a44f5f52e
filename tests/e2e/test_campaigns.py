# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""A short run of each campaign; make soak runs them at length."""

import pytest

import campaign
from campaign import CAMPAIGNS


@pytest.mark.parametrize("one", CAMPAIGNS, ids=lambda one: one.name)
def test_a_campaign_of_faults_is_lived_through_truly(new_house, one):
    with campaign.inhabited(one, new_house, campaign.SEED) as house:
        campaign.run(house, one, one.short, campaign.SEED)
