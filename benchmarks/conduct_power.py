"""How often the first stage of conduct finds what is there, and what is not: `python benchmarks/conduct_power.py`.

Prints, for each simulated world of eight solvers, in how many seeds the pair that acts together was found at any time
and in how many any other pair was. For comparison the same with the textbook statistic, which compares both solvers
of a pair with the mean of the same others.
"""

import argparse
import math
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from statistics import median

import numpy as np

from auction.conduct.dependence import DETECTORS, DependenceMonitor
from auction.conduct.detector import AuctionView, Detector
from auction.conduct.eprocess import Floats
from intents.canonical import Json
from tests.auction.conduct.worlds import DEPENDENT, HONEST, PAIR, simulate


@dataclass(frozen=True, slots=True)
class SharedReference:
    """Sign agreement of deviations from the mean of the other bids, less what that mean alone creates."""

    slack: float = 0.08

    @property
    def sides(self) -> int:
        """Two: agreement and opposition."""
        return 2

    def bet(self, view: AuctionView) -> Floats:
        """Return both bets; exact for normal surprises of equal spread, and only for those."""
        bids = int(np.sum(~np.isnan(view.surprise)))
        size = len(view.surprise)
        if bids < 5:
            return np.full((2, size, size), np.nan)
        pair_sum = view.surprise[:, None] + view.surprise[None, :]
        others = (np.nansum(view.surprise) - pair_sum) / (bids - 2)
        agree = np.sign(view.surprise[:, None] - others) * np.sign(view.surprise[None, :] - others)
        np.fill_diagonal(agree, np.nan)
        chance = 2 / math.pi * math.asin(1 / (bids - 1))
        both = np.stack([agree - chance, chance - agree])
        return np.asarray((both - self.slack) / (1 + chance + self.slack))

    def to_json(self) -> Json:
        """Return the name and the slack."""
        return {"name": "shared_reference", "slack": f"{self.slack:.6f}"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one seed of one world gave."""

    delay: int | None
    """Auctions until the pair was found, if it was."""

    others: int
    """Other pairs found at any time."""

    standing: bool
    """Whether the pair is still found at the end."""

    last_others: int
    """Other pairs found at the end."""


def watch(name: str, auctions: int, detector: Detector, seed: int) -> Outcome:
    world = HONEST.get(name) or DEPENDENT[name]
    monitor = DependenceMonitor(detectors=(detector,))
    delay, count = None, 0
    for records in simulate(world, auctions, name, seed):
        monitor.observe(*records)
        count += len(records)
        if delay is None and PAIR in monitor.first_flagged_ms():
            delay = count
    found = {finding.pair for finding in monitor.findings()}
    others = len(monitor.first_flagged_ms().keys() - {PAIR})
    return Outcome(delay, others, PAIR in found, len(found - {PAIR}))


def row(name: str, outcomes: list[Outcome], *, honest: bool) -> str:
    seeds = len(outcomes)
    false = sum(item.others > 0 or (honest and item.delay is not None) for item in outcomes)
    if honest:
        return f"| {name} | {false} of {seeds} |"
    delays = [item.delay for item in outcomes if item.delay is not None]
    usual = f"{median(delays):.0f}" if delays else "-"
    return f"| {name} | {len(delays)} of {seeds} | {usual} | {false} of {seeds} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--auctions", type=int, default=600)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--textbook", action="store_true", help="use the textbook statistic")
    parser.add_argument("--world", help="only worlds whose name has this in it", default="")
    chosen = parser.parse_args()
    detector = SharedReference() if chosen.textbook else DETECTORS[0]
    with ProcessPoolExecutor(chosen.workers, mp_context=get_context("spawn")) as pool:
        for worlds, honest in ((HONEST, True), (DEPENDENT, False)):
            print("| world | any pair found |" if honest else "| world | pair found | median auctions | other found |")
            print("|---|---|" if honest else "|---|---|---|---|")
            for name in (name for name in worlds if chosen.world in name):
                work = partial(watch, name, chosen.auctions, detector)
                outcomes = list(pool.map(work, range(chosen.seeds), chunksize=5))
                print(row(name, outcomes, honest=honest), flush=True)


if __name__ == "__main__":
    main()
