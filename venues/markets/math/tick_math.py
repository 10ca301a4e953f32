"""Ticks of concentrated liquidity: tick `i` is the price 1.0001^i, and prices are kept as roots with 96 binary digits.

Rules and rounding of Uniswap v3 (`TickMath`, v3-core commit d8b1c635), checked through its vectors.
"""

import math
from typing import Final

Q96: Final = 1 << 96
MIN_TICK: Final = -887272
MAX_TICK: Final = 887272
MIN_SQRT_PRICE: Final = 4295128739
MAX_SQRT_PRICE: Final = 1461446703485210103287273052203988822378723970342
"""Roots of the prices at the least and the largest tick."""

_Q128: Final = 1 << 128
_WORD: Final = (1 << 256) - 1

_FACTORS: Final = (
    0xFFFCB933BD6FAD37AA2D162D1A594001,
    0xFFF97272373D413259A46990580E213A,
    0xFFF2E50F5F656932EF12357CF3C7FDCC,
    0xFFE5CACA7E10E4E61C3624EAA0941CD0,
    0xFFCB9843D60F6159C9DB58835C926644,
    0xFF973B41FA98C081472E6896DFB254C0,
    0xFF2EA16466C96A3843EC78B326B52861,
    0xFE5DEE046A99A2A811C461F1969C3053,
    0xFCBE86C7900A88AEDCFFC83B479AA3A4,
    0xF987A7253AC413176F2B074CF7815E54,
    0xF3392B0822B70005940C7A398E4B70F3,
    0xE7159475A2C29B7443B29C7FA6E889D9,
    0xD097F3BDFD2022B8845AD8F792AA5825,
    0xA9F746462D870FDF8A65DC1F90E061E5,
    0x70D869A156D2A1B890BB3DF62BAF32F7,
    0x31BE135F97D08FD981231505542FCFA6,
    0x9AA508B5B7A84E1C677DE54F3E99BC9,
    0x5D6AF8DEDB81196699C329225EE604,
    0x2216E584F5FA1EA926041BEDFE98,
    0x48A170391F7DC42444E8FA2,
)
"""Roots of 1.0001^(-2^i), with 128 binary digits."""


def sqrt_price_at(tick: int) -> int:
    """Return the root of the price at a tick.

    Raises:
        ValueError: if the tick is out of range.
    """
    if not MIN_TICK <= tick <= MAX_TICK:
        raise ValueError(f"tick {tick} is outside [{MIN_TICK}, {MAX_TICK}]")
    ratio = _Q128
    for bit, factor in enumerate(_FACTORS):
        if abs(tick) >> bit & 1:
            ratio = ratio * factor >> 128
    if tick > 0:
        ratio = _WORD // ratio
    return -(-ratio >> 32)


def tick_at(sqrt_price: int) -> int:
    """Return the largest tick whose price is not above the given one.

    Raises:
        ValueError: if the price is out of range.
    """
    if not MIN_SQRT_PRICE <= sqrt_price < MAX_SQRT_PRICE:
        raise ValueError(f"root of price {sqrt_price} is out of range")
    # The logarithm in floats is good to a tick; the table decides.
    tick = math.floor(2 * (math.log(sqrt_price) - 96 * math.log(2)) / math.log(1.0001))
    tick = min(max(tick, MIN_TICK), MAX_TICK - 1)
    while sqrt_price_at(tick) > sqrt_price:
        tick -= 1
    while sqrt_price_at(tick + 1) <= sqrt_price:
        tick += 1
    return tick
