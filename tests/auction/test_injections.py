"""Attribution held against what was injected: a few dozen injections of every kind; the proof has a thousand."""

from functools import cache

from intents.lifecycle import Cause
from tests.auction.attribution_trial import Row, tried
from tests.auction.injections import BREACHES, FAILING, HARMLESS, injections

COUNT = 36
CALM_WALKS = 3


@cache
def rows() -> tuple[Row, ...]:
    """Return what is found of the first injections, and of the first walk-aways in weather that harms nobody."""
    harmless = {make.__name__ for make in HARMLESS}
    calm = [given for given in injections(4 * COUNT) if given.breach == "walks" and given.kind in harmless]
    return tuple(tried(given) for given in (*injections(COUNT), *calm[:CALM_WALKS]))


def test_every_cause_and_every_sum_is_the_true_one() -> None:
    assert [row for row in rows() if not row.is_right] == []


def test_no_solver_that_keeps_to_the_policy_is_slashed() -> None:
    assert [row for row in rows() if row.honest_slashed] == []


def test_no_solver_that_breaks_its_word_is_excused() -> None:
    assert [row for row in rows() if row.excused] == []


def test_a_breach_is_one_whether_or_not_the_fill_would_have_landed() -> None:
    walked = [row for row in rows() if row.breach == "walks"]

    assert {row.would_land for row in walked} == {True, False}
    assert {row.found for row in walked} == {str(Cause.SOLVER_FAULT)}


def test_a_thousand_injections_are_of_every_kind_and_every_breach() -> None:
    found = list(injections(1_000))

    kinds = {make.__name__ for make in (*FAILING, *HARMLESS)}
    assert kinds <= {given.kind for given in found if not given.breach}
    assert kinds <= {given.kind for given in found if given.breach == "walks"}
    assert {given.breach for given in found} == {"", *BREACHES}
