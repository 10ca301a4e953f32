"""Ticks, steps and swaps of concentrated liquidity against the tests of Uniswap v3 (v3-core, commit d8b1c635).

A few cases are restated here with their numbers; all of them run where the folder shared/ is.
"""

import json
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.markets.math import swap_step as steps
from venues.markets.math.tick_math import (
    _FACTORS,
    MAX_SQRT_PRICE,
    MAX_TICK,
    MIN_SQRT_PRICE,
    MIN_TICK,
    Q96,
    sqrt_price_at,
    tick_at,
)
from venues.markets.math.tick_swap import Position, TickPool, deposit, swap, tick_pool

SHARED = Path(__file__).parents[4] / "../shared/vectors/markets"
MATH, SWAPS = SHARED / "uniswap_v3_math.json", SHARED / "uniswap_v3_swaps.json"
MATH_ROWS = json.loads(MATH.read_text()) if MATH.exists() else {}
SWAP_ROWS = json.loads(SWAPS.read_text())["cases"] if SWAPS.exists() else []
needs_shared = pytest.mark.skipif(
    not MATH.exists(), reason="the folder shared/ with the Uniswap v3 vectors is not here"
)

WEI = 10**18
FULL = Position(-887270, 887270, 2 * WEI)
"""Liquidity over the whole range, as in the low-fee pool of `UniswapV3Pool.swaps.spec.ts`."""


def _full_pool() -> TickPool:
    return tick_pool([FULL], Q96, fee_pips=500, spacing=10)


@pytest.mark.parametrize(
    ("amount", "limit", "paid", "received", "tick"),
    [
        (WEI, None, WEI, 666444407401233536, -8107),
        (-WEI, None, 2001000500250125077, WEI, -13864),
        (WEI, 56022770974786139918731938227, 828841545518949575, 585786437626904950, -6932),
        (1000, None, 1000, 998, -1),
    ],
)
def test_swaps_of_token_0_in_a_low_fee_pool_at_par(
    amount: int, limit: int | None, paid: int, received: int, tick: int
) -> None:
    """Four rows of the snapshot of `UniswapV3Pool.swaps.spec.ts`, restated."""
    done = swap(_full_pool(), amount, zero_for_one=True, limit=limit)

    assert (done.amount_in, done.amount_out, done.pool.tick) == (paid, received, tick)


@pytest.mark.parametrize(
    ("tick", "root"),
    [(-887272, 4295128739), (0, Q96), (50, 79426470787362580746886972461), (-250, 78244023372248365697264290337)],
)
def test_roots_of_prices_at_ticks(tick: int, root: int) -> None:
    """Rows of `TickMath.spec.ts`, restated."""
    assert sqrt_price_at(tick) == root
    assert tick_at(root) == tick


def test_the_table_holds_roots_of_the_inverse_powers() -> None:
    """Entries were cut to 128 digits by upstream in more than one way, so the last digits are free."""
    with localcontext() as context:
        context.prec = 120
        for bit, factor in enumerate(_FACTORS):
            exact = Decimal(2**128) / (Decimal("1.0001") ** (1 << bit)).sqrt()
            assert abs(factor / exact - 1) < Decimal(10) ** -24


@needs_shared
@pytest.mark.parametrize("row", MATH_ROWS.get("computeSwapStep", []), ids=lambda row: row["name"])
def test_steps_are_those_of_the_vectors(row: dict[str, Any]) -> None:
    sqrt_price, target, liquidity, remaining = (
        int(row[key]) for key in ("sqrtP", "sqrtTarget", "liquidity", "amountRemaining")
    )
    expected = row["expect"]

    step = steps.swap_step(sqrt_price, target, liquidity, remaining, row["feePips"])

    assert (step.amount_in, step.amount_out, step.fee) == tuple(
        int(expected[key]) for key in ("amountIn", "amountOut", "feeAmount")
    )
    assert expected["sqrtQ"] is None or step.sqrt_price == int(expected["sqrtQ"])


@needs_shared
@pytest.mark.parametrize("row", MATH_ROWS.get("sqrtPriceMath", []), ids=lambda row: row["fn"])
def test_prices_and_amounts_are_those_of_the_vectors(row: dict[str, Any]) -> None:
    liquidity = int(row["liquidity"])
    if row["fn"].startswith("next"):
        move = steps.price_after_input if row["fn"] == "nextFromInput" else steps.price_after_output
        found = move(int(row["sqrtP"]), liquidity, int(row["amount"]), zero_for_one=row["zeroForOne"])
    else:
        amount = steps.amount0 if row["fn"] == "getAmount0Delta" else steps.amount1
        found = amount(int(row["sqrtA"]), int(row["sqrtB"]), liquidity, up=row["roundUp"])

    assert found == int(row["expect"])


@needs_shared
@pytest.mark.parametrize("row", MATH_ROWS.get("reverts", []))
def test_what_reverts_upstream_is_an_error(row: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="more than there is"):
        steps.price_after_output(
            int(row["sqrtP"]), int(row["liquidity"]), int(row["amount"]), zero_for_one=row["zeroForOne"]
        )


@needs_shared
def test_ticks_and_prices_are_those_of_the_vectors() -> None:
    forth = {row["tick"]: int(row["sqrtPriceX96"]) for row in MATH_ROWS["tickToSqrt"]}
    back = {int(row["sqrtPriceX96"]): row["tick"] for row in MATH_ROWS["sqrtToTick"]}

    assert {tick: sqrt_price_at(tick) for tick in forth} == forth
    assert {root: tick_at(root) for root in back} == back
    assert len(forth) + len(MATH_ROWS["sqrtToTick"]) == 23


@needs_shared
@pytest.mark.parametrize(
    "case", SWAP_ROWS, ids=lambda case: case["snapshot_key"].removeprefix("UniswapV3Pool swap tests ")
)
def test_swaps_are_those_of_the_vectors(case: dict[str, Any]) -> None:
    positions = [Position(p["tickLower"], p["tickUpper"], int(p["liquidity"])) for p in case["positions"]]
    start = int(case["sqrtPriceX96_start"])
    pool = tick_pool(positions, start, case["fee_pips"], case["tick_spacing"])
    amount = {"in": 1, "out": -1, "toprice": 1}[case["kind"]] * int(case["amount"] or 2**255 - 1)
    limit = int(case["sqrtPriceLimitX96"]) if case["sqrtPriceLimitX96"] else None
    down, expected = case["zeroForOne"], case["expected"]
    if "swapError" in expected:
        with pytest.raises(ValueError, match="limit"):
            swap(pool, amount, zero_for_one=down, limit=limit)
        return

    done = swap(pool, amount, zero_for_one=down, limit=limit)

    amounts = (done.amount_in, -done.amount_out) if down else (-done.amount_out, done.amount_in)
    growth = (done.fee_growth, 0) if down else (0, done.fee_growth)
    held = [deposit(position, start) for position in positions]
    assert [str(amount) for amount in amounts] == [expected["amount0Delta"], expected["amount1Delta"]]
    assert [str(g) for g in growth] == [expected[f"feeGrowthGlobal{i}X128Delta"] for i in (0, 1)]
    assert (pool.tick, done.pool.tick) == (expected["tickBefore"], expected["tickAfter"])
    assert [str(sum(part[i] for part in held)) for i in (0, 1)] == [expected[f"amount{i}Before"] for i in (0, 1)]


@needs_shared
def test_all_swap_vectors_are_run() -> None:
    assert len(SWAP_ROWS) == 120


@given(st.integers(MIN_TICK, MAX_TICK - 1))
def test_a_tick_is_found_again_from_its_price_and_from_just_below_the_next(tick: int) -> None:
    assert tick_at(sqrt_price_at(tick)) == tick
    assert tick_at(sqrt_price_at(tick + 1) - 1) == tick


@pytest.mark.parametrize("root", [MIN_SQRT_PRICE - 1, MAX_SQRT_PRICE])
def test_prices_out_of_range_are_errors(root: int) -> None:
    with pytest.raises(ValueError, match="out of range"):
        tick_at(root)


@given(st.integers(1, 10**18), st.booleans())
def test_a_swap_and_its_reverse_never_gain(amount: int, down: bool) -> None:
    out = swap(_full_pool(), amount, zero_for_one=down)
    back = swap(out.pool, out.amount_out, zero_for_one=not down)

    assert back.amount_out <= amount


def test_the_end_of_a_word_of_ticks_is_a_boundary_of_rounding() -> None:
    """One position far away: the swap crosses words without initialised ticks, each a step with its own rounding."""
    wide = tick_pool([Position(-60000, 60000, 10**6)], Q96, fee_pips=3000, spacing=1)
    whole = steps.swap_step(Q96, sqrt_price_at(-60000), 10**6, 5 * 10**5, 3000)

    assert swap(wide, 5 * 10**5, zero_for_one=True).amount_out < whole.amount_out
