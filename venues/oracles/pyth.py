"""Pyth's aggregate: one price and a confidence from many publishers who each give both.

Every publisher casts three votes: its price, and its price less and plus its confidence. The aggregate is the median
of all votes, its confidence the larger distance to the quartiles. Too few valid quotes, or no spread at all, and the
status is unknown: the last price stays, and it is for the consumer to look at the status.

Source: pyth-network/pyth-client, commit 25dd347e, `program/c/src/oracle/upd_aggregate.h` and `model/price_model.c`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

MOST_LAG_SLOTS: Final = 25
"""Slots after which a quote is too old."""

LEAST_INT: Final = -(2**63)
MOST_INT: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What one publisher says. Prices may be negative."""

    price: int
    confidence: int
    """Half the width of the interval in which the publisher believes the price to be."""

    slot: int
    """Slot in which it was published."""

    is_trading: bool = True
    """Whether the publisher says that its market is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """What the network says."""

    price: int
    confidence: int
    is_trading: bool
    """Whether price and confidence are of this slot; otherwise they are the last ones that were."""

    slot: int
    """Slot of the last valid aggregate."""


NOTHING: Final = Aggregate(price=0, confidence=0, is_trading=False, slot=0)
"""Before the first valid aggregate."""


def aggregate(quotes: Sequence[Quote], slot: int, last: Aggregate = NOTHING, least_publishers: int = 0) -> Aggregate:
    """Return the aggregate at a slot.

    Rounding: the median of an even number of votes is the mean of the middle two, towards minus infinity.
    """
    valid = [quote for quote in quotes if _is_valid(quote, slot)]
    unknown = replace(last, is_trading=False)
    if not valid or len(valid) < least_publishers:
        return unknown
    votes = sorted(vote for q in valid for vote in (q.price - q.confidence, q.price, q.price + q.confidence))
    middle, quarter = len(votes) // 2, len(votes) // 4
    price = votes[middle] if len(votes) % 2 else (votes[middle - 1] + votes[middle]) // 2
    confidence = max(price - votes[quarter], votes[-1 - quarter] - price)
    if confidence <= 0:
        return unknown
    return Aggregate(price=price, confidence=confidence, is_trading=True, slot=slot)


def _is_valid(quote: Quote, slot: int) -> bool:
    """Return whether a quote counts: open, spread, in range, and neither old nor from the future."""
    fits = quote.price - quote.confidence >= LEAST_INT and quote.price + quote.confidence <= MOST_INT
    return quote.is_trading and quote.confidence > 0 and fits and 0 <= slot - quote.slot <= MOST_LAG_SLOTS
