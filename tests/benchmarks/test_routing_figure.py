"""Figures of routing: what they draw of the rows of the benchmark."""

import pytest

from benchmarks.routing_network.figure import LEAST, shares, times
from benchmarks.routing_network.package_rows import gas_blind
from benchmarks.routing_network.packages import cases
from solvers.routing.problem import Route
from solvers.routing.router import route
from venues.graph import LiquidityGraph


def row(name: str, ours: float, peer: float, note: str) -> dict[str, object]:
    return {"name": name, "ours": ours, "peer": peer, "note": note}


def test_times_are_gathered_by_peer_and_ordered_by_size() -> None:
    note = "ms, dual (gap 1e-9, optimal); peer: cvxpy, published form, Scs; values differ by 1e-7; ratio: times faster"
    books = "ms, dual (gap 1e-9, optimal); peer: our convex engine, Clarabel (gap 4e-8); values differ by 1e-8"
    rows = [
        row("mixed, m=1000", 8.0, 380.0, books),
        row("mixed, m=100", 4.0, 600.0, books),
        row(
            "mixed, m=100", 4.5, 4.0, "ms, dual (gap 1e-6, optimal); peer: itself at a tolerance of 1e-8; ours: at 1e-5"
        ),
        row("mixed, m=100", 1e5, 9e4, "value, dual; peer: best single path; ours is 3.37% more"),
        row("convex flows, m=100", 0.1, 700.0, note),
    ]

    assert times(rows, "mixed") == {
        "dual (ours)": [(100.0, 4.0), (1000.0, 8.0)],
        "convex (ours)": [(100.0, 600.0), (1000.0, 380.0)],
    }
    assert times(rows, "convex flows") == {
        "dual (ours)": [(100.0, 0.1)],
        "cvxpy, published form, Scs": [(100.0, 700.0)],
    }


def test_losses_are_gathered_by_trade_and_never_below_the_picture() -> None:
    about = "net of gas; peer: convex routing that ignores gas; gas share {}; loss {} of the order"
    rows = [
        row("gas share, CoW auction, 5 WETH->USDC", 2.0, 1.0, about.format("2.000e-03", "1.000e-02")),
        row("gas share, CoW auction, 50 WETH->USDC", 2.0, 1.0, about.format("1.000e-03", "0.000e+00")),
        row("gas share, bull spread of 0.5", 2.0, 1.0, about.format("3.000e-02", "4.000e-02")),
        row("memory", 2.0, 1.0, "MB"),
    ]

    assert shares(rows) == {
        "CoW auction, WETH->USDC": [(1e-3, LEAST), (2e-3, 1e-2)],
        "bull spread": [(3e-2, 4e-2)],
    }


@pytest.mark.parametrize("number", range(4))
def test_what_ignores_gas_is_charged_for_it_and_never_beats_exact(number: int) -> None:
    case = cases(3, 4)[number]
    graph = LiquidityGraph(case.snapshot)

    best, blind = route(graph, case.job), gas_blind(graph, case.job)

    assert isinstance(best, Route)
    assert isinstance(blind, Route)
    assert best.gap is not None
    assert best.gap <= 1e-6
    assert blind.cost.gas > 0
    assert blind.surplus <= best.surplus
