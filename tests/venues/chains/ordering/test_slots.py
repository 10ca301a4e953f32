from hypothesis import given
from hypothesis import strategies as st

from venues.chains.ordering.slots import GETH, PoolRules, kept

SMALL = PoolRules(account_slots=4, global_slots=20, account_queue=8, lifetime_ms=1_000, least_tip_wei=1)

crowds = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 30), max_size=6)


def test_a_pool_with_room_keeps_everything() -> None:
    assert kept({"a": 5_000}, 120, GETH) == {"a": 5_000}


def test_the_sender_with_the_most_loses_first() -> None:
    assert kept({"a": 20, "b": 5}, 0, SMALL) == {"a": 15, "b": 5}


def test_the_largest_senders_are_brought_level_and_then_lose_alike() -> None:
    assert kept({"a": 20, "b": 10, "c": 5}, 0, SMALL) == {"a": 7, "b": 7, "c": 5}


def test_nobody_falls_below_the_slots_of_an_account() -> None:
    assert kept({"a": 20, "b": 10, "c": 3}, 1_000, SMALL) == {"a": 4, "b": 4, "c": 3}


@given(crowds, st.integers(0, 30))
def test_no_more_is_lost_than_one_round_beyond_what_has_to_be(counts: dict[str, int], others: int) -> None:
    left = kept(counts, others, SMALL)
    total = sum(left.values()) + others

    assert all(min(counts[name], SMALL.account_slots) <= left[name] <= counts[name] for name in counts)
    if total > SMALL.global_slots:
        assert all(left[name] <= SMALL.account_slots for name in left)
    elif left != counts:
        assert total > SMALL.global_slots - len(counts)


@given(crowds, st.integers(0, 30))
def test_who_has_more_keeps_at_least_as_much(counts: dict[str, int], others: int) -> None:
    left = kept(counts, others, SMALL)

    ordered = sorted(counts, key=counts.__getitem__)
    assert [left[name] for name in ordered] == sorted(left.values())
