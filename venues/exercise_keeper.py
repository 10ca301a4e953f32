"""The keeper of options that need somebody to act before their expiry.

It exercises American options that are worth it, for a tip that must pay for the gas, and has touched barriers and
hourly fixings recorded before the chain forgets the answers that prove them. All of these are transactions that wait
for a block like any other: what comes too late is lost to the holder.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from intents.assets import ETH_UNIT, PRICE_UNIT, USDC_UNIT
from intents.options import BARRIERS, PAYOFF_SCALE, OptionSeries, parse_series
from venues.calls.exercise import (
    EXERCISE_GAS,
    EXERCISE_GAS_PER_WRITER,
    MOST_TIP_PPM,
    Exercise,
    RecordFixing,
    RecordTouch,
)
from venues.chain_state import ChainState
from venues.chains.chain import Chain
from venues.chains.transaction import Call
from venues.errand import Errand, priced
from venues.exercise import assignment
from venues.observed import fixing_times
from venues.oracles.twap import EXPIRY_WINDOW_MS, time_weighted_mean
from venues.sightings import fixing, touched_ms
from venues.view import Offer, View

LEAST_PERCENT: Final = 80
"""Part of what an exercise pays by the present mean that it must still pay when it gets into a block."""

Due = tuple[str, Call[ChainState]]
"""An errand: its name, which stays the same while it is tried again, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseKeeper:
    """One keeper on one chain."""

    name: str
    chain: str
    symbols: tuple[str, ...]
    """Listed series of other styles than European."""

    lead_ms: int
    """Time before an expiry from which American options are exercised."""

    period_ms: int
    """Time between two looks at the chain, and after which a transaction that still waits is raised."""

    def next_ms(self, now_ms: int) -> int:
        """Return the time of its next look."""
        return now_ms - now_ms % self.period_ms + self.period_ms

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Send what is due, and raise what waits."""
        chain, state = view.chain(self.chain), view.state(self.chain)
        offers = []
        for name, call in self._due(chain, state, now_ms):
            old = next((t for t in chain.waiting(self.name) if t.id.split(":")[1] == name), None)
            if old is not None and now_ms < old.submitted_ms + self.period_ms:
                continue
            transaction = priced(Errand(name=name, chain=self.chain, call=call), self.name, chain, old, now_ms)
            offers.append(Offer(self.chain, transaction, replaces=old.id if old else None))
        return tuple(offers)

    def _due(self, chain: Chain[ChainState], state: ChainState, now_ms: int) -> Iterator[Due]:
        """Yield the errands that are due."""
        series = [parse_series(symbol) for symbol in self.symbols]
        asians = sorted({each.expiry_ms for each in series if each.style == "asian"})
        hours = sorted({time for expiry in asians for time in fixing_times(expiry) if time <= now_ms})
        for hour in hours:
            if hour not in state.clearing.observed.fixings and fixing(state, hour) is not None:
                yield f"fix-{hour}", RecordFixing(hour_ms=hour)
        for each in series:
            if now_ms >= each.expiry_ms:
                continue
            if each.style in BARRIERS and each.symbol not in state.clearing.observed.touched:
                seen_ms = touched_ms(state, each)
                if seen_ms is not None:
                    yield f"touch-{each.symbol}", RecordTouch(symbol=each.symbol, answer_ms=seen_ms)
            elif each.style == "american" and now_ms >= each.expiry_ms - self.lead_ms:
                yield from self._exercises(chain, state, each, now_ms)

    def _exercises(
        self, chain: Chain[ChainState], state: ChainState, series: OptionSeries, now_ms: int
    ) -> Iterator[Due]:
        """Yield exercises for all holders whom they bring more than a tip that pays for the gas takes."""
        price = time_weighted_mean(state.answers, now_ms - EXPIRY_WINDOW_MS, now_ms)
        if price is None or not series.intrinsic(price):
            return
        for owner, account in sorted(state.clearing.accounts.items()):
            held = account.positions.get(series.symbol, 0)
            if held <= 0:
                continue
            writers = len(assignment(state.clearing, series.symbol, held))
            pays = held * series.intrinsic(price) // PAYOFF_SCALE
            tip = gas_cost(chain, EXERCISE_GAS + EXERCISE_GAS_PER_WRITER * writers, price)
            if tip * 1_000_000 > pays * LEAST_PERCENT // 100 * MOST_TIP_PPM:
                continue
            call = Exercise(
                owner=owner,
                symbol=series.symbol,
                quantity=held,
                least=pays * LEAST_PERCENT // 100,
                keeper=self.name,
                tip=tip,
                writers=writers,
            )
            yield f"exercise-{series.symbol}-{owner}", call


def gas_cost(chain: Chain[ChainState], gas: int, price: int) -> int:
    """Return what gas costs at the going price of a block, in USDC base units, rounded up."""
    wei = gas * chain.fee_quantile(0.5, 20)
    return -(-wei * price * USDC_UNIT // (ETH_UNIT * PRICE_UNIT))
