from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.assets import USDC_UNIT
from tests.venues.calls.stage import dollars, options, run
from tests.venues.small_world import L1, L2, PUT, START_MS, chain_state, port
from venues.bridges import BridgePort, Transfer
from venues.calls.upkeep import BridgeOut
from venues.chain_state import ChainState
from venues.chains.transaction import Applied, Log
from venues.passages import Passage, arrival

OWNERS = ("alice", "bob")
CASH = 500.0
LIQUIDITY = 300
"""Dollars at each end: less than everybody has."""

queues = st.lists(st.integers(1, 400 * USDC_UNIT), max_size=8)
sendings = st.lists(
    st.tuples(st.sampled_from([L1, L2]), st.sampled_from(OWNERS), st.integers(0, 600 * USDC_UNIT), st.booleans()),
    max_size=12,
)
"""Where from, who, how much, and whether what is on its way arrives first."""


def _queue(amounts: list[int]) -> BridgePort:
    found = port(L1, L2, liquidity=LIQUIDITY)
    for i, cash in enumerate(amounts):
        found = found.arrived(Transfer(id=f"t{i}", account="alice", cash=cash), START_MS)
    return found


def _two_chains(positions: dict[str, int] | None = None) -> dict[str, ChainState]:
    """Return two chains on which owners have a little cash, and maybe positions against the maker."""
    chains = {}
    for name in (L1, L2):
        made = chain_state(name)
        clearing = made.clearing
        for owner in OWNERS:
            clearing = clearing.change(owner, cash=dollars(CASH), positions=positions)
            clearing = clearing.change("maker", positions={key: -n for key, n in (positions or {}).items()})
        peer = L1 if name == L2 else L2
        bridges = made.bridges.set("bridge", port(name, peer, liquidity=LIQUIDITY))
        chains[name] = replace(made, clearing=clearing, bridges=bridges)
    return chains


def _arrive(chains: dict[str, ChainState], log: Log, name: str) -> None:
    target = str(log.get("to"))
    passage = Passage(source="", target=target, log=log, number=1, time_ms=START_MS, id=name)
    chains[target] = arrival(chains[target], passage, START_MS)


def _send(chains: dict[str, ChainState], source: str, owner: str, cash: int) -> tuple[Log, ...]:
    outcome = run(BridgeOut(bridge="bridge", account=owner, cash=cash), chains[source])
    if not isinstance(outcome, Applied):
        return ()
    chains[source] = outcome.state
    return outcome.logs


def _live(chains: dict[str, ChainState], sent: list[tuple[str, str, int, bool]]) -> tuple[list[Log], int]:
    """Send and receive in turns; return what is still on its way, and all fees paid."""
    flying: list[Log] = []
    fees = 0
    for i, (source, owner, cash, lands) in enumerate(sent):
        if lands and flying:
            _arrive(chains, flying.pop(0), f"t{i}")
        logs = _send(chains, source, owner, cash)
        fees += sum(cash - int(log.get("cash")) for log in logs)
        flying += logs
    return flying, fees


@pytest.mark.parametrize(("cash", "parts"), [(0, 0), (1, 1), (2_500, 1), (2_501, 2), (10**9, 400_000)])
def test_the_fee_is_a_share_rounded_up_and_a_fixed_amount(cash: int, parts: int) -> None:
    """By hand: 400 millionths are one base unit in 2,500."""
    assert port(L1, L2).fee(cash) == USDC_UNIT // 2 + parts


@given(st.integers(0, 10**15), st.integers(0, 10**15), st.integers(0, 10**6))
def test_splitting_a_transfer_never_saves_fees(one: int, other: int, fee_ppm: int) -> None:
    found = replace(port(L1, L2), fee_ppm=fee_ppm)

    assert found.fee(one) + found.fee(other) >= found.fee(one + other)


@given(queues)
def test_a_port_pays_the_longest_head_of_its_queue_that_it_can(amounts: list[int]) -> None:
    before = _queue(amounts)

    after, paid = before.pay_out()

    assert paid + after.queue == before.queue
    assert after.liquidity == before.liquidity - sum(transfer.cash for transfer in paid) >= 0
    assert not after.queue or after.queue[0].cash > after.liquidity


def test_a_small_transfer_does_not_overtake_a_large_one() -> None:
    after, paid = _queue([dollars(100), dollars(201), dollars(1)]).pay_out()

    assert [transfer.id for transfer in paid] == ["t0"]
    assert [transfer.id for transfer in after.queue] == ["t1", "t2"]


def test_a_transfer_of_all_that_lies_there_is_paid() -> None:
    after, paid = _queue([LIQUIDITY * USDC_UNIT]).pay_out()

    assert (after.liquidity, len(paid)) == (0, 1)


def test_those_who_wait_are_paid_in_their_order_when_liquidity_returns() -> None:
    waiting, _ = _queue([dollars(400), dollars(50), dollars(300)]).pay_out()

    after, paid = waiting.received(dollars(200)).pay_out()

    assert [transfer.id for transfer in paid] == ["t0", "t1"]
    assert after.liquidity == dollars(50)


def test_an_arrival_is_paid_at_once_if_there_is_liquidity() -> None:
    chains = _two_chains()
    (log,) = _send(chains, L1, "alice", dollars(100))

    _arrive(chains, log, "t")

    assert chains[L2].clearing.account("alice").cash == dollars(CASH) + dollars(99.46)
    assert chains[L2].bridges["bridge"].liquidity == dollars(LIQUIDITY) - dollars(99.46)


@given(sendings)
def test_no_cash_is_made_or_lost_on_either_chain(sent: list[tuple[str, str, int, bool]]) -> None:
    chains = _two_chains()
    before = {name: chain.totals() for name, chain in chains.items()}

    _live(chains, sent)

    assert {name: chain.totals() for name, chain in chains.items()} == before


@given(sendings)
def test_what_accounts_lack_is_on_its_way_or_was_paid_in_fees(sent: list[tuple[str, str, int, bool]]) -> None:
    chains = _two_chains()
    before = sum(chain.clearing.totals()[0] for chain in chains.values())

    flying, fees = _live(chains, sent)

    accounts = sum(chain.clearing.totals()[0] for chain in chains.values())
    queued = sum(transfer.cash for chain in chains.values() for transfer in chain.bridges["bridge"].queue)
    assert accounts + queued + sum(int(log.get("cash")) for log in flying) + fees == before


@given(sendings)
def test_ends_never_owe_more_than_both_hold_and_none_is_below_zero(sent: list[tuple[str, str, int, bool]]) -> None:
    chains = _two_chains()

    flying, fees = _live(chains, sent)

    ports = [chain.bridges["bridge"] for chain in chains.values()]
    owed = sum(int(log.get("cash")) for log in flying) + sum(t.cash for end in ports for t in end.queue)
    assert min(end.liquidity for end in ports) >= 0
    assert sum(end.liquidity for end in ports) == 2 * dollars(LIQUIDITY) + owed + fees


@given(sendings, st.integers(-3, 3))
def test_nobody_is_overdrawn_or_unbacked_by_the_bridge(sent: list[tuple[str, str, int, bool]], puts: int) -> None:
    """Three puts on 140 sold need 420 of the 500 dollars; the owners send whatever they please."""
    chains = _two_chains({PUT: options(puts)} if puts else None)

    _live(chains, sent)

    for chain in chains.values():
        assert min(chain.clearing.account(owner).cash for owner in OWNERS) >= 0
        assert chain.clearing.uncovered(OWNERS) is None


def test_while_a_transfer_waits_nobody_sees_liquidity() -> None:
    """Those behind it wait too, however small they are."""
    queued = _queue([2 * LIQUIDITY * USDC_UNIT]).as_seen()

    assert (queued.liquidity, queued.queue) == (0, ())
    assert _queue([]).as_seen() == _queue([])
