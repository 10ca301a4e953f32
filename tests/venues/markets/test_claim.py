"""Claims: orders in one direction whose total stays within each one's reach keep their bounds in any order."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from intents.assets import ETH, ETH_UNIT, OPTION_UNIT, PRICE_UNIT
from tests.venues.markets.random_venues import (
    CENT,
    EXPIRY,
    KINDS,
    MARKET,
    OTHER,
    PLACES,
    RULES,
    SYMBOL,
    Place,
    amm,
    book,
    deepest,
    pool,
    sides,
)
from venues.markets.option_amm import Board
from venues.markets.venue import Claim, Order, Side, Unfilled
from venues.pricing.fixed_point import ONE

every_venue = pytest.mark.parametrize("kind", KINDS)
both_sides = pytest.mark.parametrize("side", ["buy", "sell"])

slacks = st.one_of(st.just(0), st.integers(0, 200_000), st.integers(10_000, 200_000))
"""Millionths by which a bound is looser than the price an order has alone."""


def _place(kind: str) -> Place:
    """Return a place with room on both sides."""
    levels = [(5.0 + i, 4.0) for i in range(6)]
    venues = {"pool": pool(), "amm": amm(), "book": book([(5.0 - i / 2, 4.0) for i in range(6)], levels)}
    return Place(venues[kind], ETH if kind == "pool" else SYMBOL, MARKET)


def _bounded(place: Place, side: Side, quantity: int, slack_ppm: int, instrument: str | None = None) -> Order | None:
    """Return an order that fills alone with some slack in its bound."""
    alone = place.trade(place.order(side, quantity, instrument=instrument))
    if isinstance(alone, Unfilled):
        return None
    slack = alone[1].cash * slack_ppm // 1_000_000
    return place.order(side, quantity, alone[1].cash + (slack if side == "buy" else -slack), instrument)


def _reach(place: Place, order: Order) -> int:
    return place.venue.claim(order, place.market).reach


def _refused(place: Place, orders: Sequence[Order]) -> list[Order]:
    """Return which of several orders, sent one after the other, do not fill."""
    refused = []
    for order in orders:
        outcome = place.trade(order)
        if isinstance(outcome, Unfilled):
            refused.append(order)
        else:
            place = replace(place, venue=outcome[0])
    return refused


def _drawn(data: st.DataObject, place: Place, side: Side, other: str | None) -> list[Order]:
    """Draw orders and drop those that reach least until the total is within everybody's reach."""
    depth = deepest(place, side)
    assume(depth)
    parts = data.draw(st.lists(st.tuples(st.integers(1, 1000), slacks, st.booleans()), min_size=2, max_size=6))
    wished = [
        _bounded(place, side, max(depth * part // 10_000, 1), slack, other if elsewhere else None)
        for part, slack, elsewhere in parts
    ]
    orders = [order for order in wished if order is not None]
    while orders and any(_reach(place, order) < sum(o.quantity for o in orders) for order in orders):
        orders.remove(min(orders, key=lambda order: _reach(place, order)))
    return data.draw(st.permutations(orders))


@every_venue
@given(st.data(), sides)
def test_orders_within_each_others_reach_fill_in_any_order(kind: str, data: st.DataObject, side: Side) -> None:
    place = data.draw(PLACES[kind]())
    listed = place.venue.instruments()
    other = next((name for name in listed if name != place.instrument), None) if kind == "amm" else None
    orders = _drawn(data, place, side, other)

    assert _refused(place, orders) == []


def _both_ways(data: st.DataObject, place: Place, names: Sequence[str]) -> list[Order]:
    """Draw orders in both directions and drop those that are beyond a reach until every claim is kept."""
    wide = st.sampled_from([0, 20_000, 200_000, 1_000_000])
    parts = st.tuples(sides, st.sampled_from(names), st.integers(1, 1000), wide)
    orders: list[Order] = []
    for side, name, part, slack in data.draw(st.lists(parts, min_size=2, max_size=6)):
        most = place.venue.capacity(name, side, place.market)
        order = _bounded(place, side, max(most * part // 1000, 1), slack, name)
        orders += [order] if order is not None else []
    claims = [(order, place.venue.claim(order, place.market)) for order in orders]
    while (beyond := next((each for each in claims if not _is_kept(each[1], claims)), None)) is not None:
        claims.remove(beyond)
    kept = [order for order, _ in claims]
    assume(len({order.side for order in kept}) > 1)
    return data.draw(st.permutations(kept))


def _is_kept(mine: Claim, claims: Sequence[tuple[Order, Claim]]) -> bool:
    """Return whether what all orders take together is within the reach and the conditions of one claim."""
    return all(
        sum(claim.quantity for _, claim in claims if claim.resource == each.resource) <= each.reach
        for each in (mine, *mine.conditions)
    )


@st.composite
def lively_amms(draw: st.DrawFn) -> Place:
    """Draw a market maker with strikes far and near, whose volatility moves far and that keeps near the money."""
    rules = replace(RULES, standard_size=4 * OPTION_UNIT, min_delta=ONE // 10)
    boards = {EXPIRY: Board(draw(st.integers(ONE * 6 // 10, ONE * 3)), {str(k): ONE for k in range(80, 280, 20)})}
    return Place(amm(boards, rules), SYMBOL, MARKET)


@every_venue
@settings(max_examples=50)
@given(st.data())
def test_orders_in_both_directions_that_keep_each_others_claims_fill_in_any_order(
    kind: str, data: st.DataObject
) -> None:
    place = data.draw(lively_amms() if kind == "amm" else PLACES[kind]())
    names = place.venue.instruments() if kind == "amm" else (place.instrument,)
    orders = _both_ways(data, place, names)

    assert _refused(place, orders) == []


@given(st.data(), sides)
def test_a_pool_keeps_the_bounds_within_reach_however_finely_the_flow_before_is_cut(
    data: st.DataObject, side: Side
) -> None:
    """The fee stays in the reserves, so a hundred small orders move the price further than a single one."""
    place = Place(pool(), ETH, MARKET)
    order = _bounded(place, side, data.draw(st.integers(1, 40)) * ETH_UNIT // 4, data.draw(st.integers(100, 100_000)))
    assert order is not None
    prior = _reach(place, order) - order.quantity
    pieces = data.draw(st.integers(1, 100))
    assume(prior >= pieces)

    before = [place.order(side, prior // pieces)] * pieces

    assert _refused(place, [*before, order]) == []


@pytest.mark.parametrize("kind", ["pool", "amm"])
@both_sides
def test_the_reach_is_nearly_all_there_is(kind: str, side: Side) -> None:
    place = _place(kind)
    order = _bounded(place, side, 4 * OPTION_UNIT, 20_000)
    assert order is not None
    prior = _reach(place, order) - order.quantity

    moved = place.after(place.order(side, prior + prior // 20 + CENT))

    assert prior > OPTION_UNIT
    assert isinstance(moved.trade(order), Unfilled)


@every_venue
@both_sides
def test_an_order_bound_at_its_own_cost_reaches_no_further_than_itself(kind: str, side: Side) -> None:
    place = _place(kind)
    order = _bounded(place, side, 4 * OPTION_UNIT, 0)
    assert order is not None

    assert order.quantity <= _reach(place, order) <= order.quantity + OPTION_UNIT // 100


@every_venue
@both_sides
def test_a_bound_at_cost_breaks_when_others_go_first(kind: str, side: Side) -> None:
    place = _place(kind)
    order = _bounded(place, side, 4 * OPTION_UNIT, 0)
    assert order is not None

    assert isinstance(place.after(place.order(side, 2 * OPTION_UNIT)).trade(order), Unfilled)


@every_venue
@both_sides
def test_an_order_that_does_not_fill_alone_reaches_nothing(kind: str, side: Side) -> None:
    place = _place(kind)
    order = place.order(side, 4 * OPTION_UNIT, 1 if side == "buy" else 10**12)

    assert _reach(place, order) == 0


@every_venue
@both_sides
def test_an_order_for_something_that_is_not_listed_reaches_nothing(kind: str, side: Side) -> None:
    place = _place(kind)

    assert _reach(place, place.order(side, OPTION_UNIT, instrument="ETH-9JAN24-1900-P")) == 0


def test_the_strikes_of_a_board_share_one_resource_in_each_direction() -> None:
    place = _place("amm")
    claims = [
        place.venue.claim(place.order(side, OPTION_UNIT, instrument=name), place.market).resource
        for side in ("buy", "sell")
        for name in (SYMBOL, OTHER)
    ]

    assert claims[0] == claims[1] != claims[2] == claims[3]


def test_an_option_maker_reaches_only_as_far_as_its_largest_volatility() -> None:
    """However loose its bound, an order is refused once others have pushed the volatility there."""
    place = Place(amm(rules=replace(RULES, max_vol=11 * ONE // 10)), SYMBOL, MARKET)
    order = place.order("buy", 4 * OPTION_UNIT)
    rest = _reach(place, order) - order.quantity
    before = [place.order("buy", rest // 4)] * 4

    assert _refused(place, [*before, order]) == []
    assert _refused(place, [*before, place.order("buy", 2 * OPTION_UNIT), order]) == [order]


def test_an_option_maker_reaches_only_as_far_as_the_smallest_delta_it_trades() -> None:
    """Sales take the volatility down, and with it the delta of what is far from the money."""
    place = Place(amm(), OTHER, replace(MARKET, spot=110 * PRICE_UNIT))
    order = place.order("sell", 4 * OPTION_UNIT)
    reach = _reach(place, order)
    before = [place.order("sell", (reach - order.quantity) // 4)] * 4

    assert order.quantity < reach < 300 * OPTION_UNIT
    assert _refused(place, [*before, order]) == []
    assert _refused(place, [*before, place.order("sell", 2 * OPTION_UNIT), order]) == [order]


def test_resting_orders_of_a_book_within_the_bound_are_its_reach() -> None:
    place = Place(book([], [(5.0, 4.0), (6.0, 3.0), (7.0, 2.0)]), SYMBOL, MARKET)
    bounds = {5: 4, 6: 7, 7: 9}

    for dollars, options in bounds.items():
        order = place.order("buy", OPTION_UNIT, dollars * 10**6 + 100_000)
        assert _reach(place, order) == options * OPTION_UNIT
