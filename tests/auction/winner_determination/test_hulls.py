"""Cuts of single resources: every choice keeps them, and what is no mix of choices breaks one."""

from itertools import chain, combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auction.winner_determination.cuts import Cuts
from auction.winner_determination.exact import Exact
from auction.winner_determination.hulls import CELLS, Hull
from auction.winner_determination.model import Model
from auction.winner_determination.offer import Limits, Offer
from auction.winner_determination.rows import formulate
from auction.winner_determination.scarcity import Scarce
from benchmarks.auction_rounds.recorded import recorded

BIG = 10**18 + 1
"""More units than cells, and no common measure with them."""

OFFERS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 12), st.integers(0, 10)), min_size=2, max_size=7)
"""What each takes, what it leaves beside it, and its value in tenths."""


@given(OFFERS, st.integers(9, 30), st.sampled_from([1, BIG]))
def test_every_choice_keeps_a_cut_and_the_values_break_it(
    offers: list[tuple[int, int, int]], most: int, unit: int
) -> None:
    scarce = resource([(taken * unit, beside * unit) for taken, beside, _ in offers], most * unit)
    values = np.array([tenths / 10 for *_, tenths in offers])

    weights = Hull(scarce).cut(values)

    if weights is not None:
        assert all(sum(weights.get(i, 0.0) for i in choice) <= 1 + 1e-9 for choice in choices(scarce))
        assert sum(weights.get(i, 0.0) * value for i, value in enumerate(values)) > 1


@given(OFFERS, st.integers(9, 30))
def test_a_mix_of_choices_breaks_no_cut_and_more_than_any_mix_breaks_one(
    offers: list[tuple[int, int, int]], most: int
) -> None:
    scarce = resource([(taken, beside) for taken, beside, _ in offers], most)
    hull = Hull(scarce)
    found = [np.array([float(i in choice) for i in range(len(offers))]) for choice in choices(scarce)]
    shares = np.array([1.0 + tenths for *_, tenths in offers])
    shares = np.resize(shares, len(found)) / np.resize(shares, len(found)).sum()
    mix = np.sum([share * choice for share, choice in zip(shares, found, strict=True)], axis=0)

    assert hull.cut(mix) is None
    assert hull.cut(1.01 + mix * 0) is not None


def test_what_levels_cannot_see_is_cut_off() -> None:
    offers = [
        Offer(id=str(i), solver="a", score=score, takes={"venue": taken}, reaches={"venue": reach})
        for i, (score, taken, reach) in enumerate([(10, 4, 4), (9, 4, 5), (8, 4, 6), (3, 2, 9), (3, 2, 9)])
    ]
    model = Model(formulate(offers, Limits()), len(offers))
    model.set_gains(np.array([float(offer.score) for offer in offers]))

    before, after = model.relax(), Cuts(model, offers, Limits()).tighten()

    assert before is not None
    assert after is not None
    assert before.bound > 13
    assert after.bound == pytest.approx(11.0)


def test_offers_outside_a_fraction_are_lifted_into_its_cut() -> None:
    scarce = Scarce(dict.fromkeys(range(4), 4), dict.fromkeys(range(4), 10), 10)

    assert Hull(scarce).cut(np.array([0.8, 0.8, 0.8, 0.0])) == pytest.approx(dict.fromkeys(range(4), 0.5))


def test_rooms_of_more_units_than_cells_are_counted_in_coarser_ones() -> None:
    most = CELLS * BIG
    taken = {i: most // 3 + 1 + i for i in range(3)}
    scarce = Scarce(taken, dict.fromkeys(range(3), most), most)

    assert Hull(scarce).cut(np.array([1.0, 1.0, 0.6])) is None
    assert Hull(scarce).cut(np.array([1.0, 1.0, 1.1])) is not None


@pytest.mark.parametrize("number", [1, 4])
def test_recorded_rounds_are_proven_within_a_few_nodes(number: int) -> None:
    offers, limits = recorded()[number]

    choice = Exact(offers, limits).best()

    assert choice.gap == 0.0
    assert choice.work < 100


def resource(offers: list[tuple[int, int]], most: int) -> Scarce:
    """Return a resource from what each offer takes and leaves beside it."""
    return Scarce(
        {i: taken for i, (taken, _) in enumerate(offers)},
        {i: min(taken + beside, most) for i, (taken, beside) in enumerate(offers)},
        most,
    )


def choices(scarce: Scarce) -> list[tuple[int, ...]]:
    """Return every set that may win together."""
    sets = chain.from_iterable(combinations(scarce.taken, size) for size in range(len(scarce.taken) + 1))
    return [
        found
        for found in sets
        if sum(scarce.taken[i] for i in found) <= min((scarce.reach[i] for i in found), default=scarce.most)
    ]
