from dataclasses import replace

import pytest
from immutables import Map

from tests.venues.calls.stage import OWNER, VAULT, dollars, run, state
from tests.venues.small_world import L1
from venues.calls.bonding import Slash
from venues.chain_state import ChainState
from venues.chains.transaction import Applied

BOND = dollars(100)


def _bonded() -> ChainState:
    before = state(L1)
    return replace(before, escrow=replace(before.escrow, bonds=Map({"solver": BOND, "other": BOND})))


def _slash(dollar: float, solver: str = "solver") -> Slash:
    return Slash(fill_id="fill", solver=solver, owner=OWNER.address, cash=dollars(dollar))


@pytest.mark.parametrize(("asked", "taken"), [(30.0, 30.0), (100.0, 100.0), (250.0, 100.0), (0.0, 0.0)])
def test_a_slash_hands_the_owner_as_much_of_the_bond_as_there_is(asked: float, taken: float) -> None:
    outcome = run(_slash(asked), _bonded())

    assert isinstance(outcome, Applied)
    assert outcome.state.escrow.bonds["solver"] == BOND - dollars(taken)
    assert outcome.state.escrow.vault(OWNER.address) == VAULT + dollars(taken)
    assert outcome.logs[0].get("cash") == dollars(taken)
    assert outcome.state.totals() == _bonded().totals()


def test_a_slash_leaves_other_bonds_alone() -> None:
    outcome = run(_slash(30.0), _bonded())

    assert isinstance(outcome, Applied)
    assert outcome.state.escrow.bonds["other"] == BOND


def test_there_is_nothing_to_take_from_who_has_no_bond() -> None:
    outcome = run(_slash(30.0, "stranger"), _bonded())

    assert isinstance(outcome, Applied)
    assert outcome.state.escrow.vault(OWNER.address) == VAULT
