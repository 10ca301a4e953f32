from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.chain_state import Answer
from venues.oracles.twap import EXPIRY_WINDOW_MS, time_weighted_mean

SINCE, UNTIL = 1_000, 2_000

histories = st.lists(st.tuples(st.integers(0, 3_000), st.integers(1, 10**12)), min_size=1, max_size=12).map(
    lambda pairs: _answers(*sorted(dict(pairs).items()))
)


def _answers(*pairs: tuple[int, int]) -> list[Answer]:
    """Return answers, each by the time of its block and its price."""
    return [Answer(price, time_ms, time_ms) for time_ms, price in pairs]


def _second_by_second(answers: list[Answer]) -> Fraction:
    """Return the mean over every instant of the window at which an answer was in force."""
    prices = []
    for time_ms in range(SINCE, UNTIL):
        known = [answer.price for answer in answers if answer.time_ms <= time_ms]
        prices += known[-1:]
    return Fraction(sum(prices), len(prices)) if prices else Fraction(answers[0].price)


def test_the_window_is_half_an_hour() -> None:
    """Deribit: https://www.deribit.com/docs/expiration-price/."""
    assert EXPIRY_WINDOW_MS == 30 * 60_000


@pytest.mark.parametrize(
    ("answers", "mean"),
    [
        pytest.param(_answers((0, 100)), 100, id="one in force all the time"),
        pytest.param(_answers((0, 100), (1_500, 200)), 150, id="half of the time each"),
        pytest.param(_answers((0, 100), (1_900, 200)), 110, id="the last tenth"),
        pytest.param(_answers((0, 999), (1_000, 100), (1_500, 200)), 150, id="replaced as the window begins"),
        pytest.param(_answers((0, 100), (2_000, 999)), 100, id="an answer at the end is too late"),
        pytest.param(_answers((0, 100), (2_500, 999)), 100, id="so is one after it"),
        pytest.param(_answers((1_500, 100), (1_750, 200)), 150, id="unknown at first: from the first known on"),
        pytest.param(_answers((2_000, 300), (2_500, 999)), 300, id="unknown all the time: the first known"),
        pytest.param(_answers((0, 1), (1_001, 0)), 0, id="rounded down"),
    ],
)
def test_answers_weigh_as_long_as_they_were_in_force(answers: list[Answer], mean: int) -> None:
    assert time_weighted_mean(answers, SINCE, UNTIL) == mean


@given(histories)
def test_the_mean_is_that_of_all_instants_rounded_down(answers: list[Answer]) -> None:
    assert time_weighted_mean(answers, SINCE, UNTIL) == _second_by_second(answers).__floor__()


@given(histories)
def test_the_mean_lies_between_the_lowest_and_the_highest_answer(answers: list[Answer]) -> None:
    mean = time_weighted_mean(answers, SINCE, UNTIL)

    assert mean is not None
    assert min(answer.price for answer in answers) <= mean <= max(answer.price for answer in answers)


@given(histories, st.integers(0, 10**12))
def test_what_comes_after_the_window_does_not_move_the_mean(answers: list[Answer], price: int) -> None:
    later = [*answers, Answer(price, 4_000, 4_000)]

    assert time_weighted_mean(later, SINCE, UNTIL) == time_weighted_mean(answers, SINCE, UNTIL)


def test_when_a_price_was_true_does_not_matter_but_when_it_was_known() -> None:
    late = [Answer(100, 0, 0), Answer(200, 1_500, 10)]

    assert time_weighted_mean(late, SINCE, UNTIL) == 150


def test_without_answers_there_is_no_mean() -> None:
    assert time_weighted_mean([], SINCE, UNTIL) is None
