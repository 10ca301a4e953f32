"""The kit must fail: venues broken in one way each, and the check that finds it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pytest

from intents.assets import ETH
from tests.venues.markets.random_venues import MARKET
from venues.markets.cpmm import SpotPool
from venues.markets.venue import Arbitrage, Claim, Fill, Market, Order, Share, Side, Step, Unfilled
from venues.testing import Stage, faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound(SpotPool):
    """A pool that its children break."""


class TooCheap(Sound):
    """Sells a little below its price."""

    def cost(self, ether: int) -> int:
        return super().cost(ether) * 99 // 100


class Discount(Sound):
    """Is cheaper by the unit for those who buy more."""

    def cost(self, ether: int) -> int:
        return super().cost(ether) * (1000 - 900 * ether // self.ether) // 1000


class Optimist(Sound):
    """Shows a ladder that is better than what it does."""

    def ladder(self, instrument: str, side: Side, market: Market) -> tuple[Step, ...]:
        steps = super().ladder(instrument, side, market)
        return tuple(Step(step.quantity, step.cash * 9 // 10) for step in steps)


class Boaster(Sound):
    """Claims to bear any flow before an order."""

    def claim(self, order: Order, market: Market) -> Claim:
        claim = super().claim(order, market)
        return Claim(claim.resource, claim.quantity, 2**100)


class Careless(Sound):
    """Trades half of what would be best."""

    def arbitrage(self, prices: Mapping[str, float], market: Market) -> tuple[Arbitrage, ...]:
        return tuple(
            replace(trade, quantity=trade.quantity / 2, cash=trade.cash / 2)
            for trade in super().arbitrage(prices, market)
        )


class Leaky(Sound):
    """Books a unit less than it was paid."""

    def execute(self, order: Order, market: Market) -> tuple[SpotPool, Fill] | Unfilled:
        outcome = super().execute(order, market)
        if isinstance(outcome, Unfilled):
            return outcome
        return replace(outcome[0], cash=outcome[0].cash - 1), outcome[1]


class Forger(Sound):
    """Has the other side pay a unit more than the taker gets."""

    def execute(self, order: Order, market: Market) -> tuple[SpotPool, Fill] | Unfilled:
        outcome = super().execute(order, market)
        if isinstance(outcome, Unfilled):
            return outcome
        share = outcome[1].shares[0]
        return outcome[0], replace(outcome[1], shares=(Share(share.account, share.quantity, share.cash + 1),))


class Boundless(Sound):
    """Does not look at the bound."""

    def execute(self, order: Order, market: Market) -> tuple[SpotPool, Fill] | Unfilled:
        open_order = replace(order, bound=2**200 if order.side == "buy" else 0)
        outcome = super().execute(open_order, market)
        return outcome if isinstance(outcome, Unfilled) else (outcome[0], replace(outcome[1], order=order))


class Shallow(Sound):
    """States a capacity below its ladder."""

    def capacity(self, instrument: str, side: Side, market: Market) -> int:
        return super().capacity(instrument, side, market) // 10**6


class Dreamer(Sound):
    """States a marginal price that nobody gets."""

    def marginal_price(self, instrument: str, side: Side, market: Market) -> float | None:
        price = super().marginal_price(instrument, side, market)
        return None if price is None else price * 1.02


class Shut(Sound):
    """Says that it is closed and trades on."""

    def admission(self, market: Market) -> str:  # type: ignore[override]
        return "unavailable"


BROKEN: dict[str, Callable[..., SpotPool]] = {
    "round_trips": TooCheap,
    "prices": Discount,
    "ladder": Optimist,
    "claims": Boaster,
    "arbitrage": Careless,
    "reserves": Leaky,
    "quotes": Forger,
}


def _stage(kind: Callable[..., SpotPool]) -> Stage:
    return Stage(
        venue=kind(id="pool", chain="eip155:1", ether=4000 * 10**18, cash=560_000 * 10**6),
        instrument=ETH,
        market=MARKET,
    )


def test_a_sound_pool_passes() -> None:
    assert faults(_stage(Sound)) == []


@pytest.mark.parametrize(("check", "kind"), BROKEN.items(), ids=lambda item: getattr(item, "__name__", item))
def test_a_broken_venue_is_found_by_the_check_for_it(check: str, kind: Callable[..., SpotPool]) -> None:
    assert [fault for fault in faults(_stage(kind)) if fault.startswith(f"{check}:")]


@pytest.mark.parametrize(
    ("check", "kind"), [("quotes", Boundless), ("reserves", Shallow), ("prices", Dreamer), ("admission", Shut)]
)
def test_other_ways_to_break_a_venue_are_found_too(check: str, kind: Callable[..., SpotPool]) -> None:
    assert [fault for fault in faults(_stage(kind)) if fault.startswith(f"{check}:")]
