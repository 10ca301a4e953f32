"""Locks with a safety deposit, and third parties who finish them."""

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.venues.calls.stage import (
    NOW_MS,
    OWNER,
    REFUND_MS,
    VAULT,
    applied,
    claim,
    dollars,
    proved,
    refund,
    refusal,
    terms,
)
from tests.venues.calls.stage import lock as bare_lock
from tests.venues.calls.stage import state as stage_state
from tests.venues.small_world import GAS, L1, L2
from venues.calls.completion import Complete, Ending, SecuredLock
from venues.chain_state import ChainState
from venues.chains.transaction import Applied, Block

DEPOSIT: Final = 10**16
GRACE_MS: Final = 120_000
AWAY: Final = terms(chain=L2)
KEEPER: Final = "keeper"


def secured(wei: int = DEPOSIT, *, proves: bool = False) -> SecuredLock:
    """Return the lock of a fill elsewhere, with a deposit."""
    plain = bare_lock(AWAY)
    return SecuredLock(
        terms=AWAY,
        refund_at_ms=plain.refund_at_ms,
        deadline_ms=plain.deadline_ms,
        proves_absence=proves,
        deposit_wei=wei,
        grace_ms=GRACE_MS,
    )


def locked(*, proves: bool = False) -> ChainState:
    """Return the owner's home with the lock."""
    return applied(secured(proves=proves), stage_state(L1))


def complete(ending: Ending, caller: str = KEEPER) -> Complete:
    """Return the call of a third party."""
    return Complete(fill_id=AWAY.fill_id, ending=ending, caller=caller)


def ether(state: ChainState, name: str) -> int:
    """Return what somebody has in their wallet."""
    return state.wallets.get(name, 0)


def test_a_deposit_leaves_the_solvers_wallet_and_is_counted_on_the_chain() -> None:
    before = stage_state(L1)

    after = applied(secured(), before)

    assert ether(after, "solver") == GAS - DEPOSIT
    assert after.totals() == before.totals()
    assert after.escrow.deposits[AWAY.fill_id].wei == DEPOSIT


def test_a_solver_without_the_ether_cannot_lock() -> None:
    poor = stage_state(L1)
    poor = replace(poor, wallets=poor.wallets.set("solver", DEPOSIT - 1))

    assert refusal(secured(), poor).startswith("undercollateralised: solver lacks ")


def test_a_lock_that_is_refused_takes_no_deposit() -> None:
    empty = stage_state(L1)
    empty = replace(empty, escrow=empty.escrow.credit(OWNER.address, -VAULT))

    assert refusal(secured(), empty).startswith("undercollateralised: vault")


@pytest.mark.parametrize("ending", ["claim", "refund"])
def test_the_deposit_goes_back_to_the_solver_where_nobody_was_needed(ending: Ending) -> None:
    held = locked()

    done = applied(claim(AWAY), proved(held, AWAY)) if ending == "claim" else applied(refund(AWAY), held, REFUND_MS)

    assert ether(done, "solver") == GAS
    assert done.totals() == held.totals()
    assert dict(done.escrow.deposits) == {}


def test_who_completes_a_claim_gets_the_deposit_and_the_solver_the_cash() -> None:
    held = proved(locked(), AWAY)
    cash = held.clearing.account("solver").cash

    done = applied(complete("claim"), held, NOW_MS + GRACE_MS)

    assert ether(done, KEEPER) - ether(held, KEEPER) == DEPOSIT
    assert ether(done, "solver") == GAS - DEPOSIT
    assert done.clearing.account("solver").cash == cash + dollars(11)
    assert done.escrow.locks[AWAY.fill_id].state == "claimed"
    assert done.totals() == held.totals()


def test_who_completes_a_refund_gets_the_deposit_and_the_owner_the_cash() -> None:
    held = locked()

    done = applied(complete("refund"), held, REFUND_MS + GRACE_MS)

    assert ether(done, KEEPER) - ether(held, KEEPER) == DEPOSIT
    assert done.escrow.vault(OWNER.address) == VAULT
    assert done.escrow.filled[AWAY.intent_id] == 0
    assert done.totals() == held.totals()


@pytest.mark.parametrize(
    ("ending", "proof", "time_ms", "code"),
    [
        ("claim", True, NOW_MS + GRACE_MS - 1, "early"),
        ("claim", False, REFUND_MS + GRACE_MS, "reverted"),
        ("refund", False, REFUND_MS + GRACE_MS - 1, "early"),
        ("refund", True, REFUND_MS + GRACE_MS, "reverted"),
    ],
)
def test_nothing_can_be_completed_before_its_time_or_against_its_proof(
    *, ending: Ending, proof: bool, time_ms: int, code: str
) -> None:
    held = proved(locked(), AWAY) if proof else locked()

    assert refusal(complete(ending), held, time_ms).partition(":")[0] == code


def test_a_refund_that_needs_a_proof_of_absence_is_open_to_all_a_grace_after_it() -> None:
    held = locked(proves=True)
    known = replace(held, absences=held.absences.set(AWAY.fill_id, REFUND_MS + 50_000))

    assert refusal(complete("refund"), held, REFUND_MS * 2).startswith("reverted")
    assert refusal(complete("refund"), known, REFUND_MS + 50_000 + GRACE_MS - 1).startswith("early")
    assert applied(complete("refund"), known, REFUND_MS + 50_000 + GRACE_MS).escrow.vault(OWNER.address) == VAULT


def test_a_step_is_completed_once() -> None:
    done = applied(complete("refund"), locked(), REFUND_MS + GRACE_MS)

    assert refusal(complete("refund"), done, REFUND_MS + GRACE_MS).startswith("reverted")
    assert refusal(refund(AWAY), done, REFUND_MS + GRACE_MS).startswith("reverted")
    assert refusal(claim(AWAY), proved(done, AWAY), REFUND_MS + GRACE_MS).startswith("reverted")


def test_a_lock_without_a_deposit_is_nobody_elses_business() -> None:
    held = proved(applied(bare_lock(AWAY), stage_state(L1)), AWAY)

    assert refusal(complete("claim"), held, NOW_MS + GRACE_MS).startswith("reverted")


@given(
    wei=st.integers(1, GAS),
    proof=st.booleans(),
    calls=st.lists(st.tuples(st.sampled_from(["claim", "refund", "own claim", "own refund"]), st.integers(0, 10**7))),
)
def test_whatever_is_tried_nothing_is_made_or_lost_and_the_deposit_is_paid_once(
    wei: int, proof: bool, calls: list[tuple[str, int]]
) -> None:
    before = applied(secured(wei), stage_state(L1))
    now = proved(before, AWAY) if proof else before
    for what, later_ms in calls:
        call = {"own claim": claim(AWAY), "own refund": refund(AWAY)}.get(what) or complete(what)  # type: ignore[arg-type]
        outcome = call.apply(now, Block(L1, 1, NOW_MS + later_ms))
        now = outcome.state if isinstance(outcome, Applied) else now

    assert now.totals() == before.totals()
    paid = sum(ether(now, name) - ether(before, name) for name in ("solver", KEEPER))
    assert paid == (wei if now.escrow.locks[AWAY.fill_id].state != "locked" else 0)
