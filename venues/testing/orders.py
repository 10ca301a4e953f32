"""Checks of single orders: quote and execution, values, admission, reserves, claims."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations
from typing import Final

from pydantic import TypeAdapter

from intents.assets import USDC
from intents.lifecycle import Cause
from venues.markets.ladder import quote
from venues.markets.venue import Claim, Fill, Order, Side, Unfilled
from venues.testing.stage import SIDES, Stage, fills

ADMISSIONS: Final = frozenset({"available", "cancel_only", "unavailable", "unknown"})


def quotes(stage: Stage) -> Iterator[str]:
    """Quote equals execute: an order fills at the cash quoted, at no unit better, and nothing is made or lost."""
    for side, size, fill in fills(stage):
        again = stage.venue.execute(stage.order(side, size, fill.cash), stage.market)
        if isinstance(again, Unfilled) or again[1].cash != fill.cash:
            yield f"{side} {size} is quoted at {fill.cash} and does not fill at that bound"
        better = fill.cash + (-1 if side == "buy" else 1)
        refused = stage.venue.execute(stage.order(side, size, better), stage.market) if better >= 0 else None
        if refused is not None and (not isinstance(refused, Unfilled) or refused.cause != Cause.SLIPPAGE):
            yield f"{side} {size} is quoted at {fill.cash} and is not refused for slippage at {better}"
        sign = 1 if side == "buy" else -1
        if sum(share.quantity for share in fill.shares) != -sign * size:
            yield f"{side} {size}: the other side does not give or take {size}"
        if sum(share.cash for share in fill.shares) != sign * fill.cash:
            yield f"{side} {size}: the other side does not get or pay {fill.cash}"
        if fill.fee < 0 or (side == "buy" and fill.fee > fill.cash):
            yield f"{side} {size}: a fee of {fill.fee} in {fill.cash}"


def values(stage: Stage) -> Iterator[str]:
    """A venue is a value, survives its JSON text, and refuses what it does not list."""
    adapter: TypeAdapter[object] = TypeAdapter(type(stage.venue))
    before = adapter.dump_json(stage.venue)
    for side, size, _ in fills(stage):
        moved = stage.after(stage.order(side, size))
        if moved is None:
            continue
        text = adapter.dump_json(moved.venue)
        if adapter.validate_json(text, strict=True) != moved.venue:
            yield f"{side} {size} leaves a venue that its JSON text does not bring back"
    if adapter.dump_json(stage.venue) != before:
        yield "trading changed the venue itself instead of returning another"
    stranger = replace(stage, instrument="NOT-LISTED")
    for side in SIDES:
        outcome = stage.venue.execute(stranger.order(side, 1), stage.market)
        if not isinstance(outcome, Unfilled) or stage.venue.ladder("NOT-LISTED", side, stage.market):
            yield "something is traded that is not listed"
        if stage.venue.capacity("NOT-LISTED", side, stage.market):
            yield "there is capacity for something that is not listed"


def admission(stage: Stage) -> Iterator[str]:
    """A venue that does not take orders fills none."""
    state = stage.venue.admission(stage.market)
    if state not in ADMISSIONS:
        yield f"{state} is not an admission state"
    if state == "available":
        return
    for side in SIDES:
        if stage.depth(side) or stage.quote(side, 1) is not None:
            yield f"it is {state} and still trades"
    if stage.venue.arbitrage({stage.instrument: 1.0}, stage.market):
        yield f"it is {state} and still offers arbitrage"


def reserves(stage: Stage) -> Iterator[str]:
    """What a venue holds is never negative, changes by what a trade says, and limits its capacity."""
    for side in SIDES:
        capacity = stage.venue.capacity(stage.instrument, side, stage.market)
        if capacity < stage.depth(side):
            yield f"{side}: the ladder offers {stage.depth(side)}, the capacity is {capacity}"
        if stage.quote(side, capacity + 1) is not None:
            yield f"{side} of more than the capacity {capacity} fills"
        if capacity and stage.quote(side, capacity) is None:
            yield f"{side} of the capacity {capacity} does not fill"
        for size in [*stage.sizes(side), capacity]:
            outcome = quote(stage.venue, stage.instrument, side, size, stage.market)
            moved = stage.after(stage.order(side, size))
            if moved is None or isinstance(outcome, Unfilled):
                continue
            yield from _moved(stage, moved, side, outcome)


def _moved(stage: Stage, moved: Stage, side: Side, fill: Fill) -> Iterator[str]:
    before, after = stage.venue.reserves(), moved.venue.reserves()
    sign = 1 if side == "buy" else -1
    for symbol, amount in after.items():
        expected = {stage.instrument: -sign * fill.order.quantity, USDC: sign * fill.cash}.get(symbol, 0)
        if amount < 0:
            yield f"{side} {fill.order.quantity} leaves {amount} of {symbol}"
        if amount - before.get(symbol, 0) != expected:
            yield f"{side} {fill.order.quantity} changes {symbol} by {amount - before.get(symbol, 0)}, not {expected}"


def claims(stage: Stage) -> Iterator[str]:
    """Orders that together stay within each one's reach keep their bounds in any order, whatever their directions."""
    for slacks in ((2_000, 20_000, 100_000), (0, 50_000, 50_000), (300, 300, 300)):
        found = {side: _bounded(stage, side, slacks) for side in SIDES}
        for side in SIDES:
            if len({stage.venue.claim(order, stage.market).resource for order in found[side]}) > 1:
                yield f"{side}: orders for one instrument in one direction claim different resources"
            yield from _any_order(stage, found[side])
    yield from _any_order(stage, [order for side in SIDES for order in _bounded(stage, side, (20_000, 300))])


def _bounded(stage: Stage, side: Side, slacks: tuple[int, ...]) -> list[Order]:
    """Return orders of several sizes whose bounds leave so many millionths."""
    orders, depth = [], stage.depth(side)
    for part, slack in zip((40, 25, 90), slacks, strict=False):
        fill = stage.quote(side, depth // part)
        if fill is not None:
            room = fill.cash * slack // 1_000_000
            orders.append(replace(fill.order, bound=fill.cash + (room if side == "buy" else -room)))
    return orders


def _any_order(stage: Stage, orders: list[Order]) -> Iterator[str]:
    claims = {order: stage.venue.claim(order, stage.market) for order in orders}
    kept = list(orders)
    while (beyond := next((order for order in kept if _is_beyond(claims[order], kept, claims)), None)) is not None:
        kept.remove(beyond)
    for sequence in permutations(kept):
        at: Stage | None = stage
        for order in sequence:
            at = at.after(order) if at is not None else None
        if at is None:
            what = [f"{order.side} {order.quantity}" for order in sequence]
            yield f"{', '.join(what)} within each other's reach do not fill in this order"


def _is_beyond(mine: Claim, orders: list[Order], claims: dict[Order, Claim]) -> bool:
    """Return whether orders together take more of something than a claim bears."""
    return any(
        each.reach < sum(claims[order].quantity for order in orders if claims[order].resource == each.resource)
        for each in (mine, *mine.conditions)
    )
