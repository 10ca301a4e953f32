"""What holds at every venue, whatever it is inside."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from intents.assets import ETH
from intents.lifecycle import Cause
from tests.venues.markets.random_venues import CENT, KINDS, PLACES, SYMBOL, Place, quantities, sides
from venues.markets.venue import Side, Unfilled

ROUNDING = 4
"""USDC base units by which prices of parts may differ from the price of the whole, for each part."""

every_venue = pytest.mark.parametrize("kind", KINDS)


def _resting(place: Place) -> int:
    """Return how many roundings an order may meet: the resting orders of a book, one elsewhere."""
    books = getattr(place.venue, "books", {})
    return sum(len(book.bids) + len(book.asks) for book in books.values()) or 1


def _worse(side: Side, one: int, other: int) -> int:
    """Return by how much `one` is worse for the taker than `other`."""
    return one - other if side == "buy" else other - one


def _drawn(data: st.DataObject, kind: str, side: Side) -> tuple[Place, int]:
    place = data.draw(PLACES[kind]())
    quantity = data.draw(quantities(place, side))
    assume(quantity > 0)
    return place, quantity


@every_venue
@given(st.data(), sides)
def test_what_the_taker_gets_and_pays_is_what_the_other_side_gives_and_gets(
    kind: str, data: st.DataObject, side: Side
) -> None:
    place, quantity = _drawn(data, kind, side)

    outcome = place.trade(place.order(side, quantity))

    assert not isinstance(outcome, Unfilled)
    sign = 1 if side == "buy" else -1
    assert sum(share.quantity for share in outcome[1].shares) == -sign * quantity
    assert sum(share.cash for share in outcome[1].shares) == sign * outcome[1].cash


@every_venue
@given(st.data(), sides)
def test_an_order_fills_at_the_cash_quoted_for_it_and_not_a_unit_better(
    kind: str, data: st.DataObject, side: Side
) -> None:
    place, quantity = _drawn(data, kind, side)
    quoted = place.cash(side, quantity)
    assert quoted is not None
    better = quoted - 1 if side == "buy" else quoted + 1

    exact = place.trade(place.order(side, quantity, quoted))
    refused = place.trade(place.order(side, quantity, better)) if better >= 0 else None

    assert not isinstance(exact, Unfilled)
    assert exact[1].cash == quoted
    assert refused is None or (isinstance(refused, Unfilled) and refused.cause == Cause.SLIPPAGE)


@every_venue
@given(st.data(), sides)
def test_a_seller_never_pays_and_a_buyer_never_pays_a_fee_above_the_cash(
    kind: str, data: st.DataObject, side: Side
) -> None:
    place, quantity = _drawn(data, kind, side)

    outcome = place.trade(place.order(side, quantity))

    assert not isinstance(outcome, Unfilled)
    assert outcome[1].cash >= (outcome[1].fee if side == "buy" else 0)
    assert outcome[1].fee >= 0


@every_venue
@given(st.data(), sides)
def test_nobody_gains_cash_by_trading_there_and_back(kind: str, data: st.DataObject, side: Side) -> None:
    place, quantity = _drawn(data, kind, side)
    back: Side = "sell" if side == "buy" else "buy"
    out = place.cash(side, quantity)

    returned = place.after(place.order(side, quantity)).cash(back, quantity)

    assume(returned is not None)
    assert out is not None
    assert returned is not None
    paid, received = (out, returned) if side == "buy" else (returned, out)
    assert received <= paid


@every_venue
@given(st.data(), sides)
def test_a_larger_order_never_gets_a_better_price_for_each_unit(kind: str, data: st.DataObject, side: Side) -> None:
    place, large = _drawn(data, kind, side)
    small = data.draw(st.integers(1, large))
    one, other = place.cash(side, small), place.cash(side, large)

    assert one is not None
    assert other is not None
    assert _worse(side, one * large, other * small) <= ROUNDING * _resting(place) * large


@pytest.mark.parametrize(
    ("kind", "side"), [("pool", "buy"), ("pool", "sell"), ("book", "buy"), ("book", "sell"), ("amm", "buy")]
)
@given(st.data())
def test_more_costs_or_brings_more(kind: str, side: Side, data: st.DataObject) -> None:
    place, large = _drawn(data, kind, side)
    small = data.draw(st.integers(1, large))
    one, other = place.cash(side, small), place.cash(side, large)

    assert one is not None
    assert other is not None
    assert one <= other + ROUNDING * _resting(place)


@every_venue
@pytest.mark.parametrize("side", ["buy", "sell"])
@given(st.data())
def test_a_venue_refuses_what_it_does_not_list(kind: str, side: Side, data: st.DataObject) -> None:
    place = data.draw(PLACES[kind]())
    names = ("ETH-27MAR20-999-C", "ETH-9JAN24-140-P", "BTC-27MAR20-140-P", "ETH-PERPETUAL", "USDC")
    strangers = [name for name in (*names, SYMBOL, ETH) if name not in place.venue.instruments()]

    answers = [place.trade(place.order(side, CENT, instrument=name)) for name in strangers]
    ladders = [place.venue.ladder(name, side, place.market) for name in strangers]

    assert [getattr(answer, "cause", None) for answer in answers] == [Cause.NO_LIQUIDITY] * len(strangers)
    assert ladders == [()] * len(strangers)


@every_venue
@given(st.data(), sides)
def test_who_comes_later_in_the_same_direction_pays_no_less(kind: str, data: st.DataObject, side: Side) -> None:
    place, first = _drawn(data, kind, side)
    quantity = data.draw(st.integers(1, first))
    at_once = place.cash(side, quantity)

    later = place.after(place.order(side, first)).cash(side, quantity)

    assume(later is not None)
    assert at_once is not None
    assert later is not None
    assert _worse(side, at_once, later) <= ROUNDING * _resting(place)


@every_venue
@given(st.data(), sides)
def test_who_comes_after_flow_in_the_other_direction_pays_no_more(kind: str, data: st.DataObject, side: Side) -> None:
    place, quantity = _drawn(data, kind, side)
    back: Side = "sell" if side == "buy" else "buy"
    other = data.draw(quantities(place, back))
    assume(other > 0)
    before = place.cash(side, quantity)

    after = place.after(place.order(back, other)).cash(side, quantity)

    assume(after is not None)
    assert before is not None
    assert after is not None
    assert _worse(side, after, before) <= ROUNDING * _resting(place)


@every_venue
@given(st.data(), sides)
def test_a_venue_is_a_value_that_trading_leaves_as_it_was(kind: str, data: st.DataObject, side: Side) -> None:
    place, quantity = _drawn(data, kind, side)
    before = place.cash(side, quantity)
    place.after(place.order(side, quantity))

    assert place.cash(side, quantity) == before
