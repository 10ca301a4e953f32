"""Best trades with StableSwap pools of two coins at given prices.

With balances as shares of the invariant D, the pool keeps `a (x + y) - 1 / (4 x y) = a - 1`, `a = 4 A`, a convex set.
The marginal price falls along the curve, so the trade is a root in one variable.

[StableSwap]: https://docs.curve.finance/assets/pdf/stableswap-paper.pdf
"""

import math

from solvers.routing.network.compiled import Floats, compiled
from solvers.routing.network.markets import Stables

STEPS = 120
"""Most steps of a root; bisection every other time would reach the last bit in that many."""

FARTHEST = 25.0
"""Widest move of a balance and of a price that is followed, as a logarithm."""


@compiled
def invariant(amplification: float, x: float, y: float) -> float:
    """Return D of two scaled balances."""
    total = x + y
    d = total
    for _ in range(STEPS):
        product = d * d * d / (4.0 * x * y)
        step = (4.0 * amplification * total + 2.0 * product) * d
        found = step / ((4.0 * amplification - 1.0) * d + 3.0 * product)
        if abs(found - d) <= 1e-16 * d:
            break
        d = found
    return d


@compiled
def other_balance(a: float, x: float) -> float:
    """Return the balance that goes with `x` on the curve, both as shares of D."""
    half = a * x * x - (a - 1.0) * x
    root = math.sqrt(half * half + a * x)
    return 0.5 / (half + root) if half > 0.0 else (root - half) / (2.0 * a * x)


@compiled
def price_and_slope(a: float, x: float, y: float) -> tuple[float, float]:
    """Return the logarithm of the price of the first coin and its derivative by the logarithm of `x` on the curve."""
    inverse = 0.25 / (x * y)
    gain_x, gain_y = a + inverse / x, a + inverse / y
    along = -gain_x / gain_y
    change_x = -2.0 * inverse / (x * x) - inverse * along / (x * y)
    change_y = -inverse / (x * y) - 2.0 * inverse * along / (y * y)
    return math.log(gain_x / gain_y), x * (change_x / gain_x - change_y / gain_y)


@compiled
def balance_at(a: float, start: float, target: float) -> tuple[float, float, float]:
    """Return both balances where the logarithm of the price is `target`, and the slope there."""
    here = math.log(start)
    low, high, last = here - FARTHEST, here + FARTHEST, 2.0 * FARTHEST
    x, y, slope = start, other_balance(a, start), -1.0
    for _ in range(STEPS):
        x = math.exp(here)
        y = other_balance(a, x)
        level, slope = price_and_slope(a, x, y)
        miss = level - target
        if miss > 0.0:
            low = here
        else:
            high = here
        step = here - miss / slope
        # Prices are flat around the middle and steep beyond, where Newton's method alone would swing for ever.
        if not low < step < high or abs(step - here) > 0.5 * last:
            step = 0.5 * (low + high)
        last = abs(step - here)
        if last <= 2e-16 or abs(miss) <= 1e-15:
            break
        here = step
    return x, y, slope


@compiled
def stable_trade(stables: Stables, i: int, price_first: float, price_second: float) -> tuple[float, float, float]:
    """Return what is received net of each coin, negative where tendered, and the edge of the curvature."""
    rate_first, rate_second, gamma = stables.rate_first[i], stables.rate_second[i], stables.gamma[i]
    x0, y0 = stables.balance_first[i] * rate_first, stables.balance_second[i] * rate_second
    d = invariant(stables.amplification[i], x0, y0)
    a = 4.0 * stables.amplification[i]
    start = x0 / d
    spot, _ = price_and_slope(a, start, other_balance(a, start))
    outside = math.log(price_first / rate_first) - math.log(price_second / rate_second)
    fee = math.log(gamma)
    if outside < spot + fee:
        target, fee_first, fee_second = outside - fee, gamma, 1.0
    elif outside > spot - fee:
        target, fee_first, fee_second = outside + fee, 1.0, gamma
    else:
        return 0.0, 0.0, 0.0
    x, y, slope = balance_at(a, start, max(min(target, FARTHEST), -FARTHEST))
    edge = -price_first * x * d / (slope * fee_first * rate_first)
    moved_first, moved_second = (start - x) * d, (other_balance(a, start) - y) * d
    return moved_first / (rate_first * fee_first), moved_second / (rate_second * fee_second), edge


@compiled
def add_stables(stables: Stables, price: Floats, flow: Floats, curvature: Floats) -> tuple[float, float]:
    """Add net trades and curvature, as `add_pools` does; return value and value tendered."""
    value, tendered = 0.0, 0.0
    for i in range(len(stables.gamma)):
        first, second = stables.first[i], stables.second[i]
        got_first, got_second, edge = stable_trade(stables, i, price[first], price[second])
        if got_first == 0.0:
            continue
        flow[first] += got_first
        flow[second] += got_second
        value += got_first * price[first] + got_second * price[second]
        tendered -= min(got_first * price[first], got_second * price[second])
        if curvature.shape[0] > 0:
            curvature[first, first] += edge
            curvature[second, second] += edge
            curvature[max(first, second), min(first, second)] -= edge
    return value, tendered


@compiled
def tender_stables(stables: Stables, price: Floats, tender: Floats) -> None:
    """Set what each pool is tendered, signed as in `tender_pools`."""
    for i in range(len(stables.gamma)):
        got_first, got_second, _ = stable_trade(stables, i, price[stables.first[i]], price[stables.second[i]])
        tender[i] = -got_first if got_first < 0.0 else got_second


@compiled
def stable_output(stables: Stables, i: int, tendered: float) -> float:
    """Return what the pool pays for a tender, signed as in `tender_pools`, in the other coin."""
    rate_first, rate_second, gamma = stables.rate_first[i], stables.rate_second[i], stables.gamma[i]
    x0, y0 = stables.balance_first[i] * rate_first, stables.balance_second[i] * rate_second
    d = invariant(stables.amplification[i], x0, y0)
    a = 4.0 * stables.amplification[i]
    if tendered >= 0.0:
        before, after = other_balance(a, x0 / d), other_balance(a, (x0 + gamma * tendered * rate_first) / d)
        return float((before - after) * d / rate_second)
    before, after = other_balance(a, y0 / d), other_balance(a, (y0 - gamma * tendered * rate_second) / d)
    return float((before - after) * d / rate_first)
