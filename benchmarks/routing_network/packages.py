"""Option packages over several chains: random markets, and the usual packages at several sizes.

Each chain has an option market maker, two order books and a pool of ether, around volatilities that differ from chain
to chain; the first is dear in gas, the others are cheap, and each is a bridge away from all others.
"""

from dataclasses import dataclass
from itertools import combinations

from intents import builders
from intents.assets import ETH, ETH_UNIT, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.intent import LOT, Intent
from intents.options import parse_series
from intents.wants import Leg, Package
from solvers.routing.problem import Job
from venues.bridges import BridgePort
from venues.markets.clob import Book, OrderBook, RestingOrder
from venues.markets.cpmm import SpotPool
from venues.markets.kinds import AnyVenue
from venues.markets.option_amm import AmmRules, Board, OptionAmm
from venues.pricing import black76
from venues.pricing.fixed_point import ONE
from venues.seeds import Generator, generator
from venues.snapshot import ChainView, Snapshot

NOW_MS = 1_583_928_000_000
EXPIRY = "27MAR20"
STRIKES = (110, 130, 150)
SPOT = 130.0
VOL = 0.9
OWNER = f"0x{1:040x}"

SIZES = (3.0, 10.0, 40.0)
"""Of an intent, in options."""

ROOM = 0.1
"""What the owner pays above fair value, as a part of the premium of all options, beside a few dollars of gas."""

GAS_ROOM = 6.0
"""Those dollars, for the whole intent."""


def _legs(*legs: tuple[int, str, int]) -> Package:
    return Package(legs=tuple(Leg(instrument=builders.option(EXPIRY, k, right), ratio=r) for k, right, r in legs))


PACKAGES: dict[str, Package] = {
    "bull spread": _legs((130, "C", 1), (150, "C", -1)),
    "straddle": _legs((130, "C", 1), (130, "P", 1)),
    "butterfly": _legs((110, "C", 1), (130, "C", -2), (150, "C", 1)),
    "collar": builders.collar(EXPIRY, 110, 150),
}


@dataclass(frozen=True, slots=True)
class Case:
    """One intent in one market."""

    name: str
    snapshot: Snapshot
    job: Job


def cases(chains: int, count: int) -> list[Case]:
    """Return that many intents over that many chains; packages and sizes take turns, markets are drawn anew."""
    found = []
    for number in range(count):
        name = list(PACKAGES)[number % len(PACKAGES)]
        size = SIZES[number // len(PACKAGES) % len(SIZES)]
        chance = generator(number, "packages", chains)
        market = snapshot(chance, chains)
        found.append(Case(f"{name} of {size:g}", market, job(PACKAGES[name], size, number)))
    return found


def job(want: Package, size: float, number: int) -> Job:
    """Return an intent for a package, at a limit above its fair value; every other one is all or none."""
    fair = sum(leg.ratio * _fair(leg.instrument, VOL) for leg in want.legs)
    premium = sum(abs(leg.ratio) * _fair(leg.instrument, VOL) for leg in want.legs if leg.instrument != ETH)
    limit = fair + ROOM * premium + GAS_ROOM / size
    quantity = round(size * OPTION_UNIT)
    intent = Intent(
        owner=OWNER,
        nonce=number,
        home="eip155:1",
        want=want,
        quantity=quantity,
        limit=round(limit * USDC_UNIT),
        fill="all_or_none" if number % 2 else "partial",
        minimum=LOT,
        valid_from_ms=0,
        valid_until_ms=NOW_MS + 3_600_000,
    )
    return Job(intent_id=f"{number:064x}", intent=intent, remaining=quantity)


def snapshot(chance: Generator, chains: int) -> Snapshot:
    """Return a market of that many chains."""
    names = ["eip155:1", *(f"eip155:{900 + number}" for number in range(1, chains))]
    ports: dict[str, list[BridgePort]] = {name: [] for name in names}
    for one, two in combinations(names, 2):
        fee, fixed = int(chance.integers(100, 600)), round(float(chance.uniform(0.1, 0.8)) * USDC_UNIT)
        for here, there in ((one, two), (two, one)):
            ports[here].append(
                BridgePort(
                    id=f"bridge.{one}.{two}",
                    chain=here,
                    peer=there,
                    liquidity=10**12,
                    fee_ppm=fee,
                    fixed_fee=fixed,
                    delay_ms=120_000,
                )
            )
    views = [
        ChainView(
            chain=name,
            spot=round(SPOT * PRICE_UNIT),
            spot_observed_ms=NOW_MS,
            gas_price_wei=round(float(chance.uniform(20, 60) if not number else chance.uniform(0.1, 3)) * 10**9),
            venues=_venues(chance, name),
            bridges=tuple(ports[name]),
        )
        for number, name in enumerate(names)
    ]
    return Snapshot(time_ms=NOW_MS, ether_price=round(SPOT * PRICE_UNIT), chains=tuple(views))


def _venues(chance: Generator, chain: str) -> tuple[AnyVenue, ...]:
    middle = VOL * float(chance.uniform(0.94, 1.06))
    ether = float(chance.uniform(500, 5000))
    price = SPOT * float(chance.uniform(0.999, 1.001))
    pool = SpotPool(
        id=f"pool.{chain}", chain=chain, ether=round(ether * ETH_UNIT), cash=round(ether * price * USDC_UNIT)
    )
    books = [_book(chance, f"book.{chain}.{number}", chain, middle) for number in (1, 2)]
    return (_maker(chance, chain, middle), *books, pool)


def _maker(chance: Generator, chain: str, vol: float) -> OptionAmm:
    skews = {str(strike): round(float(chance.uniform(0.98, 1.02)) * ONE) for strike in STRIKES}
    rules = AmmRules(
        standard_size=round(float(chance.uniform(10, 40))) * OPTION_UNIT,
        skew_adjustment=ONE // 10,
        price_fee=ONE // 100,
        spot_fee=ONE // 2000,
        min_vol=ONE * 4 // 10,
        max_vol=8 * ONE,
        min_delta=ONE * 3 // 100,
        cutoff_ms=7_200_000,
        max_trade=80 * OPTION_UNIT,
    )
    name = f"maker.{chain}"
    return OptionAmm(id=name, chain=chain, account=name, rules=rules, boards={EXPIRY: Board(round(vol * ONE), skews)})


def _book(chance: Generator, name: str, chain: str, vol: float) -> OrderBook:
    """Return books of five levels a side, a few options deep each."""
    books = {}
    for strike in STRIKES:
        for right in ("C", "P"):
            symbol = builders.option(EXPIRY, strike, right)
            middle, width = vol * float(chance.uniform(0.98, 1.02)), float(chance.uniform(0.01, 0.04))
            sides = [
                tuple(
                    RestingOrder(
                        f"{name}.maker",
                        round(_fair(symbol, middle * (1 + sign * width * (1 + level))) * USDC_UNIT),
                        round(float(chance.uniform(1, 8)) * 100) * LOT,
                    )
                    for level in range(5)
                )
                for sign in (-1, 1)
            ]
            books[symbol] = Book(*sides)
    return OrderBook(id=name, chain=chain, books=books, fee_account=f"{name}.fees")


def _fair(symbol: str, vol: float) -> float:
    """Return the price of an instrument in dollars."""
    if symbol == ETH:
        return SPOT
    series = parse_series(symbol)
    years = (series.expiry_ms - NOW_MS) / black76.MS_PER_YEAR
    return float(black76.price(SPOT, series.strike / PRICE_UNIT, vol, years, series.right == "C"))
