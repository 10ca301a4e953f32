"""Made-up liquidity of any size, for benchmarks and tests of scale: 10 to 100,000 venues over many chains.

Seven venues of ten are pools of ether, the others order books with one to four series each. Chains stand in a ring of
bridges, with a chord from every third to the chain opposite. Every venue is drawn from a stream of its own, named by
the seed and its number, so a larger graph over the same chains holds all venues of a smaller one, and equal sizes and
seeds give equal graphs.
"""

from dataclasses import dataclass, replace
from typing import Final

from intents.assets import ETH_UNIT, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from venues.bridges import BridgePort
from venues.markets.clob import Book, OrderBook, RestingOrder
from venues.markets.cpmm import SpotPool
from venues.markets.kinds import AnyVenue
from venues.seeds import Generator, generator
from venues.snapshot import ChainView, Snapshot

START_MS: Final = 1_584_014_400_000
"""12 March 2020, 12:00 UTC."""

BLOCK_MS: Final = 12_000
SPOT: Final = 140
"""Dollars for an ether, about which everything is quoted."""

SERIES: Final = tuple(
    f"ETH-{expiry}-{strike}-{right}"
    for expiry in ("27MAR20", "26JUN20")
    for strike in range(100, 200, 20)
    for right in "CP"
)
POOLS: Final = 0.7
LEVELS: Final = 3
"""Resting orders on each side of a book."""

TICK: Final = USDC_UNIT // 20


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphSize:
    """How large a graph is to be.

    Raises:
        ValueError: if there is nothing of either.
    """

    venues: int
    chains: int

    def __post_init__(self) -> None:
        if self.venues < 1 or self.chains < 1:
            raise ValueError(f"{self.venues} venues on {self.chains} chains make no graph; each takes at least 1")


def generated_snapshot(size: GraphSize, seed: int) -> Snapshot:
    """Return the snapshot of a made-up world; `LiquidityGraph` makes the graph of it."""
    names = [f"eip155:{1 + place}" for place in range(size.chains)]
    venues: list[list[AnyVenue]] = [[] for _ in names]
    for number in range(size.venues):
        place = number % size.chains
        venues[place].append(_venue(number, names[place], seed))
    views = tuple(
        ChainView(
            chain=name,
            spot=SPOT * PRICE_UNIT,
            spot_observed_ms=START_MS,
            gas_price_wei=10**9 * (1 + place % 7),
            venues=tuple(venues[place]),
            bridges=_bridges(place, names),
        )
        for place, name in enumerate(names)
    )
    return Snapshot(time_ms=START_MS, ether_price=SPOT * PRICE_UNIT, chains=views)


def next_block(snapshot: Snapshot, changes: int, seed: int, number: int) -> Snapshot:
    """Return a made-up snapshot one block later, in which so many venues, drawn by lot, have changed.

    All others are the same objects as before, as they are in a world where nobody touched them. Prices of oracles stay.

    Args:
        snapshot: The one before, made here.
        changes: Number of venues that change, at most all.
        seed: Root of the lots.
        number: Which block it is; another number draws other venues.
    """
    draw = generator(seed, "liquidity graph", "block", number)
    names = tuple(snapshot.by_venue)
    chosen = {names[index] for index in draw.choice(len(names), size=changes, replace=False)}
    chains = tuple(
        replace(view, venues=tuple(_changed(venue, draw) if venue.id in chosen else venue for venue in view.venues))
        for view in snapshot.chains
    )
    return replace(snapshot, time_ms=snapshot.time_ms + BLOCK_MS, chains=chains)


def _venue(number: int, chain: str, seed: int) -> AnyVenue:
    draw = generator(seed, "liquidity graph", "venue", number)
    if draw.random() < POOLS:
        ether = round(10 ** draw.uniform(1.5, 4.5) * 10**6) * (ETH_UNIT // 10**6)
        price = round(SPOT * draw.uniform(0.98, 1.02) * USDC_UNIT)
        return SpotPool(id=f"pool.{number}", chain=chain, ether=ether, cash=ether * price // ETH_UNIT)
    count = int(draw.integers(1, 5))
    listed = [SERIES[index] for index in sorted(draw.choice(len(SERIES), size=count, replace=False))]
    books = {symbol: _book(f"maker.{number}", draw) for symbol in listed}
    return OrderBook(id=f"book.{number}", chain=chain, books=books, fee_account=f"book.{number}.fees")


def _book(owner: str, draw: Generator) -> Book:
    middle = int(draw.integers(100, 800)) * TICK
    spread = int(draw.integers(1, 20)) * TICK
    sizes = [int(size) * OPTION_UNIT for size in draw.integers(1, 100, 2 * LEVELS)]
    bids = tuple(RestingOrder(owner, middle - spread - level * TICK, sizes[level]) for level in range(LEVELS))
    asks = tuple(RestingOrder(owner, middle + spread + level * TICK, sizes[LEVELS + level]) for level in range(LEVELS))
    return Book(bids, asks)


def _changed(venue: AnyVenue, draw: Generator) -> AnyVenue:
    """Return a made-up venue after trades: a pool with other reserves, or a book with one series quoted anew."""
    if isinstance(venue, SpotPool):
        return replace(venue, cash=round(venue.cash * draw.uniform(0.99, 1.01)))
    if isinstance(venue, OrderBook):
        symbol = next(iter(venue.books))
        return replace(venue, books=venue.books | {symbol: _book(venue.fee_account.removesuffix(".fees"), draw)})
    raise TypeError(f"{venue.id} is a {venue.kind}, which is never made here")


def _bridges(place: int, names: list[str]) -> tuple[BridgePort, ...]:
    """Return the bridge ends on a chain, in order of name."""
    count = len(names)
    pairs = {(min(a, b), max(a, b)) for a, b in _ring_and_chords(count) if place in (a, b) and a != b}
    return tuple(
        BridgePort(
            id=f"bridge.{low}.{high}",
            chain=names[place],
            peer=names[high if place == low else low],
            liquidity=10**6 * USDC_UNIT,
            fee_ppm=500,
            fixed_fee=USDC_UNIT // 2,
            delay_ms=60_000,
        )
        for low, high in sorted(pairs, key=lambda pair: f"bridge.{pair[0]}.{pair[1]}")
    )


def _ring_and_chords(count: int) -> list[tuple[int, int]]:
    ring = [(place, (place + 1) % count) for place in range(count)]
    return ring + [(place, (place + count // 2) % count) for place in range(0, count, 3)]
