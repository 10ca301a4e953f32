"""Two chains with a few venues each: the market that the tests of solvers and of the auction trade on.

At `HOME` there are an option market maker and a pool; `AWAY`, over a bridge, an option market maker, an order book and
a pool. `ISLAND` is a chain that no bridge reaches.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from eth_account import Account
from eth_account.signers.local import LocalAccount

from intents import builders
from intents.assets import ETH_UNIT, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.intent import Intent
from intents.options import parse_series
from intents.wants import AnyWant
from solvers.routing.problem import Job
from venues.bridges import BridgePort
from venues.markets.clob import Book, OrderBook, RestingOrder
from venues.markets.cpmm import SpotPool
from venues.markets.kinds import AnyVenue
from venues.markets.option_amm import AmmRules, Board, OptionAmm
from venues.pricing import black76
from venues.pricing.fixed_point import ONE
from venues.snapshot import ChainView, Snapshot

HOME: Final = "eip155:1"
AWAY: Final = "eip155:901"
ISLAND: Final = "eip155:7"

NOW_MS: Final = 1_583_928_000_000
"""11 March 2020, 12:00 UTC."""

EXPIRY: Final = "27MAR20"
STRIKES: Final = (100, 120, 140, 160)
SPOT: Final = 130.0
YEAR_MS: Final = 31_536_000_000

OWNER: Final[LocalAccount] = Account.from_key(b"\x01" * 32)
OTHER: Final[LocalAccount] = Account.from_key(b"\x02" * 32)

Level = tuple[float, float]
"""Price in dollars and size in options."""


def symbols(strikes: Sequence[int] = STRIKES, expiry: str = EXPIRY) -> tuple[str, ...]:
    """Return both rights of every strike."""
    return tuple(builders.option(expiry, strike, right) for strike in strikes for right in ("C", "P"))


def fair(symbol: str, vol: float = 0.9, spot: float = SPOT, now_ms: int = NOW_MS) -> float:
    """Return the Black-76 price of a series, in dollars."""
    series = parse_series(symbol)
    years = (series.expiry_ms - now_ms) / YEAR_MS
    return float(black76.price(spot, series.strike / PRICE_UNIT, vol, years, series.right == "C"))


def options(count: float) -> int:
    """Return a number of options in base units, on the lot grid."""
    return round(count * 100) * (OPTION_UNIT // 100)


def dollars(amount: float) -> int:
    """Return dollars in USDC base units."""
    return round(amount * USDC_UNIT)


def amm(
    name: str,
    chain: str,
    *,
    iv: float = 0.9,
    strikes: Sequence[int] = STRIKES,
    expiries: Sequence[str] = (EXPIRY,),
    **rules: int,
) -> OptionAmm:
    """Return an option market maker with the same volatility at every strike; `rules` replace its parameters."""
    usual = {
        "standard_size": options(25),
        "skew_adjustment": ONE // 10,
        "price_fee": ONE // 100,
        "spot_fee": ONE // 2000,
        "min_vol": ONE * 4 // 10,
        "max_vol": 8 * ONE,
        "min_delta": ONE * 3 // 100,
        "cutoff_ms": 7_200_000,
        "max_trade": options(80),
    }
    boards = {expiry: Board(round(iv * ONE), {str(strike): ONE for strike in strikes}) for expiry in expiries}
    return OptionAmm(id=name, chain=chain, account=name, rules=AmmRules(**(usual | rules)), boards=boards)


def book(name: str, chain: str, quotes: Mapping[str, tuple[Sequence[Level], Sequence[Level]]]) -> OrderBook:
    """Return an order book with one maker's bids and asks of each series, best first."""
    books = {symbol: Book(_resting(name, bids), _resting(name, asks)) for symbol, (bids, asks) in quotes.items()}
    return OrderBook(id=name, chain=chain, books=books, fee_account=f"{name}.fees")


def quoted_book(
    name: str, chain: str, *, vol: float = 0.9, width: float = 0.05, size: float = 20.0, levels: int = 3
) -> OrderBook:
    """Return an order book with bids and asks around Black-76, further levels wider and half as deep again."""
    quotes = {}
    for symbol in symbols():
        steps = [(1 + depth) * width for depth in range(levels)]
        bids = [(fair(symbol, vol * (1 - step)), size * 1.5**i) for i, step in enumerate(steps)]
        asks = [(fair(symbol, vol * (1 + step)), size * 1.5**i) for i, step in enumerate(steps)]
        quotes[symbol] = (bids, asks)
    return book(name, chain, quotes)


def pool(name: str, chain: str, *, ether: float = 4000.0, price: float = SPOT) -> SpotPool:
    """Return a constant-product pool at a price."""
    return SpotPool(id=name, chain=chain, ether=round(ether * ETH_UNIT), cash=dollars(ether * price))


def bridge(*, fee_ppm: int = 400, fixed_fee: float = 0.5) -> tuple[BridgePort, BridgePort]:
    """Return both ends of the bridge between `HOME` and `AWAY`."""
    ends = ((HOME, AWAY), (AWAY, HOME))
    first, second = (
        BridgePort(
            id="main",
            chain=chain,
            peer=peer,
            liquidity=dollars(1_000_000),
            fee_ppm=fee_ppm,
            fixed_fee=dollars(fixed_fee),
            delay_ms=120_000,
        )
        for chain, peer in ends
    )
    return first, second


def view(
    chain: str,
    venues: Sequence[AnyVenue] = (),
    bridges: Sequence[BridgePort] = (),
    *,
    gas_gwei: float = 20.0,
    spot: float = SPOT,
) -> ChainView:
    """Return one chain at the present instant."""
    return ChainView(
        chain=chain,
        spot=round(spot * PRICE_UNIT),
        spot_observed_ms=NOW_MS,
        gas_price_wei=round(gas_gwei * 10**9),
        venues=tuple(venues),
        bridges=tuple(bridges),
    )


def snapshot(*views: ChainView, spot: float = SPOT, now_ms: int = NOW_MS) -> Snapshot:
    """Return chains at one instant."""
    return Snapshot(time_ms=now_ms, ether_price=round(spot * PRICE_UNIT), chains=views)


def market(*, home_gwei: float = 20.0, away_gwei: float = 0.05, fee_ppm: int = 400, fixed_fee: float = 0.5) -> Snapshot:
    """Return the usual market of both chains and the bridge between them."""
    first, second = bridge(fee_ppm=fee_ppm, fixed_fee=fixed_fee)
    home = view(HOME, [amm("amm.home", HOME), pool("pool.home", HOME)], [first], gas_gwei=home_gwei)
    there = [amm("amm.away", AWAY), quoted_book("book.away", AWAY), pool("pool.away", AWAY)]
    return snapshot(home, view(AWAY, there, [second], gas_gwei=away_gwei))


def intent(want: AnyWant, quantity: float, limit: float, **fields: object) -> Intent:
    """Return an intent of `OWNER`: `quantity` in options, `limit` in dollars for each unit."""
    usual: dict[str, object] = {
        "owner": OWNER.address,
        "nonce": 1,
        "home": HOME,
        "want": want,
        "quantity": options(quantity),
        "limit": dollars(limit),
        "valid_from_ms": 0,
        "valid_until_ms": NOW_MS + 3_600_000,
    }
    return Intent.model_validate(usual | fields)


def job(want: AnyWant, quantity: float, limit: float, **fields: object) -> Job:
    """Return the whole of an intent as a routing job; its id depends on its nonce alone."""
    made = intent(want, quantity, limit, **fields)
    return Job(intent_id=f"{made.nonce:064x}", intent=made, remaining=made.quantity)


def _resting(owner: str, levels: Sequence[Level]) -> tuple[RestingOrder, ...]:
    return tuple(RestingOrder(f"{owner}.maker", dollars(price), options(size)) for price, size in levels)
