import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.assets import ETH
from tests.venues.markets.random_venues import MARKET
from tests.venues.markets.stages import WEI, concentrated
from venues.markets.concentrated import ConcentratedPool
from venues.markets.ladder import quote
from venues.markets.math.tick_swap import TickPool, swap
from venues.markets.venue import Side, Unfilled


def _cash(venue: ConcentratedPool, side: Side, quantity: int) -> int:
    fill = quote(venue, ETH, side, quantity, MARKET)
    assert not isinstance(fill, Unfilled)
    return fill.cash


def _after(venue: ConcentratedPool, side: Side, quantity: int) -> ConcentratedPool:
    fill = quote(venue, ETH, side, quantity, MARKET)
    assert not isinstance(fill, Unfilled)
    outcome = venue.execute(fill.order, MARKET)
    assert not isinstance(outcome, Unfilled)
    return outcome[0]


@pytest.mark.parametrize("token", [0, 1])
def test_a_trade_is_the_swap_of_the_ticks(token: int) -> None:
    venue = concentrated(token)
    ticks = TickPool(
        sqrt_price=venue.sqrt_price,
        tick=venue.tick,
        liquidity=venue.liquidity,
        ticks=venue.ticks,
        fee_pips=venue.fee_pips,
        spacing=venue.spacing,
    )

    assert _cash(venue, "buy", 7 * WEI) == swap(ticks, -7 * WEI, zero_for_one=token == 1).amount_in
    assert _cash(venue, "sell", 7 * WEI) == swap(ticks, 7 * WEI, zero_for_one=token == 0).amount_out


@pytest.mark.parametrize("side", ["buy", "sell"])
def test_both_ways_round_the_price_is_the_same(side: Side) -> None:
    """Positions around the price differ by less than one spacing when the tokens change places."""
    one, other = (concentrated(token).marginal_price(ETH, side, MARKET) for token in (0, 1))

    assert one == pytest.approx(other, rel=1e-9)


@given(st.integers(10, 300), st.integers(2, 20), st.sampled_from(["buy", "sell"]))
def test_the_price_does_not_depend_on_the_pieces(ether: int, pieces: int, side: Side) -> None:
    whole = _after(concentrated(), side, ether * WEI // pieces * pieces)
    venue = concentrated()
    for _ in range(pieces):
        venue = _after(venue, side, ether * WEI // pieces)

    assert venue.sqrt_price == pytest.approx(whole.sqrt_price, rel=1e-12)


def test_fees_stay_in_the_reserves_and_out_of_the_liquidity() -> None:
    venue = concentrated()
    there = _after(venue, "buy", 10 * WEI)
    back = _after(there, "sell", 10 * WEI)

    assert back.cash - venue.cash == pytest.approx(2 * 10 * 140 * 0.003 * 10**6, rel=0.02)
    assert back.liquidity == venue.liquidity


def test_liquidity_changes_where_positions_end() -> None:
    venue = concentrated()
    far = _after(venue, "buy", 2400 * WEI)

    assert venue.liquidity == 10**16 + 10**17 + 3 * 10**17
    assert far.liquidity == 10**16 + 10**17


def test_more_ether_than_the_positions_hold_is_not_sold() -> None:
    venue = concentrated()

    assert isinstance(quote(venue, ETH, "buy", venue.ether, MARKET), Unfilled)
    assert venue.capacity(ETH, "buy", MARKET) < venue.ether
