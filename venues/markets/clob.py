"""Option order book with price-time priority.

Resting orders are executed at their own price. The taker pays the fee of a real option exchange on each of them: three
basis points of the underlying, at most an eighth of the premium (Deribit's schedule). Makers only rest: a quote that
would meet an order of the other side is left out, so that a book is never crossed. Trading ends at expiry.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from intents.assets import OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.boundary import Amount
from intents.lifecycle import Cause
from intents.options import parse_series
from venues.markets.ladder import FromLadder
from venues.markets.venue import (
    Admission,
    Claim,
    Fill,
    Market,
    Order,
    Share,
    Side,
    Status,
    Step,
    Unfilled,
    slippage,
    within_bound,
)

FEE_PPM: Final = 300
"""Taker fee, in millionths of the underlying."""

FEE_CAP_DIVISOR: Final = 8
"""The fee never exceeds the premium divided by this."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A price and size on one side, in a maker's ladder."""

    price: Amount
    """USDC base units for one option."""

    quantity: Amount


@dataclass(frozen=True, slots=True)
class RestingOrder:
    """An order in the book."""

    owner: str
    price: Amount
    """USDC base units for one option."""

    quantity: Amount


@dataclass(frozen=True, slots=True)
class Book:
    """Both sides of one instrument, best first; equal prices in the order of arrival."""

    bids: tuple[RestingOrder, ...] = ()
    asks: tuple[RestingOrder, ...] = ()


EMPTY_BOOK: Final = Book()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderBook(FromLadder):
    """Order books of many option series at one venue."""

    id: str
    chain: str
    books: dict[str, Book]
    fee_account: str
    gas: int = 90_000
    status: Status = "available"
    kind: Literal["order_book"] = "order_book"

    def instruments(self) -> tuple[str, ...]:
        """Return the listed series."""
        return tuple(self.books)

    def admission(self, market: Market) -> Admission:  # noqa: ARG002
        """Return whether the venue takes orders."""
        return self.status

    def execute(self, order: Order, market: Market) -> tuple["OrderBook", Fill] | Unfilled:
        """Return the venue after taking resting orders from the best price on; all or nothing."""
        if self.status != "available":
            return Unfilled(Cause.HALTED, f"{self.id} is {self.status}")
        book = self._open_book(order.instrument, market)
        resting = book.asks if order.side == "buy" else book.bids
        matches = tuple(_match(resting, order.quantity))
        if sum(quantity for _, quantity in matches) < order.quantity:
            return Unfilled(Cause.NO_LIQUIDITY, f"{order.instrument}: the book is thinner than {order.quantity}")
        fill = self._fill(order, matches, market.spot)
        if not within_bound(order, fill.cash):
            return slippage(order, fill.cash)
        rest = _consume(resting, order.quantity)
        changed = replace(book, asks=rest) if order.side == "buy" else replace(book, bids=rest)
        return replace(self, books=self.books | {order.instrument: changed}), fill

    def ladder(self, instrument: str, side: Side, market: Market) -> tuple[Step, ...]:
        """Return one step for each resting order, fees included."""
        book = self._open_book(instrument, market)
        steps = []
        for resting in book.asks if side == "buy" else book.bids:
            premium, fee = charge(resting.price, resting.quantity, side, market.spot)
            steps.append(Step(resting.quantity, premium + fee if side == "buy" else premium - fee))
        return tuple(steps)

    def claim(self, order: Order, market: Market) -> Claim:
        """Return the claim: resting quantity at prices that, paid throughout, would still keep the bound."""
        book = self._open_book(order.instrument, market)
        side = book.asks if order.side == "buy" else book.bids
        rounding = 2 * len(side)
        reach = 0
        for resting in side:
            premium, fee = charge(resting.price, order.quantity, order.side, market.spot)
            worst = premium + fee + rounding if order.side == "buy" else premium - fee - rounding
            if not within_bound(order, worst):
                break
            reach += resting.quantity
        reach = max(reach, self._reach_alone(order, market))
        return Claim(f"{self.id}:{order.instrument}:{order.side}", order.quantity, reach)

    def _open_book(self, instrument: str, market: Market) -> Book:
        """Return the book of a series, empty if it is not listed, has expired, or cannot be traded now."""
        book = self.books.get(instrument)
        if book is None or self.status != "available" or market.now_ms >= parse_series(instrument).expiry_ms:
            return EMPTY_BOOK
        return book

    def _reach_alone(self, order: Order, market: Market) -> int:
        return order.quantity if not isinstance(self.execute(order, market), Unfilled) else 0

    def _fill(self, order: Order, matches: tuple[tuple[RestingOrder, int], ...], spot: int) -> Fill:
        sign = -1 if order.side == "buy" else 1
        shares = []
        total = fees = 0
        for resting, quantity in matches:
            premium, fee = charge(resting.price, quantity, order.side, spot)
            total, fees = total + premium, fees + fee
            shares.append(Share(resting.owner, sign * quantity, -sign * premium))
        shares.append(Share(self.fee_account, 0, fees))
        return Fill(order, total - sign * fees, fees, tuple(shares))


def requote(
    venue: OrderBook, owner: str, quotes: Mapping[str, tuple[tuple[Quote, ...], tuple[Quote, ...]]]
) -> OrderBook:
    """Return the venue with all orders of `owner` replaced by `quotes` (bids and asks of each instrument).

    Quotes that would trade at once, with others' orders or with the owner's own, are left out.
    """
    books = {}
    for instrument, book in venue.books.items():
        bids, asks = quotes.get(instrument, ((), ()))
        others = [order for order in book.asks if order.owner != owner]
        ceiling = min((order.price for order in others), default=None)
        resting = [quote for quote in bids if ceiling is None or quote.price < ceiling]
        placed = _place([o for o in book.bids if o.owner != owner], resting, owner, best_is_high=True)
        floor = placed[0].price if placed else -1
        books[instrument] = Book(
            placed, _place(others, [quote for quote in asks if quote.price > floor], owner, best_is_high=False)
        )
    return replace(venue, books=books)


def withdraw(
    venue: OrderBook, owner: str, quotes: Mapping[str, tuple[tuple[Quote, ...], tuple[Quote, ...]]]
) -> OrderBook:
    """Return the venue with the orders of `owner` cut down to `quotes`: none is added, none grows, none moves.

    It is all that a requote can do while orders may only be taken back. What is left of an order keeps its place.
    """
    books = {}
    for instrument, book in venue.books.items():
        bids, asks = quotes.get(instrument, ((), ()))
        books[instrument] = Book(tuple(_cut(book.bids, owner, bids)), tuple(_cut(book.asks, owner, asks)))
    return replace(venue, books=books)


def _cut(resting: tuple[RestingOrder, ...], owner: str, quotes: Sequence[Quote]) -> Iterator[RestingOrder]:
    left: dict[int, int] = {}
    for quote in quotes:
        left[quote.price] = left.get(quote.price, 0) + quote.quantity
    for order in resting:
        if order.owner != owner:
            yield order
            continue
        kept = min(order.quantity, left.get(order.price, 0))
        if kept:
            left[order.price] -= kept
            yield replace(order, quantity=kept)


def _place(
    resting: list[RestingOrder], quotes: Sequence[Quote], owner: str, *, best_is_high: bool
) -> tuple[RestingOrder, ...]:
    orders = resting + [RestingOrder(owner, quote.price, quote.quantity) for quote in quotes]
    return tuple(sorted(orders, key=lambda order: -order.price if best_is_high else order.price))


def _match(resting: tuple[RestingOrder, ...], quantity: int) -> Iterator[tuple[RestingOrder, int]]:
    for order in resting:
        if quantity == 0:
            return
        taken = min(order.quantity, quantity)
        quantity -= taken
        yield order, taken


def _consume(resting: tuple[RestingOrder, ...], quantity: int) -> tuple[RestingOrder, ...]:
    for index, order in enumerate(resting):
        if quantity < order.quantity:
            return (replace(order, quantity=order.quantity - quantity), *resting[index + 1 :])
        quantity -= order.quantity
    return ()


def charge(price: int, quantity: int, side: Side, spot: int) -> tuple[int, int]:
    """Return the premium of `quantity` at `price`, rounded up for a buyer and down for a seller, and the fee on it."""
    premium = -(-price * quantity // OPTION_UNIT) if side == "buy" else price * quantity // OPTION_UNIT
    notional = spot * quantity // (OPTION_UNIT * PRICE_UNIT // USDC_UNIT)
    return premium, min(notional * FEE_PPM // 1_000_000, premium // FEE_CAP_DIVISOR)
