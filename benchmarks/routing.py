"""What better routing is worth, and what it costs.

First the surplus of the three engines on the same intents, on recorded rounds of the demo; the peer is the best single
path, the rule of a baseline solver, and times are for one intent, in milliseconds. Then the network engines against
published methods, each section in a process of its own with one thread.
"""

import json
import os
import statistics
import subprocess
import sys
import time

from benchmarks.harness import Row, main
from intents.signing import sign
from solvernet.engine import Engine, RunName
from solvernet.scenario import parse_scenario, scenario_hash, scenario_text
from solvers.routing.problem import EngineName, Job, NoRoute, Route
from solvers.routing.router import route
from venues.graph import LiquidityGraph

SECTIONS = ("first", "scaling", "books", "growth", "stress")


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


def network(section: str, quick: bool) -> list[Row]:
    """Return the rows of one section of the network engines, measured in a process of its own with one thread."""
    command = [sys.executable, "-m", "benchmarks.routing_network.run", section, *(["--quick"] if quick else [])]
    single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    done = subprocess.run(command, capture_output=True, check=True, timeout=1800, env={**os.environ, **single})
    return [Row(**row) for row in json.loads(done.stdout)]


SKIPPED = Row("balancer sor", 0.0, 0.0, 0.0, "SKIPPED: @balancer-labs/sor (npm, GPL-3.0) is not run here; no figure")
"""Said aloud, so that its absence is seen."""


def measure(quick: bool) -> list[Row]:
    """Return the rows of this benchmark."""
    rows = [row for section in SECTIONS for row in network(section, quick)]
    return [*demo(quick), *rows, SKIPPED]


def demo(quick: bool) -> list[Row]:
    """Return what the engines of option intents are worth on the rounds of the demo."""
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
