"""Desk for requests for quotes: firm quotes for structures of several legs, given blind, taken without a last look.

Requests and quotes are signed messages to a service beside the chain; the chain sees what is traded. A structure with
an open request is an instrument of the desk. Its ladder is what makers offer for any part; an all-or-none quote is a
lot beside it. Takers pay the fee of the order book on every leg.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from intents.assets import OPTION_UNIT
from intents.lifecycle import Cause
from venues.markets.clob import charge
from venues.markets.ladder import FromLadder, along, both_sides, earning
from venues.markets.maker_protection import Exposure, Protection
from venues.markets.rfq_quotes import FirmQuote, Request, best_whole, stack
from venues.markets.structure import expiry_of, gross_ratio
from venues.markets.venue import (
    Admission,
    Arbitrage,
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

Takes = tuple[tuple[FirmQuote, int], ...]
"""Quotes, and how much of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RfqDesk(FromLadder):
    """A desk with its open requests."""

    id: str
    chain: str
    fee_account: str
    blind_ms: int
    """Time after a request for which nobody sees its quotes."""

    life_ms: int
    """Time after which a request ends."""

    requests: dict[str, Request] = field(default_factory=dict)
    """By structure: one at a time for each."""

    protections: dict[str, Protection] = field(default_factory=dict)
    """By maker."""

    exposures: dict[str, Exposure] = field(default_factory=dict)
    """By maker, once it has traded."""

    gas: int = 125_000
    """Signatures of a maker checked, and legs exchanged; assumed."""

    status: Status = "available"
    kind: Literal["rfq"] = "rfq"

    def instruments(self) -> tuple[str, ...]:
        """Return the structures somebody has asked about."""
        return tuple(self.requests)

    def admission(self, market: Market) -> Admission:  # noqa: ARG002
        """Return whether the desk takes orders."""
        return self.status

    def execute(self, order: Order, market: Market) -> tuple["RfqDesk", Fill] | Unfilled:
        """Return the desk after an order took its quotes; all or nothing."""
        if self.status != "available":
            return Unfilled(Cause.HALTED, f"{self.id} is {self.status}")
        takes = self._takes(order, market)
        if isinstance(takes, Unfilled):
            return takes
        fill = self._fill(order, takes, market.spot)
        if not within_bound(order, fill.cash):
            return slippage(order, fill.cash)
        request = self.requests[order.instrument].taken(order.side, takes)
        exposures = self.exposures | self._exposed(order, takes, market.now_ms)
        return replace(self, requests=self.requests | {order.instrument: request}, exposures=exposures), fill

    def ladder(self, instrument: str, side: Side, market: Market) -> tuple[Step, ...]:
        """Return one step for each quote for any part, up to the amount that may still be traded."""
        quotes, left = self._live(instrument, side, market)
        return tuple(
            Step(quantity, self._cash(instrument, side, ((quote, quantity),), market.spot)[0])
            for quote, quantity in stack(quotes, side, left)
        )

    def lots(self, instrument: str, side: Side, market: Market) -> tuple[Step, ...]:
        """Return the best all-or-none quote, if it beats the others for the same amount or ties with them."""
        quotes, left = self._live(instrument, side, market)
        whole = best_whole(quotes, side, left)
        if whole is None or self._choice(instrument, side, left, market) != ((whole, left),):
            return ()
        return (Step(left, self._cash(instrument, side, ((whole, left),), market.spot)[0]),)

    def divisible(self) -> "RfqDesk":
        """Return the desk without all-or-none quotes."""
        parts = {
            name: replace(request, quotes=tuple(quote for quote in request.quotes if not quote.whole))
            for name, request in self.requests.items()
        }
        return replace(self, requests=parts)

    def capacity(self, instrument: str, side: Side, market: Market) -> int:
        """Return the most that one order can trade."""
        offers = (
            sum(step.quantity for step in self.ladder(instrument, side, market)),
            *(lot.quantity for lot in self.lots(instrument, side, market)),
        )
        return max(offers)

    def arbitrage(self, prices: Mapping[str, float], market: Market) -> tuple[Arbitrage, ...]:
        """Return the better of the steps that pay and the lot, for each structure and side."""
        listed = [name for name in self.requests if name in prices]
        found = []
        for name, side in both_sides(listed):
            trades = [along(self.ladder(name, side, market), name, side, prices[name])]
            trades += [earning(name, side, o.quantity, o.cash, prices[name]) for o in self.lots(name, side, market)]
            found.append(max((trade for trade in trades if trade), key=lambda trade: trade.profit, default=None))
        return tuple(trade for trade in found if trade is not None)

    def claim(self, order: Order, market: Market) -> Claim:
        """Return the claim: what the stack sells at prices that, paid throughout, would still keep the bound."""
        quotes, left = self._live(order.instrument, order.side, market)
        rounding = 2 * len(quotes)
        spot, reach = market.spot * gross_ratio(order.instrument), 0
        for quote, quantity in stack(quotes, order.side, left):
            premium, fee = charge(quote.price, order.quantity, order.side, spot)
            worst = premium + fee + rounding if order.side == "buy" else premium - fee - rounding
            if not within_bound(order, worst):
                break
            reach += quantity
        alone = 0 if isinstance(self.execute(order, market), Unfilled) else order.quantity
        return Claim(f"{self.id}:{order.instrument}:{order.side}", order.quantity, max(reach, alone))

    def as_seen(self, now_ms: int) -> "RfqDesk":
        """Return the desk as takers see it: without what is blind, ended or void, and without makers' limits."""
        seen = {
            name: replace(request, quotes=quotes)
            for name, request in self.requests.items()
            if (quotes := self.good(request, now_ms)) and request.visible_ms <= now_ms <= request.until_ms
        }
        return replace(self, requests=seen, protections={}, exposures={})

    def good(self, request: Request, now_ms: int) -> tuple[FirmQuote, ...]:
        """Return the quotes that are neither expired nor voided by their makers' protection."""
        return tuple(
            quote
            for quote in request.quotes
            if now_ms <= quote.until_ms
            and not ((known := self.exposures.get(quote.maker)) and known.voids(quote.given_ms, now_ms))
        )

    def _live(self, instrument: str, side: Side, market: Market) -> tuple[tuple[FirmQuote, ...], int]:
        """Return the quotes that a taker on a side may take now, and how much in all."""
        request = self.requests.get(instrument)
        if request is None or self.status != "available" or market.now_ms >= expiry_of(instrument):
            return (), 0
        if not request.visible_ms <= market.now_ms <= request.until_ms:
            return (), 0
        return tuple(q for q in self.good(request, market.now_ms) if q.side == side), request.left(side)

    def _takes(self, order: Order, market: Market) -> Takes | Unfilled:
        """Return the quotes that an order takes, or why it cannot have its quantity."""
        request = self.requests.get(order.instrument)
        if request is None:
            return Unfilled(Cause.NO_LIQUIDITY, f"{order.instrument}: nobody has asked {self.id} for quotes")
        if market.now_ms < request.visible_ms:
            return Unfilled(Cause.NO_LIQUIDITY, f"{order.instrument}: quotes are blind until {request.visible_ms}")
        takes = self._choice(order.instrument, order.side, order.quantity, market)
        if sum(quantity for _, quantity in takes) < order.quantity:
            return Unfilled(Cause.NO_LIQUIDITY, f"{order.instrument}: no quotes for {order.quantity}")
        return takes

    def _choice(self, instrument: str, side: Side, quantity: int, market: Market) -> Takes:
        """Return the quotes that give a taker the best total; at the same total all-or-none goes first."""
        quotes, left = self._live(instrument, side, market)
        parts = tuple(stack(quotes, side, quantity)) if quantity <= left else ()
        whole = best_whole(quotes, side, quantity) if quantity == left else None
        if whole is None:
            return parts
        if sum(size for _, size in parts) < quantity:
            return ((whole, quantity),)
        one = self._cash(instrument, side, ((whole, quantity),), market.spot)[0]
        other = self._cash(instrument, side, parts, market.spot)[0]
        is_better = one <= other if side == "buy" else one >= other
        return ((whole, quantity),) if is_better else parts

    def _cash(self, instrument: str, side: Side, takes: Takes, spot: int) -> tuple[int, int]:
        """Return what quotes come to, fees included, and the fees."""
        sign = 1 if side == "buy" else -1
        charges = [charge(quote.price, size, side, spot * gross_ratio(instrument)) for quote, size in takes]
        fees = sum(fee for _, fee in charges)
        return sum(premium for premium, _ in charges) + sign * fees, fees

    def _fill(self, order: Order, takes: Takes, spot: int) -> Fill:
        sign = -1 if order.side == "buy" else 1
        cash, fees = self._cash(order.instrument, order.side, takes, spot)
        shares = []
        for quote, size in takes:
            premium, _ = charge(quote.price, size, order.side, spot)
            shares.append(Share(quote.maker, sign * size, -sign * premium))
        shares.append(Share(self.fee_account, 0, fees))
        return Fill(order, cash, fees, tuple(shares))

    def _exposed(self, order: Order, takes: Takes, now_ms: int) -> dict[str, Exposure]:
        """Return the exposures of the protected makers who traded."""
        sign = -1 if order.side == "buy" else 1
        exposed: dict[str, Exposure] = {}
        for quote, size in takes:
            rule = self.protections.get(quote.maker)
            if rule is None:
                continue
            taken = Exposure(
                since_ms=now_ms,
                quantity=size * gross_ratio(order.instrument),
                delta=sign * quote.delta * size // OPTION_UNIT,
                vega=sign * quote.vega * size // OPTION_UNIT,
            )
            before = exposed.get(quote.maker) or self.exposures.get(quote.maker) or Exposure(since_ms=now_ms)
            exposed[quote.maker] = before.traded(rule, now_ms, taken)
        return exposed
