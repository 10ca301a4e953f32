"""What a wrong oracle price is worth to whoever knows it: the trades against venues that follow the price.

The trades are carried out on a copy of the chain's state, one after the other, each as large as it still pays, until
nothing pays or the venues cannot back more. So the profit is what the contracts would give, depth, fees, price impact
and collateral included, and not a price difference times a volume.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from intents.assets import ETH, ETH_UNIT, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from venues.chain_state import ChainState
from venues.markets.kinds import AnyVenue, is_priced_by_oracle
from venues.markets.structure import is_structure
from venues.markets.venue import Arbitrage, Order, Unfilled
from venues.observed import UNOBSERVED, Observed
from venues.truth import Truth

MOST_LOOKS: Final = 200
"""Looks at all series of all venues: by then the largest venue of the scenarios has nothing left to give."""

MARGIN: Final = 0.03
"""Least profit of a trade, as a fraction of its fair value."""

LEAST_PROFIT_USD: Final = 25.0
"""A trade that earns less is left: closing the position again costs more."""


@dataclass(frozen=True, slots=True)
class Haul:
    """Trades that pay, in the order in which they are made."""

    orders: tuple[Order, ...]
    """Bounds are the fair values: no trade can lose."""

    profit: int
    """Fair value of what was bought less what was paid, and the reverse for sales, in USDC base units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Raid:
    """Who trades where, and how much at most."""

    account: str
    venues: tuple[str, ...]
    most_orders: int = 10_000
    per_look: int = 12
    """Trades after which it looks at all series anew: the trades move the venues, and new chances appear."""


def plunder(state: ChainState, truth: Truth, now_ms: int, raid: Raid) -> Haul:
    """Return the trades that pay at a chain's oracle price, and what they bring at the true one.

    The account's own collateral limits what it can sell and pay for, the venues' what they can.
    """
    orders: list[Order] = []
    profit = 0
    for _ in range(MOST_LOOKS):
        before = len(orders)
        for venue, chance in sorted(_chances(state, truth, now_ms, raid), key=lambda each: -each[1].profit):
            if len(orders) == min(raid.most_orders, before + raid.per_look):
                break
            done = _taken(state, venue, chance, truth, now_ms, raid)
            if done is not None:
                state, order, gain = done
                orders.append(order)
                profit += gain
        if len(orders) == before:
            break
    return Haul(tuple(orders), profit)


def priced_by_oracle(state: ChainState) -> tuple[str, ...]:
    """Return the venues of a chain that a wrong oracle price makes wrong, in order of name."""
    return tuple(name for name in sorted(state.venues) if is_priced_by_oracle(state.venues[name]))


def worth(order: Order, truth: Truth, now_ms: int, observed: Observed = UNOBSERVED) -> float:
    """Return the fair value of what an order trades, in USDC base units; `observed` tells of barriers and fixings."""
    if order.instrument == ETH:
        return order.quantity * truth.price(now_ms) * USDC_UNIT / (ETH_UNIT * PRICE_UNIT)
    fair = truth.fair([order.instrument], now_ms, observed=observed)
    return float(fair[0]) * order.quantity * USDC_UNIT / OPTION_UNIT


def _chances(state: ChainState, truth: Truth, now_ms: int, raid: Raid) -> Iterator[tuple[AnyVenue, Arbitrage]]:
    """Yield the best order of each series of each venue, taken alone."""
    for name in raid.venues:
        venue = state.seen(name, now_ms)
        symbols = tuple(symbol for symbol in venue.instruments() if not is_structure(symbol))
        fair = truth.fair(symbols, now_ms, observed=state.clearing.observed) * USDC_UNIT / OPTION_UNIT
        prices = dict(zip(symbols, fair.tolist(), strict=True))
        for chance in venue.arbitrage(prices, state.market(now_ms)):
            if chance.profit > LEAST_PROFIT_USD * USDC_UNIT:
                yield venue, chance


def _taken(
    state: ChainState, venue: AnyVenue, chance: Arbitrage, truth: Truth, now_ms: int, raid: Raid
) -> tuple[ChainState, Order, int] | None:
    """Return the state after a trade, the trade, and its profit; `None` if by now it does not pay or is not backed."""
    order = Order(
        venue=venue.id, instrument=chance.instrument, side=chance.side, quantity=int(chance.quantity), bound=0
    )
    fair = worth(order, truth, now_ms, state.clearing.observed)
    bound = fair * (1 - MARGIN) if order.side == "buy" else fair * (1 + MARGIN)
    order = replace(order, bound=int(bound))
    outcome = state.trade(order, raid.account, now_ms)
    if isinstance(outcome, Unfilled):
        return None
    after, fill = outcome
    touched = {raid.account, *(share.account for share in fill.shares)}
    if after.clearing.account(raid.account).cash < 0 or after.clearing.uncovered(touched) is not None:
        return None
    gain = fair - fill.cash if order.side == "buy" else fill.cash - fair
    return after, order, int(gain)
