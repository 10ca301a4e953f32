"""How implied volatility moves with spot: up as the price falls, and by a jump when it crashes.

The level at the money that realised volatility asks for (`risk.volatility`) comes late: a crash must first be in the
returns. Makers do not wait for that. Here the level also answers to where the price stands:

    level(t) = realised level(t) * (anchor(t) / price(t)) ** elasticity * (1 + jump(t))

The anchor is a moving mean of the log price, so that what has lasted becomes the new normal. The elasticity is what a
[skew-stickiness ratio] times the skew at the money comes to when volatility is taken in logarithms; it has one value
below the anchor and another above, because volatility falls less in a rally than it rises in a fall. A fall of
`crash` or more within `window_ms` adds a jump in proportion to the fall, which fades. Only the past is looked at.

One factor for all strikes and lives moves the total variance at the money up and down the surface that is there, so a
surface without static arbitrage at every level has none after the move.

There is no record of implied volatility on the days that are replayed: all figures are assumed, and stay within the
shocks by which Derive's portfolio margin moves volatility with spot (half as much again upwards, three tenths down).

[skew-stickiness ratio]: https://doi.org/10.2139/ssrn.1493294
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from risk.volatility import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotVolRules:
    """How the level at the money answers to the price."""

    elasticity_down: float
    """Rise of the logarithm of the level for each unit by which the log price is below its anchor."""

    elasticity_up: float
    """Fall for each unit above."""

    anchor_half_life_ms: int
    crash: float
    """Fall within the window, as a fraction, from which the level jumps."""

    window_ms: int
    jump: float
    """Rise of the level, as a fraction, at a fall of just that size; in proportion beyond."""

    jump_half_life_ms: int
    most: float
    """Bound of the factor, and of one over it."""


def factors(prices: ArrayLike, step_ms: int, rules: SpotVolRules) -> Floats:
    """Return what the level at the money is multiplied by at each bar.

    Args:
        prices: Bars at equal steps, any unit.
        step_ms: Time between bars.
        rules: How the level answers.
    """
    logs = np.log(np.asarray(prices, float))
    anchor_decay = 0.5 ** (step_ms / rules.anchor_half_life_ms)
    jump_decay = 0.5 ** (step_ms / rules.jump_half_life_ms)
    span = max(round(rules.window_ms / step_ms), 1)
    out = np.empty(len(logs))
    anchor, jump = float(logs[0]), 0.0
    for i, price in enumerate(logs.tolist()):
        anchor = anchor_decay * anchor + (1 - anchor_decay) * price
        below = anchor - price
        fall = 1 - float(np.exp(price - logs[max(i - span, 0) : i + 1].max()))
        jump = max(jump * jump_decay, rules.jump * fall / rules.crash if fall >= rules.crash else 0.0)
        elasticity = rules.elasticity_down if below > 0 else rules.elasticity_up
        out[i] = np.exp(elasticity * below) * (1 + jump)
    return np.clip(out, 1 / rules.most, rules.most)
