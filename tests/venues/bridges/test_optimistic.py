from dataclasses import replace

from intents.assets import USDC_UNIT
from tests.venues.bridges.stage import (
    BOND,
    LIVE_MS,
    PROPOSER,
    VERDICT_MS,
    WATCHER,
    arrival_ms,
    gained,
    money,
    optimistic,
    send,
    sent,
    world,
)
from tests.venues.small_world import L1, L2, MINUTE_MS, START_MS
from venues.bridges import Loss, OptimisticPort
from venues.bridges.agents import Forger
from venues.view import Agent
from venues.world import World

AFTER_VERDICTS_MS = START_MS + LIVE_MS + VERDICT_MS + 15 * MINUTE_MS
STOLEN = 40_000 * USDC_UNIT
FORGER = Forger(name="forger", bridge="bridge", chain=L2, at_ms=START_MS + 60_000, cash=STOLEN)


def _port(made: World, chain: str = L2) -> OptimisticPort:
    port = made.state(chain).bridges["bridge"]
    assert isinstance(port, OptimisticPort)
    return port


def _world(*agents: Agent) -> World:
    return world(optimistic(L1), optimistic(L2), agents)


def _proposed(now_ms: int = 0) -> OptimisticPort:
    after = optimistic(L2).proposed(sent(1_000), "proposer", now_ms)
    assert isinstance(after, OptimisticPort)
    return after


def _executed(port: OptimisticPort, now_ms: int = LIVE_MS) -> OptimisticPort:
    after = port.executed("t", now_ms)
    assert isinstance(after, OptimisticPort)
    return after


def test_a_transfer_arrives_when_its_proposal_has_outlived_its_disputes() -> None:
    made = _world(PROPOSER, WATCHER)
    send(made, L1, 1_000)

    arrived_ms = arrival_ms(made, L2, START_MS + 2 * LIVE_MS)

    assert arrived_ms is not None
    included_ms, beat_ms = START_MS + 12_000, 12_000
    assert included_ms + 30_000 + LIVE_MS < arrived_ms <= included_ms + 30_000 + LIVE_MS + 2 * beat_ms + 12_000
    assert gained(made, L2) == sent(1_000).cash


def test_the_proposer_has_its_bond_back_and_earns_the_fee() -> None:
    made = _world(PROPOSER, WATCHER)
    send(made, L1, 1_000)

    made.advance(START_MS + LIVE_MS // 2)
    assert gained(made, L2, "proposer") == -BOND

    made.advance(START_MS + 2 * LIVE_MS)
    assert gained(made, L2, "proposer") == sent(1_000).fee
    assert gained(made, L2, "watcher") == 0


def test_a_false_proposal_is_disputed_and_its_bond_goes_to_the_watcher() -> None:
    made = _world(PROPOSER, WATCHER, FORGER)
    before = money(made)

    made.advance(START_MS + LIVE_MS // 2)
    assert [dispute.disputer for dispute in _port(made).disputes.values()] == ["watcher"]
    assert (gained(made, L2, "forger"), gained(made, L2, "watcher")) == (-BOND, -BOND)

    made.advance(AFTER_VERDICTS_MS)
    assert (gained(made, L2, "forger"), gained(made, L2, "watcher")) == (-BOND, BOND)
    assert money(made) == before


def test_where_nobody_watches_a_false_proposal_is_paid_and_the_reserve_bears_it() -> None:
    made = _world(PROPOSER, FORGER)
    before = money(made)

    made.advance(START_MS + 2 * LIVE_MS)
    assert gained(made, L2, "forger") == STOLEN
    assert _port(made).losses == ()

    made.advance(AFTER_VERDICTS_MS)
    assert gained(made, L2, "reserve.bridge") == -STOLEN
    assert _port(made).losses == (Loss("reserve.bridge", "forger:forged", STOLEN, "false"),)
    assert _port(made).held == optimistic(L2).held
    assert money(made) == before


def test_what_the_reserve_lacks_is_lost_to_those_who_hold_what_was_minted() -> None:
    made = _world(PROPOSER, FORGER)
    chain = made.chain(L2)
    poor = chain.state.clearing.account("reserve.bridge").cash - 10_000 * USDC_UNIT
    chain.state = replace(chain.state, clearing=chain.state.clearing.change("reserve.bridge", cash=-poor))

    made.advance(AFTER_VERDICTS_MS)

    assert [(loss.bearer, loss.cash) for loss in _port(made).losses] == [
        ("reserve.bridge", 10_000 * USDC_UNIT),
        ("holders.bridge", 30_000 * USDC_UNIT),
    ]
    assert -_port(made).till.held == _port(made, L1).till.held + 30_000 * USDC_UNIT


def test_a_disputed_transfer_can_be_proposed_anew_at_once() -> None:
    disputed = _proposed().disputed("t", "watcher", LIVE_MS - 1)
    assert isinstance(disputed, OptimisticPort)

    assert isinstance(disputed.proposed(sent(1_000), "proposer", LIVE_MS), OptimisticPort)


def test_a_proposal_of_other_terms_is_disputed_and_the_transfer_comes_with_a_new_one() -> None:
    """The forger is faster than the honest proposer, and names itself as the receiver."""
    made = _world(PROPOSER, WATCHER)
    send(made, L1, 1_000)
    made.advance(START_MS + 14_000)
    chain = made.chain(L2)
    robbed = _port(made).proposed(replace(sent(1_000), account="forger"), "forger", START_MS + 14_000)
    assert isinstance(robbed, OptimisticPort)
    clearing = chain.state.clearing.change("forger", cash=-BOND)
    chain.state = replace(chain.state, clearing=clearing).with_port(robbed)

    made.advance(AFTER_VERDICTS_MS)

    assert gained(made, L2) == sent(1_000).cash
    assert (gained(made, L2, "forger"), gained(made, L2, "watcher")) == (-BOND, BOND)
    assert gained(made, L2, "proposer") == sent(1_000).fee


def test_a_dispute_after_the_liveness_comes_too_late() -> None:
    assert _proposed().disputed("t", "watcher", LIVE_MS) == "late: t has no live proposal"
    assert isinstance(_proposed().executed("t", LIVE_MS - 1), str)


def test_who_disputes_the_truth_loses_the_bond_to_the_proposer() -> None:
    disputed = _proposed().disputed("t", "watcher", 5)
    assert isinstance(disputed, OptimisticPort)
    known = disputed.arrived(sent(1_000), 10)

    early, judged = known.judged("t#1", VERDICT_MS + 4), known.judged("t#1", VERDICT_MS + 5)

    assert early == "reverted: there is no verdict on t#1"
    assert isinstance(judged, OptimisticPort)
    assert [(due.account, due.cash) for due in judged.pay_out()[1]] == [("proposer", 2 * BOND)]


def test_the_cap_counts_what_is_proposed_and_what_is_paid_on_trust() -> None:
    port = _executed(replace(_proposed(), cap=1_500 * USDC_UNIT))

    refused = port.proposed(sent(501, "u"), "proposer", 0)
    seen = port.arrived(sent(1_000), 0)

    assert (
        refused == f"no_liquidity: {1_000 * USDC_UNIT} of {port.cap} rests on trust, {501 * USDC_UNIT} more is too much"
    )
    assert isinstance(seen.proposed(sent(501, "u"), "proposer", 0), OptimisticPort)
    assert port.as_seen().liquidity == 500 * USDC_UNIT


def test_a_payment_is_not_written_off_before_the_verdict_nor_after_it_was_seen_to_be_true() -> None:
    port = _executed(_proposed())

    assert isinstance(port.unfounded("t", LIVE_MS + VERDICT_MS - 1), str)
    assert port.unfounded("t", LIVE_MS + VERDICT_MS) == Loss("reserve.bridge", "t", 1_000 * USDC_UNIT, "false")
    assert isinstance(port.arrived(sent(1_000), 0).unfounded("t", LIVE_MS + VERDICT_MS), str)


def test_a_true_transfer_that_was_written_off_for_a_late_proof_makes_the_reserve_whole() -> None:
    """The source was not final for longer than a verdict takes."""
    port, _ = _executed(_proposed()).pay_out()
    loss = port.unfounded("t", LIVE_MS + VERDICT_MS)
    assert isinstance(loss, Loss)
    written_off = port.booked(loss, loss.cash)

    after, paid = written_off.arrived(sent(1_000), 0).pay_out()

    assert [(due.account, due.cash) for due in paid] == [("reserve.bridge", loss.cash)]
    assert (after.losses, after.held) == ((), port.held)
    assert isinstance(after.proposed(sent(1_000), "proposer", 0), str)


def test_a_proposal_that_a_late_proof_overtook_pays_nothing_but_the_bond() -> None:
    port, _ = _executed(_proposed()).pay_out()
    loss = port.unfounded("t", LIVE_MS + VERDICT_MS)
    assert isinstance(loss, Loss)
    again = port.booked(loss, loss.cash).proposed(sent(1_000), "proposer", 0)
    assert isinstance(again, OptimisticPort)
    seen, _ = again.arrived(sent(1_000), 0).pay_out()

    paid = _executed(seen).pay_out()[1]

    assert [(due.account, due.cash) for due in paid] == [("proposer", BOND)]
