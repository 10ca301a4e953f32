import csv
from pathlib import Path

import numpy as np

from venues.chains.intervals import interval_ms
from venues.chains.presets import ETHEREUM_2020, ROLLUP_2S

OBSERVED = Path(__file__).parents[2] / "vectors/chains/pow_block_interval_quantiles.csv"
BLOCKS = 20_000


def _intervals_s() -> np.ndarray:
    return np.array([interval_ms(ETHEREUM_2020, (5, "chain"), n) for n in range(BLOCKS)]) / 1000


def test_simulated_intervals_are_distributed_like_those_of_the_last_year_of_mining() -> None:
    """The Kolmogorov-Smirnov distance at the observed quantiles; whole seconds leave a step at each of them."""
    intervals = np.sort(_intervals_s())

    distances = []
    for row in csv.DictReader(OBSERVED.read_text().splitlines()):
        share, second = float(row["quantile"]), float(row["interval_s"])
        below = np.searchsorted(intervals, second, side="left") / BLOCKS
        up_to = np.searchsorted(intervals, second, side="right") / BLOCKS
        distances.append(max(share - up_to, below - share, 0.0))

    assert len(distances) == 20
    assert max(distances) < 0.015


def test_simulated_intervals_have_the_mean_of_the_preset() -> None:
    assert abs(_intervals_s().mean() / 13.45 - 1) < 0.02


def test_mined_blocks_come_in_whole_seconds_and_never_at_once() -> None:
    intervals = _intervals_s()

    assert intervals.min() == 1
    assert np.all(intervals == np.round(intervals))


def test_rollup_blocks_come_every_two_seconds() -> None:
    assert {interval_ms(ROLLUP_2S, (5, "chain"), n) for n in range(50)} == {2000}
