"""What becomes of a fill whose block is taken back: it is made good, or it fails and nobody loses what is theirs."""

from dataclasses import replace
from typing import Any, Final

from immutables import Map

from auction.settlement.plan import Plan
from intents.lifecycle import Cause, State
from tests.auction.court import Court, court, furnished
from tests.auction.settlement.course import STEADY, plan, world
from tests.venues.calls.stage import OWNER, VAULT, dollars, options, signed, state, terms
from tests.venues.small_world import L1, L2, START_MS
from venues.calls.restitution import RESERVE
from venues.chains.confirmation import Confirmation
from venues.chains.presets import ROLLUP_2S
from venues.faults import Fault

ALL: Final = 1_000_000
HASTY: Final = replace(ROLLUP_2S, levels=ROLLUP_2S.levels | {"safe": Confirmation(delay_ms=4_000)})
"""A rollup whose deliveries are believed after four seconds."""


def reorg(chain: str, second: float, depth: int) -> Fault:
    """Return a reorganisation some seconds after the start, whose makers know nothing of the scenario."""
    at_ms = START_MS + round(second * 1000)
    name = f"{chain}@{second}"
    return Fault(id=name, kind="reorg", target=chain, from_ms=at_ms, until_ms=at_ms, depth=depth, share_ppm=ALL)


def kinds(here: Court) -> list[str]:
    """Return the kinds of all events about fills so far."""
    return [event.kind for event in here.journal.drain() if event.kind.startswith("fill.")]


def money(here: Court) -> int:
    """Return all USDC on both chains."""
    return sum(here.world.state(name).totals()[0] for name in (L1, L2))


def served(here: Court, quantity: float = 2.0, **where: Any) -> tuple[Any, Plan]:
    """Begin the fill of an intent for as much, and return its entry and plan."""
    document = signed(quantity=quantity)
    entry = here.entry(document)
    made = plan(here.world, terms(document, quantity=quantity, **where))
    here.begin(made)
    return entry, made


def test_a_delivery_that_is_taken_back_is_made_good_by_the_pool() -> None:
    here = court(faults=[reorg(L1, 25, 2)])
    entry, _ = served(here)

    here.live(24)
    assert entry.state is State.FILLED
    here.live(2)
    assert not here.executor.is_idle()
    assert here.world.state(L1).clearing.account(OWNER.address).positions == {}
    here.live(30)

    events = here.journal.drain()
    told = [event.kind for event in events if event.kind.startswith("fill.")]
    assert told == ["fill.awarded", "fill.delivered", "fill.undone", "fill.delivered"]
    costs = [int(str(e.body["cost_wei"])) for e in events if isinstance(e.body, dict) and "cost_wei" in e.body]
    assert len(costs) == 2
    assert here.executor.run("fill").gas_wei == {L1: costs[-1]}
    assert (entry.state, entry.filled) == (State.FILLED, options(2))
    assert sum(here.world.state(L1).clearing.account(OWNER.address).positions.values()) == options(2)
    assert here.executor.is_idle()


def test_a_delivery_that_cannot_be_made_good_in_time_fails_because_of_the_reorganisation() -> None:
    here = court(home=replace(STEADY, interval_ms=100_000), faults=[reorg(L1, 205, 2)])
    entry, _ = served(here)

    here.live(204)
    assert entry.state is State.FILLED
    here.live(400)

    (verdict,) = here.aftermath.verdicts
    assert (verdict.cause, verdict.responsible) == (Cause.REORGED, "environment")
    assert (entry.state, entry.filled, entry.cause) == (State.OPEN, 0, Cause.REORGED)
    assert here.world.state(L1).escrow.vault(OWNER.address) == VAULT
    assert here.world.state(L2).escrow.bonds["solver"] == dollars(500)
    assert here.executor.is_idle()


def test_while_it_is_open_whether_it_is_made_good_it_counts_as_filled() -> None:
    here = court(faults=[reorg(L1, 25, 2)])
    entry, _ = served(here)

    here.live(26)

    assert (entry.filled, entry.remaining) == (options(2), 0)


def test_a_lock_that_is_taken_back_is_made_good_and_the_solver_is_paid() -> None:
    here = court(faults=[reorg(L1, 35, 3)])
    entry, _ = served(here, chain=L2)
    before = money(here)

    here.live(2_000)

    assert entry.state is State.FILLED
    assert here.executor.run("fill").status("claim") == "done"
    assert here.world.state(L1).escrow.locks["fill"].state == "claimed"
    assert money(here) == before


def test_a_proof_of_a_delivery_that_is_taken_back_pays_nobody() -> None:
    here = court(away=HASTY, faults=[reorg(L2, 38, 16)])
    served(here, chain=L2)

    here.live(39)
    assert "fill" not in here.world.state(L1).proofs
    here.live(300)

    assert "fill" in here.world.state(L1).proofs
    assert here.executor.run("fill").status("claim") == "done"


def deep() -> Court:
    """Return a court in which a delivery, believed after seconds, is undone when it is paid for, and comes too late."""
    home, away = furnished(state(L1)), furnished(state(L2))
    home = replace(home, escrow=home.escrow.credit(RESERVE, dollars(1_000)))
    stop = Fault(id="stop", kind="outage", target=L2, from_ms=START_MS + 219_000, until_ms=START_MS + 400_000)
    scene = world(states=(home, away), away=HASTY, faults=[reorg(L2, 219.5, 108), stop])
    return court(scene)


def test_the_solver_gives_back_what_it_was_paid_for_a_delivery_that_was_undone() -> None:
    here = deep()
    entry, _ = served(here, chain=L2)
    before = money(here)

    here.live(200)
    assert here.world.state(L1).escrow.locks["fill"].state == "claimed"
    paid = here.world.state(L1).clearing.account("solver").cash
    here.live(6_000)

    state_now = here.world.state(L1)
    assert (entry.state, entry.cause) == (State.OPEN, Cause.REORGED)
    assert state_now.escrow.vault(OWNER.address) == VAULT
    assert state_now.clearing.account("solver").cash == paid - dollars(11)
    assert state_now.escrow.vault(RESERVE) == dollars(1_000)
    assert here.world.state(L2).escrow.bonds["solver"] == dollars(500)
    assert money(here) == before


def test_the_reserve_bears_what_the_solver_no_longer_has() -> None:
    here = deep()
    served(here, chain=L2)
    here.live(200)
    chain = here.world.chain(L1)
    spent = chain.state.clearing.account("solver").cash - dollars(4)
    clearing = chain.state.clearing.change("solver", cash=-spent).change("elsewhere", cash=spent)
    chain.state = replace(chain.state, clearing=clearing)
    here.live(6_000)

    state_now = here.world.state(L1)
    assert state_now.escrow.vault(OWNER.address) == VAULT
    assert state_now.escrow.vault(RESERVE) == dollars(1_000 - 7)
    assert state_now.clearing.account("solver").cash == 0


def test_nothing_is_refunded_of_a_lock_whose_block_was_taken_back_for_good() -> None:
    broke = furnished(state(L2))
    broke = replace(broke, wallets=Map({**broke.wallets, "solver": 0}))
    scene = world(states=(furnished(state(L1)), broke), faults=[reorg(L1, 45, 4)])
    here = court(scene)
    entry, _ = served(here, chain=L2)

    here.live(6_000)

    assert entry.state is State.OPEN
    assert "fill" not in here.world.state(L1).escrow.locks
    assert here.world.state(L1).escrow.vault(OWNER.address) == VAULT
    assert here.executor.is_idle()


def test_a_solver_that_delivered_against_a_lock_that_is_lost_for_good_sends_no_claim() -> None:
    here = court(faults=[reorg(L1, 245, 24)])
    served(here, chain=L2)

    here.live(244)
    assert here.executor.run("fill").delivered_ms > 0
    here.live(2_000)

    assert here.executor.run("fill").status("lock") == "failed"
    assert here.executor.run("fill").status("claim") == "failed"
    assert here.executor.run("fill").sendings["fill/claim"].reason == "reorged: the lock was taken back"
    assert "claim" not in {str(step["step"]) for step in here.noted("step")}
    assert here.executor.is_idle()


def test_a_chain_that_is_down_is_the_cause_of_a_fill_that_comes_too_late() -> None:
    stop = Fault(id="stop", kind="outage", target=L1, from_ms=START_MS + 1, until_ms=START_MS + 600_000)
    here = court(faults=[stop])
    entry, _ = served(here)

    here.live(900)

    (verdict,) = here.aftermath.verdicts
    assert (verdict.cause, verdict.responsible) == (Cause.HALTED, "environment")
    assert entry.state is State.OPEN
