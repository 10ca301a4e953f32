"""Trades of Gyroscope's elliptic pools (E-CLP): reserves move on an arc of an ellipse, so prices stay within a range.

Trades use the invariant with its error added and taken off, to the harm of the trader. Rules of the E-CLP in Balancer
v3, checked through the vectors of balancer/balancer-maths, commit 63436f4e. `scale` is the invariant from above and
from below.
"""

from typing import Final

from venues.markets.math.fixed18 import WAD
from venues.markets.math.fixed18 import mul_up as wad_up
from venues.markets.math.gyro_ellipse import MOST_BALANCE, MOST_INVARIANT, Ellipse, Pair, Vector, invariant
from venues.markets.math.signed import ONE_X, div_down, div_up, div_x, down_x, mul_down, mul_up, mul_x, root, up_x

MOST_INVARIANT_RATIO: Final = 5 * WAD
LEAST_INVARIANT_RATIO: Final = WAD * 6 // 10


def out_given_in(shape: Ellipse, balances: Pair, sold: int, amount: int) -> int:
    """Return what `amount` of token `sold`, fee taken off, brings of the other.

    Raises:
        ValueError: if it leads off the arc.
    """
    scale = _scale(shape, balances)
    after = balances[sold] + amount
    if after > _most(shape, scale, sold):
        raise ValueError(f"{amount} of token {sold} leads off the arc")
    return balances[1 - sold] - other_given(shape, scale, sold, after)


def in_given_out(shape: Ellipse, balances: Pair, sold: int, amount: int) -> int:
    """Return how much of token `sold`, fee not included, `amount` of the other takes.

    Raises:
        ValueError: if it leads off the arc.
    """
    if amount > balances[1 - sold]:
        raise ValueError(f"{amount} is not within the balance of {balances[1 - sold]}")
    scale = _scale(shape, balances)
    after = other_given(shape, scale, 1 - sold, balances[1 - sold] - amount)
    if after > _most(shape, scale, sold):
        raise ValueError(f"{amount} of token {1 - sold} leads off the arc")
    return after - balances[sold]


def balance_given_ratio(shape: Ellipse, balances: Pair, index: int, ratio: int) -> int:
    """Return the balance of one token at which the invariant has grown by `ratio`.

    Raises:
        ValueError: if the invariant is beyond what the arithmetic can take.
    """
    level, slack = invariant(shape, balances)
    scale = (wad_up(level + slack, ratio), wad_up(level - slack, ratio))
    if scale[0] > MOST_INVARIANT:
        raise ValueError(f"invariant {scale[0]} is beyond {MOST_INVARIANT}")
    return other_given(shape, scale, 1 - index, balances[1 - index])


def other_given(shape: Ellipse, scale: Vector, index: int, balance: int) -> int:
    """Return the balance of the other token, given that of token `index`, on the arc of `scale` (from above, below)."""
    offsets = (_offset_0(shape, scale), _offset_1(shape, scale))
    if index == 0:
        turned = (shape.s, shape.c, *shape.tau_beta)
        return _on_arc(shape, scale, balance, turned, offsets)
    turned = (shape.c, shape.s, -shape.tau_alpha[0], shape.tau_alpha[1])
    return _on_arc(shape, scale, balance, turned, (offsets[1], offsets[0]))


def _scale(shape: Ellipse, balances: Pair) -> Vector:
    level, slack = invariant(shape, balances)
    return level + 2 * slack, level


def _offset_0(e: Ellipse, r: Vector) -> int:
    tau = div_x(e.tau_beta[0], e.d_sq)
    if e.tau_beta[0] > 0:
        first = up_x(mul_up(mul_up(r[0], e.stretch), e.c), tau)
    else:
        first = up_x(mul_down(mul_down(r[1], e.stretch), e.c), tau)
    return first + up_x(mul_up(r[0], e.s), div_x(e.tau_beta[1], e.d_sq))


def _offset_1(e: Ellipse, r: Vector) -> int:
    tau = div_x(e.tau_alpha[0], e.d_sq)
    if e.tau_alpha[0] < 0:
        first = up_x(mul_up(mul_up(r[0], e.stretch), e.s), -tau)
    else:
        first = up_x(mul_down(mul_down(-r[1], e.stretch), e.s), tau)
    return first + up_x(mul_up(r[0], e.c), div_x(e.tau_alpha[1], e.d_sq))


def _most(e: Ellipse, r: Vector, index: int) -> int:
    """Return the largest balance of a token on the arc."""
    turn = e.c if index == 0 else e.s
    other = e.s if index == 0 else e.c
    sign = 1 if index == 0 else -1
    across = div_x(e.tau_beta[0] - e.tau_alpha[0], e.d_sq)
    along = div_x(sign * (e.tau_beta[1] - e.tau_alpha[1]), e.d_sq)
    reach = down_x(mul_down(mul_down(r[1], e.stretch), turn), across)
    side = mul_down(r[1], other) if along > 0 else mul_up(r[0], other)
    return min(reach + down_x(side, along), MOST_BALANCE)


def _on_arc(e: Ellipse, r: Vector, x: int, turned: tuple[int, int, int, int], offsets: Vector) -> int:
    """Solve the quadratic equation of the ellipse for the other balance, rounded up."""
    s, c = turned[:2]
    once = (div_down(div_down(ONE_X, e.stretch), e.stretch), div_up(div_up(ONE_X, e.stretch), e.stretch))
    low, high = ONE_X - once[1], ONE_X - once[0]
    beyond = x - offsets[0]
    if beyond > 0:
        b = up_x(mul_down(mul_down(-beyond, s), c), div_x(low, e.d_sq))
    else:
        b = up_x(mul_up(mul_up(-beyond, s), c), div_x(high, e.d_sq) + 1)
    above = ONE_X - div_x(mul_down(mul_down(low, s), s), e.d_sq)
    below = ONE_X - div_x(mul_up(mul_up(high, s), s), e.d_sq + 1) - 1
    under = root(down_x(mul_down(r[1], r[1]), below) - _centre_square(e, r, x, turned))
    if b - under > 0:
        return up_x(b - under, div_x(ONE_X, below) + 1) + offsets[1]
    return up_x(b - under, div_x(ONE_X, above)) + offsets[1]


def _centre_square(e: Ellipse, r: Vector, x: int, turned: tuple[int, int, int, int]) -> int:
    """Return the square of the given balance's distance from the centre of the ellipse over the stretch, rounded up."""
    s, c, tau_0, tau_1 = turned
    d_square, r_square = mul_x(e.d_sq, e.d_sq), mul_up(r[0], r[0])
    cross = div_x(mul_x(tau_0, tau_1), d_square)
    if cross > 0:
        mixed = up_x(mul_up(mul_up(r_square, 2 * s), c), cross + 7)
    else:
        mixed = up_x(mul_down(mul_down(mul_down(r[1], r[1]), 2 * s), c), cross)
    if tau_0 < 0:
        mixed += up_x(mul_up(mul_up(r[0], x), 2 * c), -div_x(tau_0, e.d_sq) + 3)
    else:
        mixed += up_x(mul_down(mul_down(-r[1], x), 2 * c), div_x(tau_0, e.d_sq))
    plain = up_x(mul_up(mul_up(r_square, s), s), div_x(mul_x(tau_1, tau_1), d_square) + 7)
    plain += up_x(mul_down(mul_down(-r[1], x), 2 * s), div_x(tau_1, e.d_sq)) + mul_up(x, x)
    outer = up_x(mul_up(mul_up(r_square, c), c), div_x(mul_x(tau_0, tau_0), d_square) + 7)
    return outer + _over(mixed + _over(plain, e.stretch), e.stretch)


def _over(a: int, b: int) -> int:
    """Return `a / b`, rounded up in value."""
    return div_up(a, b) if a > 0 else div_down(a, b)
