from dataclasses import replace

import pytest
from immutables import Map

from intents.assets import ETH, ETH_UNIT, PRICE_UNIT, USDC_UNIT
from tests.venues.small_world import L2, START_MS, chain_state, make_chain, pool, sight, truth
from venues.faults import Fault, FaultKind
from venues.markets.venue import Order
from venues.oracles.pool_memory import PoolMemory, first_memory
from venues.oracles.pool_source import PoolSource, ether_price
from venues.oracles.reading import Reading, Unreadable
from venues.oracles.tick_history import TickHistory
from venues.view import View

START_S = START_MS // 1000
SOURCE = PoolSource(name="mean", chain=L2, venue="pool", window_s=1_800)
AT_140 = -226_906
"""Tick of 140 dollars for an ether, ether being token 0: the logarithm of 140e6 / 1e18."""


def _view(history: TickHistory) -> View:
    state = replace(chain_state(L2, pool()), memories=Map({"pool": PoolMemory(history, 0)}))
    return sight(truth(140.0), make_chain(state))


def _price(found: Reading | Unreadable) -> float:
    assert isinstance(found, Reading)
    return found.price / PRICE_UNIT


def test_a_tick_is_a_price_whichever_token_is_ether() -> None:
    assert ether_price(AT_140, 0) == pytest.approx(140 * PRICE_UNIT, rel=1e-4)
    assert ether_price(-AT_140, 1) == pytest.approx(ether_price(AT_140, 0), rel=1e-8)


def test_a_calm_pool_says_its_price() -> None:
    history = TickHistory.begin(START_S - 3_600, AT_140, 10**18, 100)

    assert _price(SOURCE.read(_view(history), START_MS)) == pytest.approx(140, rel=1e-4)


def test_a_push_in_one_block_hardly_shows_and_one_that_is_held_does() -> None:
    calm = TickHistory.begin(START_S - 3_600, AT_140, 10**18, 100)
    pushed, held = (calm.moved(START_S - seconds, AT_140 - 7_000, 10**18) for seconds in (12, 1_800))

    assert _price(SOURCE.read(_view(pushed), START_MS)) == pytest.approx(140, rel=0.005)
    assert _price(SOURCE.read(_view(held), START_MS)) < 71


def test_a_young_pool_does_not_know() -> None:
    history = TickHistory.begin(START_S - 1_799, AT_140, 10**18, 100)

    assert SOURCE.read(_view(history), START_MS) == Unreadable("unknown")


def test_a_trade_at_a_pool_that_is_read_is_remembered_and_at_another_is_not() -> None:
    """A tenth of the ether bought lifts the price of the pool by 1 / 0.9**2, the fee aside."""
    deep = pool()
    plain = chain_state(L2, deep)
    read = replace(plain, memories=Map({"pool": first_memory(deep, START_MS - 3_600_000, 100)}))
    order = Order(venue="pool", instrument=ETH, side="buy", quantity=400 * ETH_UNIT, bound=10**6 * USDC_UNIT)

    traded = [state.trade(order, "trader", START_MS - 900_000) for state in (plain, read)]
    after = [done[0] for done in traded if isinstance(done, tuple)]

    assert len(after) == 2
    assert not after[0].memories
    mean = SOURCE.read(sight(truth(140.0), make_chain(after[1])), START_MS)
    assert _price(mean) == pytest.approx(140 * (1 / 0.81) ** 0.5, rel=0.002)


@pytest.mark.parametrize(("kind", "price"), [("oracle_halt", None), ("depeg", 140 / 0.9)])
def test_a_pool_is_down_with_its_feed_and_quotes_in_a_coin_that_can_lose_its_peg(
    kind: FaultKind, price: float | None
) -> None:
    fault = Fault(id="f", kind=kind, target="mean", from_ms=START_MS, until_ms=START_MS + 1, shift_ppm=-100_000)
    memory = PoolMemory(TickHistory.begin(START_S - 3_600, AT_140, 10**18, 100), 0)
    chain = make_chain(replace(chain_state(L2, pool()), memories=Map({"pool": memory})))

    found = SOURCE.read(sight(truth(140.0), chain, faults=(fault,)), START_MS)

    if price is None:
        assert found == Unreadable("down")
    else:
        assert _price(found) == pytest.approx(price, rel=1e-4)


def test_a_venue_without_a_history_is_no_source() -> None:
    assert SOURCE.read(sight(truth(140.0), make_chain(chain_state(L2, pool()))), START_MS) == Unreadable("down")
