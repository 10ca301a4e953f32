import json
from pathlib import Path

import numpy as np
import pytest

from solvernet import calibrate, market_data
from solvernet.calibrate import Shape
from venues.chains.demand_fit import Included, Target
from venues.pricing.smile import Smile

SHARED = Path(__file__).parents[2] / "../shared"
SHIPPED = Path(calibrate.__file__).parent / "data"

needs_shared = pytest.mark.skipif(
    not SHARED.exists(), reason="the folder shared/ with the collected records is not here"
)


def _row(minute: int, mean: float, *, observed: bool, count: int = 5000) -> dict[str, str]:
    known = {
        "p35_gwei": str(0.8 * mean),
        "p60_gwei": str(0.9 * mean),
        "p90_gwei": str(1.5 * mean),
        "tx_count": str(count),
    }
    unknown = dict.fromkeys(known, "")
    when = {"time_utc": f"2020-03-12T00:{minute:02d}:00Z", "mean_gwei": str(mean)}
    return when | (known if observed else unknown) | {"source": "observed" if observed else "reconstructed"}


@needs_shared
def test_the_shipped_records_are_made_from_the_collected_ones_byte_for_byte(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The smile, a fit, is the same shape: its last digits depend on the processor."""
    calibrate.write_records(SHARED, tmp_path)

    made = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    assert [path.name for path in made] == ["eth_usd.csv", "gas.csv", "oracle.csv", "eth_options.csv", "smile.json"]
    for path in made[:-1]:
        assert path.read_bytes() == (SHIPPED / path.relative_to(tmp_path)).read_bytes()
    moneyness = np.linspace(-6, 6, 121)
    fitted = Smile(**json.loads(made[-1].read_text())).variance_ratio(moneyness)
    assert fitted == pytest.approx(market_data.smile().variance_ratio(moneyness), rel=1e-6)
    assert capsys.readouterr().out.count("misfit") == 9


@needs_shared
@pytest.mark.proof
def test_the_shipped_demand_is_made_byte_for_byte(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert calibrate.main(["--shared", str(SHARED), "--out", str(tmp_path)]) == 0

    name = "black_thursday/l1_demand.csv"
    assert (tmp_path / name).read_bytes() == (SHIPPED / name).read_bytes()
    assert capsys.readouterr().out.count("demand, seed") == calibrate.CHECK_SEEDS


def test_the_shipped_demand_is_written_as_it_is_read() -> None:
    """The table holds every digit that the simulation uses."""
    text = (SHIPPED / "black_thursday/l1_demand.csv").read_text()
    times = [{"time_utc": line.split(",")[0]} for line in text.splitlines()[1:]]

    table = calibrate.demand_table(market_data.l1_demand(), times)

    assert [",".join(row.values()) for row in table] == text.splitlines()[1:]


def test_the_shape_of_the_observed_steps_is_found() -> None:
    lines = np.array([[0.1, -0.6], [0.02, -0.2], [-0.3, 1.6], [-0.08, 8.9]])
    known = [Shape(lines).target(i, mean) for i, mean in enumerate((5.0, 12.0, 40.0, 150.0))]

    assert calibrate.shape_of(known).lines == pytest.approx(lines)


def test_observed_steps_are_targets_as_they_are_but_for_the_chance_in_their_count() -> None:
    rows = [_row(0, 10.0, observed=True, count=4000), _row(10, 20.0, observed=True, count=6000)]

    first, second = calibrate.targets(rows)

    assert (first.mean, first.p35, first.p60, first.p90) == (10.0, 8.0, 9.0, 15.0)
    assert first.count == pytest.approx(4000**0.75 * 6000**0.25)
    assert second.count == pytest.approx(4000**0.25 * 6000**0.75)


def test_reconstructed_steps_take_their_shape_from_the_observed_ones() -> None:
    rows = [_row(0, 10.0, observed=True), _row(10, 40.0, observed=True), _row(20, 20.0, observed=False)]

    target = calibrate.targets(rows)[2]

    assert target.mean == 20.0
    assert (target.p35, target.p60, target.p90) == pytest.approx((16.0, 18.0, 30.0))
    assert target.count == pytest.approx(5000)


def test_what_was_observed_agrees_with_itself() -> None:
    rows = [_row(i, 10.0 + i, observed=True) for i in range(0, 60, 10)]
    found = _included(
        [
            Target(start_ms=0, mean=10.0 + i, p35=0.8 * (10 + i), p60=0.9 * (10 + i), p90=1.5 * (10 + i), count=5000)
            for i in range(0, 60, 10)
        ]
    )

    same = calibrate.agreement(found, rows)

    assert same.mean_error == pytest.approx(0.0, abs=1e-12)
    assert same.correlation == pytest.approx(1.0)
    assert same.quantile_errors == pytest.approx((0.0, 0.0, 0.0), abs=1e-12)
    assert same.count_error == pytest.approx(0.0)


def test_a_price_ten_per_cent_too_high_is_an_error_of_ten_per_cent() -> None:
    rows = [_row(i, 10.0 + i, observed=True) for i in range(0, 60, 10)]
    high = [Target(start_ms=0, mean=1.1 * (10 + i), p35=1.0, p60=1.0, p90=1.0, count=4000) for i in range(0, 60, 10)]

    off = calibrate.agreement(_included(high), rows)

    assert off.mean_error == pytest.approx(np.log(1.1))
    assert off.count_error == pytest.approx(0.2)


def test_the_oracle_starts_with_the_value_in_force_and_the_one_before() -> None:
    rows = [
        {"time_utc": time, "price": "1"}
        for time in (
            "2020-03-10T20:00:00Z",
            "2020-03-10T22:00:00Z",
            "2020-03-10T23:00:00Z",
            "2020-03-11T01:00:00Z",
            "2020-03-15T01:00:00Z",
        )
    ]

    kept = [row["time_utc"] for row in calibrate.oracle_table(rows)]

    assert kept == ["2020-03-10T22:00:00Z", "2020-03-10T23:00:00Z", "2020-03-11T01:00:00Z"]


def _included(steps: list[Target]) -> Included:
    return Included(
        mean=np.array([t.mean for t in steps]),
        quantiles=np.array([(t.p35, t.p60, t.p90) for t in steps]),
        count=np.array([float(t.count) for t in steps]),
        waiting=np.zeros(len(steps)),
    )
