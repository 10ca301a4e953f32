import numpy as np
import pytest

from solvers.routing.network.errors import MalformedAimError, MalformedNetworkError
from solvers.routing.network.markets import (
    Book,
    Offers,
    Pairs,
    joined,
    no_offers,
    offers_of_books,
    offers_of_constant_sums,
)
from solvers.routing.network.network import Aim, Network, limit_swap, liquidation
from tests.solvers.routing.network.random_networks import stress_case

GOOD = Pairs(np.array([0]), np.array([1]), np.array([5.0]), np.array([4.0]), np.array([0.5]), np.array([0.997]))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first", np.array([2])),
        ("first", np.array([-1])),
        ("first", np.array([1])),
        ("first", np.array([0.0])),
        ("reserve_first", np.array([0.0])),
        ("reserve_first", np.array([np.nan])),
        ("reserve_second", np.array([np.inf])),
        ("reserve_second", np.array([1.0, 2.0])),
        ("weight_first", np.array([1.0])),
        ("gamma", np.array([1.001])),
    ],
)
def test_arrays_that_cannot_be_are_refused_by_name(field: str, value: np.ndarray) -> None:
    with pytest.raises(MalformedNetworkError) as caught:
        Network(tokens=2, pairs=GOOD._replace(**{field: value}))

    assert caught.value.family == "pairs"


def test_weights_of_a_pool_must_sum_to_one() -> None:
    network, _ = stress_case(2)

    with pytest.raises(MalformedNetworkError):
        Network(tokens=network.tokens, baskets=network.baskets._replace(weights=network.baskets.weights * 0.9))


@pytest.mark.parametrize(
    ("utility", "stock"),
    [([0.0, 0.0], [1.0, 1.0]), ([-1.0, 1.0], [0.0, 0.0]), ([1.0], [1.0, 2.0]), ([1.0, 0.0], [0.0, np.inf])],
)
def test_aims_without_sense_are_refused(utility: list[float], stock: list[float]) -> None:
    with pytest.raises(MalformedAimError):
        Aim(np.array(utility), np.array(stock))


def test_a_book_takes_base_at_bids_and_quote_at_asks_with_the_fee_taken_off() -> None:
    offers = offers_of_books([Book(0, 1, [(2.0, 10.0)], [(3.0, 11.0)], 0.9)])

    assert offers.tendered.tolist() == [0, 1]
    assert offers.size == pytest.approx([2.0, 3.0 * 11.0 / 0.9])
    assert offers.rate == pytest.approx([9.0, 0.9 / 11.0])


def test_a_constant_sum_pool_pays_at_most_its_reserves() -> None:
    offers = offers_of_constant_sums(GOOD)

    assert offers.size * offers.rate == pytest.approx([4.0, 5.0])


def test_offers_join_in_order() -> None:
    one = Offers(np.array([0]), np.array([1]), np.array([1.0]), np.array([2.0]))

    assert joined([one, no_offers(), one]).rate.tolist() == [2.0, 2.0]


def test_a_basket_adds_up_and_a_limit_is_the_utility_of_keeping() -> None:
    assert liquidation(3, [(0, 1.0), (0, 2.0)], 1).stock.tolist() == [3.0, np.inf, 0.0]
    assert limit_swap(3, 0, 1.0, 1, 0.5).utility.tolist() == [0.5, 1.0, 0.0]
