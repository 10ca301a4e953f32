"""Markets against plain or compiled peers: a matching book, option prices with Greeks, an updated liquidity graph.

The book and its peers see one generated stream of adds, cancels and takes; no add of it crosses, so that all of them
must end with the same orders, which is checked. The peers keep orders sorted with `sortedcontainers` and know no
owners, kinds, trades or reports: a take only removes size at the best price, order by order.
"""

import gc
import importlib.util
import math
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numba
import numpy as np

from benchmarks.harness import Row, main, skipped
from benchmarks.order_books.compiled_book import CompiledLevels
from benchmarks.order_books.sorted_books import SortedLevels, SortedOrders
from benchmarks.peers import option_libraries
from intents.assets import USDC
from venues.graph import Edge, LiquidityGraph
from venues.graph_generator import GraphSize, generated_snapshot, next_block
from venues.markets.book_order import BookOrder
from venues.markets.kinds import AnyVenue
from venues.markets.matching import MatchingBook
from venues.markets.venue import Side
from venues.pricing.greeks import greeks
from venues.seeds import generator
from venues.snapshot import Snapshot

MID = 10_000
"""Ticks; bids rest below, asks above."""

DEPTH = 40.0
"""Mean distance of a new order from the middle, in ticks."""


Event = BookOrder | int
"""An order to rest, a market order that takes, or the id of an order to cancel."""


def stream(count: int) -> list[Event]:
    """Return a stream: half adds, four in ten cancels, the rest takes."""
    draw = generator(4, "benchmark", "order stream")
    what, pick = draw.random(count), draw.random(count)
    sizes = draw.integers(1, 100, count).tolist()
    away = (1 + draw.exponential(DEPTH, count)).astype(int).tolist()
    live: list[int] = []
    events: list[Event] = []
    for i in range(count):
        side: Side = "buy" if pick[i] < 0.5 else "sell"
        if what[i] < 0.5 or not live:
            price = max(MID - away[i], 1) if side == "buy" else MID + away[i]
            events.append(BookOrder(id=i, owner=f"owner {i % 50}", side=side, size=sizes[i], price=price))
            live.append(i)
        elif what[i] < 0.9:
            chosen = int(pick[i] * len(live))
            live[chosen], live[-1] = live[-1], live[chosen]
            events.append(live.pop())
        else:
            events.append(BookOrder(id=i, owner="taker", side=side, size=sizes[i], kind="market"))
    return events


class Ours:
    """The matching book; takes are market orders."""

    def __init__(self) -> None:
        self.book = MatchingBook()
        self.add = self.take = self.book.submit
        self.cancel = self.book.cancel

    def left(self) -> dict[int, int]:
        """Return the open size of each order."""
        return dict(self.book.queue("buy") + self.book.queue("sell"))


def played(book: Ours | SortedLevels | SortedOrders, events: Sequence[Event]) -> float:
    """Return the seconds of processor that a book takes for a stream: others on the machine do not count."""
    add, cancel, take = book.add, book.cancel, book.take
    start = time.process_time()
    for event in events:
        if isinstance(event, int):
            cancel(event)
        elif event.price is None:
            take(event)
        else:
            add(event)
    return time.process_time() - start


def books(quick: bool) -> list[Row]:
    """Return what the matching book takes for a stream, and what plain sorted books do."""
    events = stream(100_000 if quick else 1_000_000)
    unit = f"of {len(events)} events a second; peer, without matching: "
    found: dict[str, list[float]] = {}
    compiled = [CompiledLevels] if importlib.util.find_spec("order_book") else []
    for _ in range(3):
        ends = []
        for kind in (Ours, SortedLevels, SortedOrders, *compiled):
            gc.collect()
            book = kind()
            found.setdefault(kind.__name__, []).append(played(book, events))
            ends.append(book.left())
        if any(end != ends[0] for end in ends):
            raise AssertionError("the books do not end with the same orders")
    best = {name: len(events) / min(seconds) for name, seconds in found.items()}
    absent = skipped("order book, C library order-book", "order-book is not installed")
    rows = [
        Row(f"order book, {what}", best["Ours"], best[name], best["Ours"] / best[name], f"{unit}{what}")
        for name, what in (
            ("SortedOrders", "sorted orders"),
            ("SortedLevels", "sorted price levels"),
            ("CompiledLevels", "C library order-book"),
        )
        if name in best
    ]
    return rows if compiled else [*rows, absent]


@numba.njit(cache=False, fastmath=False)  # type: ignore[misc,untyped-decorator,unused-ignore]
def compiled_greeks(forward: Any, strike: Any, vol: Any, years: Any, call: Any) -> Any:
    """Return price and four Greeks of each option, one after the other, in machine code on one thread."""
    out = np.empty((5, forward.size))
    for i in range(forward.size):
        root = math.sqrt(years[i])
        deviation = vol[i] * root
        d1 = math.log(forward[i] / strike[i]) / deviation + deviation / 2
        sign = 1.0 if call[i] else -1.0
        in_forward = 0.5 * math.erfc(-sign * d1 / math.sqrt(2.0))
        in_strike = 0.5 * math.erfc(-sign * (d1 - deviation) / math.sqrt(2.0))
        density = math.exp(-d1 * d1 / 2) / math.sqrt(2 * math.pi)
        out[0, i] = sign * (forward[i] * in_forward - strike[i] * in_strike)
        out[1, i] = sign * in_forward
        out[2, i] = density / (forward[i] * deviation)
        out[3, i] = forward[i] * density * root
        out[4, i] = -forward[i] * density * vol[i] / (2 * root)
    return out


def median_seconds(run: Callable[[], object], times: int) -> float:
    """Return the median time of some runs after one that does not count."""
    run()
    return statistics.median(seconds_of(run) for _ in range(times))


def pricing(quick: bool) -> list[Row]:
    """Return what price and Greeks of an option cost in numpy and compiled, in microseconds."""
    count = 20_000 if quick else 200_000
    draw = generator(4, "benchmark", "options")
    forward, strike = draw.uniform(80, 300, count), draw.uniform(50, 400, count)
    vol, years, call = draw.uniform(0.3, 2.5, count), draw.uniform(0.01, 1, count), draw.random(count) < 0.5
    ours, peer = greeks(forward, strike, vol, years, call), compiled_greeks(forward, strike, vol, years, call)
    for mine, theirs in zip(ours, peer, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-9)
    a = median_seconds(lambda: greeks(forward, strike, vol, years, call), 15) / count * 1e6
    b = median_seconds(lambda: compiled_greeks(forward, strike, vol, years, call), 15) / count * 1e6
    note = "us an option, less is better; peer: the same formula in numba, one thread, prange off"
    return [Row("black-76, price and four Greeks", a, b, a / b, note), *option_libraries.rows(quick)]


def edges_of(venues: Iterable[AnyVenue]) -> list[Edge]:
    """Return the edges of some venues."""
    found = []
    for venue in venues:
        cash = (USDC, venue.chain)
        for node in ((instrument, venue.chain) for instrument in venue.instruments()):
            found += [Edge(*ends, venue.id, "trade", venue.gas) for ends in ((cash, node), (node, cash))]
    return found


def work_out(graph: LiquidityGraph, edges: Sequence[Edge]) -> None:
    """Make the graph of networkx and the ladders of some edges."""
    assert graph.nx.number_of_nodes() > 0
    for edge in edges:
        graph.ladder(edge)


def graphs(quick: bool) -> list[Row]:
    """Return what a block that changes some venues costs, against making the graph again; in milliseconds."""
    size = GraphSize(venues=1_000 if quick else 10_000, chains=20)
    known = LiquidityGraph(generated_snapshot(size, 4))
    edges = edges_of(known.snapshot.by_venue.values())
    work_out(known, edges)
    return [row for share in (0.001, 0.01, 0.1) for row in _graph_rows(known, edges, share)]


def _graph_rows(known: LiquidityGraph, edges: Sequence[Edge], share: float) -> list[Row]:
    before = known.snapshot.by_venue
    count = round(len(before) * share)
    times: dict[str, list[float]] = {}
    for number in range(9):
        gc.collect()
        block = next_block(known.snapshot, count, 4, number)
        changed = edges_of(venue for venue in block.by_venue.values() if before[venue.id] is not venue)
        # Copies of the snapshot, so that nobody starts with what was derived from it above.
        runs = {
            "update": partial(_update, known, replace(block), ()),
            "update and ladders": partial(_update, known, replace(block), changed),
            "rebuild": partial(work_out, LiquidityGraph(replace(block)), ()),
            "rebuild and ladders": partial(work_out, LiquidityGraph(replace(block)), edges),
        }
        gc.disable()
        for name, run in runs.items():
            times.setdefault(name, []).append(seconds_of(run) * 1000)
        gc.enable()
    best = {name: min(found) for name, found in times.items()}
    rows = []
    for what, note in (("", "without ladders"), (" and ladders", "with all ladders, ours with those that changed")):
        ours, peer = best["update" + what], best["rebuild" + what]
        title = f"graph of {len(before)}, {count} change{what.replace(' and', ',')}"
        rows.append(Row(title, ours, peer, ours / peer, f"ms, less is better; peer: rebuild {note}"))
    return rows


def _update(known: LiquidityGraph, after: Snapshot, changed: Sequence[Edge]) -> None:
    work_out(known.updated(after), changed)


def seconds_of(run: Callable[[], object]) -> float:
    """Return how long one run takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def measure(quick: bool) -> list[Row]:
    """Return the rows of this benchmark."""
    return [*books(quick), *pricing(quick), *graphs(quick)]


if __name__ == "__main__":
    main("markets", measure, __doc__)
