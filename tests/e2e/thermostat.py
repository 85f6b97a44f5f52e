# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""A zone as a thermostat, written from the description and not from the C code: what a climate
entity has to show of the simulated panel's memory."""

import panel

MODES = {"Heat": "heat", "EHeat": "heat", "Cool": "cool", "Auto": "heat_cool", "Off": "off"}


def preset(out, hold, temporary):
    """The strongest of a zone's flags, in Home Assistant's words."""
    return "away" if out else "hold" if hold else "temporary" if temporary else "none"


def thermostat(sim, zone):
    """{"mode", "target", "low", "high", "preset"} of a zone, from the rows of the panel."""
    setpoints, flags = sim.row(1, 16), sim.row(1, 12)
    mode = panel.value("system_mode", flags)
    ruling = panel.value("all_mode", flags) or zone
    heat = panel.value("heat_setpoint", setpoints, ruling)
    cool = panel.value("cool_setpoint", setpoints, ruling)
    single = {"Heat": heat, "EHeat": heat, "Cool": cool}.get(mode)
    return {"mode": MODES[mode], "target": single,
            "low": heat if single is None else None, "high": cool if single is None else None,
            "preset": preset(*(panel.value(name, flags, ruling)
                               for name in ("out", "hold", "temporary")))}


def exactly_one(shown):
    """One handle or two, never both and never none."""
    single = shown["target"] is not None
    pair = [shown[name] is not None for name in ("low", "high")]
    return pair == [not single, not single]
