"""CFMMRouter's method: L-BFGS-B on the same dual, with the trades of all pools at the end.

`cfmm_router` is the method as published: its first prices (one over the number of tokens, raised to the bounds), its
bounds and tolerances, its closed forms (four roots a pool, amounts kept for each pool, then added up), trades at the
end. `quasi_newton` is favoured: our first prices, one root a pool, nothing kept, and prices only. Both are compiled as
our engine is, and run on one thread. Trades are those that pools want at the last prices, not made to balance.

[CFMMRouter.jl]: https://github.com/bcc-research/CFMMRouter.jl
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from solvers.routing.network.certificate import question_of
from solvers.routing.network.compiled import Floats, compiled
from solvers.routing.network.markets import Pairs
from solvers.routing.network.network import Aim, Network
from solvers.routing.network.start import starting_prices

SETTINGS = {"maxcor": 5, "ftol": 10 * np.finfo(float).eps, "gtol": 1e-5, "maxiter": 15000, "maxfun": 15000}
"""Those of [CFMMRouter.jl]: memory 5, factr 1e1, pgtol 1e-5."""

LEAST = 1e-8
"""Distance of prices from the utility."""

Dual = Callable[[Floats], tuple[float, Floats]]


@dataclass(frozen=True, slots=True)
class Found:
    """Where quasi-Newton ended."""

    value: float
    """Of the dual, a bound on any route."""

    prices: Floats
    evaluations: int
    inside: float
    """Share of the time that was spent in evaluations, the rest being scipy's."""

    trades: Floats | None
    """A row for each pool: tendered of both tokens, then received; none where only prices were asked for."""


def cfmm_router(network: Network, aim: Aim) -> Found:
    """Return prices and trades of pools of two tokens, as CFMMRouter finds them."""
    question, pairs, last = question_of(network, aim), network.pairs, np.empty((len(network.pairs.gamma), 4))

    def dual(price: Floats) -> tuple[float, Floats]:
        find_arbitrage(pairs, price, last)
        flow = question.stock.copy()
        return added_up(pairs, price, last, flow) + float((price - aim.utility) @ question.stock), flow

    found = _least(dual, aim, question.fixed, np.full(network.tokens, 1.0 / network.tokens))
    find_arbitrage(pairs, found.prices, last)
    return Found(found.value, found.prices, found.evaluations, found.inside, last)


def quasi_newton(network: Network, aim: Aim) -> Found:
    """Return prices only, from our first prices and by the quickest closed forms that keep the dual as precise."""
    question = question_of(network, aim)

    def dual(price: Floats) -> tuple[float, Floats]:
        flow = question.stock.copy()
        return one_root(network.pairs, price, flow) + float((price - aim.utility) @ question.stock), flow

    return _least(dual, aim, question.fixed, starting_prices(question))


def _least(dual: Dual, aim: Aim, fixed: Floats, start: Floats) -> Found:
    spent = 0.0

    def timed(price: Floats) -> tuple[float, Floats]:
        nonlocal spent
        begun = time.perf_counter()
        value, flow = dual(price)
        spent += time.perf_counter() - begun
        return value, np.where(fixed > 0, 0.0, flow)

    begun = time.perf_counter()
    least = aim.utility + LEAST
    bounds = [(u, u) if held else (low, None) for u, held, low in zip(aim.utility, fixed, least, strict=True)]
    first = np.where(fixed > 0, aim.utility, np.maximum(start, least))
    found = minimize(timed, first, jac=True, method="L-BFGS-B", bounds=bounds, options=SETTINGS)
    return Found(float(found.fun), found.x, int(found.nfev), spent / (time.perf_counter() - begun), None)


@compiled
def find_arbitrage(pairs: Pairs, price: Floats, trades: Floats) -> None:
    """Set what each pool is best tendered of both tokens, and pays of both: each by a root of its own."""
    first, second, gamma, weight = pairs.first, pairs.second, pairs.gamma, pairs.weight_first
    for i in range(len(gamma)):
        held, other, fee = pairs.reserve_first[i], pairs.reserve_second[i], gamma[i]
        up, down = price[second[i]] / price[first[i]], price[first[i]] / price[second[i]]
        if weight[i] == 0.5:
            product = held * other
            trades[i, 0] = max(math.sqrt(fee * up * product) - held, 0.0) / fee
            trades[i, 1] = max(math.sqrt(fee * down * product) - other, 0.0) / fee
            trades[i, 2] = max(held - math.sqrt(product / (down * fee)), 0.0)
            trades[i, 3] = max(other - math.sqrt(product / (up * fee)), 0.0)
        else:
            eta = weight[i] / (1.0 - weight[i])
            trades[i, 0] = weighted_in(up, other, held, (eta, fee))
            trades[i, 1] = weighted_in(down, held, other, (1.0 / eta, fee))
            trades[i, 2] = weighted_out(down, held, other, (1.0 / eta, fee))
            trades[i, 3] = weighted_out(up, other, held, (eta, fee))


@compiled
def weighted_in(price: float, paying: float, taking: float, terms: tuple[float, float]) -> float:
    """Return what a weighted pool is tendered of one token."""
    eta, fee = terms
    return max((fee * price * eta * paying * taking**eta) ** (1.0 / (eta + 1.0)) - taking, 0.0) / fee


@compiled
def weighted_out(price: float, paying: float, taking: float, terms: tuple[float, float]) -> float:
    """Return what a weighted pool pays of one token."""
    eta, fee = terms
    return max(paying - (taking * paying ** (1.0 / eta) / (eta * fee * price)) ** (eta / (1.0 + eta)), 0.0)


@compiled
def added_up(pairs: Pairs, price: Floats, trades: Floats, flow: Floats) -> float:
    """Add net trades to the flow, and return what they are worth."""
    first, second, value = pairs.first, pairs.second, 0.0
    for i in range(len(first)):
        one, two = trades[i, 2] - trades[i, 0], trades[i, 3] - trades[i, 1]
        flow[first[i]] += one
        flow[second[i]] += two
        value += one * price[first[i]] + two * price[second[i]]
    return value


@compiled
def one_root(pairs: Pairs, price: Floats, flow: Floats) -> float:
    """Add net trades to the flow, and return what they are worth, with one root a pool."""
    first, second, fees, weights = pairs.first, pairs.second, pairs.gamma, pairs.weight_first
    held, other, value = pairs.reserve_first, pairs.reserve_second, 0.0
    for i in range(len(first)):
        worth, worth_other = price[first[i]] * held[i], price[second[i]] * other[i]
        a, b = worth * (1.0 - weights[i]), worth_other * weights[i]
        if a < fees[i] * b:
            ratio, fee_in, fee_out = a / (fees[i] * b), fees[i], 1.0
        elif fees[i] * a > b:
            ratio, fee_in, fee_out = fees[i] * a / b, 1.0, fees[i]
        else:
            continue
        shrink = 1.0 / math.sqrt(ratio) if weights[i] == 0.5 else math.exp((weights[i] - 1.0) * math.log(ratio))
        one, two = (shrink - 1.0) / fee_in, (ratio * shrink - 1.0) / fee_out
        flow[first[i]] -= one * held[i]
        flow[second[i]] -= two * other[i]
        value -= one * worth + two * worth_other
    return value
