"""Prices of the conflict: what the things that run out are worth at the margin, given who won.

The winners fix how much of each resource is to be had: its capacity, or the shortest of their reaches. At these
capacities the choice is a linear program if offers may win in part; the duals of its rows are prices. What a loser
takes, at these prices, says where its way is barred. Where the program wins with parts of offers the prices are those
of the relaxation, and differ from the exact score it would have taken (`threshold`) by what is told as the rest.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import scipy.sparse as sp
from scipy.optimize import linprog

from auction.winner_determination.offer import Limits, Offer

WHOLE: Final = 1.0001
"""Most of an offer that may win: a little more than one, so that of several duals those on resources are found."""

LEAST: Final = 1e-6
"""Prices below this share of a loser's score are rounding of the optimiser."""


def prices(offers: Sequence[Offer], winners: Sequence[Offer], limits: Limits) -> dict[str, float]:
    """Return the price of one unit of each resource that is short, in units of score.

    Args:
        offers: All offers that may win.
        winners: Those that did.
        limits: What winners keep to.
    """
    capacity = dict(limits.capacity)
    for winner in winners:
        for resource, reach in winner.reaches.items():
            capacity[resource] = min(reach, capacity.get(resource, reach))
    names = sorted(name for name in capacity if any(name in offer.takes for offer in offers))
    if not names:
        return {}
    scale = {name: float(max(offer.takes.get(name, 0) for offer in offers)) or 1.0 for name in names}
    rows = sp.csr_matrix([[offer.takes.get(name, 0) / scale[name] for offer in offers] for name in names])
    found = linprog(
        -np.array([float(offer.score) for offer in offers]),
        A_ub=rows,
        b_ub=[capacity[name] / scale[name] for name in names],
        bounds=(0.0, WHOLE),
        method="highs",
    )
    duals = -np.asarray(found.ineqlin.marginals, float)
    return {name: float(dual) / scale[name] for name, dual in zip(names, duals, strict=True) if dual > LEAST}


def charged(offer: Offer, found: dict[str, float]) -> dict[str, int]:
    """Return what an offer would pay for each resource that is short, at given prices, in whole units of score."""
    due = {name: round(price * offer.takes.get(name, 0)) for name, price in found.items()}
    return {name: amount for name, amount in due.items() if amount}
