# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""Campaigns: commands without end while one thing keeps going wrong. CAMPAIGNS says what goes
wrong and what has to be reached; run() carries one out and says what came of it. As a program
(make soak) it runs all of them, or the one that CZ2_CAMPAIGN names, with CZ2_COMMANDS commands
each; CZ2_SEED repeats a run."""

import contextlib
import os
import random
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Callable, Optional

import history
from bridge import bridged
from house import House
from waiting import PATIENCE, until

SEED = int(os.environ.get("CZ2_SEED", "1"))
COMMANDS = int(os.environ.get("CZ2_COMMANDS", "400"))
ZONES = 8
QUICK = {"bus.reply_timeout_ms": 120, "bus.gap_ms": 5, "cache.refresh_interval": 5,
         "command.timeout_seconds": 10}
PACED = {"pacing": True, "turnaround": 30}
BUSY = {**PACED, "burst": True}
LONG = 100           # commands from which on a run can show a share
MANY = 40            # commands of a short run that takes no time
AHEAD = 30           # requests that faults are laid for: more than a command takes
GROWTH_KIB = 128     # in what follows the first third
USABLE = 3.0         # seconds after everything is well again


# --- what goes wrong: (house, dice) before each command; what has to end is returned ----------

def rates(**kinds):
    """Faults by chance, in every frame."""
    def disturb(house, _):
        house.sim.rates(**kinds)
    return disturb


def faults(kind, share=0.1, members=lambda dice: {}, **filters):
    """One in so many of the requests to come meets a fault."""
    def disturb(house, dice):
        house.sim.control("faults", clear=True)
        for nth in range(1, AHEAD + 1):
            if dice.random() < share:
                house.sim.fault(kind, nth=nth, **filters, **members(dice))
    return disturb


def wall_edit(dice):
    """A hand at the wall, right before or right after a request."""
    heat = dice.randint(50, 72)
    setpoints = {"heat": heat, "cool": max(heat + dice.randint(2, 12), 64)}
    change = dice.choice([setpoints, {"hold": dice.random() < 0.5}, {"out": dice.random() < 0.5},
                          {"temporary": dice.random() < 0.5}])
    return {"when": dice.choice(["before", "after"]), "zone": dice.randint(1, ZONES), **change}


def load(percent):
    """Others talk for so much of the time, besides the panel's own burst."""
    def disturb(house, _):
        house.sim.control("load", percent=percent)
    return disturb


def now_and_then(event, share=0.3):
    def disturb(house, dice):
        if house.events and dice.random() >= share:
            return None
        house.events.append(event(house, dice))
        return house.events[-1]
    return disturb


class Event:
    """(seconds, what) in a thread, while the commands go on. well: when the last step was done.
    trace() is another when it is over, if anybody felt it."""

    def __init__(self, trace, *steps):
        self.trace, self.before = trace, trace()
        self.felt = False
        self.well = self.error = None
        self.thread = threading.Thread(target=self._play, args=(steps,), daemon=True)
        self.thread.start()

    def _play(self, steps):
        try:
            for pause, what in steps:
                time.sleep(pause)
                what()
        except Exception as error:  # raised again by over()
            self.error = error
        self.well = time.monotonic()

    def over(self, patience):
        """True when it ends within so many seconds."""
        self.thread.join(patience)
        if self.error:
            raise self.error
        if self.thread.is_alive():
            return False
        self.felt = self.trace() != self.before
        return True


def duration(house, dice, longest):
    """Seconds; in a long run once a minute, so that every pause of the daemon's occurs."""
    seconds = house.long_outage or dice.uniform(0.1, longest)
    house.long_outage = 0
    return seconds


def silence(house, dice):
    """Nobody at the panel talks."""
    return Event(lambda: unanswered(house),
                 (dice.uniform(0, 0.1), lambda: house.sim.silence(True)),
                 (duration(house, dice, 3), lambda: house.sim.silence(False)))


def hang_up(house, dice):
    """The device goes, and comes back under another name behind its link."""
    def go():
        before = house.sim.pty()
        house.sim.hang_up()
        until(lambda: house.sim.pty() != before, what="another name")
    return Event(house.sim.pty, (dice.uniform(0, 0.1), go))


def break_amid_a_frame(house, dice):
    house.bridge.break_after(dice.randint(1, 150))
    return Event(lambda: house.bridge.broken,
                 (0, lambda: until(lambda: house.bridge.left is None, what="enough bytes")))


def reset(house, dice):
    return Event(lambda: house.bridge.broken,
                 (dice.uniform(0, 0.1), lambda: house.bridge.drop(reset=True)))


def one_client_only(house, dice):
    """A bridge that goes on refusing for a while, since it believes to serve somebody."""
    house.bridge.single = True

    def refuse(on):
        house.bridge.refusing = on
        house.bridge.drop(reset=True)
    return Event(lambda: house.bridge.broken,
                 (dice.uniform(0, 0.1), lambda: refuse(True)),
                 (duration(house, dice, 2), lambda: refuse(False)))


def deafen(house, dice):
    # Meanwhile a second connection is shown out: somebody is believed to be served.
    house.bridge.single = True

    def turn(deaf):
        house.bridge.deaf = deaf
    return Event(lambda: house.bridge.swallowed,
                 (dice.uniform(0, 0.1), lambda: turn(True)),
                 (duration(house, dice, 3), lambda: turn(False)))


def byte_by_byte(house, _):
    house.bridge.pause = 0.002


def twin(house, dice):
    """Somebody with our address, heard amid a command; every tenth one by a new daemon. Returns
    what the next command must be told."""
    if house.serves_since is not None and dice.random() < 0.9:
        return 409 if twin_was_heard(house) else None
    house.sim.control("faults", clear=True)
    house.daemon.restart()
    house.daemon.wait_status()
    answered(house, dice, 200)
    house.serves_since = len(house.sim.frames())
    house.sim.fault("twin", nth=dice.randint(1, 6))
    return None


def twin_was_heard(house):
    """Who asks what we have just asked ourselves may be the echo of an adapter."""
    seen = house.sim.frames()[house.serves_since:]
    return any(one.source == 0 and (one.destination, one.payload) != (ours.destination, ours.payload)
               for ours, one in zip(seen, seen[1:]))


# --- what shows that it happened ---------------------------------------------------------------

def faults_struck(house):
    counters = house.sim.counters()
    return sum(counters["faults"].values()) + counters["crc_errors"]


def others_talked(house):
    counters = house.sim.counters()
    return counters["bursts"] + counters["foreign_frames"]


def single_bytes(house):
    return house.bridge.single_bytes


def unanswered(house):
    counters = house.sim.counters()
    return counters["requests"] - counters["replies"]


# --- the table ---------------------------------------------------------------------------------

@dataclass(frozen=True)
class Campaign:
    """share: how many of the commands must be delivered; mean: seconds until they are answered;
    told: how else a command may end; struck: how many of what trace counts each command has to
    meet on the average, for a campaign that meets nothing proves nothing."""
    name: str
    disturb: Callable
    share: float = 0.0
    mean: Optional[float] = None
    told: frozenset = frozenset((500, 504))
    panel: dict = field(default_factory=dict)
    settings: dict = field(default_factory=lambda: QUICK)
    bridge: bool = False
    struck: float = 0.0
    trace: Callable = faults_struck
    breaks: bool = False  # after each event the link has to come back
    short: int = 12       # commands of a short run


def paced(name, disturb, panel, short=8, **goals):
    return Campaign(name, disturb, panel=panel, settings={}, short=short, **goals)


def through_a_bridge(name, disturb, breaks=True, **goals):
    return Campaign(name, disturb, bridge=True, breaks=breaks, settings={
        **QUICK, "bus.reply_timeout_ms": 200}, **goals)


CAMPAIGNS = (
    Campaign("flip-half-percent", rates(flip=0.005), share=0.95, struck=0.1),
    Campaign("flip-two-percent", rates(flip=0.02), share=0.4, struck=0.5, short=8),
    paced("lost-replies", rates(lose_reply=0.1), PACED, share=0.99, mean=0.9, struck=0.1),
    paced("lost-requests", rates(lose_request=0.1), PACED, share=0.99, struck=0.1),
    # The panel answers in order: whoever asks meanwhile waits as long as the first.
    Campaign("late-replies", faults("late-reply", members=lambda dice: {
        "ms": dice.randint(50, 900)}), share=0.99, struck=0.1, short=20, settings={}),
    Campaign("doubled-replies", faults("double-reply", members=lambda dice: {
        "ms": dice.randint(1, 300)}), share=0.99, struck=0.1, short=MANY),
    Campaign("foreign-replies", faults("foreign-reply", members=lambda dice: {
        "to": dice.choice([1, 98, 255])}), share=0.99, struck=0.1, short=24),
    Campaign("wrong-rows", faults("wrong-row"), share=0.99, struck=0.1, short=24),
    Campaign("truncated-replies", faults("truncate-reply"), share=0.99, struck=0.1, short=24),
    Campaign("wrong-lengths", faults("wrong-length", members=lambda dice: {
        "by": dice.choice([-8, -3, -2, -1, 1, 2, 5, 8])}), share=0.99, struck=0.1, short=24),
    Campaign("error-replies", faults("error-reply"), share=0.6, struck=0.1, short=MANY),
    Campaign("not-kept", faults("not-kept", function="write"), share=0.99, struck=0.05,
             short=MANY),
    Campaign("refused-writes", faults("nack", function="write", members=lambda dice: {
        "code": dice.randint(1, 255)}), share=0.7, struck=0.05, short=MANY),
    Campaign("garbage", rates(garbage=0.1), share=0.99, struck=0.1, short=MANY),
    # The panel talks to itself every ten seconds: so many commands take longer than that.
    paced("burst", load(0), BUSY, share=0.99, struck=0.02, trace=others_talked, short=48),
    paced("burst-load-20", load(20), BUSY, share=0.99, struck=1, trace=others_talked),
    paced("burst-load-40", load(40), BUSY, share=0.99, struck=1, trace=others_talked),
    paced("burst-load-60", load(60), BUSY, share=0.93, struck=1, trace=others_talked),
    through_a_bridge("bridge-breaks-amid-a-frame", now_and_then(break_amid_a_frame)),
    through_a_bridge("bridge-resets", now_and_then(reset)),
    through_a_bridge("bridge-serves-one-only", now_and_then(one_client_only)),
    through_a_bridge("bridge-falls-silent", now_and_then(deafen)),
    through_a_bridge("bridge-byte-by-byte", byte_by_byte, breaks=False, share=0.99,
                     struck=10, trace=single_bytes),
    Campaign("pty-hangs-up", now_and_then(hang_up), breaks=True),
    Campaign("silence", now_and_then(silence), breaks=True),
    Campaign("twin", twin, told=frozenset((409, 500, 504)), share=0.05, struck=0.03, short=MANY),
    Campaign("wall-edits", faults("wall-edit", members=wall_edit), share=0.99, struck=0.1,
             short=MANY),
)


# --- carrying out ------------------------------------------------------------------------------

def command(dice):
    """(target, body) of a command that is right whatever the panel holds."""
    zone, heat = dice.randint(1, ZONES), dice.randint(50, 75)
    pair = {"heat": heat, "cool": max(heat + dice.randint(2, 12), 64)}
    return dice.choice([
        (f"/zones/{zone}/temperature", {**pair, "hold": dice.random() < 0.7}),
        (f"/zones/{zone}/temperature", {**pair, "temp": True}),
        (f"/zones/{zone}/hold", {"temp": dice.random() < 0.5}),
        ("/zones/batch/temperature",
         {**pair, "zones": dice.sample(range(1, ZONES + 1), 3), "out": dice.random() < 0.3}),
        ("/system/mode", {"mode": dice.choice(["Heat", "Cool", "Auto", "Off"]),
                          "all": dice.choice([None, None, True, False])}),
        ("/system/fan", {"fan": dice.choice(["Auto", "On"])})])


@contextlib.contextmanager
def inhabited(campaign, make, seed):
    """The house of a campaign; make() makes houses, as the fixture new_house does."""
    more = {"zones": ZONES, "settings": campaign.settings,
            "panel": {**campaign.panel, "seed": seed}}
    if campaign.bridge:
        with bridged(make, **more) as house:
            yield house
    else:
        yield make(**more)


def give(house, dice):
    """One command, and a look at the status."""
    answer = house.rest.post(*command(dice))
    house.rest.get("/status")
    return answer


def usable(house, well):
    """Soon after the moment when everything was well again."""
    def answered():
        answer = house.rest.get("/status?force=true")
        return answer if answer.status == 200 else None
    took = until(answered, 30, "the panel to be usable again").answered - well
    assert took <= USABLE * PATIENCE, f"usable {took:.2f} s after it was well"


def answered(house, dice, status):
    """A command whose answer is known before."""
    answer = give(house, dice)
    assert answer.status == status, f"{status} was due: {answer}"
    return answer


def disturbed(campaign, house, dice):
    """The answers to one command, and to those given while what it met still goes on. Who meets
    nothing is served."""
    event = campaign.disturb(house, dice)
    if not isinstance(event, Event):
        due = event or (200 if campaign.breaks else None)
        yield answered(house, dice, due) if due else give(house, dice)
        return
    yield give(house, dice)
    pause = 0.05
    while not event.over(pause):
        pause *= 1.5  # so that a long silence does not use up all commands
        yield give(house, dice)
    usable(house, event.well)
    yield answered(house, dice, 200)


@dataclass
class Outcome:
    """What came of a campaign."""
    campaign: Campaign
    seed: int
    answers: list
    struck: int
    events: list
    growth: int
    overwritten: int
    ends: Counter  # of the records of the ledger

    @property
    def delivered(self):
        return sum(1 for one in self.answers if one.status == 200)

    @property
    def mean(self):
        return sum(one.seconds for one in self.answers) / len(self.answers)

    def __str__(self):
        told = Counter(one.status for one in self.answers if one.status != 200)
        others = " ".join(f"{status}: {count}" for status, count in sorted(told.items()))
        return (f"{self.campaign.name}: seed {self.seed}, {len(self.answers)} commands, "
                f"{self.delivered} delivered, told {others or 'no failure'}, "
                f"mean {self.mean:.2f} s, "
                f"worst {max(one.seconds for one in self.answers):.2f} s, "
                f"{self.struck} faults struck, {self.felt} of {len(self.events)} events felt, "
                f"grown by {self.growth} KiB, "
                f"{self.overwritten} wall edits overwritten, recorded as "
                f"{' '.join(f'{status}: {count}' for status, count in sorted(self.ends.items()))}")

    def misses(self):
        """What was to be reached and was not."""
        failed = len(self.answers) - self.delivered
        strange = [one for one in self.answers
                   if one.status not in {200, *self.campaign.told}]
        if strange:
            yield f"must not be answered like this: {strange[0]}"
        goals = self.campaign
        if self.struck < max(goals.struck > 0, goals.struck * self.long * len(self.answers)):
            yield f"only {self.struck} faults struck"
        if self.felt < len(self.events) / 2:
            yield f"only {self.felt} of {len(self.events)} events were felt"
        tolerated = (1 - goals.share) * len(self.answers)
        # A short run has its chances.
        if failed > (tolerated if self.long else max(2, 1.5 * tolerated)) and not goals.breaks:
            yield f"{failed} not delivered"

    @property
    def felt(self):
        return sum(1 for one in self.events if one.felt)

    @property
    def long(self):
        return len(self.answers) >= LONG


def recovers(house, campaign, dice):
    """Nothing goes wrong any more, and a command is carried out."""
    house.sim.clear()
    house.sim.control("load", percent=0)
    usable(house, time.monotonic())
    if campaign.disturb is twin:
        house.daemon.restart()
        house.daemon.wait_status()
    answered(house, dice, 200)


def run(house, campaign, commands, seed):
    """The outcome, after everything is well again. The history is checked by closing the house."""
    dice = random.Random(f"{campaign.name} {seed}")
    house.long_outage, house.events, house.serves_since = 0, [], None
    before = campaign.trace(house)
    answers = []
    while len(answers) < commands // 3:
        answers += disturbed(campaign, house, dice)
    footprint = house.daemon.footprint()
    house.long_outage = 60 if commands >= 300 else 0
    while len(answers) < commands:
        answers += disturbed(campaign, house, dice)
    struck = campaign.trace(house) - before
    recovers(house, campaign, dice)
    house.all_ended()
    growth = house.daemon.memory() - footprint["memory"]
    outcome = Outcome(campaign, seed, answers, struck, house.events, growth,
                      len(history.overwritten_at_the_wall(house.history())),
                      Counter(one.status for one in house.recorded()))
    print(outcome, flush=True)
    assert not list(outcome.misses()), [str(outcome), *outcome.misses()]
    house.daemon.assert_flat(footprint, GROWTH_KIB)
    return outcome


def at_length(campaign):
    """One campaign to the end, in a house of its own; true when all was reached."""
    houses = []

    def make(**more):
        houses.append(House(**more))
        return houses[-1]
    try:
        with inhabited(campaign, make, SEED) as house:
            outcome = run(house, campaign, COMMANDS, SEED)
            house.close()
        if campaign.mean is not None:
            assert outcome.mean <= campaign.mean, f"{outcome.mean:.2f} s in the mean"
    except AssertionError as error:
        print(f"{campaign.name}: seed {SEED}, FAILED: {error}", flush=True)
        return False
    finally:
        for house in houses:
            house.abandon()
    return True


def main():
    wanted = os.environ.get("CZ2_CAMPAIGN")
    chosen = [one for one in CAMPAIGNS if wanted in (None, "", one.name)]
    if not chosen:
        sys.exit(f"CZ2_CAMPAIGN is none of {', '.join(one.name for one in CAMPAIGNS)}")
    reached = [at_length(one) for one in chosen]
    sys.exit(0 if all(reached) else 1)


if __name__ == "__main__":
    main()
