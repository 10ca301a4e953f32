"""Check of offers that are taken whole or not at all."""

from collections.abc import Iterator

from venues.markets.lots import lots_of
from venues.testing.stage import SIDES, Stage, worse


def lots(stage: Stage) -> Iterator[str]:
    """A lot fills at the cash it states; a part of it, or more than it, costs no less than without it."""
    smooth = stage.divisible()
    for side in SIDES:
        for lot in lots_of(stage.venue, stage.instrument, side, stage.market):
            fill, plain = stage.quote(side, lot.quantity), smooth.quote(side, lot.quantity)
            if fill is None or fill.cash != lot.cash:
                yield f"{side}: the lot of {lot.quantity} is stated at {lot.cash} and comes to {fill and fill.cash}"
            if fill is not None and plain is not None and worse(side, fill.cash, plain.cash) > 0:
                yield f"{side}: the lot of {lot.quantity} at {fill.cash} is worse than {plain.cash} without it"
            for size in (lot.quantity // 2, lot.quantity - 1, lot.quantity + 1):
                with_lot, without = stage.quote(side, size), smooth.quote(side, size)
                if (with_lot and with_lot.cash) != (without and without.cash):
                    yield f"{side} {size}: the lot of {lot.quantity} is taken in part"
