"""The ellipse of Gyroscope's elliptic pools (E-CLP) and its invariant, with a bound of the error.

The ellipse is a circle stretched by `stretch` and turned by the angle of (`c`, `s`); the invariant is the scale of the
circle. Rules of the E-CLP in Balancer v3, checked through the vectors of balancer/balancer-maths, commit 63436f4e.
Names follow the paper of Gyroscope: `tau` are the ends of the arc on the circle, and `u, v, w, z, d_sq` are constants
derived from them. Those seven have 38 decimals, all else has 18. Terms are rounded one by one, as the contract does:
the last digits depend on it.
"""

from dataclasses import dataclass
from typing import Final

from venues.markets.math.signed import ONE_X, div_down, div_up, div_x, down_x, mul_down, mul_up, mul_x, root, up_x

MOST_BALANCE: Final = 10**34
MOST_INVARIANT: Final = 3 * 10**37

_UNSURE: Final = 9
"""Error of a sum of products that the contract allows for."""

Vector = tuple[int, int]
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ellipse:
    """Shape of a pool."""

    c: int
    s: int
    stretch: int
    tau_alpha: Vector
    tau_beta: Vector
    u: int
    v: int
    w: int
    z: int
    d_sq: int


def invariant(shape: Ellipse, balances: Pair) -> tuple[int, int]:
    """Return the invariant and a bound of its error.

    Raises:
        ValueError: if the balances or the invariant are beyond what the arithmetic can take.
    """
    x, y = balances
    if x + y > MOST_BALANCE:
        raise ValueError(f"balances {balances} are beyond {MOST_BALANCE}")
    square = _square(shape, x, y)
    slack = (mul_up(x, x) + mul_up(y, y)) // ONE_X
    middle = root(square)
    slack = div_up(slack + 1, 2 * middle) if middle > 0 else (root(slack) if slack > 0 else 10**9)
    slack = (mul_up(shape.stretch, x + y) // ONE_X + slack + 1) * 20
    inverse = div_x(ONE_X, _chi_chi(shape) - ONE_X)
    level = down_x(_at_chi(shape, x, y) + middle - slack, inverse)
    slack = up_x(slack, inverse)
    slack += up_x(level, inverse) * (shape.stretch * shape.stretch // 10**36) * 40 // ONE_X + 1
    if level + slack > MOST_INVARIANT:
        raise ValueError(f"invariant {level} is beyond {MOST_INVARIANT}")
    return level, slack


def _at_chi(e: Ellipse, x: int, y: int) -> int:
    """Return the product of the balances with the centre of the circle, both on the circle's plane."""
    square = mul_x(e.d_sq, e.d_sq)
    first = down_x(
        mul_down(x, e.c) - mul_down(y, e.s), div_x(div_down(div_down(e.w, e.stretch) + e.z, e.stretch), square)
    )
    stretched = mul_down(mul_down(x, e.stretch), e.s) + mul_down(mul_down(y, e.stretch), e.c)
    plain = mul_down(x, e.s) + mul_down(y, e.c)
    return first + down_x(stretched, div_x(e.u, square)) + down_x(plain, div_x(e.v, square))


def _chi_chi(e: Ellipse) -> int:
    """Return the square of the centre of the circle, with 38 decimals, rounded up."""
    cube = mul_x(mul_x(e.d_sq, e.d_sq), e.d_sq)
    mixed = mul_up(e.stretch, div_x(mul_x(2 * e.u, e.v), cube))
    long = mul_up(mul_up(div_x(mul_x(e.u + 1, e.u + 1), cube), e.stretch), e.stretch)
    short = div_up(e.w, e.stretch) + e.z
    return mixed + long + div_x(mul_x(e.v, e.v), cube) + div_x(mul_x(short, short), cube)


def _square(e: Ellipse, x: int, y: int) -> int:
    """Return the number under the root in the formula of the invariant, rounded down."""
    return _first(e, x, y) + _mixed(e, x, y) + _second(e, x, y)


def _first(e: Ellipse, x: int, y: int) -> int:
    form = mul_up(mul_up(mul_up(x, x), e.c), e.c) + mul_up(mul_up(mul_up(y, y), e.s), e.s)
    form -= mul_down(mul_down(mul_down(x, y), e.c * 2), e.s)
    factor = mul_x(e.u, e.u) + div_down(mul_x(e.u * 2, e.v), e.stretch)
    factor += div_down(div_down(mul_x(e.v, e.v), e.stretch), e.stretch)
    value = down_x(-form, div_x(factor, _fourth(e)))
    return value + down_x(div_down(div_down(form - _UNSURE, e.stretch), e.stretch), div_x(ONE_X, e.d_sq))


def _mixed(e: Ellipse, x: int, y: int) -> int:
    form = mul_down(mul_down(mul_down(x, x) - mul_up(y, y), 2 * e.c), e.s)
    cross = mul_down(y, 2 * x)
    form += mul_down(mul_down(cross, e.c), e.c) - mul_down(mul_down(cross, e.s), e.s)
    factor = mul_x(e.z, e.u) + div_down(div_down(mul_x(e.w, e.v), e.stretch), e.stretch)
    factor += div_down(mul_x(e.w, e.u) + mul_x(e.z, e.v), e.stretch)
    return down_x(form, div_x(factor, _fourth(e)))


def _second(e: Ellipse, x: int, y: int) -> int:
    form = mul_up(mul_up(mul_up(x, x), e.s), e.s) + mul_up(mul_up(mul_up(y, y), e.c), e.c)
    form += mul_up(mul_up(mul_up(x, y), e.s * 2), e.c)
    factor = mul_x(e.z, e.z) + div_down(div_down(mul_x(e.w, e.w), e.stretch), e.stretch)
    factor += div_down(mul_x(2 * e.z, e.w), e.stretch)
    value = down_x(-form, div_x(factor, _fourth(e)))
    return value + down_x(form - _UNSURE, div_x(ONE_X, e.d_sq))


def _fourth(e: Ellipse) -> int:
    return mul_x(mul_x(mul_x(e.d_sq, e.d_sq), e.d_sq), e.d_sq)
