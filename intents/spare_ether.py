"""Ether beyond what covers short calls, as backing of what else is at risk.

Whatever the price of ether at an expiry, that is what spare ether is worth then: it makes good a loss at high prices
sooner than one at low prices, and none at zero. The least cash beside it falls, as ether is added, in stretches: in
each, the loss at one price is the worst, and each wei saves that price.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from intents.exposure import Backing, Positions, exotic_backing, expiry_backing, scaled_value
from intents.options import PAYOFF_SCALE


@dataclass(frozen=True, slots=True)
class Stretch:
    """Ether of which each wei saves the same cash."""

    expiry_ms: int
    price: int
    """Price at which the worst loss is: dollars times `PRICE_UNIT`."""

    wei: int


def backing_beside(positions: Positions, ether: int) -> Backing:
    """Return what covers positions in an account that holds `ether` wei: the least cash, and the ether it takes.

    Rounding: cash up, for each expiry.
    """
    european, need = _parts(positions)
    cover = {expiry: expiry_backing(legs).ether for expiry, legs in european.items()}
    spare = ether - need.ether - sum(cover.values())
    for stretch in stretches(positions):
        taken = min(max(spare, 0), stretch.wei)
        cover[stretch.expiry_ms] += taken
        spare -= taken
    cash = sum(_cash(legs, cover[expiry]) for expiry, legs in european.items())
    return Backing(need.ether + sum(cover.values()), need.cash + cash)


def stretches(positions: Positions) -> list[Stretch]:
    """Return the stretches of spare ether that save cash, what saves most first."""
    european, _ = _parts(positions)
    found = [stretch for expiry, legs in european.items() for stretch in _of_expiry(expiry, legs)]
    return sorted(found, key=lambda stretch: (-stretch.price, stretch.expiry_ms))


def _parts(positions: Positions) -> tuple[dict[int, Positions], Backing]:
    """Return European positions by expiry, and what the others need."""
    by_expiry: dict[int, Positions] = {}
    ether = cash = 0
    for series, quantity in positions:
        if series.is_european:
            by_expiry[series.expiry_ms] = [*by_expiry.get(series.expiry_ms, ()), (series, quantity)]
        else:
            need = exotic_backing(series, quantity)
            ether, cash = ether + need.ether, cash + need.cash
    return by_expiry, Backing(ether, cash)


def _of_expiry(expiry_ms: int, legs: Positions) -> Iterator[Stretch]:
    """Yield the stretches of one expiry, from the highest price: the upper hull of the losses at its kinks."""
    cover = expiry_backing(legs).ether
    losses = {price: -scaled_value(legs, cover, price) for price in {0, *(series.strike for series, _ in legs)}}
    losses[0] = max(losses[0], 0)
    at = min(losses, key=lambda price: (-losses[price], price))
    given = 0
    while at > 0:
        ends = {price: Fraction(losses[at] - losses[price], at - price) for price in losses if price < at}
        following = min(ends, key=lambda price: (ends[price], price))
        end = -(-ends[following].numerator // ends[following].denominator)
        yield Stretch(expiry_ms, at, max(end - given, 0))
        at, given = following, max(end, given)


def _cash(legs: Positions, ether: int) -> int:
    kinks: Iterable[int] = {0, *(series.strike for series, _ in legs)}
    return -(min(0, *(scaled_value(legs, ether, price) for price in kinks)) // PAYOFF_SCALE)
