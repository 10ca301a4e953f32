import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.security.slashing import (
    WAD,
    next_scaling,
    slashable_shares,
    slashed_magnitude,
    slashed_shares,
    withdrawable_shares,
)

ROWS = list(
    csv.DictReader((Path(__file__).parents[2] / "vectors/security/slashed_shares.csv").read_text().splitlines())
)

shares = st.integers(0, 10**27)
magnitudes = st.integers(1, WAD)


def test_all_vectors_are_here() -> None:
    assert len(ROWS) == 2


@pytest.mark.parametrize("row", ROWS)
def test_slashed_shares_are_those_of_the_vectors(row: dict[str, str]) -> None:
    assert slashed_shares(int(row["shares"]), int(row["before"]), int(row["after"])) == int(row["slashed"])


@given(shares, magnitudes, magnitudes)
def test_what_is_kept_is_rounded_up_so_nobody_loses_more_than_decided(held: int, one: int, other: int) -> None:
    before, after = max(one, other), min(one, other)
    lost = slashed_shares(held, before, after)

    assert 0 <= lost * before <= held * (before - after)
    assert (lost + 1) * before > held * (before - after)


@given(magnitudes, st.integers(1, WAD))
def test_no_magnitude_is_too_small_to_be_slashed(magnitude: int, fraction: int) -> None:
    lost = slashed_magnitude(magnitude, fraction)

    assert 1 <= lost <= magnitude


@given(shares, magnitudes, st.lists(magnitudes, max_size=5))
def test_services_can_never_slash_more_together_than_there_is(held: int, greatest: int, parts: list[int]) -> None:
    scale = max(sum(parts), 1)
    magnitudes_of_services = [part * greatest // scale for part in parts]

    assert sum(slashable_shares(held, each, greatest) for each in magnitudes_of_services) <= held


@given(st.integers(1, 10**24), st.integers(1, 10**24), st.integers(10**15, WAD), st.integers(10**15, 10**21))
def test_a_deposit_adds_to_what_is_withdrawable_what_was_paid_in_and_no_more(
    deposit: int, added: int, factor: int, scaling: int
) -> None:
    before = withdrawable_shares(deposit, scaling, factor)
    after = withdrawable_shares(deposit + added, next_scaling(deposit, added, scaling, factor), factor)

    assert after <= before + added
    assert after >= before + added - (deposit + added) // 10**15 - 3
