from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from venues.markets.math.tick_linear import PRICE_ONE, Tick, cost, depth, place_at, price

TICKS = (Tick(PRICE_ONE // 100, PRICE_ONE // 50, 1000), Tick(PRICE_ONE // 50, PRICE_ONE // 10, 500))

places = st.integers(0, depth(TICKS))


def test_the_cost_inside_a_tick_is_exactly_quadratic() -> None:
    """By hand: from the lower end, 400 of 1000 contracts at 0.01 and a slope of 0.01 over 1000."""
    expected = Fraction(1, 100) * 400 + Fraction(1, 100) / (2 * 1000) * 400**2

    assert cost(TICKS, 0, 400) / PRICE_ONE == expected


@given(places, places, places)
def test_the_cost_does_not_depend_on_the_pieces(one: int, two: int, three: int) -> None:
    low, middle, high = sorted((one, two, three))

    assert cost(TICKS, low, middle) + cost(TICKS, middle, high) == cost(TICKS, low, high)


@given(st.integers(0, depth(TICKS) - 1))
def test_the_next_contract_costs_between_the_prices_around_it(place: int) -> None:
    before, after = price(TICKS, place, up=True), price(TICKS, place + 1, up=False)

    assert before is not None
    assert after is not None
    assert before < cost(TICKS, place, place + 1) < after


def test_there_is_no_price_beyond_the_ends() -> None:
    assert price(TICKS, depth(TICKS), up=True) is None
    assert price(TICKS, 0, up=False) is None


@given(st.integers(1, depth(TICKS) - 1))
def test_a_place_is_found_again_from_its_price(place: int) -> None:
    found = price(TICKS, place, up=True)

    assert found is not None
    assert abs(place_at(TICKS, float(found)) - place) < 1e-6
