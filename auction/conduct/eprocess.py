"""Evidence that grows with every bet: e-processes, their restart mixture, and e-BH.

A bet `x` in [-1, 1] has an expected value of at most zero under the null, whatever came before. Betting a fraction of
the wealth on it multiplies the wealth by `1 + fraction * x`. Wealth that starts at 1 then stays below `1 / alpha`
for ever with a probability of at least `1 - alpha` (Ville), so it may be looked at after every round.

An honest past loses wealth that a later change must first win back. The restart mixture therefore spreads the stake
over all times at which the change may come: share `1 / (n (n + 1))` starts with bet `n`.

[e-detectors]: https://arxiv.org/abs/2203.03532
[e-BH]: https://arxiv.org/abs/2009.02824
"""

import math
from collections.abc import Mapping
from typing import Final, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
K = TypeVar("K")

FRACTIONS: Final = (0.1, 0.25, 0.5, 0.75)
"""Fractions of the wealth that are bet: small ones suit a faint and lasting edge, large ones a plain one."""

_SERIES_BELOW: Final = 1e-3
"""Where the closed form of `e_from_p` loses digits."""


class RestartMixture:
    """Wealth of one bettor or, for an array shape, of many that do not meet.

    Each fraction is a process of its own for ever, and the wealth is the mean of them. Mixing the fractions inside
    each step would be one process with the mean fraction instead, and lose what the best of them wins.
    """

    def __init__(self, shape: tuple[int, ...] = ()) -> None:
        """Start with wealth 1 in every place of `shape`."""
        self._fractions = np.array(FRACTIONS).reshape(-1, *(1 for _ in shape))
        self._started: Floats = np.full((len(FRACTIONS), *shape), -np.inf)
        self._bets = np.zeros(shape, dtype=np.int64)

    def update(self, bet: ArrayLike) -> None:
        """Settle one bet in [-1, 1] in every place; `nan` where there is none.

        Raises:
            ValueError: if a bet is outside the range, where it could lose more than its stake.
        """
        bets = np.asarray(bet, dtype=np.float64)
        if np.any(np.abs(bets) > 1):
            raise ValueError(f"bets lie in [-1, 1], not {bets[np.abs(bets) > 1][0]}")
        placed = ~np.isnan(bets)
        self._bets = self._bets + placed
        entry = -np.log(np.maximum(self._bets * (self._bets + 1), 1))
        gains = np.log1p(self._fractions * np.where(placed, bets, 0.0))
        self._started = np.where(placed, np.logaddexp(self._started, entry) + gains, self._started)

    @property
    def log_e(self) -> Floats:
        """Natural logarithm of the wealth, with the stake of the starts still to come."""
        started = np.logaddexp.reduce(self._started, axis=0) - math.log(len(FRACTIONS))
        return np.asarray(np.logaddexp(started, -np.log(self._bets + 1.0)))

    def widen(self, shape: tuple[int, ...]) -> None:
        """Grow to a larger shape; new places start with wealth 1."""
        grown = [(0, new - old) for new, old in zip(shape, self._bets.shape, strict=True)]
        self._started = np.pad(self._started, [(0, 0), *grown], constant_values=-np.inf)
        self._bets = np.pad(self._bets, grown)


def mean_log(log_values: Floats) -> Floats:
    """Return the logarithm of the mean over the first axis: a mean of e-processes is one."""
    return np.asarray(np.logaddexp.reduce(log_values, axis=0) - math.log(len(log_values)))


def e_bh(log_values: Mapping[K, float], alpha: float) -> tuple[K, ...]:
    """Return the hypotheses that [e-BH] rejects, strongest first.

    Takes current values of the logarithms, not the largest so far. The expected share of false ones among them is at
    most `alpha`, whatever the dependence between the hypotheses.
    """
    ranked = sorted(log_values, key=lambda key: -log_values[key])
    total = len(ranked)
    passing = [k for k, key in enumerate(ranked, 1) if log_values[key] >= math.log(total / (alpha * k))]
    return tuple(ranked[: max(passing, default=0)])


def e_from_p(p_value: float) -> float:
    """Return the e-value of a p-value: the mean of `k * p ** (k - 1)` over `k` in (0, 1).

    Raises:
        ValueError: if `p_value` is not in (0, 1].
    """
    if not 0 < p_value <= 1:
        raise ValueError(f"a p-value lies in (0, 1], not {p_value}")
    u = -math.log(p_value)
    if u < _SERIES_BELOW:
        return 1 / 2 + u / 6 + u * u / 24
    return (math.expm1(u) - u) / (u * u)
