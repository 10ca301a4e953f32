"""Swaps on chains that take blocks back: what the ladder allows for costs nobody anything."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.venues.htlc.locks import TAKER
from tests.venues.htlc.swaps import COMPLETES, MAKES, SWAP, TAKES, lived, result, world
from tests.venues.small_world import L1, L2, START_MS, chain_state
from venues.chain_state import ChainState
from venues.chains.produced import Produced
from venues.faults import Fault, Faults
from venues.htlc.outcomes import Outcome
from venues.htlc.swap import look
from venues.world import World

NOT_FINAL = 9
"""Blocks younger than the twenty seconds after which they are final."""

BEGIN_S, END_S = 60, 240
"""From the first transaction of the swap until all of it is over."""


def reorg(chain: str, second: int, depth: int) -> Fault:
    at_ms = START_MS + second * 1_000
    return Fault(id=f"{chain}-{second}", kind="reorg", target=chain, from_ms=at_ms, until_ms=at_ms, depth=depth)


seconds = st.integers(BEGIN_S, END_S)
depths = st.integers(1, NOT_FINAL)


@settings(max_examples=40, deadline=None)
@given(seconds, depths, seconds, depths, st.booleans(), st.integers(BEGIN_S, END_S))
def test_a_reorganisation_of_each_chain_costs_nobody_what_they_locked(
    first: int, one: int, second: int, other: int, goes_through: bool, leaves: int
) -> None:
    swap = replace(SWAP, goes_through=goes_through)
    away = ((START_MS + leaves * 1_000, 2**53),)
    faults = Faults((reorg(L1, first, one), reorg(L2, second, other)))
    agents = (
        replace(MAKES, swaps=(swap,)),
        replace(TAKES, swaps=(swap,), away=away),
        replace(COMPLETES, swaps=(swap,)),
    )

    scene = lived(*agents, minutes=12, faults=faults)

    assert result(scene, swap) in {"exchanged", "called off", "unanswered"} | unfinished(goes_through)
    assert [scene.state(chain).totals() for chain in (L1, L2)] == [chain_state(chain).totals() for chain in (L1, L2)]


def unfinished(goes_through: bool) -> set[Outcome]:
    """Return what may also be left: a destination that nobody but an absent taker may cancel."""
    return {"open"} if not goes_through else set()


class Undone:
    """Collects what blocks took back."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:
        self.calls += [receipt.transaction_id for receipt in produced.undone]


def test_a_withdrawal_that_is_taken_back_is_made_again() -> None:
    """The source is withdrawn from, and the block that did it is undone just before it is final."""
    calm = look(lived(MAKES, TAKES), SWAP).source
    assert calm is not None
    second = (calm.ended_ms - START_MS) // 1_000 + 17
    scene, undone = world(MAKES, TAKES, faults=Faults((reorg(L1, second, NOT_FINAL),))), Undone()

    scene.advance(START_MS + 600_000, [undone])

    assert any(name.startswith(f"{TAKER}:Withdraw:") for name in undone.calls)
    assert result(scene) == "exchanged"
