"""Ladders: what a venue says it costs, against what it costs."""

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.venues.markets.random_venues import KINDS, PLACES, sides
from venues.markets.venue import Side, Step

ROUNDING = 4
"""USDC base units by which prices of parts may differ from the price of the whole."""

every_venue = pytest.mark.parametrize("kind", KINDS)


def _worse(side: Side, one: int, other: int) -> int:
    """Return by how much `one` is worse for the taker than `other`."""
    return one - other if side == "buy" else other - one


def _chord(ladder: tuple[Step, ...], quantity: int) -> tuple[int, int]:
    """Return the cost of a quantity on the lines between the points of a ladder, as a fraction."""
    whole = 0
    for step in ladder:
        if quantity <= step.quantity:
            return whole * step.quantity + step.cash * quantity, step.quantity
        whole, quantity = whole + step.cash, quantity - step.quantity
    raise AssertionError("beyond the ladder")


@every_venue
@given(st.data(), sides)
def test_any_quantity_within_a_ladder_is_executed_at_no_worse_than_its_lines(
    kind: str, data: st.DataObject, side: Side
) -> None:
    place = data.draw(PLACES[kind]())
    ladder = place.venue.ladder(place.instrument, side, place.market)
    assume(ladder)
    quantity = data.draw(st.integers(1, sum(step.quantity for step in ladder)))

    cash = place.cash(side, quantity)

    numerator, denominator = _chord(ladder, quantity)
    assert cash is not None
    assert _worse(side, cash * denominator, numerator) <= ROUNDING * denominator


@every_venue
@given(st.data(), sides)
def test_whole_steps_of_a_ladder_cost_exactly_what_they_say(kind: str, data: st.DataObject, side: Side) -> None:
    place = data.draw(PLACES[kind]())
    ladder = place.venue.ladder(place.instrument, side, place.market)
    assume(ladder)
    count = data.draw(st.integers(1, len(ladder)))

    cash = place.cash(side, sum(step.quantity for step in ladder[:count]))

    assert cash == sum(step.cash for step in ladder[:count])


@every_venue
@given(st.data(), sides)
def test_steps_of_a_ladder_get_worse_and_worse(kind: str, data: st.DataObject, side: Side) -> None:
    place = data.draw(PLACES[kind]())
    ladder = place.venue.ladder(place.instrument, side, place.market)

    assert all(step.quantity > 0 and step.cash >= 0 for step in ladder)
    for one, other in pairwise(ladder):
        better = _worse(side, one.cash * other.quantity, other.cash * one.quantity)
        assert better <= ROUNDING * max(one.quantity, other.quantity)
