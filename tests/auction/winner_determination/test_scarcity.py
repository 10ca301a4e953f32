"""Rows of scarce resources hold for what may win together, and for nothing else."""

import numpy as np

from auction.winner_determination.model import Model
from auction.winner_determination.offer import Limits, Offer
from auction.winner_determination.rows import formulate
from tests.auction.winner_determination.rounds import best_score, random_round


def test_a_search_over_the_rows_finds_the_best_score_there_is() -> None:
    for seed in range(80):
        offers, counted = random_round(seed)
        limits = Limits(capacity=counted.capacity)

        assert searched(offers, limits) == best_score(offers, limits), seed


def test_an_offer_that_takes_nothing_of_a_resource_can_still_limit_the_others() -> None:
    watcher = Offer(id="0", solver="a", score=5, takes={}, reaches={"venue": 3})
    taker = Offer(id="1", solver="b", score=4, takes={"venue": 4}, reaches={"venue": 9})

    assert searched([watcher, taker], Limits()) == 5


def test_of_what_two_cannot_share_fractions_of_winners_have_one_together() -> None:
    offers = [
        Offer(id=str(i), solver="a", score=6, takes={"intent": quantity}) for i, quantity in enumerate((51, 60, 99))
    ]
    model = Model(formulate(offers, Limits(capacity={"intent": 100})), len(offers))
    model.set_gains(np.full(3, 6.0))

    relaxed = model.relax()

    assert relaxed is not None
    assert relaxed.bound == 6.0


def searched(offers: list[Offer], limits: Limits) -> int:
    """Return the best score that a search over the rows finds."""
    model = Model(formulate(offers, limits), len(offers))
    model.set_gains(np.array([float(offer.score) for offer in offers]))
    found = model.search(nodes=10_000)
    assert found.values is not None
    return sum(offer.score for offer, value in zip(offers, found.values, strict=False) if value > 0.5)
