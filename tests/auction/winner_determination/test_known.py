"""What a search over all offers proves is used by searches without some, and never makes them say too little."""

import numpy as np
import pytest

from auction.winner_determination.branch import BranchAndBound, Branched, Leaf, Rules
from auction.winner_determination.exact import Exact
from auction.winner_determination.known import Known
from auction.winner_determination.model import Model
from auction.winner_determination.offer import Offer
from auction.winner_determination.packing import Budget
from auction.winner_determination.rows import formulate
from tests.auction.winner_determination.families import family
from tests.auction.winner_determination.rounds import best_score, feasible_sets, on_items, one_of_each, random_round


def searched(offers: list[Offer], seed: int, nodes: int, gap: float) -> tuple[Model, Branched]:
    """Return a model, and what a search of it leaves, starting from no winners at all."""
    _, limits = random_round(seed)
    model, gains = Model(formulate(offers, limits), len(offers)), np.array([float(o.score) for o in offers])
    model.set_gains(gains)
    root = model.relax()
    assert root is not None
    rules = Rules(accept=lambda _: True, cut=lambda _: 0, maps=True)
    return model, BranchAndBound(model, gains, (), rules).run(root, [], nodes, gap)


@pytest.mark.parametrize(("nodes", "gap"), [(0, 0.0), (1, 0.0), (3, 0.0), (5, 0.2), (200, 0.05)])
def test_every_choice_is_in_a_leaf_whose_bound_it_does_not_exceed(nodes: int, gap: float) -> None:
    for seed in range(40):
        _, limits = random_round(seed)
        offers = [offer for offer in random_round(seed)[0] if offer.score]
        if not offers:
            continue
        _, found = searched(offers, seed, nodes, gap)
        for chosen in feasible_sets(offers, limits):
            held = [1.0 if offer in chosen else 0.0 for offer in offers]
            inside = [leaf for leaf in found.leaves if all(held[i] == at for i, at in leaf.fixed.items())]
            gain = sum(offer.score for offer in chosen)
            assert gain <= max((leaf.bound for leaf in inside), default=-1.0) + 1e-6, (seed, chosen)


def test_leaves_say_nothing_about_columns_that_are_left_out() -> None:
    model = Model(formulate([on_items(0, "a", 1, "A"), on_items(1, "b", 1, "A")], one_of_each("A")), 2)
    model.relax()
    here = model.basis()
    leaves = (Leaf(9.0, {0: 1.0}, here), Leaf(8.0, {0: 0.0, 1: 1.0}, here), Leaf(5.0, {0: 0.0, 1: 0.0}, here))

    left = Known(np.ones(2), 1.0, [0], 7.0, leaves).without([0])

    assert [(leaf.bound, leaf.fixed) for leaf in left] == [(7.0, {1: 1.0}), (5.0, {1: 0.0})]


@pytest.mark.parametrize(
    ("reached", "gap", "proved"), [(100.1, 0.0, True), (99.4, 0.0, False), (99.4, 0.02, True), (98.0, 0.02, False)]
)
def test_a_gain_is_proven_by_the_whole_units_of_the_bound(reached: float, gap: float, *, proved: bool) -> None:
    assert Known(np.ones(1), 1.0, [0], 100.4).proves(reached, gap) == proved


@pytest.mark.parametrize("gap", [0.0, 0.05, 0.3])
def test_references_to_a_gap_hold_the_best_score_of_every_set_between_them(gap: float) -> None:
    for seed in range(60):
        offers, limits = random_round(seed)
        solved = Exact(offers, limits, budget=Budget(relative_gap=gap))
        for solver in solved.best().solvers:
            found = solved.without(solver)
            best = best_score([offer for offer in offers if offer.solver != solver], limits)

            # With a gap, what ties add to gains may let a search end less than a unit early.
            assert found.score <= best <= found.bound <= found.score * (1 + gap) + (gap > 0), (seed, solver)


@pytest.mark.parametrize(("name", "seed"), [("regions", 0), ("regions", 1), ("regions", 2), ("arbitrary", 1)])
def test_references_that_start_from_leaves_hold_the_proven_ones_between_them(name: str, seed: int) -> None:
    offers, limits = family(name, offers=200, items=50, seed=seed)
    near, proven = Exact(offers, limits, budget=Budget(relative_gap=0.02)), Exact(offers, limits)
    nodes = []
    for solver in near.best().solvers:
        found = near.without(solver)
        best = Exact([offer for offer in offers if offer.solver != solver], limits).best()

        assert best.gap == 0.0
        assert found.score <= best.score <= found.bound <= found.score * 1.02 + 1, solver
        assert proven.without(solver).score == best.score
        nodes.append(found.work)
    assert max(nodes) > 0


def test_a_winner_whose_equal_stands_ready_is_looked_for_without_a_node() -> None:
    offers = [on_items(i, f"s{i}", score, items) for i, (score, items) in enumerate([(7, "AB"), (7, "BA"), (7, "BC")])]
    offers += [on_items(3 + i, f"s{3 + i}", 4, items) for i, items in enumerate(["AC", "B", "C"])]
    solved = Exact(offers, one_of_each("ABC"))

    again = solved.without(solved.best().solvers[0])

    assert (again.score, again.bound, again.work) == (best_score(offers, one_of_each("ABC")), again.score, 0)
