import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.chains import background
from venues.chains.background import GAS_SIZES, GWEI, Demand, DemandStep, Pool, arrivals, fitting, merged, paid, thinned
from venues.seeds import generator

HOUR_MS = 3_600_000
SHARES = (0.45, 0.27, 0.18, 0.10)

prices = st.lists(st.integers(1, 50), max_size=40)
seeds = st.integers(0, 10**6)


def _demand(**changes: float) -> Demand:
    fields: dict[str, float] = {"rate_per_s": 10.0, "level_gwei": 50.0, "spread": 0.2} | changes
    return Demand((DemandStep(0, gas_shares=SHARES, **fields),), 600_000)  # type: ignore[arg-type]


def _pool(values: list[int], *, ascending_gas: bool = False) -> Pool:
    price = np.array(values, np.int64)
    gas = 21_000 + 1000 * np.arange(len(values)) if ascending_gas else np.full(len(values), 100_000)
    return Pool(price, gas.astype(np.int64), 1000 * np.arange(len(values), dtype=np.int64))


def _hour(demand: Demand, seed: int = 7) -> Pool:
    return arrivals(demand, HOUR_MS, HOUR_MS, generator(seed))


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=30, unique=True), st.integers(-10, 10**6 + 10))
def test_the_step_in_force_is_the_last_that_has_started(starts: list[int], time_ms: int) -> None:
    steps = tuple(DemandStep(start, 1.0, 1.0, 0.1, SHARES) for start in sorted(starts))

    found = Demand(steps, 0).at(time_ms)

    assert found == ([step for step in steps if step.start_ms <= time_ms] or [steps[0]])[-1]


def test_arrivals_come_at_the_rate_of_the_step() -> None:
    assert len(_hour(_demand(rate_per_s=10.0))) == pytest.approx(36_000, rel=0.02)


def test_no_demand_brings_no_arrivals() -> None:
    assert len(_hour(_demand(rate_per_s=0.0))) == 0


def test_plain_senders_offer_the_level_in_the_median_with_the_stated_spread() -> None:
    logs = np.log(_hour(_demand(level_gwei=50.0, spread=0.2)).price / GWEI)

    assert np.median(logs) == pytest.approx(np.log(50.0), abs=0.01)
    assert np.std(logs) == pytest.approx(0.2, rel=0.03)


def test_a_quarter_of_the_senders_adds_the_premium() -> None:
    logs = np.log(_hour(_demand(spread=0.0, premium=0.5)).price / GWEI / 50.0)

    eager = logs[logs > 1e-9]
    assert len(eager) / len(logs) == pytest.approx(background.EAGER_SHARE, abs=0.01)
    assert eager.mean() == pytest.approx(0.5, rel=0.02)
    assert eager.max() < 1.0


def test_few_desperate_senders_raise_the_mean_by_the_rush() -> None:
    price = _hour(_demand(spread=0.0, rush=20.0)).price / GWEI / 50.0

    rushed = price > 1 + 1e-9
    assert rushed.mean() == pytest.approx(background.DESPERATE_SHARE, rel=0.1)
    assert price[rushed].mean() == pytest.approx(21.0, rel=0.1)


def test_gas_sizes_come_in_their_shares() -> None:
    gas = _hour(_demand()).gas

    found = [float((gas == size).mean()) for size in GAS_SIZES]
    assert found == pytest.approx(SHARES, abs=0.01)


def test_senders_wait_for_their_patience_on_average() -> None:
    pool = _hour(_demand())

    assert (pool.until_ms - HOUR_MS).mean() == pytest.approx(600_000, rel=0.02)


def test_the_same_stream_brings_the_same_arrivals() -> None:
    first, second = _hour(_demand(), seed=3), _hour(_demand(), seed=3)

    assert first.price.tolist() == second.price.tolist()
    assert first.until_ms.tolist() == second.until_ms.tolist()


@given(prices, prices, st.integers(1, 60))
def test_merged_pools_are_sorted_with_the_older_first_and_the_cheapest_cut(
    old: list[int], new: list[int], keep: int
) -> None:
    pool = _pool(sorted(old, reverse=True), ascending_gas=True)
    both = merged(pool, _pool(new, ascending_gas=True), keep)

    tagged = [(-price, 0, i) for i, price in enumerate(sorted(old, reverse=True))]
    tagged += [(-price, 1, i) for i, price in enumerate(new)]
    expected = sorted(tagged)[:keep]
    assert both.price.tolist() == [-price for price, _, _ in expected]
    assert both.gas.tolist() == [21_000 + 1000 * i for _, _, i in expected]


@given(prices, st.integers(0, 40_000))
def test_only_withdrawn_transactions_leave_the_pool(values: list[int], now_ms: int) -> None:
    pool = _pool(sorted(values, reverse=True))

    left = thinned(pool, now_ms)

    assert left.until_ms.tolist() == [until for until in pool.until_ms.tolist() if until > now_ms]


@given(prices, st.integers(0, 3_000_000), st.integers(0, 60))
def test_what_fits_is_the_longest_row_of_the_dearest_that_pay_the_base_fee(
    values: list[int], room: int, base_fee: int
) -> None:
    pool = _pool(sorted(values, reverse=True), ascending_gas=True)

    taken = fitting(pool, room, base_fee)

    assert int(pool.gas[:taken].sum()) <= room
    assert all(price >= base_fee for price in pool.price[:taken].tolist())
    if taken < len(pool):
        assert int(pool.gas[: taken + 1].sum()) > room or pool.price[taken] < base_fee


@given(prices, st.integers(0, 60))
def test_senders_pay_the_base_fee_and_a_tip_but_never_more_than_they_offered(values: list[int], base_fee: int) -> None:
    pool = _pool(sorted((value for value in values if value >= base_fee), reverse=True))

    amounts = paid(pool, base_fee).tolist()

    assert amounts == sorted(amounts, reverse=True)
    for amount, price in zip(amounts, pool.price.tolist(), strict=True):
        assert base_fee <= amount <= price
        assert amount - base_fee <= price // background.TIP_DIVISOR
