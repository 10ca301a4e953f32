"""The monitor: what it finds, what it leaves alone, and what it says of it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pytest

from auction.conduct.dependence import DependenceConfig, DependenceMonitor
from auction.conduct.detector import AuctionView
from auction.conduct.eprocess import RestartMixture
from auction.conduct.finding import Pair
from auction.conduct.margins import AuctionRecord
from auction.conduct.residual_dependence import ResidualDependence
from intents.canonical import Json, canonical_bytes
from tests.auction.conduct.worlds import DEPENDENT, HONEST, PAIR, SOLVERS, simulate

SYBIL = simulate(DEPENDENT["sybil"], 300, "monitor", 1)


@dataclass(frozen=True)
class Scripted:
    """Bets the same on chosen pairs in every auction, and nothing on the others."""

    bet_of: tuple[tuple[Pair, float], ...]
    sides: int = 1

    def bet(self, view: AuctionView) -> np.ndarray:
        bets = np.where(np.isnan(view.agreement), np.nan, 0.0)
        for pair, bet in self.bet_of:
            if set(pair) <= set(view.solvers):
                first, second = (view.solvers.index(solver) for solver in pair)
                bets[first, second] = bets[second, first] = bet + 0 * bets[first, second]
        return bets[None]

    def to_json(self) -> Json:
        return {"name": "scripted"}


def watched(rounds: Iterable[tuple[AuctionRecord, ...]], monitor: DependenceMonitor | None = None) -> DependenceMonitor:
    monitor = monitor or DependenceMonitor()
    for records in rounds:
        monitor.observe(*records)
    return monitor


def pairs(monitor: DependenceMonitor) -> list[Pair]:
    return [finding.pair for finding in monitor.findings()]


def even_bids(number: int, solvers: Iterable[str] = SOLVERS) -> AuctionRecord:
    surplus = {solver: 1000 * place for place, solver in enumerate(solvers)}
    return AuctionRecord(auction=f"{number}", time_ms=number, bucket="x", notional=10**9, benchmark=0, surplus=surplus)


@pytest.mark.parametrize("name", sorted(HONEST))
def test_honest_solvers_are_left_alone(name: str) -> None:
    assert watched(simulate(HONEST[name], 400, "honest", 2)).first_flagged_ms() == {}


@pytest.mark.parametrize(
    "name",
    [
        "sybil",
        "shared costs, correlation .7",
        "cover, fixed offset .3 sd",
        "cover, gap .2 to .8 sd, lower costs, raised .2",
        "turns, gap .3 to 1 sd",
    ],
)
def test_a_pair_that_acts_together_is_found_and_nobody_else(name: str) -> None:
    assert pairs(watched(simulate(DEPENDENT[name], 400, "acting", 3))) == [PAIR]


def test_a_pair_is_found_although_it_was_honest_before() -> None:
    assert pairs(watched(simulate(DEPENDENT["sybil, from auction 200"], 500, "late", 3))) == [PAIR]


def test_a_finding_says_how_strong_and_how_sure() -> None:
    (finding,) = watched(SYBIL).findings()

    assert finding.verdict == "dependence"
    assert finding.correlation > 0.8
    assert finding.p_value <= 0.05 / 28
    assert finding.log_e >= math.log(28 / 0.05)
    assert 200 < finding.auctions < 300


def test_a_finding_holds_the_path_that_led_to_it() -> None:
    (finding,) = watched(SYBIL).findings()
    bar = math.log(28 / 0.05)
    above = [point.time_ms for point in finding.path if point.log_e >= bar]

    assert len(finding.path) <= 200
    assert finding.path[-1].log_e == finding.log_e
    assert finding.first_flagged_ms <= above[0]


def test_findings_have_a_canonical_form_that_does_not_depend_on_the_order_of_bids() -> None:
    turned = [
        tuple(replace(record, surplus=dict(reversed(record.surplus.items()))) for record in records)
        for records in SYBIL
    ]

    one = [canonical_bytes(finding.to_json()) for finding in watched(SYBIL).findings()]
    other = [canonical_bytes(finding.to_json()) for finding in watched(turned).findings()]

    assert one == other


def test_what_moves_all_bids_of_an_auction_changes_no_evidence() -> None:
    moved = [
        tuple(replace(record, benchmark=record.benchmark + 50 * record.notional // 10_000) for record in records)
        for records in SYBIL
    ]

    assert watched(moved).log_e_values() == pytest.approx(watched(SYBIL).log_e_values(), abs=1e-6)


def test_one_name_for_each_configuration() -> None:
    default = DependenceMonitor().config_hash

    assert DependenceMonitor().config_hash == default
    assert DependenceMonitor(DependenceConfig(alpha=0.01)).config_hash != default
    assert DependenceMonitor(detectors=(ResidualDependence(0.05),)).config_hash != default


def test_declared_shared_software_is_reported_as_known_dependence() -> None:
    monitor = watched(SYBIL, DependenceMonitor(software=dict.fromkeys(PAIR, "open-router")))
    (finding,) = monitor.findings()

    assert finding.declared
    assert [item.holds for item in finding.explanations if item.name == "shared_software"] == [True]


def test_solvers_that_declare_different_software_are_not_excused() -> None:
    monitor = watched(SYBIL, DependenceMonitor(software={PAIR[0]: "one", PAIR[1]: "two", "solver-c": ""}))
    (finding,) = monitor.findings()

    assert not finding.declared


def test_a_declared_pair_does_not_lower_the_bar_for_the_others() -> None:
    """Two pairs whose evidence lies between the bar of the first and of the second in a list of 28."""
    declared, other = ("solver-a", "solver-b"), ("solver-c", "solver-d")
    rounds = [(even_bids(number),) for number in range(31)]
    detector = Scripted(((declared, 0.9), (other, 0.45)))

    together = watched(rounds, DependenceMonitor(detectors=(detector,)))
    apart = watched(rounds, DependenceMonitor(detectors=(detector,), software=dict.fromkeys(declared, "router")))

    assert pairs(together) == [declared, other]
    assert pairs(apart) == [declared]
    assert math.log(28 / 0.10) <= together.log_e_values()[other] < math.log(27 / 0.05)


def test_a_flag_after_few_auctions_says_so() -> None:
    monitor = watched(
        [(even_bids(number),) for number in range(40)], DependenceMonitor(detectors=(Scripted(((PAIR, 1.0),)),))
    )
    (finding,) = monitor.findings()

    assert [item.holds for item in finding.explanations if item.name == "few_auctions"] == [True]


def test_evidence_is_the_mean_over_detectors() -> None:
    rounds = [(even_bids(number),) for number in range(40)]
    bold, idle = Scripted(((PAIR, 0.5),)), Scripted(())

    alone = watched(rounds, DependenceMonitor(detectors=(bold,))).log_e_values()[PAIR]
    mixed = watched(rounds, DependenceMonitor(detectors=(bold, idle))).log_e_values()[PAIR]
    quiet = watched(rounds, DependenceMonitor(detectors=(idle,))).log_e_values()[PAIR]

    assert math.exp(mixed) == pytest.approx((math.exp(alone) + math.exp(quiet)) / 2)


def test_auctions_of_one_round_make_one_bet() -> None:
    rounds = [(even_bids(2 * number), even_bids(2 * number + 1)) for number in range(20)]
    monitor = watched(rounds, DependenceMonitor(detectors=(Scripted(((PAIR, 0.5),)),)))
    expected = RestartMixture()
    for _ in range(18):  # solvers are known after five bids, so from the second auction of the third round on
        expected.update(0.5)

    assert monitor.log_e_values()[PAIR] == pytest.approx(float(expected.log_e))


def test_fewer_than_five_bids_are_no_test() -> None:
    monitor = watched((even_bids(number, SOLVERS[:4]),) for number in range(60))

    assert monitor.log_e_values() == {}


def test_solvers_that_join_late_are_tested_from_then_on() -> None:
    early = [(even_bids(number, SOLVERS[:6]),) for number in range(40)]
    late = [(even_bids(number),) for number in range(40, 80)]

    before, after = watched(early), watched([*early, *late])

    assert ("solver-a", "solver-h") not in before.log_e_values()
    assert ("solver-a", "solver-h") in after.log_e_values()


def test_an_auction_is_not_counted_twice() -> None:
    monitor = DependenceMonitor()
    monitor.observe(even_bids(1))

    with pytest.raises(ValueError, match="auction 1 was observed before"):
        monitor.observe(even_bids(1))


def test_a_round_without_auctions_changes_nothing() -> None:
    monitor = watched(SYBIL[:100])
    before = monitor.log_e_values()

    monitor.observe()

    assert monitor.log_e_values() == before
