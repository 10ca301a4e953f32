import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvernet.report import formats

NOON_MS = 1_584_014_400_000
"""12 March 2020, 12:00 UTC."""


@pytest.mark.parametrize(
    ("usd", "text"),
    [
        (18_172.666961, "$18,173"),
        (17.277323, "$17.28"),
        (-4.459596, "−$4.46"),
        (-1234.4, "−$1,234"),
        (0.0, "$0"),
        (0.0034, "$0"),
        (-0.0034, "$0"),
        (99.996, "$100.00"),
    ],
)
def test_dollars_have_cents_only_where_they_matter(usd: float, text: str) -> None:
    assert formats.dollars(usd) == text


@pytest.mark.parametrize(("value", "text"), [(0.5758293838862559, "57.6%"), (1.0, "100.0%"), (None, "–")])
def test_shares_are_percent(value: float | None, text: str) -> None:
    assert formats.share(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.6267, "0.627"), (1.0, "1.000"), (0.99999, "0.999"), (0.0, "0.000"), (None, "none due")]
)
def test_stability_is_one_only_if_nothing_was_lost(value: float | None, text: str) -> None:
    assert formats.ees(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.31e9, "3.3 × 10⁹"),
        (2.847e-10, "2.8 × 10⁻¹⁰"),
        (20.0, "20"),
        (0.0342, "0.0342"),
        (5432.1, "5,432"),
        (0.0, "0"),
    ],
)
def test_powers_of_ten_are_used_where_they_are_shorter(value: float, text: str) -> None:
    assert formats.power(value) == text


@pytest.mark.parametrize(
    ("items", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_lists_read_as_in_a_sentence(items: list[str], text: str) -> None:
    assert formats.listed(items) == text


@pytest.mark.parametrize(("number", "text"), [(0, "0 fills"), (1, "1 fill"), (1200, "1,200 fills")])
def test_nouns_agree_with_their_number(number: int, text: str) -> None:
    assert formats.count(number, "fill") == text


def test_times_are_utc() -> None:
    assert formats.clock(NOON_MS) == "12:00"
    assert formats.day_clock(NOON_MS) == "12 Mar 12:00"


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        (6, "12 March 2020, 12:00 to 18:00 UTC"),
        (12, "12 March 2020, 12:00 to 24:00 UTC"),
        (24, "12 March 2020, 12:00 to 13 March 2020, 12:00 UTC"),
    ],
)
def test_a_stretch_within_a_day_names_the_day_once(hours: int, text: str) -> None:
    assert formats.stretch(NOON_MS, NOON_MS + hours * 3_600_000) == text


@pytest.mark.parametrize(("seconds", "text"), [(45, "45 s"), (6420, "107 min"), (14_400, "4.0 h")])
def test_durations_have_the_unit_that_suits_them(seconds: float, text: str) -> None:
    assert formats.duration(seconds) == text


@given(st.floats(min_value=-1e9, max_value=1e9))
def test_dollars_are_true_to_the_cent_or_to_the_dollar(usd: float) -> None:
    text = formats.dollars(usd)

    shown = float(text.replace("−", "-").replace("$", "").replace(",", ""))
    assert abs(shown - usd) <= (0.5 if abs(usd) >= formats.CENTS_BELOW_USD else 0.005) + 1e-6
