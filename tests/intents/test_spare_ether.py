"""Spare ether makes good what would otherwise ask for cash, exactly as far as it goes."""

from hypothesis import given
from hypothesis import strategies as st

from intents.assets import ETH_UNIT, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.exposure import Backing, Positions, backing, scaled_value
from intents.options import PAYOFF_SCALE, parse_series
from intents.spare_ether import backing_beside

EXPIRIES = ("27MAR20", "26JUN20")
LOT = OPTION_UNIT // 100

ethers = st.integers(0, 500).map(lambda cents: cents * ETH_UNIT // 100)


def positions(expiries: tuple[str, ...] = EXPIRIES) -> st.SearchStrategy[Positions]:
    symbol = st.builds(
        "ETH-{}-{}-{}".format, st.sampled_from(expiries), st.integers(80, 260), st.sampled_from(["C", "P", "C-A"])
    )
    return st.lists(
        st.tuples(symbol.map(parse_series), st.integers(-300, 300).map(lambda lots: lots * LOT)), max_size=6
    )


def held(symbol: str, options: float) -> tuple[object, int]:
    return parse_series(symbol), round(options * 100) * LOT


@given(positions(), st.integers(0, 10**19))
def test_no_ether_to_spare_leaves_the_backing_as_it_is(book: Positions, missing: int) -> None:
    need = backing(book)

    assert backing_beside(book, need.ether - missing) == need


@given(positions(), ethers, ethers)
def test_more_ether_never_asks_for_more_cash_and_never_takes_more_than_there_is(
    book: Positions, less: int, more: int
) -> None:
    need = backing(book)
    one, other = (backing_beside(book, need.ether + spare) for spare in (less, less + more))

    assert other.cash <= one.cash <= need.cash
    assert need.ether <= one.ether <= need.ether + less


@given(positions(EXPIRIES[:1]), ethers, st.integers(0, 500 * PRICE_UNIT))
def test_an_expiry_is_covered_at_every_price_and_with_a_base_unit_less_it_is_not(
    book: Positions, spare: int, price: int
) -> None:
    european = [(series, quantity) for series, quantity in book if series.is_european]
    ether = backing(european).ether + spare
    found = backing_beside(european, ether)

    def worth(cash: int, at: int) -> int:
        return scaled_value(european, ether, at) + cash * PAYOFF_SCALE

    assert worth(found.cash, price) >= 0
    kinks = {0, *(series.strike for series, _ in european)}
    assert found.cash == 0 or min(worth(found.cash - 1, kink) for kink in kinks) < 0


@given(positions(), positions(), ethers, ethers)
def test_what_covers_two_books_covers_both_together(left: Positions, right: Positions, some: int, more: int) -> None:
    """So that one intent of an owner never uncovers what another brought; rounding is a base unit for each expiry."""
    ether = backing(left).ether + some, backing(right).ether + more
    parts = backing_beside(left, ether[0]), backing_beside(right, ether[1])

    both = backing_beside([*left, *right], sum(ether))

    assert both.ether <= sum(ether)
    assert both.cash <= parts[0].cash + parts[1].cash + len(EXPIRIES)


def test_an_ether_held_covers_a_call_spread() -> None:
    """By hand: at 160 and beyond the spread is 20 dollars short and the ether worth at least 160."""
    spread = [held("ETH-27MAR20-140-C", -1), held("ETH-27MAR20-160-C", 1)]

    assert backing(spread) == Backing(0, 20 * USDC_UNIT)
    assert backing_beside(spread, ETH_UNIT) == Backing(ETH_UNIT // 8, 0)


def test_an_ether_held_does_not_cover_a_put() -> None:
    put = [held("ETH-27MAR20-120-P", -1)]

    assert backing_beside(put, 5 * ETH_UNIT) == Backing(0, 120 * USDC_UNIT)


def test_what_ether_saves_falls_from_price_to_price() -> None:
    """By hand: short ten calls from 100 to 200 and a put on 100; 2 ether save 400 dollars, 5 make 200 as good as 0."""
    book = [held("ETH-27MAR20-100-C", -10), held("ETH-27MAR20-200-C", 10), held("ETH-27MAR20-100-P", -1)]

    assert [backing_beside(book, ether * ETH_UNIT).cash // USDC_UNIT for ether in (0, 2, 4, 5, 9)] == [
        1000,
        600,
        200,
        100,
        100,
    ]


def test_spare_ether_goes_where_it_saves_most() -> None:
    """By hand: an ether is worth 200 dollars to the later spread, and 150 to the sooner one."""
    book = [
        held("ETH-27MAR20-100-C", -3),
        held("ETH-27MAR20-150-C", 3),
        held("ETH-26JUN20-100-C", -2),
        held("ETH-26JUN20-200-C", 2),
    ]

    assert [backing_beside(book, ether * ETH_UNIT).cash // USDC_UNIT for ether in (0, 1, 2)] == [350, 150, 0]
