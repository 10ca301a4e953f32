"""Consistency rewards."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from auction.payments.consistency import Record, consistency_rewards


def test_winning_an_order_n_times_and_settling_it_once_counts_one_in_n() -> None:
    assert Record(won=4, settled=1).rate == Fraction(1, 4)


def test_a_solver_that_never_won_has_no_success_to_show() -> None:
    assert Record(won=0, settled=0).rate == 0


def test_every_order_counts_the_same_and_is_shared_by_offered_surplus() -> None:
    records = {"a": Record(won=1, settled=1), "b": Record(won=1, settled=1)}

    shares = consistency_rewards(100, [{"a": 3, "b": 1}, {"a": 0, "b": 1_000_000}], records)

    assert shares == {"a": 37, "b": 62}


def test_two_names_of_one_solver_draw_more_than_one_once_each_has_won() -> None:
    won = Record(won=1, settled=1)

    alone = consistency_rewards(120, [{"a": 5, "b": 5}], {"a": won, "b": won})
    twice = consistency_rewards(120, [{"a": 5, "b": 5, "c": 5}], {"a": won, "b": won, "c": won})
    idle = consistency_rewards(120, [{"a": 5, "b": 5, "c": 5}], {"a": won, "b": won, "c": Record(won=0, settled=0)})

    assert (alone["b"], twice["b"] + twice["c"], idle["b"] + idle["c"]) == (60, 80, 60)


def test_a_success_rate_of_a_half_halves_the_weight() -> None:
    records = {"a": Record(won=2, settled=1), "b": Record(won=1, settled=1)}

    assert consistency_rewards(90, [{"a": 5, "b": 5}], records) == {"a": 30, "b": 60}


def test_nothing_is_paid_where_nobody_settled() -> None:
    assert consistency_rewards(90, [{"a": 5}], {"a": Record(won=3, settled=0)}) == {"a": 0}


@given(
    st.integers(0, 10**12),
    st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(0, 10**9)), max_size=5),
    st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)),
)
def test_shares_are_never_negative_and_never_more_than_there_is(
    leftover: int, offered: list[dict[str, int]], settled: tuple[int, int, int]
) -> None:
    records = {name: Record(won=5, settled=count) for name, count in zip("abc", settled, strict=True)}

    shares = consistency_rewards(leftover, offered, records)

    assert all(share >= 0 for share in shares.values())
    assert sum(shares.values()) <= leftover
