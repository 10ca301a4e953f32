"""Conic peers: the published program, one geometric mean for each pool, and the same with all pools at once."""

import warnings
from typing import Any

import cvxpy as cp
import numpy as np
import scipy.sparse as sp

from solvers.routing.network.network import Aim, Network

WEIGHTS = {0.5: (1, 1), 0.8: (4, 1)}
"""Whole powers of the weights that the instances use."""


def published(network: Network, aim: Aim, solver: str) -> float:
    """Return the optimum by the program of Angeris, Evans, Chitra and Boyd, re-typed ([arXiv 2204.05238])."""
    pairs = network.pairs
    flow: Any = 0
    constraints: list[Any] = []
    for i, gamma in enumerate(pairs.gamma):
        tendered, received = cp.Variable(2, nonneg=True), cp.Variable(2, nonneg=True)
        reserves = np.array([pairs.reserve_first[i], pairs.reserve_second[i]])
        powers = np.array(WEIGHTS[float(pairs.weight_first[i])])
        place = sp.csr_array((np.ones(2), ([pairs.first[i], pairs.second[i]], [0, 1])), (network.tokens, 2))
        flow += place @ (received - tendered)
        before = float(np.prod(reserves ** (powers / powers.sum())))
        constraints.append(cp.geo_mean(reserves + gamma * tendered - received, powers) >= before)
    bounded = np.flatnonzero(np.isfinite(aim.stock))
    constraints.append(flow[bounded] >= -aim.stock[bounded])
    return solve(cp.Problem(cp.Maximize(aim.utility @ flow), constraints), solver)


def vectorised(network: Network, aim: Aim, solver: str) -> float:
    """Return the optimum by one program for all pools, in shares of reserves, with the cones written out."""
    pairs = network.pairs
    count, after, flow = len(pairs.gamma), [], []
    for tokens, reserves in ((pairs.first, pairs.reserve_first), (pairs.second, pairs.reserve_second)):
        tendered, received = cp.Variable(count, nonneg=True), cp.Variable(count, nonneg=True)
        after.append(1 + cp.multiply(pairs.gamma, tendered) - received)
        place = sp.csr_array((reserves, (tokens, np.arange(count))), (network.tokens, count))
        flow.append(place @ (received - tendered))
    constraints = []
    for weight in np.unique(pairs.weight_first):
        which = np.flatnonzero(pairs.weight_first == weight)
        constraints += power_cones(after[0][which], after[1][which], float(weight))
    net, bounded = flow[0] + flow[1], np.flatnonzero(np.isfinite(aim.stock))
    constraints.append(net[bounded] >= -aim.stock[bounded])
    return solve(cp.Problem(cp.Maximize(aim.utility @ net), constraints), solver)


def power_cones(one: Any, two: Any, weight: float) -> list[Any]:
    """Return `one * two >= 1`, or `one**4 * two >= 1` as three cones."""
    ones = np.ones(one.shape[0])
    if WEIGHTS[weight] == (1, 1):
        return [cone(ones, one, two)]
    root, fourth = cp.Variable(one.shape[0], nonneg=True), cp.Variable(one.shape[0], nonneg=True)
    return [cone(root, two, ones), cone(fourth, root, ones), cone(ones, one, fourth)]


def cone(middle: Any, one: Any, two: Any) -> Any:
    """Return `middle**2 <= one * two`."""
    return cp.SOC(one + two, cp.vstack([2 * middle, one - two]), axis=0)


def solve(problem: Any, solver: str) -> float:
    """Return the value found; NaN if the solver gives none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            problem.solve(solver=solver)
        except cp.error.SolverError:
            return float("nan")
    return float(problem.value) if problem.value is not None else float("nan")
