"""The convex engine: the same problem as one second-order cone program, for cvxpy and Clarabel.

It knows nothing of the dual engine but the start prices, which scale the rows; so each checks the other. Balances are
shares of reserves, rows are values, which keeps the numbers near one.
"""

import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.sparse as sp

from solvers.routing.network.certificate import Solution, dual_bound, executable, idle, question_of
from solvers.routing.network.compiled import Floats, Ints
from solvers.routing.network.errors import OptimiserError
from solvers.routing.network.network import Aim, Network
from solvers.routing.network.reach import in_whole, part_that_matters, spread_out
from solvers.routing.network.recovery import Trades
from solvers.routing.network.repair import fit_together, payable
from solvers.routing.network.stable_trade import invariant
from solvers.routing.network.start import starting_prices
from solvers.routing.network.tower import powers_of, product_at_least_one, square_below

TOLERANCE = 1e-10
"""Asked of the conic solver, for rows and gap; it may end an order or two above and say so."""

CLOSED = 1e-6
"""Gap at which the answer counts as optimal."""


@dataclass(slots=True)
class Draft:
    """The program while it is written: constraints, and what each family adds to the flow of tokens."""

    tokens: int
    constraints: list[Any] = field(default_factory=list)
    flow: list[Any] = field(default_factory=list)

    def trade(self, tokens: Ints, amounts: Floats, gamma: Floats) -> tuple[Any, Any]:
        """Add one balance for each entry; return its value after the trade and its net trade, in units of `amounts`."""
        import cvxpy as cp

        tendered, received = cp.Variable(len(tokens), nonneg=True), cp.Variable(len(tokens), nonneg=True)
        self.spread(tokens, amounts, received - tendered)
        return 1.0 + cp.multiply(gamma, tendered) - received, received - tendered

    def spread(self, tokens: Ints, amounts: Floats, shares: Any) -> None:
        """Add shares of amounts to the flow of tokens."""
        self.flow.append(sp.csr_array((amounts, (tokens, np.arange(len(tokens)))), (self.tokens, len(tokens))) @ shares)


def solve_convex(network: Network, aim: Aim) -> Solution:
    """Return trades with a proof of their quality, by a conic solver.

    Raises `InexactWeightsError` for weights that cones cannot express and `OptimiserError` if the solver gives up.
    """
    part = part_that_matters(network, aim)
    if part is None:
        return _solve(network, aim)
    inner = _solve(part.network, part.aim)
    return Solution(
        trades=in_whole(part, network, inner.trades),
        psi=spread_out(part, network, inner.psi),
        prices=spread_out(part, network, inner.prices),
        value=inner.value,
        bound=inner.bound,
        ended=inner.ended,
        work=inner.work,
    )


def _solve(network: Network, aim: Aim) -> Solution:
    import cvxpy as cp

    if not network.markets:
        return idle(network, aim)
    draft, price = Draft(network.tokens), starting_prices(question_of(network, aim))
    nets = (_pairs(network, draft), _baskets(network, draft), _stables(network, draft), _offers(network, draft))
    unit = _typical_value(network, price)
    rows = cp.multiply(price / unit, sum(draft.flow, np.zeros(network.tokens)))
    bounded = np.flatnonzero(np.isfinite(aim.stock))
    balance = rows[bounded] >= -(aim.stock * price / unit)[bounded]
    problem = cp.Problem(cp.Maximize((aim.utility / price) @ rows), [*draft.constraints, balance])
    work = _run(problem)
    prices = aim.utility.copy()
    prices[bounded] += np.maximum(balance.dual_value, 0.0) * price[bounded]
    trades = _trades(network, nets)
    fit_together(network, aim, trades)
    psi, value = executable(network, aim, trades)
    bound = dual_bound(network, aim, prices)
    closed = bound - value <= CLOSED * bound
    ended: Any = "optimal" if closed else "stalled"
    return Solution(trades=trades, psi=psi, value=value, bound=bound, prices=prices, ended=ended, work=work)


def _run(problem: Any) -> int:
    import cvxpy as cp

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            problem.solve(
                solver=cp.CLARABEL, tol_feas=TOLERANCE, tol_gap_abs=TOLERANCE, tol_gap_rel=TOLERANCE, max_threads=1
            )
        except cp.error.SolverError as error:
            raise OptimiserError("clarabel", str(error)) from error
    if problem.status not in {cp.OPTIMAL, cp.OPTIMAL_INACCURATE}:
        raise OptimiserError("clarabel", problem.status)
    return int(problem.solver_stats.num_iters or 0)


def _pairs(network: Network, draft: Draft) -> Any:
    """Add pools of two tokens; pools of the same weights share their cones."""
    pairs = network.pairs
    if not len(pairs.gamma):
        return None
    first, net_first = draft.trade(pairs.first, pairs.reserve_first, pairs.gamma)
    second, net_second = draft.trade(pairs.second, pairs.reserve_second, pairs.gamma)
    for weight in np.unique(pairs.weight_first):
        which = np.flatnonzero(pairs.weight_first == weight)
        draft.constraints += product_at_least_one([first[which], second[which]], powers_of([weight, 1.0 - weight]))
    return net_first, net_second


def _baskets(network: Network, draft: Draft) -> Any:
    baskets = network.baskets
    if not len(baskets.gamma):
        return None
    sizes = np.diff(baskets.starts)
    after, net = draft.trade(baskets.tokens, baskets.reserves, np.repeat(baskets.gamma, sizes))
    kinds: dict[tuple[float, ...], list[int]] = {}
    for start, size in zip(baskets.starts, sizes, strict=False):
        kinds.setdefault(tuple(baskets.weights[start : start + size]), []).append(int(start))
    for weights, starts in kinds.items():
        factors = [after[np.array(starts) + i] for i in range(len(weights))]
        draft.constraints += product_at_least_one(factors, powers_of(weights))
    return net


def _stables(network: Network, draft: Draft) -> Any:
    """Add StableSwap pools: `f1 X1 + f2 X2 - k t >= f1 + f2 - k` where `t X1 X2 >= 1`, by three cones."""
    import cvxpy as cp

    stables = network.stables
    count = len(stables.gamma)
    if not count:
        return None
    first, net_first = draft.trade(stables.first, stables.balance_first, stables.gamma)
    second, net_second = draft.trade(stables.second, stables.balance_second, stables.gamma)
    x, y = stables.balance_first * stables.rate_first, stables.balance_second * stables.rate_second
    d = np.array([invariant(*row) for row in zip(stables.amplification, x, y, strict=True)])
    f1, f2 = x / d, y / d
    k = 1.0 / (16.0 * stables.amplification * f1 * f2)
    mean, root, inverse = (cp.Variable(count, nonneg=True) for _ in range(3))
    draft.constraints += [
        square_below(mean, first, second),
        square_below(root, inverse, np.ones(count)),
        square_below(np.ones(count), mean, root),
        cp.multiply(f1, first) + cp.multiply(f2, second) - cp.multiply(k, inverse) >= f1 + f2 - k,
    ]
    return net_first, net_second


def _offers(network: Network, draft: Draft) -> Any:
    import cvxpy as cp

    offers = network.offers
    if not len(offers.rate):
        return None
    fills = cp.Variable(len(offers.rate), nonneg=True)
    draft.constraints.append(fills <= 1.0)
    draft.spread(offers.tendered, offers.size, -fills)
    draft.spread(offers.received, offers.size * offers.rate, fills)
    return fills


def _trades(network: Network, nets: Any) -> Trades:
    """Return what each market is tendered, from shares of reserves."""
    pairs, baskets, stables, offers = nets
    return Trades(
        _tendered(pairs, network.pairs.reserve_first, network.pairs.reserve_second),
        payable(network.baskets, np.zeros(0) if baskets is None else baskets.value),
        _tendered(stables, network.stables.balance_first, network.stables.balance_second),
        np.zeros(0) if offers is None else np.clip(offers.value, 0.0, 1.0) * network.offers.size,
    )


def _tendered(nets: Any, reserve_first: Floats, reserve_second: Floats) -> Floats:
    if nets is None:
        return np.zeros(0)
    first, second = -nets[0].value * reserve_first, -nets[1].value * reserve_second
    return np.where((first > 0) & (second < 0), first, np.where((second > 0) & (first < 0), -second, 0.0))


def _typical_value(network: Network, price: Floats) -> float:
    """Return the median value of what one side of a market holds."""
    pairs, baskets, stables, offers = network.families
    values = [
        price[pairs.first] * pairs.reserve_first,
        price[baskets.tokens] * baskets.reserves,
        price[stables.first] * stables.balance_first,
        price[offers.tendered] * offers.size,
    ]
    return float(np.median(np.concatenate(values)))
