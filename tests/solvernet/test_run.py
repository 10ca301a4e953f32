"""What holds for every run: final states, one cause each, money conserved, an honest summary."""

import pytest

from auction.ledger import Event
from intents.lifecycle import FINAL_STATES, State
from solvernet.accounts import escrow_flows
from solvernet.build import truth_of
from solvernet.ideal import ideal_run
from solvernet.inline import InlineRun
from solvernet.summary import Outcome, Summary, summarise
from solvernet.users import UserFlow
from tests.solvernet.conftest import name_of, quarter_text
from venues.seeds import seed_bytes


@pytest.fixture(scope="module")
def outcome(inline_run: InlineRun) -> Outcome:
    ideal = ideal_run(inline_run.engine.name)
    return Outcome(inline_run.engine, inline_run.events, "f" * 64, fingerprint_valid=True, wall_s=1.0, ideal=ideal)


@pytest.fixture(scope="module")
def summary(outcome: Outcome) -> Summary:
    return summarise(outcome)


def bodies(events: list[Event], kind: str) -> list[dict[str, object]]:
    return [event.body for event in events if event.kind == kind and isinstance(event.body, dict)]


def test_every_intent_ends_in_a_final_state(inline_run: InlineRun) -> None:
    entries = inline_run.engine.auctioneer.book.entries()

    assert entries
    assert {entry.state for entry in entries} <= FINAL_STATES


def test_every_intent_that_is_not_filled_has_one_cause(inline_run: InlineRun) -> None:
    entries = inline_run.engine.auctioneer.book.entries()

    assert all(entry.cause is not None for entry in entries if entry.state is not State.FILLED)
    assert all(entry.reason for entry in entries if entry.state is not State.FILLED)


def test_no_dollar_and_no_wei_is_made_or_lost(summary: Summary) -> None:
    assert summary.money_in == summary.money_out


def test_what_went_into_escrow_came_out(inline_run: InlineRun) -> None:
    flows = escrow_flows(inline_run.engine.auctioneer.world)

    assert flows["locked"] == flows["claimed"] + flows["refunded"]
    assert flows["open"] == 0


def test_no_owner_pays_more_than_they_signed(inline_run: InlineRun) -> None:
    for run in inline_run.engine.auctioneer.executor.runs():
        terms = run.plan.terms
        assert terms.debit <= terms.signed.intent.max_debit(terms.quantity)


def test_no_intent_is_filled_beyond_its_quantity(inline_run: InlineRun) -> None:
    assert all(entry.filled <= entry.intent.quantity for entry in inline_run.engine.auctioneer.book.entries())


def test_winners_never_conflict_in_the_joint_simulation(inline_run: InlineRun) -> None:
    assert all(body["conflicts"] == [] for body in bodies(inline_run.events, "round.closed"))


def test_the_tie_seed_is_the_one_committed_to_before_the_bids(inline_run: InlineRun) -> None:
    opened, closed = bodies(inline_run.events, "round.opened"), bodies(inline_run.events, "round.closed")
    for before, after in zip(opened, closed, strict=True):
        assert before["tie_commitment"] == seed_bytes("commitment", str(after["tie_seed"])).hex()


def test_the_summary_counts_every_intent_once(summary: Summary, inline_run: InlineRun) -> None:
    assert sum(summary.by_state.values()) == summary.intents == len(inline_run.engine.auctioneer.book.entries())


def test_what_was_delivered_is_what_the_solvers_delivered(summary: Summary) -> None:
    assert summary.surplus_usd == pytest.approx(sum(line.surplus_usd for line in summary.solvers))


def test_no_more_is_awarded_than_the_first_best(inline_run: InlineRun) -> None:
    rounds, houses = bodies(inline_run.events, "round.closed"), bodies(inline_run.events, "round.benchmark")
    for closed, house in zip(rounds, houses, strict=True):
        # The house's program prices venues by chords, which are dear; allow it half a percent.
        assert int(str(closed["score"])) <= int(str(house["first_best"])) * 1.005 + 10_000


def test_the_ideal_run_sees_the_same_intents(outcome: Outcome) -> None:
    assert outcome.ideal is not None
    known = {entry.intent_id for entry in outcome.engine.auctioneer.book.entries()}
    assert set(outcome.ideal.filled) <= known
    assert outcome.ideal.filled


def test_users_post_the_same_whatever_solvers_do() -> None:
    name, other = name_of(quarter_text()), name_of(quarter_text(**{'"greedy", "convex"': '"convex"'}))
    truth = truth_of(name.scenario, name.seed)

    first = UserFlow(name.scenario, 7, truth).between(name.window.start, name.window.start + 300_000)
    second = UserFlow(other.scenario, 7, truth).between(name.window.start, name.window.start + 300_000)

    assert first == second
