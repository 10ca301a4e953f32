"""Makers who quote ladders of options around Black-76.

They see the market with a delay, quote in volatility, widen and shrink as it rises, lean against their inventory, and
leave when it passes what they can bear. One with a budget for gas quotes less often where gas is dear, and bids more
for a transaction that waits. A cautious one widens by what the price may do until its quotes can next change.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from intents.assets import ETH_UNIT, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from venues.calls.upkeep import REQUOTE_GAS, REQUOTE_GAS_PER_QUOTE, Ladders, Requote
from venues.chain_state import ChainState
from venues.chains.transaction import Transaction
from venues.errand import Errand, priced
from venues.markets.clob import Quote
from venues.observed import Observed
from venues.pricing import listed
from venues.pricing.black76 import MS_PER_YEAR, Floats, delta
from venues.pricing.strip import Strip, years_to
from venues.sightings import observed_by
from venues.view import Offer, View

TICK: Final = 10_000
"""Smallest step of a price: a cent, in USDC base units."""

_NOISE: Final = 6
"""Decimals of a tick beyond which a price is rounding of the formula."""

TIP_WEI: Final = 50_000_000
FEE_HEADROOM: Final = 3
FEE_BLOCKS: Final = 20
"""Blocks whose prices say what gas costs."""

MS_PER_HOUR: Final = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MakerRules:
    """How a maker quotes."""

    refresh_ms: int
    latency_ms: int
    """Age of what it sees."""

    half_spread: float
    """Half the width of its best quotes, as a fraction of volatility, when the market is calm."""

    calm_vol: float
    """Volatility at which the width is as stated; it grows in proportion."""

    leave_vol: float
    """Volatility at the money at which it stops quoting."""

    size: float
    """Options at the best price when calm; it shrinks in inverse proportion to volatility."""

    levels: int
    level_step: float
    """Further width of each next level, as a fraction of volatility; its size is half as much again."""

    skew: float
    """Move of its volatility, as a fraction, for each hundred options of inventory."""

    caution: float = 0.0
    """Standard deviations of the price over the time that its quotes are exposed by which it moves them away."""

    gas_budget: float | None = None
    """Dollars an hour that it spends on gas; where requoting costs more it does so less often. No limit if left out."""


@dataclass(frozen=True, slots=True)
class _Sight:
    """What a maker prices by."""

    spot: float
    terms: Strip
    vols: Floats
    now_ms: int
    observed: Observed
    move: float
    """What the price of the underlying may do while quotes are exposed, in dollars."""

    def prices(self, factor: float) -> Floats:
        """Return prices in dollars at volatilities times a factor."""
        return listed.prices(self.spot, self.terms, self.vols * factor, self.now_ms, self.observed)

    def exposed(self) -> Floats:
        """Return what the price of each option may do while quotes are exposed, by its delta, in dollars."""
        years = years_to(self.terms, self.now_ms)
        return self.move * np.abs(delta(self.spot, self.terms.strikes, self.vols, years, self.terms.calls > 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """One maker on one order book."""

    name: str
    chain: str
    venue: str
    rules: MakerRules
    offset_ms: int
    """Phase of its refresh, so that makers do not move together."""

    def next_ms(self, now_ms: int) -> int:
        """Return the time of its next refresh."""
        period = self.rules.refresh_ms
        return now_ms - (now_ms - self.offset_ms) % period + period

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Replace its quotes, unless the venue is known to be closed."""
        state = view.state(self.chain)
        if state.venues[self.venue].status == "unavailable":
            return ()
        if not self.is_turn(view, now_ms):
            return ()
        call = Requote(venue=self.venue, maker=self.name, ladders=self.ladders(view, state, now_ms))
        if self.rules.gas_budget is not None:
            return self._in_place(view, Errand(name=self.venue, chain=self.chain, call=call), now_ms)
        transaction = Transaction(
            id=f"{self.name}:{now_ms}",
            sender=self.name,
            call=call,
            max_fee_wei=view.chain(self.chain).base_fee_wei * FEE_HEADROOM + TIP_WEI,
            tip_wei=TIP_WEI,
            submitted_ms=now_ms,
        )
        return (Offer(self.chain, transaction),)

    def _in_place(self, view: View, errand: Errand, now_ms: int) -> tuple[Offer, ...]:
        """Return a transaction that takes the place of one that waits, so that no old ladder comes after a new one."""
        chain = view.chain(self.chain)
        old = next(iter(chain.waiting(self.name)), None)
        return (Offer(self.chain, priced(errand, self.name, chain, old, now_ms), replaces=old.id if old else None),)

    def ladders(self, view: View, state: ChainState, now_ms: int) -> Ladders:
        """Return its bids and asks for every listed series that has not expired."""
        seen = now_ms - self.rules.latency_ms
        level = view.truth.level.at(seen)
        if level >= self.rules.leave_vol:
            return {}
        listed = tuple(state.venues[self.venue].instruments())
        spot, terms, vols = view.truth.vols(listed, now_ms, seen)
        stress = max(level / self.rules.calm_vol, 1.0)
        lean = 1 - self.rules.skew * _inventory(state, self.name) / 100
        widths = [self._width(stress, depth) for depth in range(self.rules.levels)]
        exposed_ms = self.rules.latency_ms + self.rules.refresh_ms * self._turns(view, now_ms)
        exposed_ms += self._waits_ms(view, now_ms)
        move = self.rules.caution * spot * level * math.sqrt(exposed_ms / MS_PER_YEAR)
        sight = _Sight(spot, terms, vols * lean, now_ms, _observed(state, terms), move)
        prices = [_prices(sight, width) for width in widths]
        sizes = [_lots(self.rules.size * 1.5**depth / stress) for depth in range(self.rules.levels)]
        return {
            symbol: (
                tuple(Quote(int(bid[i]), size) for (bid, _), size in zip(prices, sizes, strict=True) if bid[i] > 0),
                tuple(Quote(int(ask[i]), size) for (_, ask), size in zip(prices, sizes, strict=True)),
            )
            for i, symbol in enumerate(listed)
            if terms.expiries_ms[i] > now_ms
        }

    def is_turn(self, view: View, now_ms: int) -> bool:
        """Return whether it quotes at this refresh."""
        return (now_ms - self.offset_ms) // self.rules.refresh_ms % self._turns(view, now_ms) == 0

    def _turns(self, view: View, now_ms: int) -> int:
        """Return how many refreshes pass until it quotes again, so that gas stays within its budget."""
        if self.rules.gas_budget is None:
            return 1
        quotes = 2 * self.rules.levels * len(view.state(self.chain).venues[self.venue].instruments())
        wei = (REQUOTE_GAS + REQUOTE_GAS_PER_QUOTE * quotes) * view.chain(self.chain).fee_quantile(0.5, FEE_BLOCKS)
        dollars = wei / ETH_UNIT * view.truth.price(now_ms) / PRICE_UNIT
        return max(math.ceil(dollars / (self.rules.gas_budget * self.rules.refresh_ms / MS_PER_HOUR)), 1)

    def _waits_ms(self, view: View, now_ms: int) -> int:
        """Return the age of its oldest transaction that waits for a block."""
        return max((now_ms - waiting.submitted_ms for waiting in view.chain(self.chain).waiting(self.name)), default=0)

    def _width(self, stress: float, depth: int) -> float:
        return min((self.rules.half_spread + depth * self.rules.level_step) * stress, 0.9)


def _prices(sight: _Sight, width: float) -> tuple[Floats, Floats]:
    """Return bid and ask of one level, in USDC base units on the tick, bids rounded down and asks up."""
    low, high = (sight.prices(1 + sign * width) * USDC_UNIT / TICK for sign in (-1, 1))
    if sight.terms.exotics:
        # Some of these are worth less as volatility rises: bids and asks stand around both.
        middle = sight.prices(1.0) * USDC_UNIT / TICK
        low, high = np.minimum(np.minimum(low, high), middle), np.maximum(np.maximum(low, high), middle)
    if sight.move:
        away = sight.exposed() * USDC_UNIT / TICK
        low, high = low - away, high + away
    # Deep in the money all widths have the same price but for the last bits, which must not order the levels.
    floor, ceiling = np.floor(low.round(_NOISE)) - 1, np.ceil(high.round(_NOISE)) + 1
    return np.maximum(floor, 0) * TICK, np.maximum(ceiling, floor + 2) * TICK


def _observed(state: ChainState, terms: Strip) -> Observed:
    """Return what the chain knows of barriers and fixings that listed series ask for."""
    series = [each for _, each in terms.exotics]
    seen = state.clearing.observed
    for expiry in sorted({each.expiry_ms for each in series}):
        found = observed_by(state, expiry, [each for each in series if each.expiry_ms == expiry])
        seen = Observed(seen.touched.update(found.touched), seen.fixings.update(found.fixings))
    return seen


def _inventory(state: ChainState, owner: str) -> float:
    """Return the options held over all series: options bought less options sold."""
    return sum(state.clearing.account(owner).positions.values()) / OPTION_UNIT


def _lots(size: float) -> int:
    """Return a size in base units, in whole tenths of an option."""
    return max(round(size * 10), 1) * (OPTION_UNIT // 10)
