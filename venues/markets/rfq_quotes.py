"""Requests for quotes, the firm quotes that answer them, and which of them an order takes.

Rules as Deribit documents its [block RFQ]: makers answer a request for an amount of a structure without seeing each
other; a quote is for any part, or all or none, and then it must be for the whole amount; several makers may share one
fill; at the same price all-or-none goes first. An order for the whole amount takes the cheaper of the best
all-or-none quote and the best stack of the others; an order for less takes from the stack. That quotes are taken at
their own prices, the best first, is this desk's rule.

[block RFQ]: https://support.deribit.com/hc/en-us/articles/25951371614621-Deribit-Block-RFQ
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from intents.boundary import Amount, SignedAmount
from venues.markets.venue import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmQuote:
    """What a maker has signed: good until it expires, without another look at who comes."""

    maker: str
    side: Side
    """Side of the takers whom it is for."""

    price: Amount
    """USDC base units for one unit of the structure."""

    quantity: Amount
    whole: bool
    """All or none; else any part."""

    given_ms: int
    until_ms: int
    """Last instant at which it may be taken."""

    delta: SignedAmount
    """Of one unit, times `GREEK_UNIT`."""

    vega: SignedAmount
    """Of one unit for a vol point, times `GREEK_UNIT`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Somebody's question what a structure costs."""

    amount: Amount
    opened_ms: int
    visible_ms: int
    """End of the blind period: from here on takers see the quotes and may trade."""

    until_ms: int
    quotes: tuple[FirmQuote, ...] = ()
    """In the order in which they were given."""

    bought: Amount = 0
    sold: Amount = 0
    """What takers have bought and sold so far."""

    def left(self, side: Side) -> int:
        """Return what may still be traded on a side; each side has the whole amount to itself."""
        return self.amount - (self.bought if side == "buy" else self.sold)

    def taken(self, side: Side, takes: Sequence[tuple[FirmQuote, int]]) -> "Request":
        """Return the request after a fill. All-or-none quotes are for the amount as it was, so they lapse."""
        gone = {id(quote): quantity for quote, quantity in takes}
        rest = [replace(q, quantity=q.quantity - gone.get(id(q), 0)) if id(q) in gone else q for q in self.quotes]
        kept = tuple(q for q in rest if q.quantity and not (q.whole and q.side == side))
        quantity = sum(gone.values())
        if side == "buy":
            return replace(self, quotes=kept, bought=self.bought + quantity)
        return replace(self, quotes=kept, sold=self.sold + quantity)


def stack(quotes: Sequence[FirmQuote], side: Side, most: int) -> Iterator[tuple[FirmQuote, int]]:
    """Yield the quotes for any part that make up `most`, best price first, then the earliest, and how much of each."""
    sign = 1 if side == "buy" else -1
    for quote in sorted((q for q in quotes if not q.whole), key=lambda q: sign * q.price):
        if most <= 0:
            return
        taken = min(quote.quantity, most)
        most -= taken
        yield quote, taken


def best_whole(quotes: Sequence[FirmQuote], side: Side, amount: int) -> FirmQuote | None:
    """Return the best quote for all of an amount or none, the earliest of equal ones."""
    sign = 1 if side == "buy" else -1
    fitting = (quote for quote in quotes if quote.whole and quote.quantity == amount)
    return min(fitting, key=lambda quote: sign * quote.price, default=None)
