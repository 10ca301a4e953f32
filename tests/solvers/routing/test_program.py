import itertools
import math

import cvxpy as cp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.routing.program import Failure, Limits, Optimum, Program
from venues.seeds import generator

Row = tuple[tuple[int, ...], int]


def knapsack(gains: list[int], rows: list[Row], *, integer: bool = True) -> Program:
    program = Program()
    for gain in gains:
        program.variable(gain=float(gain), upper=1.0, integer=integer)
    for weights, room in rows:
        program.row({i: float(weight) for i, weight in enumerate(weights)}, high=float(room))
    return program


def best_of_all(gains: list[int], rows: list[Row]) -> int:
    choices = itertools.product((0, 1), repeat=len(gains))
    return max(
        sum(g * x for g, x in zip(gains, choice, strict=True))
        for choice in choices
        if all(sum(w * x for w, x in zip(weights, choice, strict=True)) <= room for weights, room in rows)
    )


def maze(seed: int) -> Program:
    """Return a program of thirty binaries with narrow rows: hard enough to run into a node limit."""
    rng, program = generator("maze", seed), Program()
    for _ in range(30):
        program.variable(gain=float(rng.integers(100, 1000)), upper=1.0, integer=True)
    for narrow in [True] * 5 + [False] * 7:
        weights = {i: float(rng.integers(1, 1000)) for i in range(30)}
        middle = float(rng.integers(3000, 5000))
        program.row(weights, low=middle if narrow else -math.inf, high=middle + (200 if narrow else 8000))
    return program


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_binary_programs_have_the_optimum_of_a_full_enumeration(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 7))
    gains = data.draw(st.lists(st.integers(-50, 100), min_size=size, max_size=size))
    weights = st.tuples(*[st.integers(0, 20)] * size)
    rows = data.draw(st.lists(st.tuples(weights, st.integers(0, 60)), max_size=3))

    found = knapsack(gains, rows).solve(nodes=1000, relative_gap=0.0)

    assert isinstance(found, Optimum)
    assert round(found.objective) == best_of_all(gains, rows)
    assert found.gap == 0.0


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 50), st.integers(1, 20)), min_size=1, max_size=6), st.integers(1, 60))
def test_a_program_without_integers_takes_the_best_ratio_first(items: list[tuple[int, int]], room: int) -> None:
    gains, weights = [gain for gain, _ in items], tuple(weight for _, weight in items)
    left, best = float(room), 0.0
    for gain, weight in sorted(items, key=lambda item: -item[0] / item[1]):
        share = min(1.0, left / weight)
        left, best = left - share * weight, best + share * gain

    found = knapsack(gains, [(weights, room)], integer=False).solve(nodes=1, relative_gap=0.0)

    assert found is not None
    assert found.objective == pytest.approx(best, rel=1e-9)
    assert found.gap == 0.0


def test_a_fixed_cost_is_paid_only_where_the_flow_is_worth_it() -> None:
    program = Program()
    flow = program.variable(gain=1.0, upper=10.0)
    use = program.variable(gain=-4.0, integer=True)
    program.row({flow: 1.0, use: -10.0}, high=0.0)
    dear = program.variable(gain=1.0, upper=3.0)
    use_dear = program.variable(gain=-4.0, integer=True)
    program.row({dear: 1.0, use_dear: -3.0}, high=0.0)

    found = program.solve(nodes=100, relative_gap=0.0)

    assert found is not None
    assert found.values.tolist() == pytest.approx([10.0, 1.0, 0.0, 0.0])
    assert found.objective == pytest.approx(6.0)


@pytest.mark.parametrize("integer", [True, False])
def test_a_program_that_contradicts_itself_has_no_optimum(integer: bool) -> None:
    program = Program()
    one = program.variable(gain=1.0, upper=1.0, integer=integer)
    program.row({one: 1.0}, low=2.0)

    assert program.solve(nodes=10, relative_gap=0.0) is None


def test_a_program_without_bounds_has_no_optimum() -> None:
    """Routing never makes one: every flow ends at its venue's depth, and every quantity at what remains."""
    program = Program()
    program.variable(gain=1.0)

    assert program.solve(nodes=10, relative_gap=0.0) is None


@pytest.mark.parametrize("seed", range(4))
def test_a_search_that_is_cut_short_returns_what_keeps_all_rows_or_nothing(seed: int) -> None:
    program = maze(seed)

    for nodes in (0, 1, 3, 20):
        found = program.solve(nodes=nodes, relative_gap=0.0)
        if found is not None:
            level = program.matrix() @ found.values
            assert (level <= [high + 1e-6 for high in program.high]).all()
            assert (level >= [low - 1e-6 for low in program.low]).all()
            assert found.gap > 0.0


def test_a_search_that_is_cut_short_before_any_answer_returns_nothing() -> None:
    assert maze(0).solve(nodes=0, relative_gap=0.0) is None


def test_the_same_program_has_the_same_answer_every_time() -> None:
    first, second = (maze(3).solve(nodes=50, relative_gap=0.0) for _ in range(2))

    assert first is not None
    assert second is not None
    assert first.values.tolist() == second.values.tolist()
    assert first.work == second.work > 0


def test_what_keeps_an_optimiser_from_an_answer_is_told_apart() -> None:
    limits, endless, contrary, broken = Limits(nodes=10, relative_gap=0.0), Program(), Program(), Program()
    endless.variable(gain=1.0)
    contrary.row({contrary.variable(gain=1.0, upper=1.0): 1.0}, low=2.0)
    broken.row({broken.variable(gain=1.0, upper=1.0): math.nan}, high=1.0)

    assert endless.attempt(limits) is Failure.INFEASIBLE
    assert contrary.attempt(limits) is Failure.INFEASIBLE
    assert broken.attempt(limits) is Failure.NUMERICAL
    assert maze(0).attempt(Limits(nodes=0, relative_gap=0.0)) is Failure.OUT_OF_WORK
    assert maze(0).attempt(Limits(nodes=10**9, relative_gap=0.0, seconds=1e-9)) is Failure.TIMED_OUT


def test_another_objective_takes_the_place_of_the_gains() -> None:
    program = knapsack([1, 1], [((1, 1), 1)])

    found = program.attempt(Limits(nodes=10, relative_gap=0.0), lambda values: 3 * values[1] - values[0])

    assert isinstance(found, Optimum)
    assert found.values.tolist() == [0.0, 1.0]
    assert found.objective == pytest.approx(3.0)


def test_an_objective_with_curves_or_dents_is_called_unsuitable() -> None:
    limits, program = Limits(nodes=10, relative_gap=0.0), knapsack([1, 1], [((1, 1), 1)])

    assert program.attempt(limits, lambda values: -((values[0] - 0.5) ** 2)) is Failure.UNSUITABLE
    assert program.attempt(limits, lambda values: cp.abs(values[0] - 0.5)) is Failure.UNSUITABLE
