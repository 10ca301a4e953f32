from dataclasses import replace

import pytest

from intents.assets import USDC_UNIT
from tests.venues.bridges.stage import (
    HOUR_MS,
    RELAYER,
    arrival_ms,
    fast,
    gained,
    send,
    sent,
    world,
)
from tests.venues.small_world import L1, L2, START_MS
from venues.bridges import FastPort, Loss
from venues.calls.bridging import Front
from venues.chains.transaction import Applied, Block, Reverted
from venues.world import World

TOTAL = 1_000 * USDC_UNIT
FEE = 1_500_000


def _port(made: World, chain: str = L2) -> FastPort:
    port = made.state(chain).bridges["bridge"]
    assert isinstance(port, FastPort)
    return port


def _fronted(port: FastPort, dollars: int = 1_000, name: str = "t") -> FastPort:
    after = port.fronted(sent(dollars, name), "relayer")
    assert isinstance(after, FastPort), after
    return after


@pytest.mark.parametrize(("source", "target", "confirmations", "block_ms"), [(L1, L2, 2, 12_000), (L2, L1, 1, 2_000)])
def test_a_transfer_is_fronted_after_a_few_confirmations(
    source: str, target: str, confirmations: int, block_ms: int
) -> None:
    """By hand: the relayer looks every 12 s, reacts 4 s after the block at the earliest, and needs a block itself."""
    made = world(fast(L1), fast(L2), (RELAYER,))
    send(made, source, 1_000)
    made.advance(START_MS + block_ms)

    arrived_ms = arrival_ms(made, target, START_MS + HOUR_MS)

    sure_ms = START_MS + block_ms * (1 + confirmations)
    assert arrived_ms is not None
    assert sure_ms < arrived_ms <= sure_ms + 12_000 + 12_000
    assert gained(made, target) == TOTAL - FEE


def test_the_relayer_has_its_money_and_the_fee_back_when_the_source_is_final() -> None:
    made = world(fast(L1), fast(L2), (RELAYER,))
    send(made, L1, 1_000)
    made.advance(START_MS + 12_000)
    final_ms = made.chain(L1).reached_ms("final", 1, START_MS + 12_000)
    assert final_ms is not None

    made.advance(final_ms - 2_000)
    assert gained(made, L2, "relayer") == -(TOTAL - FEE)
    assert _port(made).exposed == TOTAL - FEE

    made.advance(final_ms + 2_000)
    assert gained(made, L2, "relayer") == FEE
    assert (_port(made).exposed, dict(_port(made).fronts)) == (0, {})


def test_what_nobody_fronts_takes_the_slow_path_and_costs_no_fee() -> None:
    made = world(fast(L1), fast(L2))
    send(made, L1, 1_000)

    made.advance(START_MS + HOUR_MS)

    assert gained(made, L2) == TOTAL


def test_above_the_cap_a_transfer_waits_until_an_older_one_is_reimbursed() -> None:
    made = world(fast(L1), fast(L2), (RELAYER,))
    for name in ("a", "b"):
        send(made, L1, 6_000, name)

    made.advance(START_MS + 5 * 60_000)
    assert gained(made, L2) == sent(6_000).cash

    made.advance(START_MS + HOUR_MS)
    assert gained(made, L2) == sent(6_000).cash + 6_000 * USDC_UNIT


def test_the_relayer_counts_what_is_fronted_at_both_ends() -> None:
    made = world(fast(L1), fast(L2), (RELAYER,))
    send(made, L1, 6_000, "there")
    made.advance(START_MS + 3 * 60_000)

    send(made, L2, 6_000, "back")
    made.advance(START_MS + 6 * 60_000)

    assert _port(made, L2).exposed == sent(6_000).cash
    assert _port(made, L1).exposed == 0


def test_the_relayer_fronts_no_more_than_it_has() -> None:
    made = world(fast(L1), fast(L2), (RELAYER,))
    chain = made.chain(L2)
    poor = chain.state.clearing.account("relayer").cash - 100 * USDC_UNIT
    chain.state = replace(chain.state, clearing=chain.state.clearing.change("relayer", cash=-poor))
    send(made, L1, 1_000)

    made.advance(START_MS + 5 * 60_000)

    assert _port(made).exposed == 0


def test_an_end_refuses_what_exceeds_the_cap() -> None:
    port = _fronted(fast(L2, cap=sent(1_000).cash))

    assert port.fronted(sent(2, "u"), "relayer") == (
        f"no_liquidity: {TOTAL - FEE} of {TOTAL - FEE} is fronted, {sent(2).cash} more is too much"
    )


def test_a_transfer_is_fronted_once_and_only_by_the_relayer() -> None:
    port = _fronted(fast(L2))

    assert port.fronted(sent(1_000), "relayer") == "reverted: t is paid"
    assert port.fronted(sent(5, "u"), "forger") == "reverted: forger is not the relayer of bridge"
    assert fast(L2).arrived(sent(1_000), 0).fronted(sent(1_000), "relayer") == "reverted: t is paid"


def test_at_its_cap_it_looks_empty_from_both_ends() -> None:
    full = _fronted(fast(L2, cap=sent(1_000).cash)).as_seen()

    assert (full.liquidity, full.exposed) == (0, sent(1_000).cash)


def test_a_relayer_who_fronted_what_the_source_undid_bears_the_loss_by_name() -> None:
    port, loss = _fronted(fast(L2)).undone(sent(1_000))

    assert loss == Loss("relayer", "t", TOTAL - FEE)
    assert port.exposed == 0
    assert port.undone(sent(1_000))[1] is None


def test_a_transfer_that_comes_again_after_all_pays_the_relayer_back() -> None:
    undone, loss = _fronted(fast(L2)).undone(sent(1_000))
    assert loss is not None

    after, paid = undone.booked(loss).arrived(sent(1_000), 0).pay_out()

    assert [(due.account, due.cash) for due in paid] == [("relayer", TOTAL)]
    assert after.losses == ()


def test_a_relayer_who_fronted_something_else_is_not_paid_for_it() -> None:
    wrong = fast(L2).fronted(replace(sent(1_000), account="forger"), "relayer")
    assert isinstance(wrong, FastPort)

    after, paid = wrong.arrived(sent(1_000), 0).pay_out()

    assert [(due.account, due.cash) for due in paid] == [("trader", TOTAL)]
    assert after.losses == (Loss("relayer", "t", TOTAL - FEE, "false"),)


def test_a_payment_out_of_positions_or_of_nothing_is_refused() -> None:
    state = world(fast(L1), fast(L2)).state(L2)
    call = Front(bridge="bridge", transfer=sent(1_000), relayer="nobody")

    outcome = call.apply(state, Block(L2, 1, START_MS))

    assert isinstance(outcome, Reverted)
    assert outcome.reason == f"undercollateralised: nobody cannot pay {TOTAL - FEE}"
    assert isinstance(replace(call, relayer="relayer").apply(state, Block(L2, 1, START_MS)), Applied)
