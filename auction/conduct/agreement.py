"""How far two solvers' surprises agree, once what moves all solvers is taken away.

To take the common movement away each of the two is compared with other solvers of the auction. If both were compared
with the same ones, the luck of those would enter both and make honest solvers agree: by `(2 / pi) asin(1 / (n - 1))`
where all n are equally noisy, by far more where the two are quieter than the rest. So the two are never compared with
the same solver: agreement is the mean of `sign(a - k) * sign(b - l)` over all pairs of two different others, k and l.

Under independence it is zero on average for any noise that is as often above as below that of another, heavy tails
and unequal spreads included. For two normal surprises with correlation `r` it is `(2 / pi) asin(r / 2)`.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from auction.conduct.eprocess import Floats

Mask = NDArray[np.bool_]

FEWEST_OTHERS: Final = 3
"""Others that it takes: with the pair, five bids."""


def agreement(surprise: Floats, related: Mask) -> Floats:
    """Return the agreement of each pair, in [-1, 1], symmetric; `nan` where it cannot be told.

    Args:
        surprise: One for each solver, `nan` for those without.
        related: Solvers known to move together; one is never the measure of a pair that it is related to.
            Each is related to itself.
    """
    present = ~np.isnan(surprise)
    above = np.nan_to_num(np.sign(surprise[:, None] - surprise[None, :]))
    others = (present & ~(related[:, None, :] | related[None, :, :])).astype(np.float64)
    count = others.sum(axis=2)
    total = np.einsum("ijk,ik->ij", others, above) * np.einsum("ijk,jk->ij", others, above)
    same = np.einsum("ijk,ik,jk->ij", others, above, above)
    told = present[:, None] & present[None, :] & (count >= FEWEST_OTHERS) & ~np.eye(len(surprise), dtype=bool)
    return np.where(told, (total - same) / np.maximum(count * (count - 1), 1), np.nan)


def correlation(mean_agreement: float) -> float:
    """Return the correlation of normal surprises that a mean agreement stands for, in [-1, 1]."""
    return min(max(2 * math.sin(math.pi * mean_agreement / 2), -1.0), 1.0)
