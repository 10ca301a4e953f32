"""The liquidity graph of a scenario at an instant, without any auction: makers, market makers and traders only."""

import datetime as dt

from solvernet.build import build_world
from solvernet.errors import SolvernetError
from solvernet.rules import auction_rules
from solvernet.scenario import Scenario
from venues.graph import LiquidityGraph
from venues.snapshot import Snapshot, view_chain


def instant(text: str) -> int:
    """Return an ISO instant in Unix milliseconds; one without a time zone is UTC.

    Raises:
        SolvernetError: if it is none.
    """
    try:
        value = dt.datetime.fromisoformat(text)
    except ValueError:
        raise SolvernetError(f"{text!r} is not an instant; write it as 2020-03-12T15:00") from None
    return round((value if value.tzinfo else value.replace(tzinfo=dt.UTC)).timestamp() * 1000)


def graph_at(scenario: Scenario, seed: int, time_ms: int) -> LiquidityGraph:
    """Return the graph at `time_ms`.

    Raises:
        SolvernetError: if the instant is outside the scenario's window.
    """
    window = scenario.window
    if not window.start <= time_ms <= window.end:
        begin, end = (dt.datetime.fromtimestamp(ms / 1000, dt.UTC) for ms in (window.start, window.end))
        raise SolvernetError(
            f"{scenario.name} runs from {begin:%Y-%m-%dT%H:%M} to {end:%Y-%m-%dT%H:%M}; choose an instant within"
        )
    world = build_world(scenario, seed, time_ms, {})
    policy = auction_rules(scenario).policy
    views = tuple(
        view_chain(world.state(name), policy.expected_price(world.chain(name)), (), time_ms) for name in world.chain_ids
    )
    reference = scenario.chains[scenario.rounds.reference_chain].caip2
    return LiquidityGraph(Snapshot(time_ms=world.now_ms, ether_price=world.state(reference).answer.price, chains=views))
