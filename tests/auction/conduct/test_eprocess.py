"""E-processes against their definitions, and the promise they make."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from auction.conduct.eprocess import FRACTIONS, RestartMixture, e_bh, e_from_p, mean_log
from venues.seeds import generator

bets = st.lists(st.floats(-1, 1), min_size=1, max_size=30)


def wealth_by_definition(placed: list[float]) -> float:
    """Sum over fractions and start times, one product each, plus the stake of the starts to come."""
    total = 0.0
    for fraction in FRACTIONS:
        for start in range(1, len(placed) + 1):
            total += math.prod(1 + fraction * bet for bet in placed[start - 1 :]) / (start * (start + 1))
    return total / len(FRACTIONS) + 1 / (len(placed) + 1)


def after(placed: list[float]) -> float:
    mixture = RestartMixture()
    for bet in placed:
        mixture.update(bet)
    return math.exp(float(mixture.log_e))


@given(bets)
def test_wealth_is_the_sum_over_all_starts_and_fractions(placed: list[float]) -> None:
    assert after(placed) == pytest.approx(wealth_by_definition(placed), rel=1e-9)


@given(st.lists(st.floats(-1, 1), max_size=30), st.floats(0, 1))
def test_a_fair_bet_leaves_the_expected_wealth_as_it_is(past: list[float], stake: float) -> None:
    expected = (after([*past, stake]) + after([*past, -stake])) / 2

    assert expected == pytest.approx(after(past), rel=1e-9)


def test_wealth_starts_at_one() -> None:
    assert float(RestartMixture().log_e) == 0.0


def test_places_without_a_bet_keep_their_wealth() -> None:
    mixture = RestartMixture((2,))
    mixture.update([0.5, 0.5])
    before = mixture.log_e

    mixture.update([0.5, math.nan])

    assert mixture.log_e[0] > before[0]
    assert mixture.log_e[1] == before[1]


def test_places_added_later_start_with_wealth_one() -> None:
    mixture = RestartMixture((1, 1))
    mixture.update([[1.0]])
    before = mixture.log_e[0, 0]

    mixture.widen((2, 2))

    assert mixture.log_e.tolist() == [[before, 0.0], [0.0, 0.0]]


def test_a_bet_beyond_the_stake_is_refused() -> None:
    with pytest.raises(ValueError, match=r"not -1\.5"):
        RestartMixture((2,)).update([0.0, -1.5])


def test_an_honest_past_does_not_sink_a_later_change() -> None:
    """1000 bets that lose .1 each on average, then 400 that win .3."""
    coins = generator("restart", "change").random((1400, 200))
    edge = np.where(np.arange(1400) < 1000, -0.1, 0.3)[:, None]
    mixture = RestartMixture((200,))

    for row in np.where(coins < (1 + edge) / 2, 1.0, -1.0):
        mixture.update(row)

    assert np.mean(mixture.log_e > math.log(20)) > 0.5


@pytest.mark.parametrize(("runs", "steps"), [(2000, 300), pytest.param(20_000, 1500, marks=pytest.mark.proof)])
def test_fair_bets_reach_twenty_in_at_most_one_run_of_twenty(runs: int, steps: int) -> None:
    coins = generator("restart", "level")
    mixture, peak = RestartMixture((runs,)), np.zeros(runs)

    for _ in range(steps):
        mixture.update(np.where(coins.random(runs) < 0.5, 1.0, -1.0))
        peak = np.maximum(peak, mixture.log_e)

    assert np.mean(peak >= math.log(20)) <= 0.05


def test_the_mean_of_logarithms_is_that_of_the_values() -> None:
    assert mean_log(np.log([[1.0], [3.0]]))[0] == pytest.approx(math.log(2.0))


def test_e_bh_rejects_the_largest_set_that_carries_itself() -> None:
    values = {"a": 90.0, "b": 45.0, "c": 25.0, "d": 1.0}  # bars at alpha .05: 80, 40, 26.7, 20
    logs = {name: math.log(value) for name, value in values.items()}

    assert e_bh(logs, 0.05) == ("a", "b")


def test_e_bh_takes_a_set_although_its_best_alone_would_not_pass() -> None:
    logs = {name: math.log(21.0) for name in "abcd"}

    assert e_bh(logs, 0.05) == ("a", "b", "c", "d")


def test_e_bh_of_nothing_rejects_nothing() -> None:
    assert e_bh({}, 0.05) == ()


@given(st.dictionaries(st.integers(0, 20), st.floats(-5, 20), min_size=1), st.data())
def test_more_evidence_for_one_never_frees_it_or_another(logs: dict[int, float], data: st.DataObject) -> None:
    chosen = data.draw(st.sampled_from(sorted(logs)))
    more = {**logs, chosen: logs[chosen] + 1.0}

    assert set(e_bh(logs, 0.05)) <= set(e_bh(more, 0.05))


@pytest.mark.parametrize("p_value", [1e-6, 0.01, 0.05, 0.5, 0.999])
def test_the_e_value_of_a_p_value_is_the_mean_over_its_calibrators(p_value: float) -> None:
    mean, _ = quad(lambda k: k * p_value ** (k - 1), 0, 1)

    assert e_from_p(p_value) == pytest.approx(mean, rel=1e-6)


def test_e_values_of_uniform_p_values_have_mean_one() -> None:
    mean, _ = quad(lambda log_p: e_from_p(math.exp(log_p)) * math.exp(log_p), -200, 0, limit=500)

    assert mean == pytest.approx(1.0, abs=0.006)  # the tail beyond exp(-200) holds 1/200


@pytest.mark.parametrize("p_value", [0.0, -0.1, 1.1])
def test_what_is_no_p_value_is_refused(p_value: float) -> None:
    with pytest.raises(ValueError, match="p-value"):
        e_from_p(p_value)
