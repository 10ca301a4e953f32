from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from immutables import Map

from intents.assets import ETH, ETH_UNIT, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.exposure import Backing, backing
from intents.options import parse_expiry, parse_series
from venues.clearing import DUST, Account, ClearingHouse, Settlement, any_lacking

FIRST, SECOND, THIRD = (parse_expiry(label) for label in ("13MAR20", "20MAR20", "27MAR20"))
CALL, PUT = "ETH-13MAR20-140-C", "ETH-13MAR20-140-P"
LATER = "ETH-27MAR20-150-C"
SYMBOLS = tuple(
    f"ETH-{label}-{strike}-{right}"
    for label in ("13MAR20", "20MAR20", "27MAR20")
    for strike in (100, 150, 200)
    for right in "CP"
)
OWNERS = ("ada", "ben", "cem", "dot")

prices = st.integers(1, 1000 * PRICE_UNIT)
amounts = st.integers(-5 * OPTION_UNIT, 5 * OPTION_UNIT)
spares = st.one_of(st.just(0), st.integers(0, 5 * ETH_UNIT))
moves = st.lists(
    st.tuples(st.sampled_from(OWNERS), st.sampled_from(OWNERS), st.sampled_from(SYMBOLS), amounts), max_size=12
)


def _house(**accounts: Account) -> ClearingHouse:
    return ClearingHouse(accounts=Map(accounts))


def _usd(dollars: float) -> int:
    return round(dollars * USDC_UNIT)


def _pair(symbol: str, options: int, short: Account, long: Account) -> ClearingHouse:
    """Return a house in which `ben` is short and `ada` long of a series."""
    return _house(ada=long, ben=short).move("ben", "ada", {symbol: options * OPTION_UNIT}, 0)


def _backed(moved: list[tuple[str, str, str, int]], spare: int = 0) -> ClearingHouse:
    """Return a house after some moves in which everybody has exactly what backs their positions.

    With `spare`, that is so much ether more than covers their calls, and the cash that is needed beside it.
    """
    house = _house(**dict.fromkeys(OWNERS, Account()))
    for giver, taker, symbol, quantity in moved:
        house = house.move(giver, taker, {symbol: quantity}, 0)
    for owner in OWNERS:
        house = house.change(owner, ether=house.shortfall(owner).ether + spare)
        lacking = house.shortfall(owner)
        house = house.change(owner, cash=lacking.cash, ether=lacking.ether)
    return house


def _positions(house: ClearingHouse) -> dict[str, int]:
    total: dict[str, int] = {}
    for account in house.accounts.values():
        for symbol, quantity in account.positions.items():
            total[symbol] = total.get(symbol, 0) + quantity
    return total


def _value(account: Account, price: int) -> float:
    """Return cash and ether in USDC base units."""
    return account.cash + account.ether * price * USDC_UNIT / (ETH_UNIT * PRICE_UNIT)


def test_a_call_pays_what_it_is_in_the_money() -> None:
    """By hand: two calls on 140 at 155 dollars are worth 30."""
    house = _pair(CALL, 2, Account(_usd(100)), Account()).settle(FIRST, 155 * PRICE_UNIT, FIRST)

    assert (house.account("ada").cash, house.account("ben").cash) == (_usd(30), _usd(70))
    assert house.settlements == (Settlement(FIRST, 155 * PRICE_UNIT, FIRST, _usd(30)),)


@pytest.mark.parametrize(("symbol", "dollars"), [(CALL, 140), (CALL, 90), (PUT, 140), (PUT, 200)])
def test_what_ends_out_of_the_money_pays_nothing_and_is_gone(symbol: str, dollars: int) -> None:
    house = _pair(symbol, 2, Account(_usd(300)), Account()).settle(FIRST, dollars * PRICE_UNIT, FIRST)

    assert house.account("ada") == Account()
    assert house.account("ben") == Account(_usd(300))


def test_a_debtor_pays_cash_first() -> None:
    house = _pair(CALL, 2, Account(_usd(100), 2 * ETH_UNIT), Account()).settle(FIRST, 155 * PRICE_UNIT, FIRST)

    assert house.account("ben") == Account(_usd(70), 2 * ETH_UNIT)


def test_a_debtor_short_of_cash_pays_the_rest_in_ether_at_the_settlement_price() -> None:
    """By hand: 120 dollars are owed, 40 are there; the other 80 are half an ether at 160."""
    house = _pair(CALL, 6, Account(_usd(40), 6 * ETH_UNIT), Account()).settle(FIRST, 160 * PRICE_UNIT, FIRST)

    assert house.account("ben") == Account(0, 6 * ETH_UNIT - ETH_UNIT // 2)
    assert house.account("ada") == Account(_usd(40), ETH_UNIT // 2)


def test_cash_and_ether_that_back_another_expiry_are_not_paid_out() -> None:
    """The short put of 27 March needs 150 dollars and the short call an ether."""
    owing = Account(_usd(170), 3 * ETH_UNIT)
    house = _pair(CALL, 2, owing, Account()).move("ben", "ada", {"ETH-27MAR20-150-P": OPTION_UNIT}, 0)
    house = house.move("ben", "ada", {LATER: OPTION_UNIT}, 0)

    settled = house.settle(FIRST, 280 * PRICE_UNIT, FIRST)

    assert settled.shortfall("ben") == Backing(0, 0)
    assert settled.account("ben").cash == _usd(150)


def test_cash_pays_a_debt_where_another_expiry_needs_the_ether() -> None:
    """By hand: an ether covers the later spread, where it is worth 200 dollars; now it would pay 150."""
    held = Account(_usd(40), 2 * ETH_UNIT)
    house = _pair("ETH-13MAR20-140-C", 1, held, Account()).move("ben", "ada", {"ETH-27MAR20-100-C": OPTION_UNIT}, 0)
    house = house.move("ada", "ben", {"ETH-27MAR20-200-C": OPTION_UNIT}, 0)
    assert not any_lacking(house.shortfall("ben"))

    settled = house.settle(FIRST, 150 * PRICE_UNIT, FIRST)

    assert settled.account("ada").cash == _usd(10)
    assert settled.account("ben").ether == 2 * ETH_UNIT
    assert not any_lacking(settled.shortfall("ben"))


@pytest.mark.parametrize("quantity", [OPTION_UNIT // 3, OPTION_UNIT // 7, OPTION_UNIT // 11])
def test_rounding_up_a_debt_takes_nothing_that_backs_another_expiry(quantity: int) -> None:
    """Ten calls on 100 sold and nine on 200 bought: at 200 all their backing is owed, and a fraction of a unit more."""
    house = _backed(
        [
            ("ben", "ada", "ETH-13MAR20-100-C", 10 * quantity),
            ("ada", "ben", "ETH-13MAR20-200-C", 9 * quantity),
            ("ben", "ada", "ETH-27MAR20-200-C", OPTION_UNIT),
        ]
    )

    assert house.settle(FIRST, 200 * PRICE_UNIT, FIRST).shortfall("ben") == Backing(0, 0)


def test_creditors_share_cash_and_ether_in_proportion() -> None:
    """By hand: one debtor pays 60 dollars in cash and another half an ether; ada gets two thirds of each."""
    house = _house(ada=Account(), eve=Account(), ben=Account(_usd(60)), cem=Account(0, 3 * ETH_UNIT))
    house = house.move("ben", "ada", {CALL: 3 * OPTION_UNIT}, 0)
    house = house.move("cem", "ada", {CALL: 1 * OPTION_UNIT}, 0).move("cem", "eve", {CALL: 2 * OPTION_UNIT}, 0)

    settled = house.settle(FIRST, 160 * PRICE_UNIT, FIRST)

    ether = 60 * ETH_UNIT // 160
    assert settled.account("ada") == Account(_usd(40), ether * 2 // 3)
    assert settled.account("eve") == Account(_usd(20), ether // 3)


def test_long_and_short_of_one_owner_are_netted() -> None:
    house = _pair(CALL, 2, Account(), Account()).move("ada", "ben", {"ETH-13MAR20-150-C": 2 * OPTION_UNIT}, 0)
    house = house.change("ben", cash=_usd(20))

    settled = house.settle(FIRST, 300 * PRICE_UNIT, FIRST)

    assert (settled.account("ada").cash, settled.account("ben").cash) == (_usd(20), 0)


def test_other_expiries_stay_open() -> None:
    house = _pair(CALL, 1, Account(_usd(500)), Account()).move("ben", "ada", {LATER: OPTION_UNIT}, 0)

    settled = house.settle(FIRST, 155 * PRICE_UNIT, FIRST)

    assert settled.account("ada").positions == {LATER: OPTION_UNIT}
    assert settled.expired(THIRD - 1) == ()


@given(moves)
def test_positions_of_every_series_sum_to_zero(moved: list[tuple[str, str, str, int]]) -> None:
    house = _backed(moved)
    for expiry in (SECOND, FIRST):
        house = house.settle(expiry, 160 * PRICE_UNIT, THIRD)

    assert set(_positions(house).values()) <= {0}
    assert all(parse_series(symbol).expiry_ms == THIRD for symbol in _positions(house))


@given(moves, st.permutations([FIRST, SECOND, THIRD]), st.lists(prices, min_size=3, max_size=3))
def test_cash_and_ether_are_conserved_to_the_last_unit(
    moved: list[tuple[str, str, str, int]], order: list[int], settled_at: list[int]
) -> None:
    house = _backed(moved)
    before = house.totals()
    for expiry, price in zip(order, settled_at, strict=True):
        house = house.settle(expiry, price, THIRD)

    assert house.totals() == before
    assert _positions(house) == {}


@given(moves, spares, st.permutations([FIRST, SECOND, THIRD]), st.lists(prices, min_size=3, max_size=3))
def test_who_was_backed_stays_backed_at_any_settlement_price(
    moved: list[tuple[str, str, str, int]], spare: int, order: list[int], settled_at: list[int]
) -> None:
    """Full collateral: what is left covers the expiries to come, and nobody falls below zero."""
    house = _backed(moved, spare)
    for expiry, price in zip(order, settled_at, strict=True):
        house = house.settle(expiry, price, THIRD)

        assert house.uncovered(house.accounts) is None


@given(moves, spares, st.sampled_from([FIRST, SECOND, THIRD]), prices)
def test_creditors_of_backed_debtors_get_all_they_are_owed_but_dust(
    moved: list[tuple[str, str, str, int]], spare: int, expiry: int, price: int
) -> None:
    house = _backed(moved, spare)
    settled = house.settle(expiry, price, expiry)

    for owner in OWNERS:
        legs = [(series, q) for series, q in house.account(owner).options() if series.expiry_ms == expiry]
        worth = sum(series.intrinsic(price) * q for series, q in legs) / (OPTION_UNIT * PRICE_UNIT // USDC_UNIT)
        gained = _value(settled.account(owner), price) - _value(house.account(owner), price)
        dust = 8 + 2 * price * USDC_UNIT / (ETH_UNIT * PRICE_UNIT) + worth * 1e-9
        assert worth - dust <= gained <= max(worth, 0) + dust


@given(moves, prices)
def test_what_rounding_leaves_is_little_and_never_negative(moved: list[tuple[str, str, str, int]], price: int) -> None:
    dust = _backed(moved).settle(FIRST, price, FIRST).account(DUST)

    assert 0 <= dust.cash <= 2 * len(OWNERS)
    assert dust.ether >= 0
    assert _value(dust, price) <= 4 * len(OWNERS) + 2 * price / 10**10


def test_a_debtor_who_is_not_backed_pays_what_there_is_and_creditors_share_the_loss() -> None:
    """By hand: 30 dollars are owed to three creditors alike, 21 are there."""
    house = _house(ben=Account(_usd(21)), ada=Account(), cem=Account(), dot=Account())
    for owner in ("ada", "cem", "dot"):
        house = house.move("ben", owner, {CALL: OPTION_UNIT}, 0)

    settled = house.settle(FIRST, 150 * PRICE_UNIT, FIRST)

    assert [settled.account(owner).cash for owner in ("ben", "ada", "cem", "dot")] == [0, *[_usd(7)] * 3]


def test_a_settlement_at_zero_takes_no_ether() -> None:
    house = _pair(PUT, 1, Account(_usd(140), ETH_UNIT), Account()).settle(FIRST, 0, FIRST)

    assert house.account("ben") == Account(0, ETH_UNIT)
    assert house.account("ada") == Account(_usd(140))


def test_what_is_moved_leaves_one_account_and_reaches_the_other() -> None:
    house = _house(ada=Account(_usd(10), 5)).move("ada", "ben", {ETH: 3, PUT: 7}, _usd(4))

    assert house.account("ada") == Account(_usd(6), 2, {PUT: -7})
    assert house.account("ben") == Account(_usd(4), 3, {PUT: 7})


def test_a_position_closed_is_no_longer_listed() -> None:
    house = _pair(PUT, 2, Account(), Account()).move("ada", "ben", {PUT: 2 * OPTION_UNIT}, 0)

    assert house.account("ada").positions == house.account("ben").positions == {}


@given(moves)
def test_a_shortfall_is_what_is_missing_to_the_backing(moved: list[tuple[str, str, str, int]]) -> None:
    house = _house(**dict.fromkeys(OWNERS, Account()))
    for giver, taker, symbol, quantity in moved:
        house = house.move(giver, taker, {symbol: quantity}, 0)

    for owner in OWNERS:
        assert house.shortfall(owner) == backing(house.account(owner).options())


@pytest.mark.parametrize(("cash", "ether", "lacks"), [(-1, 0, True), (0, -1, True), (0, 0, False), (5, 5, False)])
def test_an_account_below_zero_lacks_something_even_without_positions(cash: int, ether: int, lacks: bool) -> None:
    assert any_lacking(_house(ada=Account(cash, ether)).shortfall("ada")) == lacks


def test_the_first_owner_by_name_who_is_not_backed_is_named() -> None:
    house = _house(cem=Account(-1), ada=Account(5), ben=Account(-1))

    assert house.uncovered(["cem", "ada", "ben"]) == "ben"
    assert house.uncovered(["ada"]) is None


def test_open_interest_is_the_long_side_of_each_series() -> None:
    house = _pair(CALL, 2, Account(), Account()).move("ben", "cem", {CALL: OPTION_UNIT, PUT: OPTION_UNIT}, 0)

    assert house.open_interest() == {CALL: 3 * OPTION_UNIT, PUT: OPTION_UNIT}


def test_an_expiry_is_due_from_its_instant_until_it_is_settled() -> None:
    house = _pair(LATER, 1, Account(_usd(500)), Account()).move("ben", "ada", {CALL: OPTION_UNIT}, 0)

    due = [house.expired(now) for now in (FIRST - 1, FIRST, THIRD)]

    assert due == [(), (FIRST,), (FIRST, THIRD)]
    assert house.settle(FIRST, PRICE_UNIT, THIRD).expired(THIRD) == (THIRD,)


@given(st.lists(prices, min_size=2, max_size=6).map(sorted))
def test_a_higher_price_never_costs_who_is_long_a_call(rising: list[int]) -> None:
    house = _pair("ETH-13MAR20-100-C", 1, Account(0, ETH_UNIT), Account())

    gains = [_value(house.settle(FIRST, price, FIRST).account("ada"), price) for price in rising]

    assert all(one <= other + 1 for one, other in pairwise(gains))
