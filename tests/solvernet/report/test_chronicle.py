import pytest

from auction.ledger import Event
from intents.canonical import Json
from solvernet.report import chronicle
from solvernet.report.chronicle import Crash, RoundGain, Suspension
from solvernet.summary import Outcome, Summary


def _event(kind: str, body: dict[str, Json], *, number: int = 1, time_ms: int = 1000) -> Event:
    return Event(number, time_ms, kind, body)


def test_faults_found_at_once_are_one_suspension() -> None:
    body: dict[str, Json] = {"solver": "no-settle", "until": 901_000}
    events = [_event("solver.suspended", body) for _ in range(4)]

    assert chronicle.suspensions(events) == (Suspension("no-settle", 1000, 901_000, 4),)


def test_a_later_suspension_stands_alone() -> None:
    events = [
        _event("solver.suspended", {"solver": "a", "until": 901_000}),
        _event("solver.suspended", {"solver": "b", "until": 901_000}),
        _event("solver.suspended", {"solver": "a", "until": 2_801_000}, time_ms=1_001_000),
    ]

    assert [(item.solver, item.start_ms) for item in chronicle.suspensions(events)] == [
        ("a", 1000),
        ("b", 1000),
        ("a", 1_001_000),
    ]


def test_a_round_without_a_benchmark_has_no_first_best() -> None:
    events = [
        _event("round.benchmark", {"first_best": "2500000", "alone": {}}),
        _event("round.closed", {"score": "2000000"}),
        _event("round.closed", {"score": "1000000"}, number=2, time_ms=2000),
    ]

    assert chronicle.round_gains(events) == (RoundGain(1, 1000, 2.5, 2.0), RoundGain(2, 2000, 0.0, 1.0))


def test_rounds_without_bids_name_the_fault() -> None:
    events = [_event("solver.fault", {"solver": "slow", "fault": "took too long"})]

    assert chronicle.crashes(events) == (Crash("slow", 1000, "took too long"),)


def test_gains_of_rounds_add_up_to_the_summary(outcome: Outcome, summary: Summary) -> None:
    gains = chronicle.round_gains(outcome.events)

    assert sum(gain.awarded for gain in gains) == pytest.approx(summary.awarded_usd)
    assert sum(gain.first_best for gain in gains) == pytest.approx(summary.first_best_usd)
    assert len(gains) == summary.rounds


def test_gains_of_deliveries_add_up_to_the_summary(outcome: Outcome, summary: Summary) -> None:
    found = chronicle.deliveries(outcome.engine.auctioneer.executor.runs())

    assert sum(item.gain for item in found) == pytest.approx(summary.surplus_usd)
    assert len(found) == sum(line.fills for line in summary.solvers)


def test_failures_are_those_of_the_summary(outcome: Outcome, summary: Summary) -> None:
    found = chronicle.failures(outcome.events)

    assert set(found) == {fill.fill for fill in summary.failed_fills}
    assert sum(item.slashed for item in found.values()) == pytest.approx(
        sum(line.slashed_usd for line in summary.solvers)
    )
