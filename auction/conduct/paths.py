"""The evidence on all pairs through time, kept thin: for plots, not for decisions."""

import numpy as np

from auction.conduct.eprocess import Floats
from auction.conduct.finding import PathPoint


class EvidencePaths:
    """Every so often a copy of all e-values; the steps double whenever there would be more than `limit`."""

    def __init__(self, limit: int) -> None:
        """Keep at most `limit` points of each path, the newest included."""
        self._limit = limit
        self._step = 1
        self._seen = 0
        self._kept: list[tuple[int, Floats]] = []
        self._newest: tuple[int, Floats] | None = None

    def add(self, time_ms: int, log_e: Floats) -> None:
        """Take in the log e-values of all pairs after an auction, of shape (solvers, solvers)."""
        if self._newest is not None and (self._seen - 1) % self._step == 0:
            self._kept.append(self._newest)
            if len(self._kept) == self._limit:
                self._kept = self._kept[::2]
                self._step *= 2
        self._newest = (time_ms, log_e)
        self._seen += 1

    def of(self, first: int, second: int) -> tuple[PathPoint, ...]:
        """Return the path of the pair at two positions; zero before the later of them was seen."""
        points = [*self._kept, self._newest] if self._newest is not None else []
        return tuple(PathPoint(time_ms, _at(log_e, first, second)) for time_ms, log_e in points)


def _at(log_e: Floats, first: int, second: int) -> float:
    return float(log_e[first, second]) if max(first, second) < len(log_e) else 0.0


def widened(values: Floats, size: int) -> Floats:
    """Return a square array grown to `size`, with zeros in the new places."""
    return np.pad(values, (0, size - len(values)))
