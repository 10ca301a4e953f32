"""Stage one of conduct: which solvers' bids depend on each other, watched auction by auction.

For each pair every detector bets on dependence; the mean of their wealth is the pair's evidence, and e-BH over all
pairs that can be tested says which are found. A finding says "dependence" and nothing more: shared software, a shared
supplier and an agreement look alike from outside. Pairs that declared the same software are judged apart, so that
what is known neither hides nor helps to find the rest.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np

from auction.conduct.agreement import Mask, agreement, correlation
from auction.conduct.detector import AuctionView, Detector
from auction.conduct.eprocess import Floats, RestartMixture, e_bh, mean_log
from auction.conduct.finding import DependenceFinding, Explanation, Pair
from auction.conduct.habits import Habit, surprises
from auction.conduct.margins import AuctionRecord
from auction.conduct.paths import EvidencePaths, widened
from auction.conduct.residual_dependence import ResidualDependence
from intents.canonical import Json, content_id


@dataclass(frozen=True, slots=True, kw_only=True)
class DependenceConfig:
    """Thresholds, fixed before a run."""

    alpha: float = 0.05
    """Largest expected share of false findings."""

    fewest_auctions: int = 20
    """Joint auctions from which on a pair counts as tested; fewer could not decide anything."""

    settled_auctions: int = 100
    """Joint auctions below which a finding may be the mark of a single episode."""

    path_points: int = 200
    """Most points of an e-value path."""

    def to_json(self) -> dict[str, Json]:
        """Return the thresholds without floats."""
        return {
            "alpha": f"{self.alpha:.6f}",
            "fewest_auctions": self.fewest_auctions,
            "settled_auctions": self.settled_auctions,
            "path_points": self.path_points,
        }


DEFAULT_CONFIG: Final = DependenceConfig()
DETECTORS: Final[tuple[Detector, ...]] = (ResidualDependence(),)


class DependenceMonitor:
    """Watches all pairs of solvers."""

    def __init__(
        self,
        config: DependenceConfig = DEFAULT_CONFIG,
        *,
        software: Mapping[str, str] | None = None,
        detectors: Sequence[Detector] = DETECTORS,
    ) -> None:
        """Start with no evidence; `software` names what each solver declared to be built on, if anything."""
        self.config = config
        self.config_hash = content_id({**config.to_json(), "detectors": [item.to_json() for item in detectors]})
        self._software = {solver: name for solver, name in (software or {}).items() if name}
        self._detectors = tuple(detectors)
        self._wealth = [RestartMixture((item.sides, 0, 0)) for item in detectors]
        self._habits: dict[str, Habit] = {}
        self._places: dict[str, int] = {}
        self._auctions: set[str] = set()
        self._joint: Floats = np.zeros((0, 0))
        self._agreed: Floats = np.zeros((0, 0))
        self._log_e: Floats = np.zeros((0, 0))
        self._peak: Floats = np.zeros((0, 0))
        self._found: tuple[Pair, ...] = ()
        self._first_found_ms: dict[Pair, int] = {}
        self._paths = EvidencePaths(config.path_points)

    def observe(self, *records: AuctionRecord) -> None:
        """Settle the bets on the auctions of one round and learn from them; rounds come in order of time.

        Auctions of a round share what solvers drew for the round, so they make one bet together: the mean of theirs.

        Raises:
            ValueError: if an auction was observed before, which would count its evidence twice.
        """
        if not records:
            return
        self._admit(records)
        views = [self._view(record) for record in records]
        for detector, wealth in zip(self._detectors, self._wealth, strict=True):
            wealth.update(_mean_bet(np.stack([detector.bet(view) for view in views])))
        self._log_e = mean_log(np.stack([mean_log(wealth.log_e) for wealth in self._wealth]))
        self._peak = np.maximum(self._peak, self._log_e)
        self._paths.add(records[-1].time_ms, self._log_e)
        self._found = self._judge()
        for pair in self._found:
            self._first_found_ms.setdefault(pair, records[-1].time_ms)

    def findings(self) -> tuple[DependenceFinding, ...]:
        """Return the pairs that depend on each other by what is known now, strongest evidence first."""
        found = [self._finding(pair) for pair in self._found]
        return tuple(sorted(found, key=lambda item: (-item.log_e, item.pair)))

    def first_flagged_ms(self) -> dict[Pair, int]:
        """Return when each pair was first found, in order of time; some may not be found any more."""
        return dict(self._first_found_ms)

    def log_e_values(self) -> dict[Pair, float]:
        """Return the natural logarithm of the e-value of every pair that can be tested, in order of name."""
        pairs = combinations(sorted(self._places), 2)
        enough = self.config.fewest_auctions
        return {pair: float(self._log_e[at]) for pair in pairs if self._joint[at := self._at(pair)] >= enough}

    def _admit(self, records: Iterable[AuctionRecord]) -> None:
        """Take in the names of auctions and solvers, and make room for solvers not seen before."""
        for record in records:
            if record.auction in self._auctions:
                raise ValueError(f"auction {record.auction} was observed before")
            self._auctions.add(record.auction)
            for solver in sorted(record.surplus):
                self._places.setdefault(solver, len(self._places))
                self._habits.setdefault(solver, Habit())
        size = len(self._places)
        self._joint, self._agreed, self._peak = (widened(a, size) for a in (self._joint, self._agreed, self._peak))
        for detector, wealth in zip(self._detectors, self._wealth, strict=True):
            wealth.widen((detector.sides, size, size))

    def _view(self, record: AuctionRecord) -> AuctionView:
        """Return an auction as detectors see it, and learn from its margins."""
        surprise = np.full(len(self._places), np.nan)
        for solver, value in surprises(self._habits, record.bucket, record.margins()).items():
            surprise[self._places[solver]] = value
        agreed = agreement(surprise, self._related())
        told = ~np.isnan(agreed)
        self._joint = self._joint + told
        self._agreed = self._agreed + np.where(told, agreed, 0.0)
        return AuctionView(record=record, solvers=tuple(self._places), surprise=surprise, agreement=agreed)

    def _related(self) -> Mask:
        """Return which solvers are known to move together: declared, or found before this auction."""
        related = np.eye(len(self._places), dtype=bool)
        declared = (pair for pair in combinations(self._places, 2) if self._declared(pair))
        for pair in (*declared, *self._found):
            first, second = self._at(pair)
            related[first, second] = related[second, first] = True
        return related

    def _judge(self) -> tuple[Pair, ...]:
        """Return the pairs that e-BH finds, those with declared software apart from the others."""
        values = self.log_e_values()
        declared = {pair: value for pair, value in values.items() if self._declared(pair)}
        others = {pair: value for pair, value in values.items() if pair not in declared}
        return (*e_bh(others, self.config.alpha), *e_bh(declared, self.config.alpha))

    def _finding(self, pair: Pair) -> DependenceFinding:
        at = self._at(pair)
        mean_agreement = float(self._agreed[at] / self._joint[at])
        path = self._paths.of(*at)
        return DependenceFinding(
            pair=pair,
            log_e=path[-1].log_e,
            log_peak=float(self._peak[at]),
            auctions=int(self._joint[at]),
            agreement=mean_agreement,
            correlation=correlation(mean_agreement),
            first_flagged_ms=self._first_found_ms[pair],
            path=path,
            declared=self._declared(pair),
            explanations=self._explanations(pair),
            config_hash=self.config_hash,
        )

    def _explanations(self, pair: Pair) -> tuple[Explanation, ...]:
        names = [self._software.get(solver, "nothing") for solver in pair]
        joint, enough = int(self._joint[self._at(pair)]), self.config.settled_auctions
        return (
            Explanation(
                "shared_software", self._declared(pair), f"{pair[0]} declared {names[0]}, {pair[1]} {names[1]}"
            ),
            Explanation("few_auctions", joint < enough, f"{joint} joint auctions; {enough} rule out a single episode"),
        )

    def _declared(self, pair: Pair) -> bool:
        names = {self._software.get(solver) for solver in pair}
        return len(names) == 1 and None not in names

    def _at(self, pair: Pair) -> tuple[int, int]:
        return self._places[pair[0]], self._places[pair[1]]


def _mean_bet(bets: Floats) -> Floats:
    """Return the mean over the first axis of the bets that were placed; `nan` where none was."""
    placed = ~np.isnan(bets)
    count = placed.sum(axis=0)
    return np.where(count > 0, np.where(placed, bets, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan)
