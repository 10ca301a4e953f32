import pytest

from venues.chains.background import DemandStep
from venues.chains.demand_fit import Target, fit
from venues.chains.demand_gaps import Unknown, as_vector, filled, from_vector
from venues.chains.presets import ETHEREUM_2020

STEP_MS = 600_000
FIRST = DemandStep(0, 4.0, 10.0, 0.2, (0.5, 0.3, 0.1, 0.1), premium=0.1, rush=2.0)
LAST = DemandStep(2 * STEP_MS, 16.0, 90.0, 0.4, (0.3, 0.3, 0.2, 0.2), premium=0.3, rush=4.0)


def test_between_two_steps_prices_and_rates_go_in_logarithms_and_the_rest_straight() -> None:
    middle = filled({0: FIRST, 2: LAST}, [0, STEP_MS, 2 * STEP_MS])[1]

    assert middle.start_ms == STEP_MS
    assert (middle.rate_per_s, middle.level_gwei) == pytest.approx((8.0, 30.0))
    assert (middle.spread, middle.premium, middle.rush) == pytest.approx((0.3, 0.2, 3.0))
    assert middle.gas_shares == pytest.approx((0.4, 0.3, 0.15, 0.15))


def test_known_steps_stay_what_they_are_and_the_ends_hold() -> None:
    steps = filled({1: FIRST, 2: LAST}, [0, 1, 2, 3])

    assert steps[1:3] == [FIRST, LAST]
    assert as_vector(steps[0]) == pytest.approx(as_vector(FIRST))
    assert as_vector(steps[3]) == pytest.approx(as_vector(LAST))


def test_a_step_is_what_its_row_says() -> None:
    assert as_vector(from_vector(LAST, as_vector(FIRST))) == pytest.approx(as_vector(FIRST))
    assert from_vector(LAST, as_vector(FIRST)).start_ms == LAST.start_ms


def test_nothing_lies_between_no_steps() -> None:
    with pytest.raises(ValueError, match="no step is known"):
        filled({}, [0, 1])


def test_a_fit_joins_the_steps_around_one_of_which_nothing_is_known() -> None:
    targets = [
        Target(start_ms=i * STEP_MS, mean=mean, p35=0.8 * mean, p60=0.9 * mean, p90=1.4 * mean, count=5000.0)
        for i, mean in enumerate((20.0, 0.0, 80.0))
    ]

    steps = fit([targets[0], Unknown(STEP_MS), targets[2]], ETHEREUM_2020, ("gap",), 1_200_000, 3).steps

    assert steps[1].level_gwei == pytest.approx((steps[0].level_gwei * steps[2].level_gwei) ** 0.5, rel=1e-3)
