"""A run with fees, rewards and epochs: every owner within the limit, the house's account exact, replayed equal."""

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from io import StringIO
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from auction.ledger import Ledger
from auction.payday import Payday
from auction.reckoning import Reckoning
from auction.round import RoundResult
from auction.validator.evidence import Watch
from auction.validator.validate import validate
from auction.winner_determination.exact import Exact
from intents.assets import USDC_UNIT
from intents.fees import RoundFees
from solvernet.accounts import money
from solvernet.cli.show_fees import fee_lines
from solvernet.errors import InvalidScenarioError
from solvernet.explain import explain
from solvernet.fee_table import FeeFigures, entries, fee_table
from solvernet.inline import InlineRun, open_inline
from solvernet.replay import replay
from solvernet.report.fees import fees
from solvernet.report.run_view import view_of
from solvernet.scenario import parse_scenario
from solvernet.simulate import RunConfig, meta, prepare
from solvernet.summary import Outcome, summarise
from tests.solvernet.conftest import name_of, quarter_text
from venues.world import World

FEES = """
[fees]
notional_percent = 0.03
surplus_percent = 20.0
reward_percent = 50.0
most_penalty = 5.0
epoch_rounds = 2
consistency_percent = 50.0

[policy]"""
SPECS = 'specs = ["single-path", "greedy", "convex", "matcher"]'
LIVELY = {
    "[policy]": FEES,
    'bond_chain = "rollup"': 'bond_chain = "rollup"\npayment = "vcg"',
    SPECS: 'specs = ["single-path", "greedy", "no-settle?settles_every=2&discount_bps=0"]',
    "per_round = 3.6": "per_round = 5.0",
    'end = "2020-03-11T12:15:00Z"': 'end = "2020-03-11T12:20:00Z"',
}


class Charged:
    """The run, watched by the validator."""

    def __init__(self) -> None:
        self.run: InlineRun = open_inline(name_of(quarter_text(**LIVELY)))
        self.auctioneer = self.run.engine.auctioneer
        self.watch = Watch(self.run.engine.name.window.start)
        self.auctioneer.watch(self.watch)
        self.decided: list[tuple[RoundResult, Reckoning]] = []
        self._listen(self.auctioneer._payday)
        self.run.drive()
        figures = fee_table(self.run.engine, self.run.events)
        assert figures is not None
        self.figures: FeeFigures = figures

    def _listen(self, payday: Payday) -> None:
        """Keep every decided round that has winners."""
        decide = payday.decide

        def kept(world: World, number: int, result: RoundResult, reckoning: Reckoning) -> None:
            if result.winners:
                self.decided.append((result, reckoning))
            decide(world, number, result, reckoning)

        payday.decide = kept  # type: ignore[method-assign]

    def bodies(self, kind: str) -> list[dict[str, Any]]:
        return [event.body for event in self.run.events if event.kind == kind and isinstance(event.body, dict)]


@pytest.fixture(scope="module")
def charged() -> Charged:
    return Charged()


def test_the_run_has_rewards_penalties_and_shares(charged: Charged) -> None:
    figures = charged.figures

    assert min(sum(figures.collected.values()), figures.fines, figures.rewards, figures.shares) > 0
    assert figures.epochs > 1
    assert any(run.plan.is_cross_chain and run.plan.terms.fee for run in charged.auctioneer.executor.runs())


def test_every_fill_is_charged_what_the_rule_of_its_round_says_and_stays_within_the_limit(charged: Charged) -> None:
    rules = {e.round: RoundFees.model_validate(e.body["fees"], strict=False) for e in _of(charged, "round.opened")}
    for run_ in charged.auctioneer.executor.runs():
        terms = run_.plan.terms
        rule = rules[int(terms.fill_id.split(".")[0])]

        assert terms.fee == rule.fee(terms.signed.intent, terms.quantity, terms.debit)
        assert terms.gain >= 0


def test_the_houses_account_adds_up_to_what_lies_in_its_vaults(charged: Charged) -> None:
    figures = charged.figures
    *flows, left = [cash for _, cash in entries(figures)]

    assert sum(flows) == left == sum(figures.left.values()) == charged.run.engine.fee_record.balance
    assert figures.adds_up
    assert not figures.model_copy(update={"rewards": figures.rewards + 1}).adds_up
    assert figures.owed == 0
    assert money(charged.auctioneer.world) == charged.run.engine.money_in


def test_what_lies_in_the_vaults_is_what_the_fees_of_delivered_fills_come_to(charged: Charged) -> None:
    runs = charged.auctioneer.executor.runs()

    due = sum(run_.plan.terms.fee for run_ in runs if run_.delivered_ms)
    assert sum(charged.figures.collected.values()) == due


def test_no_solver_is_rewarded_more_than_its_share_of_the_fees_of_its_own_fills(charged: Charged) -> None:
    for due in charged.bodies("reward.due"):
        assert 0 <= int(due["due"]) <= int(due["fees"]) // 2
    for line in charged.figures.lines:
        assert line.rewards_usd <= line.fees_usd / 2


def test_a_reward_is_what_its_winner_added_to_the_round_or_half_of_its_fees_if_less(
    charged: Charged,
) -> None:
    fees = Counter[tuple[int, str]]()
    for event in _of(charged, "fill.awarded"):
        fees[event.round, event.body["solver"]] += int(event.body.get("fee", 0))
    bound = 0
    for event in _of(charged, "round.payments"):
        total = sum(int(account["score"]) for account in event.body["accounts"])
        for account in event.body["accounts"]:
            added, most = total - int(account["reference"]), fees[event.round, account["solver"]] // 2
            bound += added > most

            assert int(account["reward"]) == min(added, most) >= 0
    assert bound


def score_without(reckoning: Reckoning, group: Collection[str]) -> int:
    """Return what the round reaches without some solvers, chosen anew."""
    rest = [offer for offer in reckoning._offers if offer.solver not in group]
    return Exact(rest, reckoning._limits).best().score


def test_in_rounds_of_a_run_no_coalition_objects_to_core_rewards_within_fees_and_nobody_is_owed_less_than_nothing(
    charged: Charged,
) -> None:
    """For every group of winners: their rewards are at most what the round loses without them."""
    charges = charged.auctioneer.rules.charges
    assert charges is not None
    for result, reckoning in charged.decided:
        caps = charges.caps(result.winners)
        rewards = {payment.solver: payment.reward for payment in reckoning.payments("core", None, caps)}
        for size in range(1, len(rewards) + 1):
            for group in combinations(sorted(rewards), size):
                lost = reckoning.references.choice.score - score_without(reckoning, group)

                assert 0 <= sum(rewards[name] for name in group) <= lost
    assert max(len(result.winners) for result, _ in charged.decided) > 1


def test_an_epoch_pays_out_no_more_than_it_took_in(charged: Charged) -> None:
    for closed in charged.bodies("epoch.closed"):
        left = int(closed["fees"]) - int(closed["rewards"])
        shares = sum(int(line["share"]) for line in closed["solvers"])

        assert 0 <= shares <= left // 2
        assert int(closed["kept"]) == left - shares


def test_what_is_due_in_the_ledger_is_what_is_paid_on_chain(charged: Charged) -> None:
    rewards, shares = Counter[str](), Counter[str]()
    for due in charged.bodies("reward.due"):
        rewards[due["solver"]] += int(due["due"])
    for closed in charged.bodies("epoch.closed"):
        for line in closed["solvers"]:
            shares[line["solver"]] += int(line["share"])

    record = charged.run.engine.fee_record
    assert (+record.rewards, +record.shares) == (+rewards, +shares)


def test_the_validator_finds_every_delivery_as_it_was_awarded_with_its_fee(charged: Charged) -> None:
    seen = charged.watch.evidence()
    final = {chain: replace(span, final_ms=span.last_ms) for chain, span in seen.spans.items()}
    evidence = replace(seen, spans=final)

    honest = Counter((verdict.kind, verdict.code) for verdict in validate(charged.run.events, evidence))
    free = [event for event in charged.run.events if event.kind != "round.opened"]
    forged = Counter((verdict.kind, verdict.code) for verdict in validate(free, evidence))

    delivered = len(charged.bodies("fill.delivered"))
    assert honest["valid", "settled"] == delivered
    assert set(honest) <= {("valid", "settled"), ("unsettled", "not_settled")}
    assert forged["violation", "award"] >= delivered


def test_a_run_with_fees_is_replayed_equal_and_its_story_names_the_fee(tmp_path: Path, charged: Charged) -> None:
    file, folder = tmp_path / "charged.toml", tmp_path / "run"
    file.write_text(quarter_text(**LIVELY), encoding="utf-8")
    config = RunConfig(scenario=str(file), out=folder, ideal=False)
    ledger = Ledger(folder)
    ledger.name(meta(prepare(config), config))
    ledger.commit(charged.run.events)
    ledger.close()

    assert replay(folder).difference is None
    awarded = next(body for body in charged.bodies("fill.awarded") if "fee" in body)
    story = explain(folder, awarded["intent_id"])
    assert "0.03 % of the underlying, at most 12.5 % of the premium and 20 % of what a fill gains" in story.title
    assert any(f"fee {int(awarded['fee']) / 1e6:,.2f} USDC within the limit" in line.what for line in story.lines)


def test_summary_report_and_terminal_show_every_solver_and_the_account(charged: Charged) -> None:
    outcome = Outcome(charged.run.engine, charged.run.events, "0" * 64, True, 0.0, None)
    summary = summarise(outcome)
    page = fees(view_of(summary, outcome))
    terminal = Console(record=True, width=100, file=StringIO())
    for table in fee_lines(charged.figures):
        terminal.print(table)
    printed = terminal.export_text()

    assert summary.fees == charged.figures
    for line in charged.figures.lines:
        assert f"{line.solver}</" in page
        assert f"{line.fees_usd:,.2f}" in printed
    for what, cash in entries(charged.figures):
        assert f">{what}<" in page
        assert f"{cash / USDC_UNIT:,.6f}" in printed
    penalties = [line for line in summary.paid if line.what == "penalty from the bond"]
    assert [(line.payer, line.usd) for line in penalties] == [("no-settle", charged.figures.fines / USDC_UNIT)]


def test_rewards_cannot_come_out_of_two_places() -> None:
    with pytest.raises(InvalidScenarioError, match="fills are free"):
        parse_scenario(quarter_text(**{"[policy]": FEES, "nodes = 200": "nodes = 200\nfees = 50.0"}), "test")


def _of(charged: Charged, kind: str) -> list[Any]:
    return [event for event in charged.run.events if event.kind == kind]
