import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.security.corruption import MOST_OPERATORS, Attack, Backing, Service, attacks, cheapest_attack, cost
from venues.security.operator import ALLOCATION_DELAY, Operator, backing
from venues.security.slashing import WAD

ORACLE = Service(name="oracle", threshold_ppm=500_000, profit=55)
BRIDGE = Service(name="bridge", threshold_ppm=666_667, profit=65)
STAKES = {"a": 40, "b": 30, "c": 20, "d": 10}
ALONE = Backing(stakes=STAKES, slashable={"oracle": STAKES})
POOLED = Backing(stakes=STAKES, slashable={"oracle": STAKES, "bridge": STAKES})
"""The same stake counted by both."""

SPLIT = Backing(
    stakes={name: 2 * stake for name, stake in STAKES.items()}, slashable={"oracle": STAKES, "bridge": STAKES}
)
"""Stake of each operator's own for both."""

stakes = st.dictionaries(st.sampled_from("abcdefg"), st.integers(1, 1_000), min_size=1)


def _found(attack: Attack | None) -> Attack:
    assert attack is not None
    return attack


def test_the_cheapest_coalition_is_the_one_that_just_reaches_the_threshold() -> None:
    attack = _found(cheapest_attack([ORACLE], ALONE))

    assert (attack.operators, attack.cost, attack.profit, attack.gain) == (("a", "d"), 50, 55, 5)


def test_a_share_just_short_of_the_threshold_is_not_enough() -> None:
    above_half = Service(name="oracle", threshold_ppm=500_001, profit=55)

    assert _found(cheapest_attack([above_half], ALONE)).cost == 60


def test_stake_that_is_counted_twice_is_lost_once() -> None:
    pooled, split = (_found(cheapest_attack([ORACLE, BRIDGE], how)) for how in (POOLED, SPLIT))

    assert (pooled.cost, split.cost) == (70, 140)
    assert pooled.profit == split.profit == 120


def test_services_that_are_safe_alone_can_be_unsafe_together() -> None:
    careful = [
        Service(name="oracle", threshold_ppm=500_000, profit=45),
        Service(name="bridge", threshold_ppm=666_667, profit=65),
    ]

    gains = {attack.services: attack.gain for attack in attacks(careful, POOLED)}

    assert gains == {("bridge",): -5, ("oracle",): -5, ("bridge", "oracle"): 40}
    assert max(attack.gain for attack in attacks(careful, SPLIT)) < 0


def test_the_most_gainful_attack_comes_first() -> None:
    assert [attack.services for attack in attacks([ORACLE, BRIDGE], POOLED)] == [
        ("bridge", "oracle"),
        ("oracle",),
        ("bridge",),
    ]


def test_a_service_without_stake_cannot_be_said_to_be_attacked() -> None:
    empty = Backing(stakes=STAKES, slashable={"oracle": {}})

    assert cheapest_attack([ORACLE], empty) is None
    assert attacks([ORACLE], empty) == ()


def test_too_many_operators_are_refused_and_not_guessed_at() -> None:
    many = {f"o{number}": 1 for number in range(MOST_OPERATORS + 1)}

    with pytest.raises(ValueError, match="group the smallest ones"):
        cheapest_attack([ORACLE], Backing(stakes=many, slashable={"oracle": many}))


@given(stakes, st.integers(1, 1_000_000))
def test_corruption_costs_at_least_the_threshold_of_the_stake(stakes: dict[str, int], threshold: int) -> None:
    service = Service(name="s", threshold_ppm=threshold, profit=0)

    attack = _found(cheapest_attack([service], Backing(stakes=stakes, slashable={"s": stakes})))

    assert attack.cost * 1_000_000 >= threshold * sum(stakes.values())
    assert attack.cost == cost(attack.operators, [service], Backing(stakes=stakes, slashable={"s": stakes}))


@given(stakes, st.integers(1, 999_999), st.integers(1, 1_000_000))
def test_a_higher_threshold_is_never_cheaper_to_reach(stakes: dict[str, int], low: int, more: int) -> None:
    how = Backing(stakes=stakes, slashable={"s": stakes})
    costs = [
        _found(cheapest_attack([Service(name="s", threshold_ppm=ppm, profit=0)], how)).cost
        for ppm in (low, min(low + more, 1_000_000))
    ]

    assert costs == sorted(costs)


@given(stakes, st.integers(1, 1_000_000), st.integers(1, 1_000_000))
def test_attacking_together_costs_no_more_than_one_after_the_other(
    stakes: dict[str, int], one: int, other: int
) -> None:
    first, second = (Service(name=name, threshold_ppm=ppm, profit=1) for name, ppm in (("x", one), ("y", other)))
    how = Backing(stakes=stakes, slashable={"x": stakes, "y": stakes})
    apart = [_found(cheapest_attack([service], how)).cost for service in (first, second)]

    assert max(apart) <= _found(cheapest_attack([first, second], how)).cost <= sum(apart)


def test_allocating_more_to_a_service_makes_it_dearer_to_corrupt() -> None:
    costs = []
    for part in (WAD // 4, WAD // 2):
        operators = [Operator(name=name, shares=stake).allocated("oracle", part, 0) for name, stake in STAKES.items()]
        known = [operator for operator in operators if isinstance(operator, Operator)]
        costs.append(_found(cheapest_attack([ORACLE], backing(known, ["oracle"], ALLOCATION_DELAY))).cost)

    assert costs == [12, 25]


def test_a_service_that_joins_in_punishing_makes_corrupting_another_dearer() -> None:
    """By hand: a and d hold half; the oracle takes all of their 50, the bridge a tenth of their 50."""
    joined = {"oracle": {"oracle": 1_000_000, "bridge": 100_000}}
    stake = Backing(stakes=SPLIT.stakes, slashable=SPLIT.slashable, penalties=joined)

    assert _found(cheapest_attack([ORACLE], stake)).cost == 55
    assert _found(cheapest_attack([BRIDGE], stake)).cost == _found(cheapest_attack([BRIDGE], SPLIT)).cost


def test_a_service_takes_no_more_than_all_for_two_faults() -> None:
    joined = {"oracle": {"oracle": 1_000_000, "bridge": 600_000}, "bridge": {"bridge": 1_000_000}}
    stake = Backing(stakes=SPLIT.stakes, slashable=SPLIT.slashable, penalties=joined)

    assert cost(("a",), [ORACLE, BRIDGE], stake) == 80


def test_a_service_may_take_a_part_only() -> None:
    stake = Backing(stakes=SPLIT.stakes, slashable=SPLIT.slashable, penalties={"oracle": {"oracle": 250_000}})

    assert cost(("a", "d"), [ORACLE], stake) == 12
