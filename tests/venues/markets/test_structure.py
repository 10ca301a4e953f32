import pytest

from intents.errors import InvalidSymbolError
from intents.options import parse_expiry
from venues.markets.structure import expiry_of, gross_ratio, is_structure, legs_of, positions_of, structure_of

HIGH, LOW, CALL = "ETH-27MAR20-140-P", "ETH-27MAR20-120-P", "ETH-27MAR20-140-C"
LATER = "ETH-24APR20-140-P"


def test_a_single_option_is_its_own_structure() -> None:
    assert structure_of({HIGH: 3}) == (HIGH, "buy", 3)
    assert structure_of({HIGH: -3}) == (HIGH, "sell", 3)
    assert legs_of(HIGH) == ((HIGH, 1),)


def test_who_pays_for_a_spread_buys_it_and_who_is_paid_sells_it() -> None:
    bought, sold = structure_of({HIGH: 6, LOW: -6}), structure_of({HIGH: -6, LOW: 6})

    assert bought is not None
    assert sold is not None
    assert (bought[1:], sold[1:]) == (("buy", 6), ("sell", 6))
    assert bought[0] == sold[0]
    assert dict(legs_of(bought[0])) == {HIGH: 1, LOW: -1}


def test_ratios_are_as_small_as_they_can_be() -> None:
    found = structure_of({HIGH: 400, LOW: -200})

    assert found is not None
    assert found[2] == 200
    assert positions_of(found[0], 200) == {HIGH: 400, LOW: -200}
    assert gross_ratio(found[0]) == 3
    assert expiry_of(found[0]) == parse_expiry("27MAR20")


@pytest.mark.parametrize(
    "legs",
    [
        {},
        {"ETH": 1, HIGH: 1},
        {HIGH: 1, LATER: -1},
        {LOW: 1, CALL: -1},
        {HIGH: 1, LOW: -2},
        {HIGH: 1_000_000, LOW: -999_999},
    ],
    ids=["nothing", "ether", "two expiries", "a collar", "more sold than bought", "odd ratios"],
)
def test_a_desk_is_not_asked_for_what_may_owe_or_cannot_be_named(legs: dict[str, int]) -> None:
    assert structure_of(legs) is None


@pytest.mark.parametrize("symbol", [f"x*{HIGH}", f"0*{HIGH}", f"1*1*{HIGH}", f"1*{HIGH}&{LOW}"])
def test_a_text_that_only_looks_like_a_structure_is_refused(symbol: str) -> None:
    assert is_structure(symbol)
    with pytest.raises(InvalidSymbolError):
        legs_of(symbol)
