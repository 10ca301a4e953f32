"""Venues of every kind at random, with a market in which they trade: what the tests of venues draw from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from hypothesis import strategies as st

from intents.assets import ETH, ETH_UNIT, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.options import parse_expiry
from venues.markets.clob import Book, OrderBook, RestingOrder
from venues.markets.cpmm import SpotPool
from venues.markets.kinds import AnyVenue
from venues.markets.option_amm import AmmRules, Board, OptionAmm
from venues.markets.venue import Fill, Market, Order, Side, Unfilled
from venues.pricing.fixed_point import ONE

CHAIN: Final = "eip155:901"
EXPIRY: Final = "27MAR20"
SYMBOL: Final = "ETH-27MAR20-140-P"
OTHER: Final = "ETH-27MAR20-160-C"
NOW_MS: Final = 1_584_014_400_000
"""12 March 2020, 12:00 UTC."""

MARKET: Final = Market(now_ms=NOW_MS, spot=140 * PRICE_UNIT)
CENT: Final = OPTION_UNIT // 100
"""A hundredth of an option."""

DEAR: Final = 2**200
"""Bound of a buy at any price."""

KINDS: Final = ("pool", "book", "amm")

RULES: Final = AmmRules(
    standard_size=25 * OPTION_UNIT,
    skew_adjustment=ONE // 10,
    price_fee=ONE // 100,
    spot_fee=ONE // 2000,
    min_vol=ONE * 4 // 10,
    max_vol=ONE * 8,
    min_delta=ONE * 3 // 100,
    cutoff_ms=7_200_000,
    max_trade=80 * OPTION_UNIT,
)


@dataclass(frozen=True, slots=True)
class Place:
    """A venue, what is traded there, and what it sees."""

    venue: AnyVenue
    instrument: str
    market: Market

    def order(self, side: Side, quantity: int, bound: int | None = None, instrument: str | None = None) -> Order:
        """Return an order; at any price if no bound is given."""
        limit = bound if bound is not None else (DEAR if side == "buy" else 0)
        name = instrument or self.instrument
        return Order(venue=self.venue.id, instrument=name, side=side, quantity=quantity, bound=limit)

    def trade(self, order: Order) -> tuple[AnyVenue, Fill] | Unfilled:
        """Execute an order."""
        return self.venue.execute(order, self.market)

    def cash(self, side: Side, quantity: int) -> int | None:
        """Return what a quantity costs or brings, or `None` if it does not fill."""
        outcome = self.trade(self.order(side, quantity))
        return None if isinstance(outcome, Unfilled) else outcome[1].cash

    def after(self, order: Order) -> "Place":
        """Return the place once an order that fills has been executed."""
        outcome = self.trade(order)
        assert not isinstance(outcome, Unfilled), outcome
        return Place(outcome[0], self.instrument, self.market)


def amm(boards: dict[str, Board] | None = None, rules: AmmRules = RULES) -> OptionAmm:
    """Return an option market maker with a board of two strikes at a volatility of one."""
    usual = {EXPIRY: Board(ONE, {"140": ONE, "160": ONE})}
    return OptionAmm(id="amm", chain=CHAIN, account="amm", rules=rules, boards=boards or usual)


def book(bids: list[tuple[float, float]], asks: list[tuple[float, float]], symbol: str = SYMBOL) -> OrderBook:
    """Return an order book with prices in dollars and sizes in options, every order by a maker of its own."""

    def resting(side: str, levels: list[tuple[float, float]]) -> tuple[RestingOrder, ...]:
        return tuple(
            RestingOrder(f"{side}{i}", round(price * USDC_UNIT), round(size * 100) * CENT)
            for i, (price, size) in enumerate(levels)
        )

    books = {symbol: Book(resting("bid", bids), resting("ask", asks)), OTHER: Book()}
    return OrderBook(id="book", chain=CHAIN, books=books, fee_account="book.fees")


def pool(ether: int = 4000, dollars: int = 560_000) -> SpotPool:
    """Return a pool of whole ether and whole dollars."""
    return SpotPool(id="pool", chain=CHAIN, ether=ether * ETH_UNIT, cash=dollars * USDC_UNIT)


spots = st.integers(60 * PRICE_UNIT, 300 * PRICE_UNIT)
prices = st.integers(1, 100 * USDC_UNIT)
lots = st.integers(1, 2000).map(lambda n: n * CENT)
sides: st.SearchStrategy[Side] = st.sampled_from(["buy", "sell"])


@st.composite
def pools(draw: st.DrawFn) -> Place:
    """Draw a pool, from tiny to huge."""
    ether = draw(st.integers(10**4, 10**24))
    cash = draw(st.integers(10**4, 10**15))
    return Place(SpotPool(id="pool", chain=CHAIN, ether=ether, cash=cash), ETH, MARKET)


@st.composite
def books(draw: st.DrawFn) -> Place:
    """Draw a book that is not crossed, with up to six orders on each side."""
    levels = draw(st.lists(prices, min_size=2, max_size=12).map(sorted))
    cut = draw(st.integers(1, len(levels) - 1))
    low, high = levels[:cut], [price + 1 for price in levels[cut:]]
    bids = tuple(RestingOrder(f"bid{i}", price, draw(lots)) for i, price in enumerate(reversed(low)))
    asks = tuple(RestingOrder(f"ask{i}", price, draw(lots)) for i, price in enumerate(high))
    venue = OrderBook(id="book", chain=CHAIN, books={SYMBOL: Book(bids, asks)}, fee_account="book.fees")
    return Place(venue, SYMBOL, Market(now_ms=NOW_MS, spot=draw(spots)))


@st.composite
def amms(draw: st.DrawFn) -> Place:
    """Draw an option market maker with two strikes around the price, at any time before its cut-off."""
    spot = draw(spots)
    near, far = (round(spot / PRICE_UNIT * draw(st.floats(0.7, 1.4))) for _ in range(2))
    skews = {str(strike): draw(st.integers(ONE * 7 // 10, ONE * 15 // 10)) for strike in (near, far)}
    venue = amm({EXPIRY: Board(draw(st.integers(ONE * 3 // 10, ONE * 6)), skews)})
    now_ms = parse_expiry(EXPIRY) - draw(st.integers(7_200_000, 30 * 86_400_000))
    symbol = f"ETH-{EXPIRY}-{near}-{draw(st.sampled_from('CP'))}"
    return Place(venue, symbol, Market(now_ms=now_ms, spot=spot))


PLACES: Final[dict[str, Callable[[], st.SearchStrategy[Place]]]] = {"pool": pools, "book": books, "amm": amms}


def deepest(place: Place, side: Side) -> int:
    """Return the most that the ladder of a place offers."""
    return sum(step.quantity for step in place.venue.ladder(place.instrument, side, place.market))


@st.composite
def quantities(draw: st.DrawFn, place: Place, side: Side) -> int:
    """Draw a quantity that the place takes, or nothing if it takes none."""
    depth = deepest(place, side)
    return draw(st.integers(1, depth)) if depth else 0
