"""What the house spent over a run."""

from solvernet.house_cost import HouseCost, house_cost


def test_the_cost_of_a_run_is_the_sum_and_the_largest_round() -> None:
    assert house_cost([3, 9, 4], 200) == HouseCost(work=16, most=9, nodes=200)


def test_a_run_without_rounds_cost_nothing() -> None:
    assert house_cost([], 200) == HouseCost(work=0, most=0, nodes=200)
