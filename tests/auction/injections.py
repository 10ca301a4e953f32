"""Injections of every kind: weather alone, and breaches in any weather."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from tests.auction import weathers
from tests.auction.injected import Injection
from tests.auction.lot import Lot
from tests.venues.small_world import L1, L2, START_MS
from venues.seeds import generator

FAILING: Final[tuple[Callable[[Lot], Injection], ...]] = (
    weathers.gas_spike,
    weathers.surge,
    weathers.outage,
    weathers.outage_at_home,
    weathers.halting_partition,
    weathers.forking_partition,
    weathers.reorg,
    weathers.reorg_then_outage,
    weathers.oracle_moved,
    weathers.maker_moved,
    weathers.taken,
    weathers.stale,
    weathers.venue_halt,
    weathers.censored,
    weathers.stalled_lock,
    weathers.poor_maker,
    weathers.poor_owner,
    weathers.harmless_then_spike,
    weathers.harmless_then_censored,
)
"""What makes a fill fail whose solver keeps to the policy."""

HARMLESS: Final[tuple[Callable[[Lot], Injection], ...]] = (
    weathers.mild_surge,
    weathers.taken_in_part,
    weathers.outage_elsewhere,
    weathers.outage_afterwards,
    weathers.short_outage,
    weathers.mild_reorg,
    weathers.oracle_halt,
    weathers.mildly_censored,
    weathers.stalled,
    weathers.bridge_halt,
)
"""What delays a fill, or touches it not at all."""

BREACHES: Final = ("walks", "no ether", "no cash")
"""What a solver can do wrong."""

REACHED: Final = (
    weathers.oracle_moved,
    weathers.maker_moved,
    weathers.taken,
    weathers.stale,
    weathers.venue_halt,
    weathers.poor_maker,
    weathers.poor_owner,
)
"""What lets a transaction into a block, and makes it revert there."""


def injections(count: int, seed: int = 1) -> Iterator[Injection]:
    """Yield as many injections: of each five three without a breach, one walk-away and one other breach or walk-away.

    A solver that lacks what it promised is put into weather that lets its transactions into blocks, where it shows.
    """
    choices = {
        "": (*FAILING, *FAILING, *FAILING, *HARMLESS),
        "walks": (*FAILING, *HARMLESS, weathers.clear),
        "no ether": (*REACHED, *HARMLESS, weathers.clear),
        "no cash": (*HARMLESS, weathers.clear),
    }
    turns = dict.fromkeys(choices, 0)
    for number in range(count):
        breach = ("", "walks", "", ("no ether", "no cash", "walks")[number // 5 % 3], "")[number % 5]
        make = choices[breach][turns[breach] % len(choices[breach])]
        turns[breach] += 1
        rng = generator(seed, "injection", number)
        where = (L1, L2)[int(rng.integers(2))]
        given = make(Lot(rng, number, where, START_MS + int(rng.integers(60_000, 150_000))))
        same = given.same_solver and breach in {"", "walks"}
        yield replace(given, kind=make.__name__, breach=breach, same_solver=same)
