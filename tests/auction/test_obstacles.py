import pytest

from auction.obstacles import is_full, obstacles
from auction.winner_determination.offer import Limits, Offer

LIMITS = Limits(capacity={"intent a": 10, "cash one": 5})


def offer(solver: str, reaches: dict[str, int] | None = None, **takes: int) -> Offer:
    return Offer(
        id=f"1/{solver}/0",
        solver=solver,
        score=1,
        takes={name.replace("_", " "): quantity for name, quantity in takes.items()},
        reaches=reaches or {},
    )


def test_a_winner_of_the_same_quantity_stands_in_the_way() -> None:
    winners = [offer("one", intent_a=8), offer("two", intent_b=8)]

    assert obstacles(offer("three", intent_a=3), winners, LIMITS) == ("one/0",)


def test_a_winner_that_leaves_enough_does_not() -> None:
    assert obstacles(offer("two", intent_a=2), [offer("one", intent_a=8)], LIMITS) == ()


def test_all_winners_that_take_a_part_of_what_is_short_are_named() -> None:
    winners = [offer("two", intent_a=4), offer("one", intent_a=4)]

    assert obstacles(offer("three", intent_a=3), winners, LIMITS) == ("one/0", "two/0")


@pytest.mark.parametrize(("mine", "theirs"), [(10, 20), (20, 10)])
def test_the_shorter_of_two_reaches_counts(mine: int, theirs: int) -> None:
    winner = offer("one", {"venue": theirs}, venue=6)

    assert obstacles(offer("two", {"venue": mine}, venue=6), [winner], LIMITS) == ("one/0",)
    assert obstacles(offer("two", {"venue": mine}, venue=4), [winner], LIMITS) == ()


@pytest.mark.parametrize(
    ("limits", "full"),
    [
        (Limits(), False),
        (Limits(most_winners=1), True),
        (Limits(most_winners=2), False),
        (Limits(most_per_solver=1), False),
    ],
)
def test_there_may_be_as_many_winners_as_the_limits_say(limits: Limits, full: bool) -> None:
    assert is_full("two", [offer("one")], limits) is full


def test_a_solver_may_have_as_many_winners_as_the_limits_say() -> None:
    assert is_full("one", [offer("one")], Limits(most_per_solver=1))
