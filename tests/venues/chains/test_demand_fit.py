import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.chains.background import GAS_SIZES, GWEI, Demand, DemandStep
from venues.chains.chain import Chain
from venues.chains.demand_fit import (
    LEAST_OVERLOAD,
    MOST_OVERLOAD,
    Included,
    Target,
    fit,
    gas_shares,
    overload,
    simulate,
)
from venues.chains.presets import ETHEREUM_2020

STEP_MS = 600_000
SHARES = (0.45, 0.27, 0.18, 0.10)


def _targets(count: int) -> list[Target]:
    """Return a calm stretch that turns into a congested one."""
    calm = {"mean": 15.0, "p35": 9.0, "p60": 13.0, "p90": 32.0, "count": 5500.0}
    congested = {"mean": 120.0, "p35": 100.0, "p60": 108.0, "p90": 150.0, "count": 4000.0}
    return [Target(start_ms=i * STEP_MS, **(calm if i < count // 2 else congested)) for i in range(count)]


@pytest.fixture(scope="module")
def fitted() -> tuple[list[Target], Included]:
    targets = _targets(12)
    demand = fit(targets, ETHEREUM_2020, ("fit",), 1_200_000, 25)
    runs = [simulate(demand, ETHEREUM_2020, ("other", seed), (0, 12 * STEP_MS), STEP_MS) for seed in range(3)]
    mean = [np.mean([getattr(run, name) for run in runs], axis=0) for name in Included.__slots__]
    return targets, Included(*mean)


def test_a_fitted_demand_reproduces_mean_and_quantiles_on_other_seeds(fitted: tuple[list[Target], Included]) -> None:
    targets, found = fitted
    wanted = np.array([(t.mean, t.p35, t.p60, t.p90) for t in targets])

    misses = np.abs(np.log(np.column_stack([found.mean, found.quantiles]) / wanted))

    assert misses.mean() < 0.08


def test_a_fitted_demand_reproduces_the_count(fitted: tuple[list[Target], Included]) -> None:
    targets, found = fitted
    wanted = np.array([t.count for t in targets])

    assert found.count.sum() / wanted.sum() == pytest.approx(1.0, abs=0.08)
    assert found.count[:6].sum() > 1.2 * found.count[6:].sum()


def test_congestion_leaves_a_backlog_that_calm_does_not(fitted: tuple[list[Target], Included]) -> None:
    _, found = fitted

    assert found.waiting[7:].min() > 5.0
    assert found.waiting[7:].min() > found.waiting[:6].max()


def test_steps_with_equal_targets_share_their_demand() -> None:
    demand = fit(_targets(6), ETHEREUM_2020, ("fit",), 1_200_000, 3)

    levels = [step.level_gwei for step in demand.steps]
    assert len(set(levels[:3])) == 1
    assert len(set(levels[3:])) == 1
    assert levels[0] < levels[3]


def test_the_same_seed_fits_the_same_demand() -> None:
    assert fit(_targets(4), ETHEREUM_2020, ("fit",), 0, 2) == fit(_targets(4), ETHEREUM_2020, ("fit",), 0, 2)


def test_the_simulation_that_fits_makes_the_blocks_that_the_chain_makes(purse: type) -> None:
    demand = Demand((DemandStep(0, 11.0, 100.0, 0.2, SHARES, premium=0.3, rush=3.0),), 1_200_000)
    chain = Chain(id="c", rules=ETHEREUM_2020, state=purse(), demand=demand, seed=("x", 1), start_ms=0)
    blocks = []
    while chain.next_block_ms < STEP_MS:
        blocks.append(chain.produce().summary)

    found = simulate(demand, ETHEREUM_2020, ("x", 1), (0, STEP_MS), STEP_MS)

    count = sum(block.count for block in blocks)
    assert found.count.tolist() == [count]
    assert found.mean[0] * GWEI == pytest.approx(
        sum(block.mean_wei * block.count for block in blocks) / count, rel=1e-6
    )


@given(st.floats(35_000, 250_000))
def test_gas_shares_have_the_mean_gas_that_was_asked_for(mean_gas: float) -> None:
    shares = gas_shares(mean_gas)

    assert sum(shares) == pytest.approx(1.0)
    assert min(shares) >= 0
    assert sum(s * g for s, g in zip(shares, GAS_SIZES, strict=True)) == pytest.approx(mean_gas, rel=0.002)


@given(st.floats(1, 1000), st.floats(1, 1000))
def test_higher_prices_never_mean_less_overload(one: float, other: float) -> None:
    low, high = sorted((one, other))

    assert LEAST_OVERLOAD <= overload(low) <= overload(high) <= MOST_OVERLOAD


def test_demand_exceeds_the_blocks_when_gas_costs_thirty_gwei() -> None:
    assert overload(30.0) > 1.05
