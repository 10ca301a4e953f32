"""What an engine answers, and the bound that proves how good it is.

The bound is one evaluation of the exact dual: whatever the prices, and wherever they come from, no route is worth more.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from solvers.routing.network.compiled import Floats
from solvers.routing.network.evaluation import Question, evaluate
from solvers.routing.network.network import Aim, Network
from solvers.routing.network.offer_trade import Anchor
from solvers.routing.network.pools import prepare
from solvers.routing.network.reach import part_that_matters
from solvers.routing.network.recovery import Trades, arcs_of, balance, totals

Ended = Literal["optimal", "stopped", "stalled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """Trades that can be executed together, and a bound on the value of any."""

    trades: Trades
    psi: Floats
    """Net trade of each token: received above zero, handed over below."""

    value: float
    bound: float
    prices: Floats
    """Of each token, in units of utility; they prove the bound, and start the next search."""

    ended: Ended
    """`optimal` within the tolerance, `stopped` by the budget, `stalled` by arithmetic."""

    work: int
    """Evaluations of the dual, or iterations of a conic solver."""

    @property
    def gap(self) -> float:
        """Proven distance from the best route, relative to the bound; zero where nothing can be gained."""
        return max(self.bound - self.value, 0.0) / self.bound if self.bound > 0 else 0.0


def question_of(network: Network, aim: Aim) -> Question:
    """Return the problem as compiled code takes it."""
    fixed = np.isinf(aim.stock)
    stock = np.where(fixed, 0.0, aim.stock)
    return Question(network.families, prepare(network.pairs), aim.utility, stock, fixed.astype(np.float64))


def exact_fills(network: Network) -> Anchor:
    """Return the anchor that asks for exact fills of offers."""
    return Anchor(np.zeros(len(network.offers.rate)), np.ones(network.tokens), 0.0)


def dual_bound(network: Network, aim: Aim, prices: Floats) -> float:
    """Return what no route is worth more than, proven by prices; they are raised to the utility where below.

    Prices of tokens that no market connects with a utility are taken as zero.
    """
    part = part_that_matters(network, aim)
    if part is not None:
        network, aim, prices = part.network, part.aim, prices[part.tokens]
    prices = np.where(np.isinf(aim.stock), aim.utility, np.maximum(prices, aim.utility))
    if not bool(np.all(np.isfinite(prices) & (prices > 0))):
        return np.inf
    value, _ = evaluate(
        question_of(network, aim), exact_fills(network), prices, np.empty(network.tokens), np.empty((0, 0))
    )
    return value


def idle(network: Network, aim: Aim) -> Solution:
    """Return the answer of a network where nothing can be traded."""
    trades = Trades(*(np.zeros(0) for _ in Trades._fields))
    psi = np.zeros(network.tokens)
    return Solution(trades=trades, psi=psi, value=0.0, bound=0.0, prices=aim.utility.copy(), ended="optimal", work=0)


def net_trade(network: Network, trades: Trades) -> Floats:
    """Return what trades bring and take of each token, by the markets' own formulas for a given tender."""
    given, taken = np.empty(network.tokens), np.empty(network.tokens)
    totals(network.families, trades, arcs_of(network.families, trades), given, taken)
    return taken - given


def executable(network: Network, aim: Aim, trades: Trades) -> tuple[Floats, float]:
    """Shorten trades in place until nothing runs short; return the net trade and its value, no trade if worth less."""
    psi = balance(network.families, aim.stock, trades)
    value = float(aim.utility @ psi)
    if value > 0.0:
        return psi, value
    for family in trades:
        family[:] = 0.0
    return np.zeros(network.tokens), 0.0
