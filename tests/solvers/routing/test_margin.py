import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents import builders
from intents.assets import ETH, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.exposure import backing
from intents.options import parse_series
from solvers.routing.margin import ShockedMarket, WorstTerminal, requirement
from tests.solvers.small_market import EXPIRY, NOW_MS, SPOT, fair, symbols

CALL, PUT = builders.option(EXPIRY, 140, "C"), builders.option(EXPIRY, 120, "P")
OTHER = builders.option("24APR20", 120, "P")

positions = st.dictionaries(st.sampled_from([*symbols(), OTHER]), st.integers(-5, 5), min_size=1, max_size=5)


@given(positions)
def test_worst_terminal_loss_is_what_the_clearing_house_asks_where_calls_are_covered(held: dict[str, int]) -> None:
    """No more calls sold than bought in an expiry: the two rules then look at the same prices."""
    series = [(parse_series(name), amount * OPTION_UNIT) for name, amount in held.items()]
    need = backing(series)

    found = requirement(WorstTerminal().groups(sorted(held), SPOT, NOW_MS), {n: float(a) for n, a in held.items()})

    if not need.ether:
        assert found == pytest.approx(need.cash / USDC_UNIT, abs=1e-5)


@given(positions, positions)
def test_margin_of_two_portfolios_together_is_never_more_than_of_each_alone(
    one: dict[str, int], two: dict[str, int]
) -> None:
    names = sorted({*one, *two})
    both = {name: float(one.get(name, 0) + two.get(name, 0)) for name in names}

    for engine in (WorstTerminal(), ShockedMarket(vol=0.9)):
        groups = engine.groups(names, SPOT, NOW_MS)
        alone = sum(requirement(groups, {n: float(a) for n, a in part.items()}) for part in (one, two))
        assert requirement(groups, both) <= alone + 1e-9


def test_a_call_sold_alone_is_looked_at_up_to_the_shock_and_ether_covers_it() -> None:
    groups = WorstTerminal(shock=2.0).groups([CALL, ETH], SPOT, NOW_MS)

    assert requirement(groups, {CALL: -1.0}) == pytest.approx(2.0 * 140 - 140)
    assert requirement(groups, {CALL: -1.0, ETH: 1.0}) == 0.0


def test_shocks_revalue_every_option_at_the_moved_market() -> None:
    groups = ShockedMarket(vol=0.9, moves=(0.8, 1.2), vols=(1.0, 1.5)).groups([PUT, CALL], SPOT, NOW_MS)

    assert requirement(groups, {PUT: -1.0}) == pytest.approx(fair(PUT, vol=1.35, spot=SPOT * 0.8))
    assert requirement(groups, {PUT: -1.0, CALL: -1.0}) == pytest.approx(
        max(fair(PUT, vol=1.35, spot=SPOT * m) + fair(CALL, vol=1.35, spot=SPOT * m) for m in (0.8, 1.2))
    )


def test_expiries_do_not_net() -> None:
    groups = WorstTerminal().groups([PUT, OTHER], SPOT, NOW_MS)

    assert requirement(groups, {PUT: -1.0, OTHER: 1.0}) == pytest.approx(120.0)
    assert parse_series(PUT).strike == 120 * PRICE_UNIT


def test_an_option_of_another_style_is_backed_by_the_most_it_can_pay_and_nets_with_nothing() -> None:
    american, digital = f"{PUT}-A", f"{PUT}-D"
    groups = WorstTerminal().groups([PUT, american, digital], SPOT, NOW_MS)

    assert requirement(groups, {american: -1.0, PUT: 1.0}) == pytest.approx(120.0)
    assert requirement(groups, {digital: -1.0}) == pytest.approx(100.0)
    assert requirement(groups, {american: 1.0, digital: 1.0}) == 0.0
