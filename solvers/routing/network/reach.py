"""The part of a network that can matter: tokens that markets connect with some utility.

Elsewhere nothing is worth anything: the price is zero, no trade is wanted, and the dual gains nothing by it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers.routing.network.compiled import Floats, Ints
from solvers.routing.network.markets import Baskets, Offers, Pairs, Stables
from solvers.routing.network.network import Aim, Network
from solvers.routing.network.recovery import Trades
from solvers.routing.network.start import reachable

ENDS = 2
"""Columns that hold tokens, the first ones of each family of two-token markets."""


@dataclass(frozen=True, slots=True)
class Part:
    """A network within a network."""

    network: Network
    aim: Aim
    tokens: Ints
    """Which tokens of the whole these are."""

    markets: tuple[Ints, Ints, Ints, Ints]
    """Which markets of each family of the whole these are; of baskets, which entries of the flat arrays."""


def part_that_matters(network: Network, aim: Aim) -> Part | None:
    """Return the part connected with a utility; nothing if that is all."""
    known = (aim.utility > 0).astype(np.int64)
    reachable(network.families, known)
    if known.all():
        return None
    tokens = np.flatnonzero(known)
    number = np.cumsum(known) - 1
    pairs, stables, offers = (np.flatnonzero(known[f[0]]) for f in (network.pairs, network.stables, network.offers))
    entries = np.flatnonzero(known[network.baskets.tokens])
    return Part(
        Network(
            tokens=len(tokens),
            pairs=Pairs(*_renumbered(network.pairs, pairs, number)),
            baskets=_baskets_of(network.baskets, known, number),
            stables=Stables(*_renumbered(network.stables, stables, number)),
            offers=Offers(*_renumbered(network.offers, offers, number)),
        ),
        Aim(aim.utility[tokens], aim.stock[tokens]),
        tokens,
        (pairs, entries, stables, offers),
    )


def in_whole(part: Part, network: Network, trades: Trades) -> Trades:
    """Return trades of a part as trades of the whole."""
    families = (network.pairs.gamma, network.baskets.tokens, network.stables.gamma, network.offers.rate)
    whole = Trades(*(np.zeros(len(family)) for family in families))
    for row, which, values in zip(whole, part.markets, trades, strict=True):
        row[which] = values
    return whole


def spread_out(part: Part, network: Network, values: Floats) -> Floats:
    """Return one value for each token of the whole, zero outside the part."""
    whole = np.zeros(network.tokens)
    whole[part.tokens] = values
    return whole


def _renumbered(family: Pairs | Stables | Offers, which: Ints, number: Ints) -> Iterator[Any]:
    for place, column in enumerate(family):
        yield number[column[which]] if place < ENDS else column[which]


def _baskets_of(baskets: Baskets, known: Ints, number: Ints) -> Baskets:
    entries = np.flatnonzero(known[baskets.tokens])
    pools = np.flatnonzero(known[baskets.tokens[baskets.starts[:-1]]])
    starts = np.concatenate([[0], np.cumsum(np.diff(baskets.starts)[pools])]).astype(np.int64)
    return Baskets(
        starts,
        number[baskets.tokens[entries]],
        baskets.reserves[entries],
        baskets.weights[entries],
        baskets.gamma[pools],
    )
