import pytest

from intents.assets import ETH
from tests.venues.markets.stages import WEI, concentrated
from tests.venues.small_world import amm, pool
from venues.chains import action_gas
from venues.markets.concentrated import ConcentratedPool, PoolTerms, concentrated_pool
from venues.markets.math.swap_step import FEE_UNIT
from venues.markets.math.tick_math import sqrt_price_at
from venues.markets.math.tick_swap import Position
from venues.markets.order_gas import order_gas
from venues.markets.venue import Order, Side

LIQUIDITY = 10**18
RANGES = ((-60_000, 60_000), (-600, 600), (-1200, 1200))


def _pool() -> ConcentratedPool:
    """Return a pool at tick 30 whose next initialised ticks are 600 and 1200 away from zero on both sides."""
    terms = PoolTerms(fee_pips=FEE_UNIT // 1000, spacing=60, ether_token=0, sqrt_price=sqrt_price_at(30) + 1)
    positions = [Position(lower=low, upper=high, liquidity=LIQUIDITY) for low, high in RANGES]
    return concentrated_pool("range", "eip155:1", terms, positions)


def _to_tick(venue: ConcentratedPool, side: Side, tick: int) -> int:
    """Return the least ether, to a millionth, of an order that brings the pool to a tick or beyond."""
    low, high = 0, venue.ether if side == "buy" else 100 * venue.ether
    while high - low > max(high // 10**6, 1):
        middle = (low + high) // 2
        reached = venue.tick_after(side, middle)
        beyond = reached is None or (reached >= tick if side == "buy" else reached <= tick)
        low, high = (low, middle) if beyond else (middle, high)
    return high


def _gas(venue: ConcentratedPool, side: Side, quantity: int) -> int:
    return order_gas(venue, Order(venue=venue.id, instrument=ETH, side=side, quantity=quantity, bound=0))


def test_a_swap_that_stays_on_its_tick_takes_least() -> None:
    assert _gas(_pool(), "buy", 10) == action_gas.SWAP_STILL_GAS


@pytest.mark.parametrize(
    ("side", "tick", "gas"),
    [
        ("buy", 300, action_gas.SWAP_GAS),
        ("buy", 700, action_gas.SWAP_ONE_TICK_GAS),
        ("buy", 1300, action_gas.SWAP_TICKS_GAS),
        ("sell", 10, action_gas.SWAP_GAS),
        ("sell", -300, action_gas.SWAP_WIDE_GAS),
        ("sell", -700, action_gas.SWAP_ONE_TICK_GAS),
        ("sell", -1300, action_gas.SWAP_TICKS_GAS),
    ],
)
def test_a_swap_takes_gas_by_the_ticks_that_it_crosses(side: Side, tick: int, gas: int) -> None:
    """On the way down the map of ticks goes over to another word at zero."""
    venue = _pool()

    assert _gas(venue, side, _to_tick(venue, side, tick)) == gas


def test_more_than_a_pool_holds_is_charged_as_an_order_across_several_ticks() -> None:
    venue = concentrated()

    assert venue.tick_after("buy", 2 * venue.ether) is None
    assert _gas(venue, "buy", 2 * venue.ether) == action_gas.SWAP_TICKS_GAS


@pytest.mark.parametrize("venue", [pool(), amm()], ids=lambda venue: venue.kind)
def test_other_venues_take_the_same_for_every_order(venue: object) -> None:
    orders = [Order(venue="x", instrument=ETH, side="buy", quantity=size * WEI, bound=0) for size in (1, 100)]

    assert [order_gas(venue, order) for order in orders] == [venue.gas] * 2
