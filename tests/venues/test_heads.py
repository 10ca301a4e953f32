"""What is known of a chain elsewhere goes with the block it rests on."""

from typing import Final

from tests.venues.small_world import L1, L2, START_MS
from venues.chains.transaction import Block, Log, Receipt
from venues.heads import Head, Heads

DUE_MS: Final = START_MS + 240_000
FIELDS: Final = (("fill", "fill"), ("away", L2), ("deliver_by", DUE_MS))
LOCKED: Final = Receipt(
    transaction_id="lock",
    sender="solver",
    block=Block(L1, 1, START_MS),
    status="success",
    reason="",
    gas_used=0,
    price_wei=0,
    logs=(Log("Locked", FIELDS),),
)


def made(number: int = 7) -> Heads:
    """Return heads after a lock at home and a block of the other chain that is past its deadline."""
    heads = Heads()
    heads.note(LOCKED)
    heads.passed(L2, number, DUE_MS + 1)
    return heads


def taken(heads: Heads, height: int = 30) -> list[tuple[str, int]]:
    """Return fill and block of what becomes known now, while home is at a height."""
    return [(head.fill, head.number) for head in heads.take(lambda _: True, lambda _: height)]


def told(heads: tuple[Head, ...]) -> list[tuple[str, int]]:
    return [(head.fill, head.number) for head in heads]


def test_what_was_known_by_a_block_that_is_taken_back_is_not_known_after_all() -> None:
    heads = made()
    assert taken(heads) == [("fill", 7)]

    assert told(heads.undo(L2, 6)) == [("fill", 7)]
    assert taken(heads) == []

    heads.passed(L2, 8, DUE_MS + 2)
    assert taken(heads) == [("fill", 8)]


def test_what_was_not_yet_known_needs_not_be_forgotten() -> None:
    heads = made()

    assert heads.undo(L2, 6) == ()
    assert taken(heads) == []


def test_a_block_that_stands_stays_known() -> None:
    heads = made()
    taken(heads)

    assert heads.undo(L2, 7) == ()
    assert taken(heads) == []


def test_a_home_that_takes_back_the_block_after_which_it_knew_learns_it_again() -> None:
    heads = made()
    taken(heads, height=30)

    assert heads.undo(L1, 30) == ()
    assert taken(heads, height=30) == []
    assert heads.undo(L1, 29) == ()
    assert taken(heads, height=30) == [("fill", 7)]
