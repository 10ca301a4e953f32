"""Rows of scarce resources hold for what may win together, and for nothing else."""

from itertools import chain, combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auction.winner_determination.model import Model
from auction.winner_determination.offer import Limits, Offer
from auction.winner_determination.rows import formulate
from auction.winner_determination.scarcity import knapsack
from tests.auction.winner_determination.rounds import best_score, random_round


@pytest.mark.parametrize("most_leaders", [160, 0], ids=["by leaders", "by levels"])
def test_both_ways_to_write_reaches_have_the_best_score_there_is(most_leaders: int) -> None:
    for seed in range(80):
        offers, counted = random_round(seed)
        limits = Limits(capacity=counted.capacity)

        found = searched(offers, limits, most_leaders)

        assert found == best_score(offers, limits), seed


def test_leaders_bound_fractions_of_winners_better_than_levels() -> None:
    offers = [
        Offer(id=str(i), solver="a", score=score, takes={"venue": taken}, reaches={"venue": reach})
        for i, (score, taken, reach) in enumerate([(10, 4, 4), (9, 4, 5), (8, 4, 6), (3, 2, 9), (3, 2, 9)])
    ]

    by_leaders, by_levels = relaxed(offers, 160), relaxed(offers, 0)

    assert best_score(offers, Limits()) == 11
    assert by_leaders < by_levels - 1


def test_an_offer_that_takes_nothing_of_a_resource_can_still_limit_the_others() -> None:
    watcher = Offer(id="0", solver="a", score=5, takes={}, reaches={"venue": 3})
    taker = Offer(id="1", solver="b", score=4, takes={"venue": 4}, reaches={"venue": 9})

    assert searched([watcher, taker], Limits(), 160) == searched([watcher, taker], Limits(), 0) == 5


@given(st.dictionaries(st.integers(0, 7), st.integers(1, 30), min_size=1), st.integers(1, 40))
def test_whatever_fits_into_a_room_keeps_every_row_of_its_knapsack(taken: dict[int, int], room: int) -> None:
    taken = {i: min(quantity, room) for i, quantity in taken.items()}
    rows = list(knapsack(taken, room))

    for chosen in chain.from_iterable(combinations(taken, size) for size in range(len(taken) + 1)):
        fits = sum(taken[i] for i in chosen) <= room
        kept = all(sum(row.get(i, 0.0) for i in chosen) <= 1 + 1e-9 for row in rows)

        assert fits == kept


def test_of_three_that_take_a_little_more_than_a_third_two_fit() -> None:
    rows = list(knapsack({0: 35, 1: 36, 2: 37}, 100))

    assert {0: 0.5, 1: 0.5, 2: 0.5} in rows


def searched(offers: list[Offer], limits: Limits, most_leaders: int) -> int:
    """Return the best score that a search over the rows finds."""
    model = modelled(offers, limits, most_leaders)
    found = model.search(nodes=10_000)
    assert found.values is not None
    return sum(offer.score for offer, value in zip(offers, found.values, strict=False) if value > 0.5)


def relaxed(offers: list[Offer], most_leaders: int) -> float:
    """Return the optimum over fractions of winners."""
    found = modelled(offers, Limits(), most_leaders).relax()
    assert found is not None
    return found.bound


def modelled(offers: list[Offer], limits: Limits, most_leaders: int) -> Model:
    """Return the program of a round, with scores as gains."""
    model = Model(formulate(offers, limits, most_leaders), len(offers))
    model.set_gains(np.array([float(offer.score) for offer in offers]))
    return model
