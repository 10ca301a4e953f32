"""What untruthful bids gain under each rule: facts that hold always, and a table that is measured."""

import json
import statistics
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from auction.winner_determination.offer import Offer
from tests.auction.payments.manipulation import (
    RULES,
    limits,
    payoff,
    raised,
    revenue,
    shaded,
    shills,
    truthful_round,
    withheld,
)
from tests.auction.winner_determination.rounds import on_items, one_of_each

RESULTS = Path(__file__).parents[3] / "docs" / "results" / "payments.json"
ROUNDS = range(60)
SOLVERS = [f"s{k}" for k in range(5)]

Tactic = Callable[[Sequence[Offer], str], Iterator[list[Offer]]]
TACTICS: dict[str, Tactic] = {"shill bids": shills, "a withheld second bid": withheld, "shading": shaded}


def gains(rule: str, tactic: Tactic, seed: int) -> Iterator[float]:
    """Yield, for each solver that can use a tactic, the most it gains by it, as a share of the round's surplus."""
    truth = truthful_round(seed)
    honest = RULES[rule](truth, limits())
    for solver in SOLVERS:
        before = payoff(honest, solver, truth)
        found = [payoff(RULES[rule](lies, limits()), solver, truth) - before for lies in tactic(truth, solver)]
        if found:
            yield max(0, *found) / honest[0].choice.score


def table(rule: str, tactic: Tactic, rounds: Sequence[int]) -> dict[str, str]:
    """Return how often a tactic pays, and how much, in parts of a round's surplus."""
    found = [gain for seed in rounds for gain in gains(rule, tactic, seed)]
    return {
        "cases": str(len(found)),
        "pays_in": f"{sum(gain > 0 for gain in found) / len(found):.3f}",
        "mean_gain": f"{statistics.mean(found):.4f}",
        "largest_gain": f"{max(found):.4f}",
    }


def falls(rule: str, rounds: Sequence[int]) -> dict[str, str]:
    """Return how often a higher bid lowers what the winners leave to the others."""
    drops, cases = [], 0
    for seed in rounds:
        truth = truthful_round(seed)
        before = revenue(RULES[rule](truth, limits()))
        for higher in raised(truth):
            cases += 1
            after = revenue(RULES[rule](higher, limits()))
            if after < before:
                drops.append((before - after) / max(before, 1))
    largest = max(drops, default=0.0)
    return {"cases": str(cases), "falls_in": f"{len(drops) / cases:.3f}", "largest_fall": f"{largest:.3f}"}


def non_monotone(rule: str) -> list[dict[str, str]]:
    """Return revenue and rewards of the known example as one bid rises."""
    rows = []
    for b in range(4, 11):
        scores = {"A": 10, "B": b, "C": 10, "AB": 10, "BC": 10}
        offers = [on_items(name, name, score, name) for name, score in scores.items()]
        outcome = RULES[rule](offers, one_of_each("ABC"))
        rewards = {name: str(reward) for name, reward in sorted(outcome[1].items())}
        rows.append({"b": str(b), "revenue": str(revenue(outcome)), **rewards})
    return rows


@pytest.mark.parametrize("seed", range(6))
def test_neither_withholding_nor_shading_pays_under_vcg(seed: int) -> None:
    assert not any(gains("vcg", withheld, seed))
    assert not any(gains("vcg", shaded, seed))


def test_a_solver_that_splits_itself_in_two_can_win_for_nothing_under_vcg_and_not_in_the_core() -> None:
    rival = on_items(0, "rival", 10, "AB")
    truth = [rival, on_items(1, "s", 8, "AB")]
    lies = [rival, on_items(2, "s", 10, "A"), on_items(3, "s+shill", 10, "B")]

    def gain(rule: str) -> int:
        outcome = RULES[rule](lies, one_of_each("AB"))
        return payoff(outcome, "s", truth) - payoff(RULES[rule](truth, one_of_each("AB")), "s", truth)

    assert (gain("vcg"), gain("core"), gain("pay_as_bid")) == (8, -2, -12)


def test_revenue_falls_as_the_middle_bid_rises_under_vcg_and_in_the_core_but_not_if_bids_are_paid() -> None:
    found = {rule: [int(row["revenue"]) for row in non_monotone(rule)] for rule in ("pay_as_bid", "vcg", "core")}

    assert found["core"] == [16, 15, 14, 13, 12, 11, 10]
    assert found["vcg"] == [12, 10, 8, 6, 4, 2, 0]
    assert found["pay_as_bid"] == [24, 25, 26, 27, 28, 29, 30]


@pytest.mark.proof
def test_the_table_of_payment_rules_is_measured() -> None:
    found = {
        rule: {
            "gain": {name: table(rule, tactic, ROUNDS) for name, tactic in TACTICS.items()},
            "revenue_when_a_bid_rises": falls(rule, ROUNDS[:20]),
            "non_monotone_example": non_monotone(rule),
        }
        for rule in RULES
    }

    RESULTS.write_text(json.dumps({"rounds": str(len(ROUNDS)), "rules": found}, indent=1) + "\n", encoding="utf-8")

    assert found["vcg"]["gain"]["a withheld second bid"]["pays_in"] == "0.000"  # type: ignore[index]
    assert found["vcg"]["gain"]["shading"]["pays_in"] == "0.000"  # type: ignore[index]
    assert found["pay_as_bid"]["gain"]["shill bids"]["pays_in"] == "0.000"  # type: ignore[index]
    assert found["pay_as_bid"]["revenue_when_a_bid_rises"]["falls_in"] == "0.000"  # type: ignore[index]
