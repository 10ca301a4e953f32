"""How often pairs are found, and how often the wrong ones: 600 auctions of eight solvers, 20 seeds a world."""

import subprocess
import sys
from pathlib import Path

import pytest

from auction.conduct.dependence import DependenceMonitor
from tests.auction.conduct.worlds import DEPENDENT, HONEST, PAIR, World, simulate

SEEDS = 20
AUCTIONS = 600

FOUND = [
    "sybil",
    "sybil, from auction 200",
    "shared costs, correlation .7",
    "shared costs, correlation .5",
    "cover, fixed offset .3 sd",
    "cover, fixed offset .7 sd",
    "cover, fixed offset 2.5 sd",
    "cover, gap .1 to .6 sd, price raised .2",
    "cover, gap .2 to .8 sd, lower costs, raised .2",
    "cover, gap .3 to 1 sd",
    "turns, gap .3 to 1 sd",
    "turns, gap .5 to 2 sd",
]
"""Worlds in which the first stage finds the pair. The others escape it: docs/explanation/conduct.md."""

pytestmark = pytest.mark.proof


def ever_found(name: str, world: World, seed: int) -> set[tuple[str, str]]:
    monitor = DependenceMonitor()
    for records in simulate(world, AUCTIONS, name, seed):
        monitor.observe(*records)
    return set(monitor.first_flagged_ms())


@pytest.mark.parametrize("name", sorted(HONEST))
def test_honest_worlds_have_a_finding_in_at_most_one_seed_of_twenty(name: str) -> None:
    assert sum(bool(ever_found(name, HONEST[name], seed)) for seed in range(SEEDS)) <= 1


@pytest.mark.parametrize("name", FOUND)
def test_the_pair_is_found_in_eighteen_seeds_of_twenty_and_others_in_at_most_one(name: str) -> None:
    found = [ever_found(name, DEPENDENT[name], seed) for seed in range(SEEDS)]

    assert sum(PAIR in pairs for pairs in found) >= 18
    assert sum(bool(pairs - {PAIR}) for pairs in found) <= 1


@pytest.mark.parametrize("name", sorted(set(DEPENDENT) - set(FOUND)))
def test_what_escapes_does_not_cast_suspicion_on_others(name: str) -> None:
    found = [ever_found(name, DEPENDENT[name], seed) for seed in range(SEEDS)]

    assert sum(bool(pairs - {PAIR}) for pairs in found) <= 1


def test_the_benchmark_prints_a_table() -> None:
    script = Path(__file__).parents[3] / "benchmarks" / "conduct_power.py"
    options = ["--seeds", "1", "--auctions", "40", "--workers", "1", "--world", "independent"]

    done = subprocess.run([sys.executable, script, *options], capture_output=True, text=True, timeout=120, check=True)

    assert "| independent private costs | 0 of 1 |" in done.stdout
