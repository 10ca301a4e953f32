import pytest

from solvernet.errors import InvalidScenarioError
from solvernet.scenario import parse_scenario, scenario_text


def _changed(old: str, new: str) -> str:
    text = scenario_text("rollups-v1")
    assert text.count(old) >= 1
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('preset = "op-stack"', 'preset = "op-stick"', "there is no preset 'op-stick'"),
        ("base_fee_gwei = 1.0\n", "", "needs base_fee_gwei"),
        ('demand = "steady"', 'demand = "none"', "needs base_fee_gwei"),
        ('settles_on = "ethereum"\n', "", "a batcher needs settles_on"),
        ("prover = {", "#", "needs a prover"),
        ("steady = { share", "sturdy = { share", "'sturdy' is not an arbitrageur"),
        ('preset = "arbitrum"', 'preset = "op-stack"', "no express lane"),
    ],
)
def test_a_scenario_says_what_is_wrong_with_its_rollups(old: str, new: str, says: str) -> None:
    with pytest.raises(InvalidScenarioError, match=says):
        parse_scenario(_changed(old, new), "changed")
