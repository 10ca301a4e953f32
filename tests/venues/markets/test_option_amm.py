import csv
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.assets import OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.lifecycle import Cause
from intents.options import parse_expiry, parse_series
from tests.venues.markets.random_venues import EXPIRY, MARKET, OTHER, RULES, SYMBOL, Place, amm, amms, sides
from venues.markets.option_amm import AmmRules, Board, OptionAmm, moved_board, volatility
from venues.markets.venue import Fill, Share, Side, Unfilled
from venues.pricing import black76
from venues.pricing.fixed_point import ONE

CARRIED = Path(__file__).parents[2] / "vectors/markets/lyra_v1_iv_impact.csv"
LYRA = Path(__file__).parents[3] / "../shared/vectors/markets/lyra_v1_iv_impact.json"

SERIES = parse_series(SYMBOL)
ROWS = list(csv.DictReader(CARRIED.read_text().splitlines()))


def _one(text: str) -> int:
    return int(Decimal(text) * ONE)


def _moved(row: dict[str, str]) -> Board:
    rules = replace(RULES, standard_size=_one(row["standard_size"]), skew_adjustment=_one(row["skew_adjustment"]))
    before = Board(_one(row["base_iv"]), {"140": _one(row["skew"])})
    side: Side = "buy" if row["side"] == "buy" else "sell"
    return moved_board(before, SERIES, side, _one(row["amount"]), rules)


def _place(*, rules: AmmRules = RULES, **market: int) -> Place:
    return Place(amm(rules=rules), SYMBOL, replace(MARKET, **market))


def _fill(place: Place, side: Side, options: int) -> Fill:
    outcome = place.trade(place.order(side, options * OPTION_UNIT))
    assert not isinstance(outcome, Unfilled), outcome
    return outcome[1]


def _board(place: Place) -> Board:
    assert isinstance(place.venue, OptionAmm)
    return place.venue.boards[EXPIRY]


def _refusal(place: Place, side: Side = "buy", options: int = 1) -> Cause | None:
    outcome = place.trade(place.order(side, options * OPTION_UNIT))
    return outcome.cause if isinstance(outcome, Unfilled) else None


@pytest.mark.parametrize("row", ROWS)
def test_volatilities_move_as_in_the_lyra_vectors(row: dict[str, str]) -> None:
    assert _moved(row) == Board(_one(row["new_base_iv"]), {"140": _one(row["new_skew"])})


@pytest.mark.skipif(not LYRA.exists(), reason="the folder shared/ with the Lyra vectors is not here")
def test_the_rows_carried_over_are_all_the_lyra_vectors() -> None:
    rows = json.loads(LYRA.read_text())["iv_impact"]

    assert [(row["amount"], row["new_base_iv"], row["new_skew"]) for row in rows] == [
        (row["amount"], row["new_base_iv"], row["new_skew"]) for row in ROWS
    ]


def test_a_trade_moves_the_base_of_its_board_and_the_skew_of_its_strike() -> None:
    """By hand: 50 options are two standard sizes, so two points on the base and a tenth of that on the skew."""
    board = _board(_place().after(_place().order("buy", 50 * OPTION_UNIT)))

    assert board == Board(102 * ONE // 100, {"140": 1002 * ONE // 1000, "160": ONE})


def test_a_trade_leaves_other_boards_alone() -> None:
    far = Board(ONE, {"140": ONE})
    place = Place(amm({EXPIRY: far, "24APR20": far}), SYMBOL, MARKET)

    after = place.after(place.order("sell", OPTION_UNIT)).venue

    assert isinstance(after, OptionAmm)
    assert after.boards["24APR20"] == far


@pytest.mark.parametrize(("side", "sign"), [("buy", 1), ("sell", -1)])
def test_the_whole_trade_is_priced_at_the_volatility_after_it(side: Side, sign: int) -> None:
    """The fees of 1 per cent of the premium and 0.05 per cent of the underlying are on top."""
    place = _place()
    vol = volatility(_board(place.after(place.order(side, 50 * OPTION_UNIT))), SERIES)
    premium = 50 * black76.option_price(SERIES, MARKET.spot, vol, MARKET.now_ms) / ONE
    fees = premium / 100 + 50 * 140 * 0.0005

    assert _fill(place, side, 50).cash / USDC_UNIT == pytest.approx(premium + sign * fees, abs=3e-6)


@given(sides, st.integers(1, 80))
def test_trading_back_restores_the_volatilities(side: Side, options: int) -> None:
    place = _place()
    back: Side = "sell" if side == "buy" else "buy"

    returned = place.after(place.order(side, options * OPTION_UNIT)).after(place.order(back, options * OPTION_UNIT))

    assert _board(returned) == _board(place)


@given(amms(), sides, st.integers(1, 80 * OPTION_UNIT))
def test_volatilities_never_fall_below_zero(place: Place, side: Side, quantity: int) -> None:
    board = moved_board(_board(place), parse_series(place.instrument), side, quantity * 1000, RULES)

    assert board.base_iv >= 0
    assert min(board.skews.values()) >= 0


def test_an_option_about_to_lose_its_value_brings_nothing_rather_than_a_bill() -> None:
    """The fee of 0.05 per cent of the underlying is more than the premium, and is cut to it."""
    late = _place(now_ms=parse_expiry(EXPIRY) - RULES.cutoff_ms, spot=143_90_000_000)
    fill = _fill(late, "sell", 1)

    assert (fill.cash, fill.fee > 0) == (0, True)


def test_the_makers_account_takes_the_other_side() -> None:
    fill = _fill(_place(), "buy", 3)

    assert fill.shares == (Share("amm", -3 * OPTION_UNIT, fill.cash),)


def test_without_an_oracle_price_nothing_is_traded() -> None:
    assert _refusal(_place(spot=0)) == Cause.STALE


@pytest.mark.parametrize(("early_ms", "refused"), [(RULES.cutoff_ms, False), (RULES.cutoff_ms - 1, True), (0, True)])
def test_trading_stops_a_while_before_expiry(early_ms: int, refused: bool) -> None:
    place = _place(now_ms=parse_expiry(EXPIRY) - early_ms)

    assert (_refusal(place) == Cause.NO_LIQUIDITY) == refused


@pytest.mark.parametrize(("options", "refused"), [(80, False), (81, True)])
def test_a_single_order_has_a_largest_size(options: int, refused: bool) -> None:
    assert (_refusal(_place(), "buy", options) == Cause.NO_LIQUIDITY) == refused


@pytest.mark.parametrize(("side", "bound"), [("buy", {"max_vol": ONE}), ("sell", {"min_vol": ONE})])
def test_nothing_takes_the_volatility_out_of_its_bounds(side: Side, bound: dict[str, int]) -> None:
    assert _refusal(_place(rules=replace(RULES, **bound)), side) == Cause.NO_LIQUIDITY
    assert _refusal(_place(), side) is None


@pytest.mark.parametrize(("spot", "refused"), [(50, True), (100, False), (140, False), (200, False), (400, True)])
def test_what_is_sure_to_pay_or_sure_not_to_is_not_traded(spot: int, refused: bool) -> None:
    assert (_refusal(_place(spot=spot * PRICE_UNIT)) == Cause.NO_LIQUIDITY) == refused


def test_a_wrong_oracle_makes_the_venue_wrong() -> None:
    """It knows no other price of the underlying than the oracle's."""
    stale, true = _fill(_place(spot=166 * PRICE_UNIT), "buy", 10), _fill(_place(spot=138 * PRICE_UNIT), "buy", 10)

    assert stale.cash < true.cash / 2


def test_the_ladder_is_empty_where_a_small_order_would_be_refused() -> None:
    """A purchase of many options lifts the delta into the tradable range; one of a few does not."""
    edge = Place(amm(), OTHER, replace(MARKET, spot=107_10_000_000))
    sizes = [options for options in (1, 80) if edge.cash("buy", options * OPTION_UNIT) is None]

    assert sizes == [1]
    assert edge.venue.ladder(OTHER, "buy", edge.market) == ()


def test_the_ladder_ends_where_selling_more_would_bring_less() -> None:
    """With a tiny standard size the price falls so fast that the whole trade brings less than a part of it."""
    place = Place(amm(rules=replace(RULES, standard_size=OPTION_UNIT, min_vol=ONE // 10)), SYMBOL, MARKET)
    cash = [place.cash("sell", 5 * share * OPTION_UNIT) for share in (1, 2, 4, 8, 16)]
    steps = place.venue.ladder(SYMBOL, "sell", MARKET)

    assert cash[-1] is not None
    assert cash[-2] is not None
    assert cash[-1] < cash[-2]
    assert sum(step.cash for step in steps) == cash[-2]
