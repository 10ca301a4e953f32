"""The gas spike of 19 May 2021: its tables, the chain that they make, and runs of its scenario."""

from pathlib import Path

import numpy as np
import pytest

from auction.ledger import GENESIS, chain_hash
from solvernet import calibrate_may_2021, market_data
from solvernet.engine import RunName
from solvernet.inline import open_inline
from solvernet.market_data import MAY_2021, to_ms
from solvernet.scenario import parse_scenario, scenario_hash, scenario_text
from solvernet.scenario_parts import Window
from venues.chains.demand_fit import Included, Target, simulate
from venues.chains.presets import ETHEREUM_2021

NAME = "gas-spike-v1"
SHARED = Path(__file__).parents[2] / "../shared"
SHIPPED = Path(calibrate_may_2021.__file__).parent / "data" / MAY_2021
STEP_MS = 600_000

needs_shared = pytest.mark.skipif(
    not SHARED.exists(), reason="the folder shared/ with the collected records is not here"
)


@pytest.fixture(scope="module")
def simulated() -> Included:
    """Return what the chain alone includes on the day, on random numbers that no fit has seen."""
    first = market_data.gas_steps(MAY_2021)[0].start_ms
    return simulate(
        market_data.l1_demand(MAY_2021), ETHEREUM_2021, ("unseen", 1), (first, first + 144 * STEP_MS), STEP_MS
    )


@needs_shared
def test_the_shipped_records_are_made_from_the_collected_ones_byte_for_byte(tmp_path: Path) -> None:
    calibrate_may_2021.write_records(SHARED, tmp_path)

    for name in ("eth_usd.csv", "gas.csv"):
        assert (tmp_path / MAY_2021 / name).read_bytes() == (SHIPPED / name).read_bytes()


@needs_shared
@pytest.mark.proof
def test_the_shipped_demand_is_made_byte_for_byte(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert calibrate_may_2021.main(["--shared", str(SHARED), "--out", str(tmp_path)]) == 0

    assert (tmp_path / MAY_2021 / "l1_demand.csv").read_bytes() == (SHIPPED / "l1_demand.csv").read_bytes()
    assert "demand, seed 3" in capsys.readouterr().out


def test_the_price_of_the_episode_is_that_of_the_day() -> None:
    bars = market_data.price_bars(MAY_2021)

    assert (bars.start_ms, bars.end_ms) == (to_ms("2021-05-19T00:00:00Z"), to_ms("2021-05-20T00:00:00Z"))
    assert (bars.prices[0], bars.prices[-1]) == (337_569_000_000, 244_507_000_000)


def test_a_mean_below_the_percentiles_is_not_what_the_auction_is_fitted_to() -> None:
    target = Target(start_ms=0, mean=114.0, p35=120.0, p60=147.0, p90=178.0, count=9800.0)

    implied = calibrate_may_2021.implied_mean(target)

    assert implied == pytest.approx(0.35 * 120 + 0.25 * 133.5 + 0.30 * 162.5 + 0.10 * 178)
    assert 120.0 < implied < 178.0


def test_the_chain_charges_what_was_observed(simulated: Included) -> None:
    seen = np.array([(s.p35_gwei, s.p60_gwei, s.p90_gwei) for s in market_data.gas_steps(MAY_2021)], float)

    errors = np.abs(np.log(simulated.quantiles / seen)).mean(axis=0)

    assert (errors < (0.08, 0.08, 0.15)).all()


def test_the_chain_includes_as_many_transactions_as_were_observed(simulated: Included) -> None:
    seen = np.array([step.count for step in market_data.gas_steps(MAY_2021)], float)

    assert simulated.count.sum() / seen.sum() == pytest.approx(1.0, abs=0.05)


def test_the_spike_is_twentyfold(simulated: Included) -> None:
    calmest, dearest = simulated.quantiles[:, 1].min(), simulated.quantiles[:, 1].max()

    assert 15.0 < dearest / calmest < 40.0


def _first_minutes(seed: int) -> str:
    """Return the last hash of the events of the first quarter of an hour."""
    text = scenario_text(NAME)
    scenario = parse_scenario(text, NAME)
    start = scenario.window_named("short").start
    run = open_inline(RunName(scenario, scenario_hash(text), Window(start=start, end=start + 900_000), seed))
    run.drive()
    head = GENESIS
    for event in run.events:
        head = chain_hash(head, event)
    return head


def test_a_run_through_the_spike_is_the_same_every_time_and_another_one_for_another_seed() -> None:
    first, again, other = (_first_minutes(seed) for seed in (7, 7, 8))

    assert first == again
    assert first != other
