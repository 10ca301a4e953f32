"""Core-selecting rewards nearest to VCG.

VCG can pay so much that a group of losers and owners would rather have dealt with each other. In the core no such group
exists: for every set of solvers, what the winners outside it are rewarded is at most what the round loses without them.
Among the largest rewards of that kind those nearest to VCG are taken, by a quadratic program; the constraints are found
one by one, by asking which group would object (Day and Raghavan 2007, Day and Cramton 2012).

Lowering a reward breaks no constraint, so whole numbers are rounded down and fees simply bound the sum.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from auction.payments.objection import Objections
from auction.payments.reference import References
from auction.payments.vcg import Cap, capped, vcg_rewards
from auction.winner_determination.exact import Exact
from auction.winner_determination.model import Floats

NO_CAPS: Final[Mapping[str, Cap]] = MappingProxyType({})

SLACK = 1e-9
"""Relative room left to the largest sum of rewards, so that the second program has an inside."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """Rewards of some winners are together at most this."""

    solvers: frozenset[str]
    most: int


def core_rewards(
    round_: Exact, references: References, fees: int | None = None, caps: Mapping[str, Cap] = NO_CAPS
) -> dict[str, int]:
    """Return the rewards of a round's winners, by solver.

    Args:
        round_: The round.
        references: Its reference scores.
        fees: Most that all rewards may sum to; unlimited if `None`.
        caps: Bounds of single rewards.
    """
    vcg = vcg_rewards(references)
    if not vcg:
        return {}
    bounded = capped(vcg, caps)
    constraints = [Constraint(frozenset({solver}), max(reward, 0)) for solver, reward in bounded.items()]
    if fees is not None:
        constraints.append(Constraint(frozenset(vcg), fees))
    objections = Objections(round_, tuple(vcg))
    while True:
        rewards = nearest(vcg, constraints)
        found = _objecting(objections, references, rewards)
        if found is None or found in constraints:
            return rewards
        constraints.append(found)


def nearest(vcg: Mapping[str, int], constraints: Sequence[Constraint]) -> dict[str, int]:
    """Return the rewards of largest sum under the constraints that are nearest to VCG, in whole numbers."""
    names = sorted(vcg)
    scale = float(max(max(vcg.values(), default=0), 1))
    target = np.array([vcg[name] for name in names]) / scale
    matrix = np.array([[float(name in c.solvers) for name in names] for c in constraints])
    most = np.array([c.most / scale for c in constraints])
    if not target.any():
        return dict.fromkeys(names, 0)
    values = _quadratic(target, matrix, most)
    return _rounded(names, values * scale, constraints)


def _quadratic(target: Floats, matrix: Floats, most: Floats) -> Floats:
    """Return the point nearest to `target` among those of the largest sum with `matrix @ x <= most`, `x >= 0`."""
    import cvxpy as cp

    x = cp.Variable(len(target), nonneg=True)
    inside = [matrix @ x <= most]
    largest = cp.Problem(cp.Maximize(cp.sum(x)), inside)
    largest.solve(solver=cp.HIGHS)
    total = float(largest.value)
    closest = cp.Problem(
        cp.Minimize(cp.sum_squares(x - target)), [*inside, cp.sum(x) >= total - SLACK * max(total, 1.0)]
    )
    with warnings.catch_warnings():
        # The set of largest sums has almost no inside; rounding and the exact check follow.
        warnings.simplefilter("ignore", UserWarning)
        closest.solve(solver=cp.CLARABEL)
    return np.asarray(x.value, dtype=np.float64)


def _rounded(names: Sequence[str], values: Floats, constraints: Sequence[Constraint]) -> dict[str, int]:
    """Return whole rewards that keep every constraint: to the nearest unit where that holds, else one less."""
    rewards = {name: max(round(float(value)), 0) for name, value in zip(names, values, strict=True)}
    for constraint in constraints:
        excess = sum(rewards[name] for name in constraint.solvers) - constraint.most
        for name in sorted(constraint.solvers, key=lambda n: (-rewards[n], n)):
            cut = min(max(excess, 0), rewards[name])
            rewards[name] -= cut
            excess -= cut
    return rewards


def _objecting(objections: "Objections", references: References, rewards: Mapping[str, int]) -> Constraint | None:
    """Return the constraint that the best objection breaks, or `None` if nobody objects."""
    coalition = objections.best(rewards)
    outside = frozenset(rewards) - coalition.solvers
    most = references.choice.score - coalition.score
    if not outside or sum(rewards[name] for name in outside) <= most:
        return None
    return Constraint(outside, max(most, 0))
