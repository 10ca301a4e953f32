"""Calls about options of other styles than European: exercise before expiry, and records of barriers and fixings."""

from dataclasses import dataclass, replace
from typing import Final

from intents.assets import USDC_UNIT
from intents.options import BARRIERS, PAYOFF_SCALE, parse_series
from venues.chain_state import ChainState
from venues.chains.transaction import Applied, Block, Log, Reverted
from venues.exercise import exercised
from venues.observed import HOUR_MS, touches
from venues.oracles.twap import EXPIRY_WINDOW_MS, time_weighted_mean
from venues.sightings import fixing

EXERCISE_GAS: Final = 110_000
EXERCISE_GAS_PER_WRITER: Final = 35_000
RECORD_GAS: Final = 60_000

MOST_TIP_PPM: Final = 20_000
"""Most of what an exercise pays that may go to the sender, for gas and trouble."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """Exercise an American option for its holder, at the mean of the oracle's answers over the last half hour."""

    owner: str
    symbol: str
    quantity: int
    """Base units."""

    least: int
    """Least that it must pay in all, in USDC base units: if the price has moved on, it reverts."""

    keeper: str
    tip: int
    """What the sender keeps of the cash, in USDC base units."""

    writers: int
    """Number of writers on whom the sender expects it to fall: it sets the gas."""

    @property
    def gas(self) -> int:
        """Gas, by the number of writers."""
        return EXERCISE_GAS + EXERCISE_GAS_PER_WRITER * self.writers

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with the option exercised."""
        series, held = parse_series(self.symbol), state.clearing.account(self.owner).positions.get(self.symbol, 0)
        if series.style != "american":
            return Reverted(f"reverted: {self.symbol} cannot be exercised")
        if block.time_ms >= series.expiry_ms:
            return Reverted(f"late: {self.symbol} has expired")
        if not 0 < self.quantity <= held:
            return Reverted(f"reverted: {self.owner} holds {held} of {self.symbol}")
        price = time_weighted_mean(state.answers, block.time_ms - EXPIRY_WINDOW_MS, block.time_ms)
        if price is None:
            return Reverted("stale: no oracle price")
        pays = self.quantity * series.intrinsic(price) // PAYOFF_SCALE
        if pays < max(self.least, 1):
            return Reverted(
                f"slippage: {self.symbol} pays {pays / USDC_UNIT:.2f} USDC, {self.least / USDC_UNIT:.2f} asked"
            )
        if self.tip < 0:
            return Reverted(f"reverted: a tip of {self.tip} is none")
        if self.tip * 1_000_000 > pays * MOST_TIP_PPM:
            return Reverted(f"reverted: a tip of {self.tip} is more than {MOST_TIP_PPM} ppm of {pays}")
        done = exercised(state.clearing, self.owner, series, self.quantity, price)
        tip = min(self.tip, done.received.cash)
        clearing = done.clearing.change(self.owner, cash=-tip).change(self.keeper, cash=tip)
        what = (("owner", self.owner), ("symbol", self.symbol), ("quantity", self.quantity))
        log = Log("Exercised", (*what, ("price", price), ("paid", pays), ("tip", tip), ("writers", len(done.assigned))))
        return Applied(replace(state, clearing=clearing), (log,))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordTouch:
    """Have it recorded that an answer has touched the barrier of a series."""

    symbol: str
    answer_ms: int
    """Block time of the answer, which the chain must still remember."""

    gas: int = RECORD_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with the barrier touched."""
        series = parse_series(self.symbol)
        if series.style not in BARRIERS or self.symbol in state.clearing.observed.touched:
            return Reverted(f"reverted: {self.symbol} has no barrier, or it was touched before")
        answer = next((answer for answer in state.answers if answer.time_ms == self.answer_ms), None)
        if answer is None or self.answer_ms > min(series.expiry_ms, block.time_ms):
            return Reverted(f"late: no answer of {self.answer_ms} is remembered")
        if not touches(series, answer.price):
            return Reverted(f"reverted: {answer.price} does not touch the barrier of {self.symbol}")
        seen = state.clearing.observed.with_touch(self.symbol, self.answer_ms)
        fields = (("symbol", self.symbol), ("price", answer.price), ("answer", self.answer_ms))
        return Applied(replace(state, clearing=replace(state.clearing, observed=seen)), (Log("Touched", fields),))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFixing:
    """Have the price of a full hour recorded: the mean of the oracle's answers over the half hour before it."""

    hour_ms: int
    gas: int = RECORD_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with the price of the hour."""
        if self.hour_ms % HOUR_MS or self.hour_ms > block.time_ms:
            return Reverted(f"reverted: {self.hour_ms} is no full hour that has passed")
        if self.hour_ms in state.clearing.observed.fixings:
            return Reverted("reverted: the price of this hour was recorded before")
        price = fixing(state, self.hour_ms)
        if price is None:
            return Reverted("late: the answers of this hour are forgotten")
        seen = state.clearing.observed.with_fixing(self.hour_ms, price)
        fields = (("hour", self.hour_ms), ("price", price))
        return Applied(replace(state, clearing=replace(state.clearing, observed=seen)), (Log("Fixed", fields),))
