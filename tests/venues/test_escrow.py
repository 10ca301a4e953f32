from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from immutables import Map

from venues.escrow import Escrow, Lock

ESCROW = Escrow(vaults=Map({"alice": 100}), bonds=Map({"solver": 50}))


def _lock(state: Literal["locked", "claimed", "refunded"] = "locked", cash: int = 30) -> Lock:
    return Lock(
        fill_id="fill",
        intent_id="intent",
        owner="alice",
        solver="solver",
        quantity=1,
        cash=cash,
        terms="terms",
        refund_at_ms=0,
        state=state,
    )


def test_a_vault_can_be_emptied_and_not_overdrawn() -> None:
    assert ESCROW.credit("alice", -100).vault("alice") == 0
    with pytest.raises(ValueError, match="vault of alice holds 100, 101 asked for"):
        ESCROW.credit("alice", -101)


def test_a_stranger_has_an_empty_vault() -> None:
    assert ESCROW.vault("bob") == 0
    assert ESCROW.credit("bob", 7).vault("bob") == 7


def test_the_contract_holds_vaults_bonds_and_open_locks() -> None:
    assert ESCROW.total() == 150
    assert ESCROW.credit("alice", -30).with_lock(_lock()).total() == 150


@pytest.mark.parametrize("state", ["claimed", "refunded"])
def test_a_lock_that_has_ended_holds_nothing(state: Literal["claimed", "refunded"]) -> None:
    assert ESCROW.with_lock(_lock()).with_lock(_lock(state)).total() == ESCROW.total()


@given(st.lists(st.integers(0, 80), max_size=4))
def test_slashing_takes_no_more_than_is_at_stake(asked: list[int]) -> None:
    escrow, taken = ESCROW, 0
    for cash in asked:
        escrow, part = escrow.slash("solver", cash)
        taken += part

    assert taken == min(sum(asked), 50)
    assert escrow.bonds["solver"] == 50 - taken


def test_what_was_slashed_and_credited_stays_in_the_contract() -> None:
    escrow, taken = ESCROW.slash("solver", 20)

    assert escrow.credit("alice", taken).total() == ESCROW.total()


def test_a_solver_without_a_bond_cannot_be_slashed() -> None:
    assert ESCROW.slash("stranger", 10)[1] == 0


def test_quantities_paid_for_add_up_and_are_given_back() -> None:
    escrow = ESCROW.with_filled("intent", 5).with_filled("intent", 4).with_filled("intent", -5)

    assert escrow.filled["intent"] == 4
