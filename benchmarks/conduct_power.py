"""How often the first stage of conduct finds what is there, and what is not.

For each simulated world of eight solvers: in which share of seeds the pair that acts together was found at any time,
or, where all are honest, any pair was. The peer is the textbook statistic, which compares both solvers of a pair with
the mean of the same others.
"""

import math
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

import numpy as np

from auction.conduct.dependence import DETECTORS, DependenceMonitor
from auction.conduct.detector import AuctionView, Detector
from auction.conduct.eprocess import Floats
from benchmarks.harness import Row, main
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


def found(outcomes: list[Outcome], *, honest: bool) -> float:
    """Return the share of seeds in which the pair was found; in an honest world, in which any pair was."""
    hits = sum(item.delay is not None or (honest and item.others > 0) for item in outcomes)
    return hits / len(outcomes)


def measure(quick: bool) -> list[Row]:
    """Return one row for each world: share of seeds with a finding, ours and the textbook statistic."""
    seeds, auctions = (6, 300) if quick else (60, 600)
    rows = []
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for worlds, honest in ((HONEST, True), (DEPENDENT, False)):
            for name in worlds:
                shares = []
                for detector in (DETECTORS[0], SharedReference()):
                    work = partial(watch, name, auctions, detector)
                    shares.append(found(list(pool.map(work, range(seeds), chunksize=3)), honest=honest))
                ours, peer = shares
                kind = "honest world: any pair found" if honest else "the pair that acts together found"
                note = (
                    f"{kind}, share of {seeds} seeds, {auctions} auctions; peer: textbook statistic; ratio: difference"
                )
                rows.append(Row(name, ours, peer, ours - peer, note))
    return rows


if __name__ == "__main__":
    main("conduct_power", measure, __doc__)
