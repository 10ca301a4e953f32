"""Fees of fills on chain: who pays them when, and that they go back with what failed."""

from dataclasses import replace

import pytest

from tests.venues.calls.stage import (
    OWNER,
    REFUND_MS,
    SELL,
    VAULT,
    applied,
    claim,
    deliver,
    dollars,
    lock,
    orders,
    proved,
    refund,
    refusal,
    run,
    settle,
    signed,
    state,
    terms,
)
from tests.venues.small_world import L1, L2
from venues.calls.bonding import Fine
from venues.calls.fill_terms import FillTerms
from venues.calls.restitution import RESERVE, Restitute
from venues.chain_state import ChainState
from venues.chains.transaction import Applied
from venues.escrow import COLLECTOR

FEE = dollars(0.25)
HOME = replace(terms(), fee=FEE)
AWAY = replace(terms(chain=L2), fee=FEE)
PAID = replace(terms(signed(SELL, limit=-3.0), chain=L2, price=-150.0), fee=FEE)
"""The owner receives more than the collateral: nothing of theirs is locked."""

BARELY = replace(terms(signed(SELL, limit=-3.0), chain=L2, price=-140.05), fee=FEE)
"""The owner receives less over the collateral than the fee: a part of it is paid on either chain."""


def fees(found: ChainState) -> int:
    return found.escrow.vault(COLLECTOR)


def cash(found: ChainState, who: str = "solver") -> int:
    return found.clearing.account(who).cash


def test_at_home_the_owner_pays_price_and_fee_and_the_solver_gets_the_price() -> None:
    before = state(L1)
    free, charged = applied(settle(terms()), before), applied(settle(HOME), before)

    assert fees(charged) == FEE
    assert charged.escrow.vault(OWNER.address) == free.escrow.vault(OWNER.address) - FEE
    assert cash(charged) == cash(free)
    assert charged.totals() == before.totals()


def test_the_fee_waits_in_the_lock_and_comes_with_the_claim() -> None:
    locked = applied(lock(AWAY), state(L1))
    before = cash(locked)

    paid = applied(claim(AWAY), proved(locked, AWAY))

    assert (fees(locked), fees(paid)) == (0, FEE)
    assert locked.escrow.vault(OWNER.address) == VAULT - dollars(11) - FEE
    assert cash(paid) - before == dollars(11)
    assert paid.totals() == locked.totals()


def test_a_refund_gives_back_the_fee_as_well() -> None:
    after = applied(refund(AWAY), applied(lock(AWAY), state(L1)), REFUND_MS)

    assert after.escrow.vault(OWNER.address) == VAULT
    assert fees(after) == 0


@pytest.mark.parametrize("owed", [PAID, BARELY], ids=["paid", "barely"])
def test_an_owner_who_receives_elsewhere_pays_the_fee_out_of_that(owed: FillTerms) -> None:
    home, away = applied(lock(owed), state(L1)), applied(deliver(owed), state(L2))
    home = applied(claim(owed), proved(home, owed))
    free = replace(owed, fee=0)
    without = applied(deliver(free), state(L2))

    assert fees(home) + fees(away) == FEE
    assert fees(away) == min(FEE, -owed.cash) > 0
    assert cash(away) == cash(without)
    owner = OWNER.address
    left = cash(without, owner) - cash(away, owner) + VAULT - home.escrow.vault(owner)
    assert left == FEE
    assert (home.totals(), away.totals()) == (state(L1).totals(), state(L2).totals())


def test_price_and_fee_together_stay_within_the_limit() -> None:
    within = replace(terms(price=5.9), fee=dollars(0.2))

    assert isinstance(run(settle(within), state(L1)), Applied)
    assert "above the limit" in refusal(settle(replace(within, fee=within.fee + 1)), state(L1))


def test_a_fee_below_zero_is_refused() -> None:
    assert "is none" in refusal(settle(replace(HOME, fee=-1)), state(L1))


def test_a_vault_without_the_fee_is_short() -> None:
    before = state(L1)
    poor = replace(before, escrow=before.escrow.credit(OWNER.address, -(VAULT - HOME.total + 1)))

    assert "undercollateralised" in refusal(settle(HOME, orders(HOME)), poor)


def test_a_delivery_proves_the_fee_that_was_awarded_and_no_other() -> None:
    assert len({replace(AWAY, fee=fee).id for fee in (0, FEE, FEE + 1)}) == 3


def test_an_owner_whose_delivery_was_taken_back_has_the_fee_back_first() -> None:
    """The solver has nothing left and the reserve little: what the house took is there."""
    claimed = applied(claim(AWAY), proved(applied(lock(AWAY), state(L1)), AWAY))
    undone = replace(claimed, proofs=claimed.proofs.delete(AWAY.fill_id))
    poor = undone.clearing.change("solver", cash=-cash(undone))
    broke = replace(undone, clearing=poor, escrow=undone.escrow.credit(RESERVE, dollars(1)))

    outcome = run(Restitute(fill_id=AWAY.fill_id), broke, REFUND_MS)

    assert isinstance(outcome, Applied)
    (log,) = outcome.logs
    told = [log.get(name) for name in ("fee_cash", "solver_cash", "reserve_cash", "missing_cash")]
    assert told == [FEE, 0, dollars(1), dollars(10)]
    assert fees(outcome.state) == 0
    assert outcome.state.totals() == broke.totals()


def test_a_penalty_goes_from_the_bond_to_the_house_as_far_as_the_bond_reaches() -> None:
    before = state(L2)
    bonded = replace(before, escrow=replace(before.escrow, bonds=before.escrow.bonds.set("solver", dollars(3))))

    once = applied(Fine(fine_id="1.solver", solver="solver", cash=dollars(2)), bonded)
    twice = applied(Fine(fine_id="2.solver", solver="solver", cash=dollars(2)), once)

    assert (fees(once), fees(twice)) == (dollars(2), dollars(3))
    assert twice.totals() == bonded.totals()
