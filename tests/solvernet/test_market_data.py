import itertools
import math
from dataclasses import asdict, dataclass, replace
from functools import lru_cache

import numpy as np
import pytest

from intents.assets import PRICE_UNIT
from solvernet import market_data
from solvernet.market_data import ROLLUP_ASSUMED, to_ms
from venues.chains.background import GWEI, Demand
from venues.chains.chain import Chain
from venues.chains.presets import ETHEREUM_2020, ROLLUP_2S, ChainRules
from venues.chains.produced import BlockSummary
from venues.pricing import smile

MINUTE_MS = 60_000
STEP_MS = 10 * MINUTE_MS
SEEDS = (11, 12, 13)
"""None of them is a seed of the calibration."""

FROM_MS, UNTIL_MS = to_ms("2020-03-12T12:00:00Z"), to_ms("2020-03-12T16:00:00Z")


@dataclass(frozen=True, slots=True)
class Nobody:
    """A state with no accounts."""

    def pay_gas(self, account: str, wei: int) -> "Nobody | None":
        return None


def _blocks(rules: ChainRules, demand: Demand, seed: int, start_ms: int, end_ms: int) -> list[BlockSummary]:
    chain = Chain(id="c", rules=rules, state=Nobody(), demand=demand, seed=(seed, "unseen"), start_ms=start_ms)
    blocks = []
    while chain.next_block_ms < end_ms:
        blocks.append(chain.produce().summary)
    return blocks


@lru_cache(maxsize=8)
def _afternoon(seed: int) -> tuple[BlockSummary, ...]:
    """Return the L1 blocks of 12 to 16 UTC of 12 March, after an hour to fill the pool."""
    blocks = _blocks(ETHEREUM_2020, market_data.l1_demand(), seed, FROM_MS - 60 * MINUTE_MS, UNTIL_MS)
    return tuple(block for block in blocks if block.time_ms >= FROM_MS)


def _mean_gwei(blocks: tuple[BlockSummary, ...]) -> np.ndarray:
    """Return the mean price of each ten minutes, weighted by transactions."""
    paid, count = np.zeros(24), np.zeros(24)
    for block in blocks:
        index = (block.time_ms - FROM_MS) // STEP_MS
        paid[index] += block.mean_wei * block.count / GWEI
        count[index] += block.count
    return paid / count


def _observed() -> list[market_data.GasStep]:
    return [step for step in market_data.gas_steps() if FROM_MS <= step.start_ms < UNTIL_MS]


def test_the_bars_are_four_days_of_five_minutes() -> None:
    bars = market_data.price_bars()

    assert (bars.start_ms, bars.end_ms) == (to_ms("2020-03-11T00:00:00Z"), to_ms("2020-03-15T00:00:00Z"))
    assert bars.step_ms == 5 * MINUTE_MS
    assert len(bars.prices) == 1153


def test_the_lowest_bar_is_the_known_one() -> None:
    bars = market_data.price_bars()

    lowest = min(bars.prices)
    assert lowest == 95_781_842 * PRICE_UNIT // 10**6
    assert bars.start_ms + bars.prices.index(lowest) * bars.step_ms == to_ms("2020-03-13T02:20:00Z")


def test_gas_covers_every_ten_minutes_of_the_four_days() -> None:
    steps = market_data.gas_steps()

    assert [step.start_ms for step in steps] == [to_ms("2020-03-11T00:00:00Z") + i * STEP_MS for i in range(576)]


def test_only_the_twelfth_of_march_was_observed() -> None:
    for step in market_data.gas_steps():
        observed = to_ms("2020-03-12T00:00:00Z") <= step.start_ms < to_ms("2020-03-13T00:00:00Z")
        assert step.observed == observed
        assert (step.count is not None) == (step.p60_gwei is not None) == observed


def test_the_mean_gas_price_of_the_day_is_the_published_one() -> None:
    """77.90 gwei on 12 March 2020 (Etherscan)."""
    day = [step for step in market_data.gas_steps() if step.count is not None]

    mean = sum(step.mean_gwei * (step.count or 0) for step in day) / sum(step.count or 0 for step in day)
    assert mean == pytest.approx(77.90, rel=0.002)


def test_the_oracle_stood_still_while_the_market_fell() -> None:
    steps = [(time, price) for time, price in market_data.oracle_steps() if price == 166_465 * PRICE_UNIT // 1000]

    assert [time for time, _ in steps] == [to_ms("2020-03-12T12:00:35Z"), to_ms("2020-03-12T13:10:05Z")]


def test_the_oracle_is_known_from_before_the_first_bar() -> None:
    steps = market_data.oracle_steps()

    assert list(steps) == sorted(steps)
    assert steps[1][0] <= market_data.price_bars().start_ms < steps[2][0]


def test_prices_are_rounded_down_to_the_unit() -> None:
    assert market_data.to_price("133.123456789") == 13_312_345_678
    assert market_data.to_price("0.1") == 10_000_000


def test_an_unknown_episode_has_no_tables() -> None:
    with pytest.raises(FileNotFoundError):
        market_data.price_bars("no_such_episode")


@pytest.mark.parametrize("seed", SEEDS)
def test_the_simulated_l1_pays_the_observed_gas_prices(seed: int) -> None:
    observed = np.log([step.mean_gwei for step in _observed()])

    simulated = np.log(_mean_gwei(_afternoon(seed)))

    assert np.abs(simulated - observed).mean() <= 0.12
    assert np.corrcoef(simulated, observed)[0, 1] >= 0.9


@pytest.mark.parametrize("seed", SEEDS)
def test_the_simulated_l1_includes_the_observed_number_of_transactions(seed: int) -> None:
    observed = sum(step.count or 0 for step in _observed())

    assert sum(block.count for block in _afternoon(seed)) == pytest.approx(observed, rel=0.12)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_simulated_l1_is_full_and_has_a_backlog_of_several_blocks(seed: int) -> None:
    blocks = _afternoon(seed)

    assert min(block.gas_used for block in blocks) > 0.95 * ETHEREUM_2020.block_gas
    assert min(block.waiting for block in blocks) > 300


def test_l1_demand_exceeds_the_blocks_whenever_gas_is_above_thirty_gwei() -> None:
    room_per_s = ETHEREUM_2020.block_gas * 1000 / ETHEREUM_2020.interval_ms
    steps = zip(market_data.l1_demand().steps, market_data.gas_steps(), strict=True)

    for demand, gas in steps:
        mean_gas = sum(s * g for s, g in zip(demand.gas_shares, (21_000, 60_000, 150_000, 350_000), strict=True))
        assert demand.start_ms == gas.start_ms
        if gas.mean_gwei > 30:
            assert demand.rate_per_s * mean_gas > 1.05 * room_per_s


def test_steps_with_equal_reconstructed_gas_have_equal_demand() -> None:
    first_day = market_data.l1_demand().steps[:144]

    assert len({replace(step, start_ms=0) for step in first_day}) == 1


def test_rollup_load_is_calm_before_the_fall_and_many_times_higher_in_it() -> None:
    bars = market_data.price_bars()
    steps = market_data.rollup_demand(market_data.gas_steps(), bars).steps

    rates = np.array([step.rate_per_s for step in steps])
    assert len(rates) == len(bars.prices) - 1
    assert rates[288 + 132 :][:48].mean() > 8 * rates[:288].mean()


def test_rollup_load_follows_the_gas_price_with_the_stated_elasticity() -> None:
    bars = replace(market_data.price_bars(), prices=(100 * PRICE_UNIT,) * 3)
    gas = market_data.gas_steps()[:1]
    assumed = replace(ROLLUP_ASSUMED, gas_elasticity=0.5)

    doubled = (replace(gas[0], mean_gwei=2 * gas[0].mean_gwei),)

    one, other = (market_data.rollup_demand(steps, bars, assumed=assumed).steps[0] for steps in (gas, doubled))
    assert other.rate_per_s == pytest.approx(math.sqrt(2) * one.rate_per_s)


def test_a_price_move_doubles_rollup_load_and_what_senders_pay() -> None:
    moved = round(100 * PRICE_UNIT * math.exp(-ROLLUP_ASSUMED.doubling_move))
    bars = replace(market_data.price_bars(), prices=(100 * PRICE_UNIT, 100 * PRICE_UNIT, moved))

    still, moving = market_data.rollup_demand(market_data.gas_steps(), bars).steps

    assert moving.rate_per_s == pytest.approx(2 * still.rate_per_s, rel=1e-6)
    assert moving.level_gwei == pytest.approx(2 * still.level_gwei, rel=1e-6)


def test_a_chain_without_a_base_fee_has_no_rollup_demand() -> None:
    with pytest.raises(ValueError, match="ethereum-2020 has no gas target"):
        market_data.rollup_demand(market_data.gas_steps(), market_data.price_bars(), ETHEREUM_2020)


def test_the_rollup_is_at_its_floor_on_a_calm_day() -> None:
    demand = market_data.rollup_demand(market_data.gas_steps(), market_data.price_bars())
    noon = to_ms("2020-03-11T12:00:00Z")

    blocks = _blocks(ROLLUP_2S, demand, 11, noon, noon + 30 * MINUTE_MS)

    assert max(block.base_fee_wei for block in blocks) < 1.2 * ROLLUP_2S.base_fee.minimum_wei  # type: ignore[union-attr]
    assert np.mean([block.gas_used for block in blocks]) < 0.5 * ROLLUP_2S.block_gas / 6


def test_the_rollup_fills_for_minutes_and_stays_cheap_when_the_price_falls() -> None:
    demand = market_data.rollup_demand(market_data.gas_steps(), market_data.price_bars())
    fall = to_ms("2020-03-12T10:30:00Z")

    blocks = _blocks(ROLLUP_2S, demand, 11, fall, fall + 60 * MINUTE_MS)

    full = [block.gas_used > 0.97 * ROLLUP_2S.block_gas for block in blocks]
    longest = max(len(list(run)) for is_full, run in itertools.groupby(full) if is_full)
    most = max(block.base_fee_wei for block in blocks)
    assert longest * ROLLUP_2S.interval_ms > MINUTE_MS / 2
    assert 30 < most / ROLLUP_2S.base_fee.minimum_wei < 200  # type: ignore[union-attr]
    assert 200_000 * most / 1e18 * 150 < 0.01


def test_the_shipped_smile_is_the_fit_to_the_shipped_quotes() -> None:
    fitted, shipped = smile.fit(market_data.option_slices()), market_data.smile()

    assert asdict(fitted) == pytest.approx(asdict(shipped), abs=1e-6)


def test_the_smile_misses_the_quotes_by_a_few_points_of_volatility() -> None:
    parts = market_data.option_slices()

    misses = [np.sqrt(np.mean(smile.misfit(market_data.smile(), part) ** 2)) for part in parts]

    assert len(misses) == 9
    assert max(misses) < 0.04


def test_the_quotes_have_a_level_like_that_of_the_winter_of_2024() -> None:
    parts = market_data.option_slices()

    assert [round(part.years * 365) for part in parts] == [3, 4, 11, 18, 46, 81, 172, 263, 354]
    assert all(0.6 < part.atm_vol < 1.0 for part in parts)
    assert all(np.isfinite(part.vols).all() for part in parts)
