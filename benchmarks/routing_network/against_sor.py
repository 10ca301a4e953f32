"""Rows on the router of Balancer: what it makes of trades over the pools of the real auction, without gas and with."""

from collections.abc import Sequence

from benchmarks.harness import Row, skipped
from benchmarks.routing_network import cow, sor
from benchmarks.routing_network.sor import Answer, Trade, UnavailableError
from solvers.routing.network.dual import solve_dual
from solvers.routing.network.fixed_costs import Limits, solve_exact

NAME = "Balancer's @balancer-labs/sor"
TRADES = (*cow.TRADES, (5.0, "WETH", "USDC"), (8000.0, "WETH", "USDC"), (1e6, "DAI", "WBTC"))
MOST_POOLS = 10
TRIFLE = 1e-6
"""Part of a trade at which almost all that comes out is standing arbitrage between pools."""

LOOSE = Limits(tolerance=1e-4)


def against_sor(quick: bool) -> list[Row]:
    """Return values and times beside those of the package; one row that says why, where it cannot be had."""
    trades = TRADES[:2] if quick else TRADES
    cost = sum(pool["cost_eth"] for pool in cow.sample()["pools"]) / len(cow.sample()["pools"])
    asked = [Trade(*trade, MOST_POOLS, price) for price in (0.0, cost) for trade in trades]
    try:
        answers = sor.answers(asked)
    except UnavailableError as reason:
        return [skipped(NAME, str(reason))]
    return _rows(asked, answers)


def _rows(asked: Sequence[Trade], answers: Sequence[Answer]) -> list[Row]:
    rows = []
    for trade, answer in zip(asked, answers, strict=True):
        rows.append(_with_gas(trade, answer) if trade.cost_eth else _without_gas(trade, answer))
    return rows


def _without_gas(trade: Trade, answer: Answer) -> Row:
    """Compare values where pools cost nothing; what arbitrage is there without the trade is named."""
    case, _ = cow.trade(trade.amount, trade.sold, trade.bought)
    trifle, _ = cow.trade(trade.amount * TRIFLE, trade.sold, trade.bought)
    ours, standing = solve_dual(case.network, case.aim), solve_dual(trifle.network, trifle.aim).value
    routed = ours.value - standing
    note = f"{_about(trade, answer)}; {standing:.6g} of ours is arbitrage without the trade, {_gain(routed, answer)}"
    return Row(f"{case.name}, no gas", ours.value, answer.value, _ratio(ours.value, answer.value), note)


def _with_gas(trade: Trade, answer: Answer) -> Row:
    """Compare values net of what the pools of each route cost; the package is told their mean."""
    case, costs = cow.trade(trade.amount, trade.sold, trade.bought)
    ours = solve_exact(case.network, case.aim, costs, LOOSE)
    theirs = answer.value - float(costs[sorted(answer.pools)].sum())
    note = f"{_about(trade, answer)}; exact (gap {ours.gap:.0e})"
    return Row(f"{case.name}, net of gas", ours.value, theirs, _ratio(ours.value, theirs), note)


def _about(trade: Trade, answer: Answer) -> str:
    times = f"{answer.later_ms:.0f} ms, first {answer.first_ms:.0f} ms"
    return f"{trade.bought}; peer: {NAME}, at most {MOST_POOLS} pools, {len(answer.pools)} used, {times}"


def _gain(routed: float, answer: Answer) -> str:
    return f"the rest is {routed / answer.value - 1:+.4%} of the peer's" if answer.value else "the peer finds no route"


def _ratio(ours: float, theirs: float) -> float | None:
    return ours / theirs if theirs > 0 else None
