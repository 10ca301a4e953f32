import pytest

from intents.assets import USDC_UNIT
from tests.venues.bridges.stage import BOND, canonical, fast, light_client, optimistic, sent, with_ends
from tests.venues.calls.stage import applied, refusal
from tests.venues.small_world import L1, L2
from venues.bridges import AnyPort
from venues.calls.bridging import (
    DisputeProposal,
    ExecuteProposal,
    FinaliseWithdrawal,
    Front,
    JudgeDispute,
    Propose,
    ProveWithdrawal,
    RelayProof,
    WriteOff,
)
from venues.calls.upkeep import BridgeOut
from venues.chain_state import ChainState
from venues.chains.transaction import Call

TRANSFER = sent(1_000)
CALLS: list[tuple[Call[ChainState], str]] = [
    (ProveWithdrawal(bridge="bridge", transfer="t"), "canonical"),
    (FinaliseWithdrawal(bridge="bridge", transfer="t"), "canonical"),
    (RelayProof(bridge="bridge", transfer="t", carrier="carrier"), "light_client"),
    (Front(bridge="bridge", transfer=TRANSFER, relayer="relayer"), "fast"),
    (Propose(bridge="bridge", transfer=TRANSFER, proposer="proposer"), "optimistic"),
    (DisputeProposal(bridge="bridge", transfer="t", disputer="watcher"), "optimistic"),
    (ExecuteProposal(bridge="bridge", transfer="t"), "optimistic"),
    (JudgeDispute(bridge="bridge", dispute="t#1"), "optimistic"),
    (WriteOff(bridge="bridge", transfer="t"), "optimistic"),
]
PORTS: list[AnyPort] = [canonical(L2), fast(L2), light_client(L2), optimistic(L2)]


def _state(port: AnyPort) -> ChainState:
    return with_ends(port, port)[port.chain]


@pytest.mark.parametrize(
    ("call", "kind", "port"), [(call, kind, port) for call, kind in CALLS for port in PORTS if port.kind != kind]
)
def test_a_call_is_refused_by_bridges_of_other_kinds(call: Call[ChainState], kind: str, port: AnyPort) -> None:
    assert refusal(call, _state(port)) == f"reverted: bridge is a bridge of kind {port.kind}, not {kind}"


@pytest.mark.parametrize(
    "call",
    [
        Propose(bridge="bridge", transfer=TRANSFER, proposer="nobody"),
        DisputeProposal(bridge="bridge", transfer="t", disputer="nobody"),
    ],
)
def test_a_bond_must_be_there_to_be_put_up(call: Call[ChainState]) -> None:
    assert refusal(call, _state(optimistic(L2))) == f"undercollateralised: nobody cannot pay {BOND}"


def test_a_sending_over_a_bridge_of_this_family_names_the_fee_that_its_carrier_gets() -> None:
    state = _state(light_client(L2))
    call = BridgeOut(bridge="bridge", account="trader", cash=1_000 * USDC_UNIT)

    after = applied(call, state)

    assert after.bridges["bridge"].held == state.bridges["bridge"].held + 1_000 * USDC_UNIT
    assert after.totals() == state.totals()


def test_what_cannot_go_back_is_refused_at_the_sending() -> None:
    state = _state(canonical(L2))

    call = BridgeOut(bridge="bridge", account="trader", cash=1_000_001 * USDC_UNIT)

    assert refusal(call, state).startswith("no_liquidity: bridge minted 1000000000000 here, ")


def test_at_home_a_payment_waits_until_enough_is_locked_again() -> None:
    """More was minted than is locked, after a loss: the last to leave waits for the next to come."""
    short = light_client(L1)
    told = short.arrived(sent(2_000_000), 0)
    state = _state(told)

    waiting = applied(RelayProof(bridge="bridge", transfer="t", carrier="carrier"), state)
    deposit = BridgeOut(bridge="bridge", account="trader", cash=1_500_000 * USDC_UNIT)
    paid = applied(deposit, waiting)

    before = state.clearing.account("trader").cash
    assert waiting.clearing.account("trader").cash == before
    assert paid.clearing.account("trader").cash == before - 1_500_000 * USDC_UNIT + sent(2_000_000).cash
    assert state.totals() == waiting.totals() == paid.totals()
