"""Makers who answer requests for quotes: fair value of the structure as they see it, a width for its risk, their stock.

A maker needs time to answer and sees the market with a delay. It quotes in volatility, as makers on books do: the width
grows with volatility, and with the amount. Legs that offset each other are charged for their net vega and a part of the
rest. It leans against the vega it holds, quotes all or none or any part, and stops when volatility passes what it can
bear. A quote is firm: it stands until it expires, and the width has to pay for that.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from intents.assets import OPTION_UNIT, USDC_UNIT
from venues.calls.quoting import GiveQuotes
from venues.chain_state import ChainState
from venues.chains.transaction import Transaction
from venues.markets.maker_protection import GREEK_UNIT
from venues.markets.rfq import RfqDesk
from venues.markets.rfq_quotes import FirmQuote, Request
from venues.markets.structure import gross_ratio, legs_of
from venues.markets.venue import Side
from venues.pricing.greeks import Greeks, greeks
from venues.pricing.strip import years_to
from venues.truth import Truth
from venues.view import Offer, View

TICK: Final = 10_000
"""Smallest step of a price: a cent, in USDC base units."""

OFFSET_CHARGE: Final = 0.3
"""Part of the vega of legs that offset each other for which a maker still charges; assumed."""

VOL_POINT: Final = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class RfqMakerRules:
    """How a maker answers."""

    think_ms: int
    """Time from a request to its answer, and between its looks at what is open."""

    good_ms: int
    """Life of a quote: it stands whatever happens, and then the maker gives another if the request is still open."""

    latency_ms: int
    """Age of what it sees."""

    half_spread: float
    """Half the width of its quotes for all of its size, as a fraction of volatility, in a calm market; for a small part
    of its size it asks half of that."""

    calm_vol: float
    """Volatility at which the width is as stated; it grows in proportion."""

    leave_vol: float
    """Volatility at the money from which it does not answer."""

    size: float
    """Options of an answer when calm; it shrinks in inverse proportion to volatility."""

    whole: bool
    """Whether it quotes all or none; an amount above its size then gets no answer."""

    lean: float
    """Move of its volatility, as a fraction, for each thousand dollars of vega it holds for a vol point."""


@dataclass(frozen=True, slots=True)
class _Worth:
    """A structure as a maker sees it, in dollars for one unit."""

    fair: float
    net_vega: float
    gross_vega: float
    delta: float
    vol: float
    """Volatility that a half-spread is a fraction of: the legs' own, weighted by vega."""

    def width(self, half_spread: float) -> float:
        """Return half the width of a quote."""
        risk = self.net_vega + OFFSET_CHARGE * (self.gross_vega - self.net_vega)
        return half_spread * self.vol * risk


@dataclass(frozen=True, slots=True, kw_only=True)
class RfqMaker:
    """One maker at one desk."""

    name: str
    chain: str
    venue: str
    rules: RfqMakerRules
    offset_ms: int

    def next_ms(self, now_ms: int) -> int:
        """Return when it looks at the open requests next."""
        period = self.rules.think_ms
        return now_ms - (now_ms - self.offset_ms) % period + period

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Answer the requests that it has had time to think about and has no standing quote for."""
        state = view.state(self.chain)
        desk = state.venues[self.venue]
        if not isinstance(desk, RfqDesk) or desk.status != "available":
            return ()
        due = {name: request for name, request in desk.requests.items() if self._is_due(desk, request, now_ms)}
        if not due:
            return ()
        quotes = {name: self.quotes(view, state, (name, request), now_ms) for name, request in due.items()}
        call = GiveQuotes(venue=self.venue, maker=self.name, quotes=quotes)
        message = Transaction(
            id=f"{self.name}:{now_ms}", sender=self.name, call=call, max_fee_wei=0, submitted_ms=now_ms
        )
        return (Offer(self.chain, message, is_message=True),)

    def quotes(self, view: View, state: ChainState, asked: tuple[str, Request], now_ms: int) -> tuple[FirmQuote, ...]:
        """Return its quotes on both sides of a structure; none where it steps away."""
        structure, request = asked
        level = view.truth.level.at(now_ms - self.rules.latency_ms)
        if level >= self.rules.leave_vol:
            return ()
        stress = max(level / self.rules.calm_vol, 1.0)
        size = max(round(self.rules.size / stress / gross_ratio(structure) * 10), 1) * (OPTION_UNIT // 10)
        worth = self._worth(view.truth, state, structure, now_ms)
        sides: tuple[Side, Side] = ("buy", "sell")
        found = []
        for side in sides:
            quantity = request.left(side) if self.rules.whole else min(request.left(side), size)
            if quantity and quantity <= size:
                share = quantity / size
                found.append(self._quote(side, worth, stress * (1 + share) / 2, quantity, now_ms))
        return tuple(quote for quote in found if quote.price > 0)

    def _quote(self, side: Side, worth: _Worth, stress: float, quantity: int, now_ms: int) -> FirmQuote:
        sign = 1 if side == "buy" else -1
        dollars = worth.fair + sign * worth.width(self.rules.half_spread * stress)
        ticks = sign * np.ceil(sign * dollars * USDC_UNIT / TICK)
        return FirmQuote(
            maker=self.name,
            side=side,
            price=max(int(ticks), 0) * TICK,
            quantity=quantity,
            whole=self.rules.whole,
            given_ms=now_ms,
            until_ms=now_ms + self.rules.good_ms,
            delta=round(worth.delta * GREEK_UNIT),
            vega=round(worth.net_vega * VOL_POINT * GREEK_UNIT),
        )

    def _worth(self, truth: Truth, state: ChainState, structure: str, now_ms: int) -> _Worth:
        """Return what a structure is worth to the maker, its volatilities leaned against the vega it holds."""
        legs = legs_of(structure)
        ratios = np.array([float(ratio) for _, ratio in legs])
        own, vols = self._greeks(truth, tuple(name for name, _ in legs), now_ms, self._lean(truth, state, now_ms))
        vegas = ratios * own.vega
        gross = float(np.abs(vegas).sum())
        return _Worth(
            fair=float(ratios @ own.price),
            net_vega=abs(float(vegas.sum())),
            gross_vega=gross,
            delta=float(ratios @ own.delta),
            vol=float(np.abs(vegas) @ vols) / gross if gross > 0 else float(vols.mean()),
        )

    def _lean(self, truth: Truth, state: ChainState, now_ms: int) -> float:
        """Return the factor on its volatilities: below one while it is long vega."""
        positions = {n: q for n, q in state.clearing.account(self.name).positions.items() if q}
        if not positions:
            return 1.0
        own, _ = self._greeks(truth, tuple(sorted(positions)), now_ms, 1.0)
        held = np.array([positions[name] / OPTION_UNIT for name in sorted(positions)])
        vega = float(held @ own.vega) * VOL_POINT
        return float(np.clip(1 - self.rules.lean * vega / 1000, 0.7, 1.4))

    def _greeks(self, truth: Truth, names: tuple[str, ...], now_ms: int, lean: float) -> tuple[Greeks, np.ndarray]:
        spot, terms, vols = truth.vols(names, now_ms, now_ms - self.rules.latency_ms)
        leaned = vols * lean
        return greeks(spot, terms.strikes, leaned, years_to(terms, now_ms), terms.calls > 0), leaned

    def _is_due(self, desk: RfqDesk, request: Request, now_ms: int) -> bool:
        if not request.opened_ms + self.rules.think_ms <= now_ms < request.until_ms:
            return False
        return all(quote.maker != self.name for quote in desk.good(request, now_ms))
