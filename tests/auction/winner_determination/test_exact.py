"""Exact choice of winners, against looking at every set."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auction.winner_determination.exact import Exact
from auction.winner_determination.greedy import choose_greedily
from auction.winner_determination.model import Model
from auction.winner_determination.offer import Limits, Offer, Tally
from auction.winner_determination.packing import Budget
from auction.winner_determination.rows import formulate
from tests.auction.winner_determination.families import family
from tests.auction.winner_determination.rounds import best_score, feasible_sets, on_items, one_of_each, random_round

UNIT = 10**18


@pytest.mark.parametrize("block", range(10))
def test_exact_equals_looking_at_every_set_on_random_rounds(block: int) -> None:
    for seed in range(block * 20, block * 20 + 20):
        offers, limits = random_round(seed)

        choice = Exact(offers, limits).best()

        assert (choice.score, choice.bound, choice.gap) == (best_score(offers, limits), choice.score, 0.0), seed
        assert Tally(limits, choice.winners).broken() is None


@pytest.mark.proof
def test_exact_equals_looking_at_every_set_on_two_thousand_rounds() -> None:
    for seed in range(1_000, 3_000):
        offers, limits = random_round(seed)

        choice = Exact(offers, limits).best()

        assert choice.score == choice.bound == best_score(offers, limits), seed


def test_volume_first_equals_looking_at_every_set() -> None:
    for seed in range(100):
        offers, limits = random_round(seed)

        choice = Exact(offers, limits, objective="volume").best()

        best = max(
            (sum(o.volume for o in found), sum(o.score for o in found)) for found in feasible_sets(offers, limits)
        )
        assert (choice.volume, choice.score) == best, seed
        assert choice.gap == 0.0


def test_volume_comes_before_surplus() -> None:
    small = Offer(id="0", solver="a", score=9, volume=1, takes={"A": 1})
    large = Offer(id="1", solver="b", score=5, volume=2, takes={"A": 1})

    assert Exact([small, large], one_of_each("A")).best().winners == (small,)
    assert Exact([small, large], one_of_each("A"), objective="volume").best().winners == (large,)


def test_without_a_solver_equals_a_round_that_it_never_joined() -> None:
    for seed in range(60):
        offers, limits = random_round(seed)
        solved = Exact(offers, limits)
        solved.best()
        for solver in sorted({offer.solver for offer in offers}):
            rest = [offer for offer in offers if offer.solver != solver]

            assert solved.without(solver).score == Exact(rest, limits).best().score, (seed, solver)


def test_a_solver_that_wins_nothing_leaves_the_choice_as_it_is() -> None:
    offers = [on_items(0, "a", 5, "A"), on_items(1, "b", 4, "A")]
    solved = Exact(offers, one_of_each("A"))

    assert solved.without("b") == solved.best()


def test_at_most_w_winners_are_chosen() -> None:
    offers = [on_items(i, f"s{i}", 10 + i, item) for i, item in enumerate("ABCD")]

    choice = Exact(offers, Limits(capacity=dict.fromkeys("ABCD", 1), most_winners=2)).best()

    assert [offer.id for offer in choice.winners] == ["2", "3"]


def test_a_solver_wins_no_more_often_than_it_may() -> None:
    offers = [on_items(i, "one", 10 + i, item) for i, item in enumerate("ABC")] + [on_items(9, "two", 1, "A")]

    choice = Exact(offers, Limits(capacity=dict.fromkeys("ABC", 1), most_per_solver=1)).best()

    assert [offer.id for offer in choice.winners] == ["2", "9"]


def test_whole_units_are_kept_where_fractions_of_a_billionth_would_decide() -> None:
    offers = [
        Offer(id=str(i), solver=f"s{i}", score=10, takes={"intent": quantity})
        for i, quantity in enumerate((UNIT, 2 * UNIT + 1, UNIT + 1))
    ]

    choice = Exact(offers, Limits(capacity={"intent": 3 * UNIT})).best()

    assert [offer.id for offer in choice.winners] == ["0", "2"]


def test_a_reach_binds_everybody_on_the_resource_once_its_offer_wins() -> None:
    careful = Offer(id="0", solver="a", score=12, takes={"venue": 4}, reaches={"venue": 6})
    bold = [Offer(id=str(i), solver="b", score=8, takes={"venue": 4}, reaches={"venue": 12}) for i in (1, 2, 3)]

    assert Exact([careful, *bold], Limits()).best().winners == tuple(bold)
    assert Exact([careful, *bold[:1]], Limits()).best().winners == (careful,)


@given(st.permutations(range(8)), st.binary(min_size=1, max_size=4))
def test_ties_do_not_depend_on_the_order_of_offers(order: list[int], tie: bytes) -> None:
    offers = [on_items(i, f"s{i}", 7, item) for i, item in enumerate("AABBABCC")]

    chosen = Exact([offers[i] for i in order], one_of_each("ABC"), tie=tie).best()

    assert chosen == Exact(offers, one_of_each("ABC"), tie=tie).best()


def test_ties_depend_on_the_seed_alone() -> None:
    offers = [on_items(i, f"s{i}", 7, "A") for i in range(6)]

    winners = {Exact(offers, one_of_each("A"), tie=bytes([k])).best().winners[0].id for k in range(40)}

    assert winners == {"0", "1", "2", "3", "4", "5"}


@pytest.mark.parametrize("name", ["synergy", "paths", "arbitrary", "regions"])
def test_a_search_without_nodes_still_has_a_choice_and_a_bound(name: str) -> None:
    offers, limits = family(name, offers=150, items=40, seed=1)
    best = Exact(offers, limits).best()

    early = Exact(offers, limits, budget=Budget(nodes=0, relative_gap=0.2)).best()

    assert Tally(limits, early.winners).broken() is None
    assert early.score <= best.score == best.bound <= early.bound
    assert choose_greedily(offers, limits).score <= early.score


@pytest.mark.parametrize("name", ["synergy", "paths", "arbitrary", "regions"])
@pytest.mark.parametrize("seed", range(3))
def test_exact_equals_the_search_of_another_solver(name: str, seed: int) -> None:
    offers, limits = family(name, offers=150, items=40, seed=seed)
    other = Model(formulate(offers, limits), len(offers))
    other.set_gains(np.array([float(offer.score) for offer in offers]))

    found = other.search(nodes=100_000)

    assert Exact(offers, limits).best().score == round(found.bound)


def test_the_choice_is_the_same_again() -> None:
    offers, limits = family("synergy", offers=200, items=50, seed=3)

    assert Exact(offers, limits, tie=b"x").best() == Exact(offers, limits, tie=b"x").best()


def test_every_reference_is_proven_where_a_warm_start_leaves_the_relaxation_undecided() -> None:
    offers, limits = family("paths", offers=1_000, items=80, seed=0)
    solved = Exact(offers, limits)

    references = [solved.without(solver) for solver in solved.best().solvers[:20]]

    assert [choice.gap for choice in references] == [0.0] * 20
    assert all(choice.score <= solved.best().score for choice in references)
