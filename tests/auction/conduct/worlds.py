"""Simulated auctions for the tests and the benchmark of conduct: honest worlds, and worlds with a pair that is not.

A margin is the solver's level, its offset in the bucket, the common movement of the auction, and a private part of
standard deviation `PRIVATE_BPS`. Worlds differ in the private part, or in what the first two solvers make of theirs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import numpy as np
from numpy.typing import NDArray

from auction.conduct.margins import AuctionRecord
from venues.seeds import Generator, generator

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Noise = Callable[[Generator, int], Floats]
Scheme = Callable[[Generator, Floats], Floats]

SOLVERS: Final = tuple(f"solver-{letter}" for letter in "abcdefgh")
PAIR: Final = SOLVERS[:2]
BUCKETS: Final = ("small", "medium", "large")
PRIVATE_BPS: Final = 1.5
ROUND_MS: Final = 12_000
USDC: Final = 10**6


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """How the margins of a world come about; units are `PRIVATE_BPS`, except for the common movement in bps."""

    private: Noise
    common_bps: float = 1.0
    common_walks: bool = False
    once_a_round: bool = False
    """Whether the private part is drawn for the round, not for each of its auctions."""

    abstention: float = 0.0
    late: int = 0
    """Auctions that the last two solvers miss at the start."""

    scheme: Scheme | None = None
    share: float = 1.0
    """Share of auctions in which the scheme is used."""

    onset: int = 0
    """Auctions before the scheme starts."""


def simulate(world: World, auctions: int, *seed: int | str) -> list[tuple[AuctionRecord, ...]]:
    """Return the records of a number of auctions, round by round, one or two in each."""
    rng = generator("conduct", *seed)
    rounds = np.repeat(np.arange(auctions), rng.integers(1, 3, auctions))[:auctions]
    buckets = rng.integers(0, len(BUCKETS), auctions)
    margins = _margins(world, rounds, buckets, rng) * PRIVATE_BPS
    common = rng.normal(0, world.common_bps, (auctions, 1))
    margins += np.cumsum(common, axis=0) if world.common_walks else common
    margins[rng.random(margins.shape) < world.abstention] = np.nan
    margins[: world.late, -2:] = np.nan
    notionals = rng.integers(10_000, 500_000, auctions) * USDC
    records = [
        _record(f"{t}", int(rounds[t]) * ROUND_MS, BUCKETS[buckets[t]], int(notionals[t]), margins[t])
        for t in range(auctions)
    ]
    return [tuple(together) for _, together in groupby(records, key=lambda record: record.time_ms)]


def _margins(world: World, rounds: Counts, buckets: Counts, rng: Generator) -> Floats:
    auctions = len(rounds)
    private = world.private(rng, auctions)
    if world.once_a_round:
        private = private[rounds]
    if world.scheme is not None:
        used = (rng.random(auctions) < world.share) & (np.arange(auctions) >= world.onset)
        together = world.scheme(rng, private)
        private[used, :2] = together[used]
    offsets = rng.normal(0, 0.5, (len(BUCKETS), len(SOLVERS)))
    return rng.normal(0, 0.5, len(SOLVERS)) + offsets[buckets] + private


def _record(auction: str, time_ms: int, bucket: str, notional: int, margins: Floats) -> AuctionRecord:
    benchmark = notional // 100
    offered = {
        solver: benchmark - round(float(margin) * notional / 10_000)
        for solver, margin in zip(SOLVERS, margins, strict=True)
        if not np.isnan(margin)
    }
    return AuctionRecord(
        auction=auction, time_ms=time_ms, bucket=bucket, notional=notional, benchmark=benchmark, surplus=offered
    )


def normal(rng: Generator, auctions: int) -> Floats:
    """Private parts of equal spread."""
    return rng.standard_normal((auctions, len(SOLVERS)))


def student(rng: Generator, auctions: int) -> Floats:
    """Private parts without a variance."""
    return rng.standard_t(2, (auctions, len(SOLVERS)))


def exponential(rng: Generator, auctions: int) -> Floats:
    """Private parts with a long upper tail."""
    return rng.exponential(1.0, (auctions, len(SOLVERS)))


def spreads(deviation: float) -> Noise:
    """Private parts whose spread differs between solvers, log-normally."""

    def noise(rng: Generator, auctions: int) -> Floats:
        return normal(rng, auctions) * np.exp(rng.normal(0, deviation, len(SOLVERS)))

    return noise


def quiet_pair(rng: Generator, auctions: int) -> Floats:
    """Two solvers three times as steady as the others."""
    return normal(rng, auctions) * np.where(np.arange(len(SOLVERS)) < 2, 0.5, 1.5)


def turbulent(rng: Generator, auctions: int) -> Floats:
    """Private parts that are large for all in some auctions."""
    return normal(rng, auctions) * np.exp(rng.normal(0, 0.7, (auctions, 1)))


def walking(step: float) -> Noise:
    """Levels that walk at random."""

    def noise(rng: Generator, auctions: int) -> Floats:
        return normal(rng, auctions) + np.cumsum(rng.normal(0, step, (auctions, len(SOLVERS))), axis=0)

    return noise


def trending(slope: float) -> Noise:
    """Levels that rise, fall or stay."""

    def noise(rng: Generator, auctions: int) -> Floats:
        return normal(rng, auctions) + np.arange(auctions)[:, None] * slope * rng.integers(-1, 2, len(SOLVERS))

    return noise


def jumping(rng: Generator, auctions: int) -> Floats:
    """Three solvers become better at once, half way."""
    better = (np.arange(auctions) >= auctions // 2)[:, None] & (np.arange(len(SOLVERS)) < 3)
    return normal(rng, auctions) - 3.0 * better


def inventory(persistence: float, share: float) -> Noise:
    """Private parts of which a share of the variance is an inventory that persists."""

    def noise(rng: Generator, auctions: int) -> Floats:
        shocks = normal(rng, auctions) * np.sqrt(1 - persistence**2)
        held = np.zeros_like(shocks)
        for t in range(1, auctions):
            held[t] = persistence * held[t - 1] + shocks[t]
        return np.sqrt(share) * held + np.sqrt(1 - share) * normal(rng, auctions)

    return noise


def like_strategies(deviation: float) -> Noise:
    """Three families of strategies, each with a movement of its own."""

    def noise(rng: Generator, auctions: int) -> Floats:
        families = rng.normal(0, deviation, (auctions, 3))
        return normal(rng, auctions) + families[:, np.arange(len(SOLVERS)) % 3]

    return noise


def stronger_pair(rng: Generator, auctions: int) -> Floats:
    """Two solvers whose costs are lower by one standard deviation."""
    return normal(rng, auctions) - (np.arange(len(SOLVERS)) < 2)


def sybil(rng: Generator, private: Floats) -> Floats:
    """One operator behind both names: the second bids the first's margin and a little more."""
    one = private[:, 0]
    return np.column_stack([one, one + rng.uniform(0.03, 0.4, len(one))])


def shared_costs(correlation: float) -> Scheme:
    """Both see a part of the same cost, and bid on their own."""

    def scheme(rng: Generator, private: Floats) -> Floats:
        same = rng.standard_normal((len(private), 1))
        return np.sqrt(correlation) * same + np.sqrt(1 - correlation) * private[:, :2]

    return scheme


def cover(low: float, high: float, raised: float = 0.0) -> Scheme:
    """The one with the lower cost wins, `raised`; the other bids above it, by an amount drawn evenly."""

    def scheme(rng: Generator, private: Floats) -> Floats:
        winner = private[:, :2].min(axis=1, keepdims=True) + raised
        gap = rng.uniform(low, high, (len(private), 1))
        return np.where(private[:, :2] == private[:, :2].min(axis=1, keepdims=True), winner, winner + gap)

    return scheme


def turns(low: float, high: float) -> Scheme:
    """They win in turn, whatever the costs; the other bids above."""

    def scheme(rng: Generator, private: Floats) -> Floats:
        own = (np.arange(len(private)) % 2)[:, None] == np.arange(2)
        winner = private[:, :2][own][:, None]
        return np.where(own, winner, winner + rng.uniform(low, high, (len(private), 1)))

    return scheme


def phantom(rng: Generator, private: Floats) -> Floats:
    """The lower cost wins; the other bids above it by a gap such as honest bids have."""
    lowest = private[:, :2].min(axis=1, keepdims=True)
    gap = np.abs(rng.normal(0, np.sqrt(2), (len(private), 1)))
    return np.where(private[:, :2] == lowest, lowest, lowest + gap)


def ring(raised: float) -> Scheme:
    """The lower cost wins, `raised`; the other bids honestly unless that would win."""

    def scheme(rng: Generator, private: Floats) -> Floats:
        two = private[:, :2]
        lowest = two.min(axis=1, keepdims=True) + raised
        return np.where(two == two.min(axis=1, keepdims=True), lowest, np.maximum(two, lowest + 0.05))

    return scheme


def withholding(rng: Generator, private: Floats) -> Floats:
    """Only the lower cost bids."""
    two = private[:, :2]
    return np.where(two == two.min(axis=1, keepdims=True), two, np.nan)


HONEST: Final[Mapping[str, World]] = {
    "independent private costs": World(private=normal),
    "large common shocks": World(private=normal, common_bps=8.0),
    "common level walks, solvers abstain": World(private=normal, common_walks=True, abstention=0.25),
    "solvers abstain (25 %)": World(private=normal, abstention=0.25),
    "two solvers join late": World(private=normal, late=150),
    "heavy tails (t, 2 degrees)": World(private=student),
    "skewed costs (exponential)": World(private=exponential),
    "unequal spreads (log sd .7)": World(private=spreads(0.7)),
    "two steady solvers": World(private=quiet_pair),
    "turbulence": World(private=turbulent),
    "levels walk (.1 sd an auction)": World(private=walking(0.1)),
    "levels trend (.01 sd an auction)": World(private=trending(0.01)),
    "three improve by 3 sd at once": World(private=jumping),
    "private costs drawn once a round": World(private=normal, once_a_round=True),
    "inventory (.9, half the variance)": World(private=inventory(0.9, 0.5)),
    "like strategies (.25 sd)": World(private=like_strategies(0.25)),
}
"""Worlds in which all bid independently, within the slack."""

DEPENDENT: Final[Mapping[str, World]] = {
    "sybil": World(private=normal, scheme=sybil),
    "sybil, from auction 200": World(private=normal, scheme=sybil, onset=200),
    "sybil, 30 % of auctions": World(private=normal, scheme=sybil, share=0.3),
    "shared costs, correlation .7": World(private=normal, scheme=shared_costs(0.7)),
    "shared costs, correlation .5": World(private=normal, scheme=shared_costs(0.5)),
    "shared costs, correlation .3": World(private=normal, scheme=shared_costs(0.3)),
    "cover, fixed offset .3 sd": World(private=normal, scheme=cover(0.3, 0.3)),
    "cover, fixed offset .7 sd": World(private=normal, scheme=cover(0.7, 0.7)),
    "cover, fixed offset 1.3 sd": World(private=normal, scheme=cover(1.3, 1.3)),
    "cover, fixed offset 2.5 sd": World(private=normal, scheme=cover(2.5, 2.5)),
    "cover, gap .1 to .6 sd, price raised .2": World(private=normal, scheme=cover(0.1, 0.6, 0.2)),
    "cover, gap .1 to .6 sd, 30 % of auctions": World(private=normal, scheme=cover(0.1, 0.6), share=0.3),
    "cover, gap .2 to .8 sd, lower costs, raised .2": World(private=stronger_pair, scheme=cover(0.2, 0.8, 0.2)),
    "cover, gap .3 to 1 sd": World(private=normal, scheme=cover(0.3, 1.0)),
    "cover, gap .5 to 2 sd": World(private=normal, scheme=cover(0.5, 2.0)),
    "turns, gap .3 to 1 sd": World(private=normal, scheme=turns(0.3, 1.0)),
    "turns, gap .5 to 2 sd": World(private=normal, scheme=turns(0.5, 2.0)),
    "honest-looking phantom bids": World(private=normal, scheme=phantom),
    "ring that bids honestly unless it would win": World(private=normal, scheme=ring(0.2)),
    "withholding": World(private=normal, scheme=withholding),
}
"""Worlds in which the first two solvers act together; not in all of them it can be seen."""
