import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.assets import ETH, ETH_UNIT, PRICE_UNIT, USDC_UNIT
from intents.lifecycle import Cause
from tests.venues.markets.random_venues import MARKET, Place, pool, pools, sides
from venues.markets.cpmm import SpotPool
from venues.markets.venue import Side, Unfilled

SWAPS = Path(__file__).parents[2] / "vectors/markets/uniswap_v2_swaps.csv"

WEI = 10**18


def _pool(ether: int, cash: int) -> SpotPool:
    return SpotPool(id="pool", chain="eip155:1", ether=ether, cash=cash)


def _place(venue: SpotPool | None = None) -> Place:
    return Place(venue or pool(), ETH, MARKET)


@pytest.mark.parametrize("row", list(csv.DictReader(SWAPS.read_text().splitlines())), ids=lambda row: row["case"])
def test_swaps_are_those_of_the_uniswap_v2_vectors(row: dict[str, str]) -> None:
    venue = _pool(int(row["reserve_ether"]), int(row["reserve_token"]))
    total = venue.cost if row["side"] == "buy" else venue.proceeds

    assert total(int(row["ether"])) == int(row["token"])


@pytest.mark.parametrize(
    ("swapped", "ether", "cash", "brought"),
    [
        (1, 5, 10, 1662497915624478906),
        (1, 10, 5, 453305446940074565),
        (2, 5, 10, 2851015155847869602),
        (2, 10, 5, 831248957812239453),
        (1, 10, 10, 906610893880149131),
        (1, 100, 100, 987158034397061298),
        (1, 1000, 1000, 996006981039903216),
    ],
)
def test_sales_bring_what_uniswap_v2_pays_out(swapped: int, ether: int, cash: int, brought: int) -> None:
    """Amounts that the pair's own tests state (Uniswap/v2-core, test/UniswapV2Pair.spec.ts), in 18 decimals."""
    assert _pool(ether * WEI, cash * WEI).proceeds(swapped * WEI) == brought


def test_the_router_rounds_a_cost_up_and_proceeds_down() -> None:
    """By hand on reserves of 100: 1 * 100 * 1000 / (99 * 997) is 1.01, and 2 * 997 * 100 / (100000 + 1994) is 1.95."""
    assert _pool(100, 100).cost(1) == 2
    assert _pool(100, 100).proceeds(2) == 1


def test_a_cost_that_comes_out_even_is_rounded_up_all_the_same() -> None:
    """By hand: 997 * 1 * 1000 / ((2 - 1) * 997) is 1000 exactly; the formula adds one."""
    assert _pool(2, 997).cost(1) == 1001


@given(pools(), st.data())
def test_what_a_cost_buys_is_no_more_than_the_cost_brings_in_the_other_direction(
    place: Place, data: st.DataObject
) -> None:
    """Paying in one unit less than the cost would not buy the quantity."""
    venue = place.venue
    assert isinstance(venue, SpotPool)
    ether = data.draw(st.integers(1, venue.ether - 1))
    mirror = _pool(venue.cash, venue.ether)

    cost = venue.cost(ether)

    assert mirror.proceeds(cost) >= ether
    assert mirror.proceeds(cost - 2) <= ether


@pytest.mark.parametrize("ether", [0, 4000 * ETH_UNIT, 4001 * ETH_UNIT])
def test_there_is_no_cost_of_nothing_or_of_all_there_is(ether: int) -> None:
    with pytest.raises(ValueError, match=f"{ether} asked for"):
        pool().cost(ether)


@given(pools(), sides, st.integers(0, 10**25))
def test_reserves_never_run_out_and_their_product_never_falls(place: Place, side: Side, quantity: int) -> None:
    venue = place.venue
    assert isinstance(venue, SpotPool)

    outcome = place.trade(place.order(side, quantity))

    if isinstance(outcome, Unfilled):
        assert outcome.cause == Cause.NO_LIQUIDITY
        assert quantity == 0 or (side == "buy" and quantity >= venue.ether)
    else:
        after = outcome[0]
        assert isinstance(after, SpotPool)
        assert after.ether > 0
        assert after.cash >= 0
        assert after.ether * after.cash >= venue.ether * venue.cash


@pytest.mark.parametrize("side", ["buy", "sell"])
def test_the_reserves_change_by_what_was_traded(side: Side) -> None:
    outcome = _place().trade(_place().order(side, 7 * ETH_UNIT))

    assert not isinstance(outcome, Unfilled)
    after, fill = outcome
    assert isinstance(after, SpotPool)
    sign = 1 if side == "buy" else -1
    assert (after.ether, after.cash) == (pool().ether - sign * 7 * ETH_UNIT, pool().cash + sign * fill.cash)


@pytest.mark.parametrize("side", ["buy", "sell"])
@pytest.mark.parametrize("pieces", [2, 10])
def test_a_trade_in_pieces_is_worse_than_in_one_but_hardly(side: Side, pieces: int) -> None:
    """The fee of each piece stays in the pool and moves the price for the next."""
    whole = _place().cash(side, 100 * ETH_UNIT)
    place, total = _place(), 0
    for _ in range(pieces):
        cash = place.cash(side, 100 * ETH_UNIT // pieces)
        assert cash is not None
        total += cash
        place = place.after(place.order(side, 100 * ETH_UNIT // pieces))

    assert whole is not None
    worse = total - whole if side == "buy" else whole - total
    assert 0 < worse < whole * 3 // 10_000


def test_the_fee_is_three_in_a_thousand_of_what_is_paid() -> None:
    outcome = _place().trade(_place().order("buy", ETH_UNIT))

    assert not isinstance(outcome, Unfilled)
    assert outcome[1].fee == outcome[1].cash * 3 // 1000


def test_the_spot_price_is_cash_over_ether() -> None:
    assert pool(4000, 560_000).spot == 140 * PRICE_UNIT


@pytest.mark.parametrize(("side", "moved"), [("buy", 1), ("sell", -1)])
def test_buying_makes_ether_dearer_and_selling_cheaper(side: Side, moved: int) -> None:
    after = _place().after(_place().order(side, 10 * ETH_UNIT)).venue

    assert isinstance(after, SpotPool)
    assert (after.spot - pool().spot) * moved > 0


def test_a_small_purchase_costs_the_spot_price_and_the_fee() -> None:
    cost = _place().cash("buy", ETH_UNIT // 1000)

    assert cost == pytest.approx(140 * USDC_UNIT / 1000 / 0.997, rel=1e-5)


@pytest.mark.parametrize("ether", [1, 100, 1999, 2000])
def test_a_pool_of_a_few_wei_has_a_ladder_and_a_claim(ether: int) -> None:
    place = _place(_pool(ether, 10**9))

    steps = place.venue.ladder(ETH, "buy", MARKET)

    assert all(step.quantity > 0 for step in steps)
    assert place.venue.claim(place.order("sell", 1), MARKET).reach >= 1
