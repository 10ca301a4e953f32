"""Checks of prices over several orders: round trips, monotony, the ladder, arbitrage."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Final

from venues.markets.venue import Fill, Side, Unfilled
from venues.testing.stage import OPTIMAL, SIDES, Stage, fills, worse

MOVES: Final = (0.8, 0.97, 0.999, 1.001, 1.03, 1.25)
"""Prices elsewhere, relative to the venue's own."""


def round_trips(stage: Stage) -> Iterator[str]:
    """No free lunch: nobody who ends with what they began with has gained cash."""
    for side in SIDES:
        back: Side = "sell" if side == "buy" else "buy"
        for size in stage.sizes(side):
            third, half = size // 3, size // 2
            plans = (
                ((side, size), (back, size)),
                ((side, third), (side, size - third), (back, size)),
                ((side, size), (back, half), (back, size - half)),
                ((side, half), (back, third), (side, size - half), (back, size - third)),
            )
            for plan in plans:
                gain = _gain(stage, plan)
                if gain is not None and gain > 0:
                    yield f"{plan} gains {gain}"


def prices(stage: Stage) -> Iterator[str]:
    """Prices are monotone: more is never cheaper for each unit, and flow moves the price against those who follow."""
    yield from _marginal(stage)
    for side in SIDES:
        known = [(size, fill.cash) for s, size, fill in fills(stage) if s == side]
        for (small, one), (large, other) in pairwise(known):
            if worse(side, one * large, other * small) > stage.rounding * large:
                yield f"{side} {large} has a better price for each unit than {small}"
            if side == "buy" and one > other + stage.rounding:
                yield f"{large} cost less than {small}"
        yield from _following(stage, side, known)


def _marginal(stage: Stage) -> Iterator[str]:
    ask = stage.venue.marginal_price(stage.instrument, "buy", stage.market)
    bid = stage.venue.marginal_price(stage.instrument, "sell", stage.market)
    if ask is not None and bid is not None and bid > ask * (1 + OPTIMAL):
        yield f"the next unit is sold at {ask} and bought at {bid}"
    for side, price in (("buy", ask), ("sell", bid)):
        sizes = stage.sizes(side)  # type: ignore[arg-type]  # a literal of the pair above
        if (price is None) != (not sizes):
            yield f"{side}: the marginal price is {price} and {len(sizes)} sizes trade"
        for side_, size, fill in fills(stage):
            if price is None or side_ != side:
                continue
            slack = stage.rounding + OPTIMAL * fill.cash
            if worse(side_, price * size, fill.cash) > slack:
                yield f"{side} {size} at {fill.cash} is better than the marginal price of {price}"


def _following(stage: Stage, side: Side, known: list[tuple[int, int]]) -> Iterator[str]:
    back: Side = "sell" if side == "buy" else "buy"
    for size, cash in known:
        later = stage.after(stage.order(side, size))
        then = later.quote(side, size) if later is not None else None
        if then is not None and worse(side, cash, then.cash) > stage.rounding:
            yield f"{side} {size} is better after {size} in the same direction"
        for other in stage.sizes(back):
            earlier = stage.after(stage.order(back, other))
            then = earlier.quote(side, size) if earlier is not None else None
            if then is not None and worse(side, then.cash, cash) > stage.rounding:
                yield f"{side} {size} is worse after {back} {other}"


def ladder(stage: Stage) -> Iterator[str]:
    """A ladder is convex, its points are exact, and between them it errs to the dear side."""
    for side in SIDES:
        steps = stage.venue.ladder(stage.instrument, side, stage.market)
        quantity = cash = 0
        for one, other in pairwise([(step.quantity, step.cash) for step in steps]):
            if worse(side, one[1] * other[0], other[1] * one[0]) > stage.rounding * max(one[0], other[0]):
                yield f"{side}: a step of {other[0]} at {other[1]} is better than one before it, {one[0]} at {one[1]}"
        for step in steps:
            middle = stage.quote(side, quantity + step.quantity // 2) if step.quantity > 1 else None
            line = cash + step.cash * (step.quantity // 2) / step.quantity
            if middle is not None and worse(side, middle.cash, line) > stage.rounding + OPTIMAL * line:
                yield f"{side} {middle.order.quantity} is worse than the line of the ladder, {line}"
            quantity, cash = quantity + step.quantity, cash + step.cash
            whole = stage.quote(side, quantity)
            if whole is None or whole.cash != cash:
                yield f"{side} {quantity} is {cash} on the ladder and {whole and whole.cash} in truth"


def arbitrage(stage: Stage) -> Iterator[str]:
    """`arbitrage` finds the best trade, to `OPTIMAL` of the turnover, and states its cash truly."""
    for side in SIDES:
        own = stage.venue.marginal_price(stage.instrument, side, stage.market)
        for price in (own * move for move in MOVES) if own is not None else ():
            found = stage.venue.arbitrage({stage.instrument: price}, stage.market)
            stated = next((trade for trade in found if trade.side == side), None)
            best = _best(stage, side, price)
            reached = 0.0
            if stated is not None:
                fill = stage.quote(side, round(stated.quantity))
                if fill is None:
                    # A whole number next to the end of the capacity.
                    fill = stage.quote(side, int(stated.quantity * (1 - OPTIMAL)))
                if fill is None:
                    yield f"{side} {stated.quantity} at {price} elsewhere does not fill"
                    continue
                reached = _profit(side, fill, price)
                if abs(stated.cash - fill.cash) > OPTIMAL * (stated.cash + fill.cash) + stage.rounding:
                    yield f"{side} {stated.quantity} is stated at {stated.cash} and comes to {fill.cash}"
            if best is None:
                continue
            slack = stage.rounding + OPTIMAL * best.cash
            if _profit(side, best, price) - reached > slack:
                yield (
                    f"{side} at {price} elsewhere: {best.order.quantity} earns {_profit(side, best, price)}, "
                    f"the arbitrage {reached}"
                )


def _gain(stage: Stage, plan: tuple[tuple[Side, int], ...]) -> int | None:
    """Return the cash gained by a sequence of orders, or `None` if one of them does not fill."""
    gained = 0
    for side, size in plan:
        outcome = stage.venue.execute(stage.order(side, size), stage.market)
        if isinstance(outcome, Unfilled):
            return None
        stage = replace(stage, venue=outcome[0])
        gained += outcome[1].cash if side == "sell" else -outcome[1].cash
    return gained


def _best(stage: Stage, side: Side, price: float) -> Fill | None:
    """Return the order that earns most, found by search: exact, slow, and knowing nothing of the venue.

    Profit is concave in size, so a bracket shrinks by thirds until it is as narrow as rounding.
    """
    high = min(stage.venue.capacity(stage.instrument, side, stage.market), 64 * max(stage.depth(side), 1))
    low = 0

    def profit(size: int) -> float:
        fill = stage.quote(side, size) if size else None
        return 0.0 if fill is None else _profit(side, fill, price)

    while high - low > max(high // 10**7, 2):
        left, right = low + (high - low) * 382 // 1000, low + (high - low) * 618 // 1000
        low, high = (low, right) if profit(left) >= profit(right) else (left, high)
    return stage.quote(side, (low + high) // 2)


def _profit(side: Side, fill: Fill, price: float) -> float:
    worth = fill.order.quantity * price
    return worth - fill.cash if side == "buy" else fill.cash - worth
