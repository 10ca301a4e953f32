"""Trades of a conic solver made to fit together: they are feasible only up to its tolerance.

A linear program finds the share of each trade that is kept, at least loss, so that every token balances with a margin.
"""

import numpy as np
import scipy.sparse as sp

from solvers.routing.network.compiled import Floats
from solvers.routing.network.markets import Baskets
from solvers.routing.network.network import Aim, Network
from solvers.routing.network.recovery import Trades, arcs_of, keep

MARGIN = 2e-10
"""Share by which more of each token must come in than goes out."""

FEASIBLE = 1e-10
"""Tolerance asked of the linear program, below the margin."""

HALVINGS = 60
"""Steps of a bisection down to the last bit."""


def fit_together(network: Network, aim: Aim, trades: Trades) -> None:
    """Shorten trades in place so that no token runs short; leave them alone if the linear program fails."""
    from scipy.optimize import linprog

    families, tokens = network.families, network.tokens
    arcs = arcs_of(families, trades)
    sizes = np.diff(network.baskets.starts)
    pools, arc = len(sizes), np.arange(len(arcs.amount))
    entry = len(arc) + np.repeat(np.arange(pools), sizes)
    shape = (tokens, len(arc) + pools)
    given, taken = np.maximum(-trades.baskets, 0.0), np.maximum(trades.baskets, 0.0)
    rows, columns = np.concatenate([arcs.give, network.baskets.tokens]), np.concatenate([arc, entry])
    out = sp.csr_array((np.concatenate([arcs.amount, given]), (rows, columns)), shape)
    rows = np.concatenate([arcs.take, network.baskets.tokens])
    into = sp.csr_array((np.concatenate([arcs.output, taken]), (rows, columns)), shape)
    bounded = np.isfinite(aim.stock) & (out.sum(axis=1) > 0)
    scale = sp.diags_array(1.0 / out.sum(axis=1)[bounded])
    short = scale @ (out * (1.0 + MARGIN) - into)[bounded]
    gain = aim.utility @ (into - out)
    found = linprog(
        -gain / max(np.abs(gain).max(initial=0.0), 1e-300),
        A_ub=short,
        b_ub=aim.stock[bounded] / out.sum(axis=1)[bounded],
        bounds=(0.0, 1.0),
        method="highs",
        options={"primal_feasibility_tolerance": FEASIBLE},
    )
    if found.status != 0:
        return
    share = np.clip(found.x, 0.0, 1.0)
    arcs.amount[:] *= share[: len(arc)]
    trades.baskets[:] *= share[entry]
    keep(families, trades, arcs)


def payable(baskets: Baskets, shares: Floats) -> Floats:
    """Return net trades of weighted pools, from shares of reserves, with what is received cut to what pools pay."""
    trade = shares * baskets.reserves
    for pool, gamma in enumerate(baskets.gamma):
        which = slice(baskets.starts[pool], baskets.starts[pool + 1])
        share, weight = shares[which], baskets.weights[which]
        grown = float(weight @ np.log1p(gamma * np.maximum(-share, 0.0)))
        low, high = 0.0, 1.0
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            paid = np.log1p(-np.minimum(middle * np.maximum(share, 0.0), 1.0 - 1e-15))
            low, high = (middle, high) if grown + float(weight @ paid) >= 0.0 else (low, middle)
        trade[which] = np.where(share > 0, low * trade[which], trade[which])
    return trade
