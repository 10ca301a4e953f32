"""What reorganisations take from a solver excuses that it lacks as much, and no more."""

from typing import Final

from auction.settlement.taken_back import TakenBack
from tests.venues.small_world import L1, L2, START_MS
from venues.chain_state import ChainState
from venues.chains.produced import BlockSummary, Produced
from venues.chains.transaction import Block, Log, Receipt

CLAIMED: Final = Log("Claimed", (("fill", "one"), ("cash", 11)))
RESTITUTED: Final = Log("Restituted", (("fill", "one"), ("solver", "solver"), ("solver_cash", 11), ("reserve_cash", 3)))


def lack(cash: int, ether: int = 0) -> str:
    """Return how a delivery fails whose solver is short."""
    return f"undercollateralised: solver lacks Backing(ether={ether}, cash={cash})"


def block(*logs: Log, undone: tuple[Log, ...] = (), second: int = 10) -> Produced[ChainState]:
    """Return a block of home with a transaction for each log, in place of one with others."""
    here = Block(L1, 1, START_MS + second * 1000)
    summary = BlockSummary(
        number=1,
        time_ms=here.time_ms,
        base_fee_wei=0,
        gas_used=0,
        count=0,
        low_wei=0,
        p35_wei=0,
        p60_wei=0,
        p90_wei=0,
        mean_wei=0,
        waiting=0,
    )
    return Produced(
        summary, tuple(_receipt(here, log) for log in logs), (), tuple(_receipt(here, log) for log in undone)
    )


def _receipt(here: Block, log: Log) -> Receipt:
    sender = "solver" if log.name == "Claimed" else "auctioneer"
    return Receipt(
        transaction_id=log.name,
        sender=sender,
        block=here,
        status="success",
        reason="",
        gas_used=0,
        price_wei=0,
        logs=(log,),
    )


def taken(*blocks: Produced[ChainState]) -> TakenBack:
    """Return what is known after some blocks."""
    found = TakenBack()
    for each in blocks:
        found.note(each)
    return found


def test_a_restitution_explains_a_lack_of_no_more_than_it_took() -> None:
    found = taken(block(RESTITUTED))

    assert found.explains(lack(11), "solver", L1, START_MS) == 11
    assert found.explains(lack(12), "solver", L1, START_MS) == 0
    assert found.explains(lack(11, ether=1), "solver", L1, START_MS) == 0


def test_it_explains_no_lack_elsewhere_nor_of_others_nor_after_a_later_award() -> None:
    found = taken(block(RESTITUTED))

    assert found.explains(lack(11), "solver", L2, START_MS) == 0
    assert found.explains(lack(11), "another", L1, START_MS) == 0
    assert found.explains(lack(11), "solver", L1, START_MS + 11_000) == 0


def test_a_restitution_that_is_undone_has_taken_nothing() -> None:
    found = taken(block(RESTITUTED), block(undone=(RESTITUTED,)))

    assert found.explains(lack(1), "solver", L1, START_MS) == 0


def test_a_claim_that_is_undone_is_missing_until_it_lands_again() -> None:
    gone = taken(block(CLAIMED), block(undone=(CLAIMED,)))
    back = taken(block(CLAIMED), block(undone=(CLAIMED,)), block(CLAIMED))

    assert gone.explains(lack(11), "solver", L1, START_MS) == 11
    assert back.explains(lack(11), "solver", L1, START_MS) == 0


def test_another_failure_is_not_explained() -> None:
    assert taken(block(RESTITUTED)).explains("slippage: lacks nothing", "solver", L1, START_MS) == 0


def test_a_claim_that_a_third_party_had_carried_out_is_missing_when_it_is_undone() -> None:
    done = (("fill", "one"), ("what", "claim"), ("solver", "solver"), ("cash", 11))
    claim, lock = Log("Completed", done), Log("Completed", (*done[:1], ("what", "refund"), *done[2:]))

    assert taken(block(claim), block(undone=(claim,))).explains(lack(11), "solver", L1, START_MS) == 11
    assert taken(block(lock), block(undone=(lock,))).explains(lack(11), "solver", L1, START_MS) == 0
