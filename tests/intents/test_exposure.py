from collections.abc import Sequence

from hypothesis import assume, given
from hypothesis import strategies as st

from intents.assets import ETH, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.exposure import NO_BACKING, Backing, backing, expiry_backing, scaled_value, split_legs, uncovered
from intents.options import PAYOFF_SCALE, OptionSeries, parse_series

Position = tuple[OptionSeries, int]

EXPIRIES = ("27MAR20", "26JUN20", "25SEP20")
FAR = 10**9 * PRICE_UNIT

quantities = st.integers(-(5 * 10**18), 5 * 10**18).filter(bool)
prices = st.integers(0, 2_000 * PRICE_UNIT)


def positions(expiries: Sequence[str] = EXPIRIES) -> st.SearchStrategy[list[Position]]:
    symbol = st.builds(
        "ETH-{}-{}-{}".format, st.sampled_from(expiries), st.integers(1, 1_000), st.sampled_from(["C", "P"])
    )
    return st.lists(st.tuples(symbol.map(parse_series), quantities), max_size=6)


def scaled_total(legs: list[Position], held: Backing, price: int) -> int:
    return scaled_value(legs, held.ether, price) + held.cash * PAYOFF_SCALE


@given(positions(EXPIRIES[:1]), prices)
def test_backing_of_one_expiry_covers_the_payoff_at_any_price(legs: list[Position], price: int) -> None:
    assert scaled_total(legs, expiry_backing(legs), price) >= 0


@given(positions(), st.tuples(prices, prices, prices))
def test_backing_covers_every_expiry_whatever_the_prices_of_each(legs: list[Position], at: tuple[int, ...]) -> None:
    parts = [[leg for leg in legs if leg[0].expiry == label] for label in EXPIRIES]
    held = [expiry_backing(part) for part in parts]

    assert backing(legs) == Backing(sum(part.ether for part in held), sum(part.cash for part in held))
    assert all(scaled_total(*case) >= 0 for case in zip(parts, held, at, strict=True))


@given(positions(EXPIRIES[:1]))
def test_one_unit_of_cash_less_would_not_cover_some_kink(legs: list[Position]) -> None:
    need = expiry_backing(legs)
    assume(need.cash > 0)

    short = Backing(need.ether, need.cash - 1)

    assert any(scaled_total(legs, short, price) < 0 for price in {0, *(series.strike for series, _ in legs)})


@given(positions(EXPIRIES[:1]))
def test_one_wei_of_ether_less_loses_without_bound_as_the_price_rises(legs: list[Position]) -> None:
    need = expiry_backing(legs)
    assume(need.ether > 0)

    short = Backing(need.ether - 1, need.cash)

    assert scaled_total(legs, short, 2 * FAR) - scaled_total(legs, short, FAR) == -FAR


@given(positions(EXPIRIES[:1]), positions(EXPIRIES[:1]))
def test_portfolios_backed_together_need_no_more_than_apart(left: list[Position], right: list[Position]) -> None:
    together, parts = backing(left + right), (backing(left), backing(right))
    ether_saved = sum(part.ether for part in parts) - together.ether
    highest = max((series.strike for series, _ in left + right), default=0)

    assert ether_saved >= 0
    # Ether that is no longer held was worth something at the highest strike, where cash must take its place.
    assert together.cash <= sum(part.cash for part in parts) - (-ether_saved * highest // PAYOFF_SCALE)


def test_bought_options_need_no_backing() -> None:
    assert backing([(parse_series("ETH-27MAR20-130-P"), OPTION_UNIT)]) == NO_BACKING


def test_sold_put_needs_its_strike_in_cash() -> None:
    assert backing([(parse_series("ETH-27MAR20-130-P"), -OPTION_UNIT)]) == Backing(0, 130 * USDC_UNIT)


def test_sold_call_needs_the_ether() -> None:
    assert backing([(parse_series("ETH-27MAR20-130-C"), -OPTION_UNIT)]) == Backing(OPTION_UNIT, 0)


def test_call_spread_needs_the_width_in_cash_and_no_ether() -> None:
    spread = [(parse_series("ETH-27MAR20-130-C"), -OPTION_UNIT), (parse_series("ETH-27MAR20-150-C"), OPTION_UNIT)]

    assert backing(spread) == Backing(0, 20 * USDC_UNIT)


def test_a_later_expiry_does_not_cover_an_earlier_one() -> None:
    calendar = [(parse_series("ETH-27MAR20-130-P"), -OPTION_UNIT), (parse_series("ETH-26JUN20-130-P"), OPTION_UNIT)]

    assert backing(calendar) == Backing(0, 130 * USDC_UNIT)


def test_fraction_of_a_base_unit_is_rounded_up() -> None:
    assert backing([(parse_series("ETH-27MAR20-130-P"), -1)]) == Backing(0, 1)


def test_ether_among_the_legs_covers_the_calls_but_does_not_reduce_the_cash() -> None:
    collar = {ETH: OPTION_UNIT, "ETH-27MAR20-150-C": -OPTION_UNIT, "ETH-27MAR20-130-P": -OPTION_UNIT}

    assert uncovered(collar) == Backing(0, 130 * USDC_UNIT)


def test_legs_are_split_into_options_and_ether() -> None:
    legs = {ETH: 7, "ETH-27MAR20-150-C": -3}

    assert split_legs(legs) == ([(parse_series("ETH-27MAR20-150-C"), -3)], 7)
