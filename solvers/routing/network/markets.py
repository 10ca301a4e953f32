"""Families of markets as arrays, one entry for each market, as the compiled code reads them.

Tokens are numbered from zero. `gamma` is the share of an input that is traded: one less the fee. Amounts are in any
unit, the same for all markets of a token. The families are named tuples because compiled code takes those as they are.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from solvers.routing.network.compiled import Floats, Ints
from solvers.routing.network.errors import MalformedNetworkError


class Pairs(NamedTuple):
    """Pools of two tokens that keep `first**w * second**(1 - w)`; one half is the constant product."""

    first: Ints
    second: Ints
    reserve_first: Floats
    reserve_second: Floats
    weight_first: Floats
    """Between zero and one; the second token has the rest."""

    gamma: Floats


class Baskets(NamedTuple):
    """Pools of any number of tokens that keep the weighted geometric mean of their reserves."""

    starts: Ints
    """Where the tokens of each pool begin in the flat arrays; one entry more than pools."""

    tokens: Ints
    reserves: Floats
    weights: Floats
    """Positive, summing to one in each pool."""

    gamma: Floats


class Stables(NamedTuple):
    """StableSwap pools of two coins."""

    first: Ints
    second: Ints
    balance_first: Floats
    balance_second: Floats
    rate_first: Floats
    """What one unit of the first coin counts in the invariant."""

    rate_second: Floats
    amplification: Floats
    """As in the white paper: half of what a contract of two coins stores."""

    gamma: Floats


class Offers(NamedTuple):
    """Linear offers: tender up to `size` of one token, receive `rate` of another for each unit, fees taken off."""

    tendered: Ints
    received: Ints
    size: Floats
    """In the tendered token."""

    rate: Floats


def no_pairs() -> Pairs:
    """Return none of them."""
    return Pairs(_whole(()), _whole(()), *(_real(()) for _ in range(4)))


def no_baskets() -> Baskets:
    """Return none of them."""
    return Baskets(_whole((0,)), _whole(()), *(_real(()) for _ in range(3)))


def no_stables() -> Stables:
    """Return none of them."""
    return Stables(_whole(()), _whole(()), *(_real(()) for _ in range(6)))


def no_offers() -> Offers:
    """Return none of them."""
    return Offers(_whole(()), _whole(()), _real(()), _real(()))


class Book(NamedTuple):
    """An order book: levels `(size, price)` in units of the base token and of quote for each base."""

    base: int
    quote: int
    bids: Sequence[tuple[float, float]]
    asks: Sequence[tuple[float, float]]
    gamma: float


def offers_of_books(books: Sequence[Book]) -> Offers:
    """Return all levels as offers: a bid takes base for quote, an ask takes quote for base."""
    rows: list[tuple[int, int, float, float]] = []
    for book in books:
        rows += [(book.base, book.quote, size, book.gamma * price) for size, price in book.bids]
        rows += [(book.quote, book.base, size * price / book.gamma, book.gamma / price) for size, price in book.asks]
    tendered, received, size, rate = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Offers(_whole(tendered), _whole(received), _real(size), _real(rate))


def offers_of_constant_sums(pools: Pairs) -> Offers:
    """Return pools that exchange one for one until a reserve is empty, as two offers each; weights are not read."""
    return Offers(
        np.concatenate([pools.first, pools.second]),
        np.concatenate([pools.second, pools.first]),
        np.concatenate([pools.reserve_second / pools.gamma, pools.reserve_first / pools.gamma]),
        np.concatenate([pools.gamma, pools.gamma]),
    )


def joined(parts: Sequence[Offers]) -> Offers:
    """Return the offers of all parts, in order."""
    return Offers(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def check(family: Pairs | Baskets | Stables | Offers, tokens: int) -> None:
    """Raise `MalformedNetworkError` unless every array is of the right kind and range."""
    name = type(family).__name__.lower()
    rows = len(family.tokens) if isinstance(family, Baskets) else len(family[0])
    for field, values in family._asdict().items():
        whole = field in {"first", "second", "tendered", "received", "tokens", "starts"}
        if values.dtype != (np.int64 if whole else np.float64) or not values.flags.c_contiguous:
            raise MalformedNetworkError(name, field, "a contiguous array of int64" if whole else "one of float64")
        if field == "starts":
            continue
        if len(values) != (len(family.starts) - 1 if isinstance(family, Baskets) and field == "gamma" else rows):
            raise MalformedNetworkError(name, field, "as long as the others")
        _check_range(name, field, values, tokens if whole else None)
    _check_family(name, family)


def _check_range(name: str, field: str, values: Floats | Ints, tokens: int | None) -> None:
    if tokens is not None:
        if len(values) and not (values.min() >= 0 and values.max() < tokens):
            raise MalformedNetworkError(name, field, f"tokens below {tokens}")
        return
    if not bool(np.all(np.isfinite(values) & (values > 0))):
        raise MalformedNetworkError(name, field, "positive and finite")
    if field == "gamma" and bool(np.any(values > 1)):
        raise MalformedNetworkError(name, field, "at most one")


def _check_family(name: str, family: Pairs | Baskets | Stables | Offers) -> None:
    if isinstance(family, Baskets):
        sizes = np.diff(family.starts)
        if family.starts[0] != 0 or family.starts[-1] != len(family.tokens) or bool(np.any(sizes < 2)):
            raise MalformedNetworkError(name, "starts", "growing by two or more, from zero to the number of tokens")
        sums = np.add.reduceat(family.weights, family.starts[:-1]) if len(sizes) else np.ones(1)
        if bool(np.any(np.abs(sums - 1) > 1e-12)):
            raise MalformedNetworkError(name, "weights", "one in sum, in each pool")
    elif bool(np.any(family[0] == family[1])):
        raise MalformedNetworkError(name, "second", "another token than the first")
    if isinstance(family, Pairs) and bool(np.any(family.weight_first >= 1)):
        raise MalformedNetworkError(name, "weight_first", "below one")


def _whole(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def _real(values: Sequence[float]) -> Floats:
    return np.array(values, dtype=np.float64)
