"""Products and quotients of numbers with 18 decimals, with the direction of rounding in the name.

They are the primitives of Balancer v3 (balancer/balancer-maths, commit 63436f4e, checked through its vectors). All
arguments are not negative unless a function says otherwise.
"""

from typing import Final

WAD: Final = 10**18
"""The number one."""


def mul_down(a: int, b: int) -> int:
    """Return the product, rounded down."""
    return a * b // WAD


def mul_up(a: int, b: int) -> int:
    """Return the product, rounded up."""
    return -(-a * b // WAD)


def div_down(a: int, b: int) -> int:
    """Return the quotient, rounded down."""
    return a * WAD // b


def div_up(a: int, b: int) -> int:
    """Return the quotient, rounded up."""
    return -(-a * WAD // b)


def complement(x: int) -> int:
    """Return one less `x`, and zero where `x` is more than one."""
    return max(WAD - x, 0)


def ceil_div(a: int, b: int) -> int:
    """Return `a / b` of plain integers, rounded up."""
    return -(-a // b)


def truncated(a: int, b: int) -> int:
    """Return `a / b` of plain integers, rounded towards zero as a contract divides signed words."""
    return a // b if (a >= 0) == (b > 0) else -(-a // b)
