from dataclasses import replace

import pytest

from tests.venues.calls.stage import dollars, run, state
from tests.venues.small_world import L1
from venues.calls.reward import Reward
from venues.chain_state import ChainState
from venues.chains.transaction import Applied, Reverted

FEES = dollars(50)


def _funded() -> ChainState:
    before = state(L1)
    return replace(before, escrow=before.escrow.credit("house", FEES))


def _reward(cash: int) -> Reward:
    return Reward(reward_id="1.solver", payer="house", solver="solver", cash=cash)


@pytest.mark.parametrize("cash", [1, FEES])
def test_a_reward_moves_fees_to_the_solver_and_makes_no_money(cash: int) -> None:
    before = _funded()

    outcome = run(_reward(cash), before)

    assert isinstance(outcome, Applied)
    assert outcome.state.escrow.vault("house") == FEES - cash
    assert outcome.state.clearing.account("solver").cash == before.clearing.account("solver").cash + cash
    assert outcome.state.totals() == before.totals()


@pytest.mark.parametrize("cash", [FEES + 1, 0, -1])
def test_a_reward_that_the_vault_does_not_hold_or_that_is_none_reverts(cash: int) -> None:
    assert isinstance(run(_reward(cash), _funded()), Reverted)
