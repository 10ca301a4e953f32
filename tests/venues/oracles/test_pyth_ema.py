import csv
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.oracles.pyth_ema import RESET_SLOTS, Averages

ROWS = list(csv.DictReader((Path(__file__).parents[2] / "vectors/oracle/pyth_ema.csv").read_text().splitlines()))
SERIES = {name: list(rows) for name, rows in groupby(ROWS, key=lambda row: row["series"])}

prices = st.integers(1, 10**11)
confidences = st.integers(1, 10**8)


def test_all_vectors_are_here() -> None:
    assert {name: len(rows) for name, rows in SERIES.items()} == {
        "1": 120,
        "price10_conf1": 44,
        "price11_conf1": 135,
        "small_conf": 10,
    }


@pytest.mark.parametrize("name", sorted(SERIES))
def test_averages_are_those_of_the_upstream_vectors(name: str) -> None:
    averages = Averages()
    for number, row in enumerate(SERIES[name]):
        averages = averages.after(*(int(row[key]) for key in ("price", "conf", "expo", "nslots")))
        assert (averages.price.value, averages.confidence.value) == (int(row["twap"]), int(row["twac"])), number


@given(prices, confidences, prices, confidences)
def test_after_a_long_pause_the_average_begins_again(first: int, sure: int, second: int, unsure: int) -> None:
    begun = Averages().after(second, unsure, 0, RESET_SLOTS + 1)

    assert Averages().after(first, sure, 0, RESET_SLOTS + 1).after(second, unsure, 0, RESET_SLOTS + 1) == begun
    assert abs(begun.price.value - second) <= second // 10**7


@given(prices, prices, confidences, st.integers(1, RESET_SLOTS))
def test_the_average_lies_between_what_it_averages(first: int, second: int, confidence: int, slots: int) -> None:
    averages = Averages().after(first, confidence, 0, RESET_SLOTS + 1).after(second, confidence, 0, slots)

    low, high = sorted((first, second))
    assert low - low // 10**6 - 2 <= averages.price.value <= high + high // 10**6


def test_a_price_of_which_the_network_is_sure_weighs_more() -> None:
    begun = Averages().after(1_000_000, 100, 0, RESET_SLOTS + 1)
    sure, unsure = (begun.after(2_000_000, confidence, 0, 1).price.value for confidence in (10, 1_000))

    assert sure == pytest.approx(1_909_000, rel=1e-3)
    assert unsure == pytest.approx(1_091_000, rel=1e-3)
