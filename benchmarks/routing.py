"""What better routing is worth: surplus of the three engines on the same intents, on recorded rounds of the demo.

The peer is the best single path, the rule of a baseline solver. Times are for one intent, in milliseconds.
"""

import statistics
import time

from benchmarks.harness import Row, main
from intents.signing import sign
from solvernet.engine import Engine, RunName
from solvernet.scenario import parse_scenario, scenario_hash, scenario_text
from solvers.routing.problem import EngineName, Job, NoRoute, Route
from solvers.routing.router import route
from venues.graph import LiquidityGraph


def rounds(count: int) -> list[tuple[LiquidityGraph, list[Job]]]:
    """Return the first rounds of the demo, with the intents that came in for each."""
    text = scenario_text("black-thursday-v1")
    scenario = parse_scenario(text, "black-thursday-v1")
    engine = Engine(
        RunName(scenario, scenario_hash(text), scenario.window_named("demo"), 7), {}, "bench", has_house=False
    )
    found = []
    for number in range(1, count + 1):
        until_ms = engine.name.window.start + number * engine.every_ms
        jobs = []
        for posting in engine.flow.between(engine.now_ms, until_ms):
            signed = sign(posting.intent, engine.flow.users[posting.user].account)
            jobs.append(Job(intent_id=str(posting.time_ms), intent=signed.intent, remaining=signed.intent.quantity))
        engine.advance(until_ms)
        found.append((LiquidityGraph(engine.auctioneer.snapshot()), jobs))
    return found


def surplus(answer: Route | NoRoute) -> int:
    """Return what the owner's limit leaves above the cost."""
    return max(answer.surplus, 0) if isinstance(answer, Route) else 0


def run(cases: list[tuple[LiquidityGraph, list[Job]]], engine: EngineName) -> tuple[float, float]:
    """Return the surplus in dollars and the median time of an intent in milliseconds."""
    total, times = 0, []
    for graph, jobs in cases:
        for job in jobs:
            start = time.perf_counter()
            total += surplus(route(graph, job, engine))
            times.append(time.perf_counter() - start)
    return total / 1e6, statistics.median(times) * 1000


def measure(quick: bool) -> list[Row]:
    """Return the rows of this benchmark."""
    cases = rounds(6 if quick else 36)
    run(cases[:1], "exact")
    path, path_ms = run(cases, "path")
    rows = []
    for engine in ("greedy", "exact"):
        gained, ms = run(cases, engine)
        rows.append(Row(f"surplus, {engine}", gained, path, gained / path, "dollars; peer: best single path"))
        rows.append(Row(f"time, {engine}", ms, path_ms, ms / path_ms, "ms an intent; peer: best single path"))
    return rows


if __name__ == "__main__":
    main("routing", measure, __doc__)
