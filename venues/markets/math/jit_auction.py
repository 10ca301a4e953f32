"""Just-in-time auction and virtual market maker in the manner of Drift.

A market order opens at the oracle's price and gives way, slot by slot, to half a per cent beyond it or to its limit;
makers who watch may take it at the price of the slot. The virtual maker holds no assets: it quotes from a constant
product on `base` and `quote` reserves, with `peg` as the price of a unit of quote. Rules of drift-labs/protocol-v2,
commit 0ae3e3b1, checked through its vectors.
"""

from typing import Final

DERIVE_FRACTION: Final = 200
"""A bound that nobody stated is the oracle's price, moved by one part in this many."""


def auction_prices(oracle: int, limit: int, *, long: bool) -> tuple[int, int]:
    """Return the prices at which an auction starts and ends; a limit of zero means none."""
    sign = 1 if long else -1
    away = oracle + sign * (oracle // DERIVE_FRACTION)
    if limit <= 0:
        return oracle, away
    worst, best = (min, max) if long else (max, min)
    if best(limit, oracle) == limit:
        return oracle, worst(limit, away)
    starts = (price - sign * (price // DERIVE_FRACTION) for price in (limit, oracle))
    return worst(starts), limit


def auction_price(start: int, end: int, elapsed: int, duration: int, tick: int) -> int:
    """Return the price of an auction after some slots, on the grid of `tick`.

    A buyer's price is rounded down and a seller's up: towards the taker, who gives way a tick later.
    """
    price = end
    if duration > 0:
        passed = abs(end - start) * min(elapsed, duration) // duration
        price = start + passed if end >= start else start - passed
    return on_grid(price, tick, up=end < start)


def joining_slot(start: int, end: int, wanted: int, duration: int, tick: int) -> int | None:
    """Return the first slot whose price is as good for a maker as `wanted`, or `None` if none is."""
    sign = 1 if end >= start else -1
    for slot in range(duration + 1):
        if sign * auction_price(start, end, slot, duration, tick) >= sign * wanted:
            return slot
    return None


def on_grid(price: int, tick: int, *, up: bool) -> int:
    """Return a price moved to a multiple of `tick`."""
    return -(-price // tick) * tick if up else price // tick * tick


def quote_paid(base: int, quote: int, bought: int, peg: int, unit: int) -> tuple[int, int]:
    """Return what `bought` of the base costs, and the quote reserve after it.

    Rounding: one unit more of the reserve and one more of the cost, as the contract charges a long.
    """
    after = base * quote // (base - bought)
    return (after - quote + 1) * peg // unit + 1, after + 1


def quote_received(base: int, quote: int, sold: int, peg: int, unit: int) -> tuple[int, int]:
    """Return what `sold` of the base brings, rounded down, and the quote reserve after it."""
    after = -(-base * quote // (base + sold))
    return (quote - after) * peg // unit, after
