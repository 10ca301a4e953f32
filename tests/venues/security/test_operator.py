from hypothesis import given
from hypothesis import strategies as st

from venues.security.operator import (
    ALLOCATION_DELAY,
    DEALLOCATION_DELAY,
    Denied,
    Operator,
    backing,
    slashed_together,
)
from venues.security.slashing import WAD

ETHER = 10**18
HALF, THIRD = WAD // 2, WAD // 3
LATER = ALLOCATION_DELAY

fractions = st.integers(1, WAD)


def _operator(shares: int = 100 * ETHER, **magnitudes: int) -> Operator:
    """Return an operator whose allocations have all taken effect at `LATER`."""
    operator = Operator(name="o", shares=shares)
    for service, magnitude in magnitudes.items():
        after = operator.allocated(service, magnitude, 0)
        assert isinstance(after, Operator)
        operator = after
    return operator


def test_an_allocation_counts_after_its_delay() -> None:
    operator = _operator(oracle=HALF)

    assert operator.slashable("oracle", ALLOCATION_DELAY - 1) == 0
    assert operator.slashable("oracle", ALLOCATION_DELAY) == 50 * ETHER


def test_what_is_taken_back_stays_slashable_for_two_weeks() -> None:
    operator = _operator(oracle=HALF).allocated("oracle", 0, LATER)

    assert isinstance(operator, Operator)
    assert operator.slashable("oracle", LATER + DEALLOCATION_DELAY - 1) == 50 * ETHER
    assert operator.slashable("oracle", LATER + DEALLOCATION_DELAY) == 0
    assert operator.free(LATER + DEALLOCATION_DELAY - 1) == HALF
    assert operator.free(LATER + DEALLOCATION_DELAY) == WAD


def test_no_part_of_the_stake_is_allocated_twice() -> None:
    operator = _operator(oracle=HALF, bridge=THIRD)

    assert isinstance(operator.allocated("sequencer", WAD - HALF - THIRD + 1, LATER), Denied)
    assert isinstance(operator.allocated("sequencer", WAD - HALF - THIRD, LATER), Operator)


def test_one_change_waits_for_another() -> None:
    operator = _operator(oracle=HALF)

    assert isinstance(operator.allocated("oracle", THIRD, LATER - 1), Denied)
    assert isinstance(operator.allocated("oracle", THIRD, LATER), Operator)


def test_a_service_slashes_its_own_part_and_no_other() -> None:
    operator = _operator(oracle=HALF, bridge=THIRD)
    before = operator.slashable("bridge", LATER)

    after = operator.slashed("oracle", WAD, LATER)

    assert after.shares == 50 * ETHER
    assert after.slashable("oracle", LATER) == 0
    assert abs(after.slashable("bridge", LATER) - before) <= 200


@given(st.integers(1, 10**24), fractions, fractions)
def test_a_slash_elsewhere_leaves_a_service_what_it_had_but_for_rounding(shares: int, first: int, second: int) -> None:
    operator = _operator(shares, oracle=HALF, bridge=THIRD)

    after = operator.slashed("oracle", first, LATER)

    lost = operator.slashable("bridge", LATER) - after.slashable("bridge", LATER)
    assert -(shares // 10**17) - 2 <= lost <= shares // 10**17 + 2
    assert after.slashed("bridge", second, LATER).shares <= after.shares


def test_what_is_on_its_way_out_is_slashed_with_the_rest() -> None:
    leaving = _operator(oracle=HALF).allocated("oracle", 0, LATER)
    assert isinstance(leaving, Operator)

    after = leaving.slashed("oracle", HALF, LATER + 1)

    assert after.shares == 75 * ETHER
    assert after.slashable("oracle", LATER + DEALLOCATION_DELAY) == 0
    assert after.free(LATER + DEALLOCATION_DELAY) == after.greatest == WAD - HALF // 2


@given(st.dictionaries(st.sampled_from(["oracle", "bridge", "sequencer"]), fractions, min_size=1))
def test_a_fault_that_several_services_punish_costs_the_sum_of_the_parts(punished: dict[str, int]) -> None:
    operator = _operator(oracle=HALF, bridge=THIRD, sequencer=WAD - HALF - THIRD)

    after = slashed_together(operator, punished, LATER)

    decided = sum(operator.slashable(service, LATER) * fraction // WAD for service, fraction in punished.items())
    assert abs(operator.shares - after.shares - decided) <= 1_000
    assert after.shares >= 0


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), fractions), max_size=8))
def test_magnitudes_never_exceed_what_is_left_whatever_is_slashed(slashes: list[tuple[str, int]]) -> None:
    operator = _operator(a=HALF, b=THIRD)
    for service, fraction in slashes:
        operator = operator.slashed(service, fraction, LATER)

    held = sum(operator.allocation(service, LATER).magnitude for service in "ab")
    assert 0 <= held <= operator.greatest <= WAD
    assert operator.free(LATER) == operator.greatest - held


def test_backing_says_who_answers_for_what() -> None:
    found = backing([_operator(oracle=HALF)], ["oracle", "bridge"], LATER)

    assert found.stakes == {"o": 100 * ETHER}
    assert found.slashable == {"oracle": {"o": 50 * ETHER}, "bridge": {"o": 0}}
