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
from collections.abc import Callable

from benchmarks.harness import Row, main
from intents.signing import sign
from solvernet.engine import Engine, RunName
from solvernet.scenario import parse_scenario, scenario_hash, scenario_text
from solvers.routing import auto
from solvers.routing.auto import Budget, Deadline
from solvers.routing.certificate import certificate
from solvers.routing.problem import EngineName, Job, NoRoute, Route
from solvers.routing.router import route
from venues.graph import LiquidityGraph

BUDGETS_S = (0.05, 0.5)
SET_SIZE = 200
CERTIFIED = 100
"""Intents whose routes are held against a bound: bounds for payoff floors take seconds."""

PATIENT_NODES = 4_000
"""Branch-and-bound nodes of the program that `auto` is measured against: ten times the usual."""

SECTIONS = ("first", "scaling", "books", "growth", "stress", "gas", "gas_share", "packages", "sor")


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


def measure(quick: bool) -> list[Row]:
    """Return the rows of this benchmark."""
    rows = [row for section in SECTIONS for row in network(section, quick)]
    return [*demo(quick), *in_time(quick), *rows]


def in_time(quick: bool) -> list[Row]:
    """Return what `auto` loses to a patient `exact` within a time or its usual work, and what is proven of `exact`."""
    cases = [(graph, job) for graph, jobs in rounds(8 if quick else 60) for job in jobs]
    cases = [case for case in cases if surplus(route(*case, "greedy"))][:SET_SIZE]
    auto.warm_up()
    best, best_ms, _ = timed(cases, lambda graph, job: route(graph, job, nodes=PATIENT_NODES))
    now = time.perf_counter
    budgets: dict[str, Callable[[], Budget]] = {
        f"auto, {limit * 1000:.0f} ms": lambda limit=limit: Budget(deadline=Deadline(now, now() + limit))  # type: ignore[misc]
        for limit in BUDGETS_S
    }
    rows = []
    for name, budget in {**budgets, f"auto, {auto.DEFAULT_WORK} work units": Budget}.items():
        kept, ms, failed = timed(cases, lambda graph, job, budget=budget: auto.route(graph, job, budget()))
        losses = [1 - ours / peer for ours, peer in zip(kept, best, strict=True) if peer]
        total, peer_total = sum(kept) / 1e6, sum(best) / 1e6
        loss = f"loss median {statistics.median(losses):.2%}, worst {max(losses):.2%}"
        note = f"dollars on {len(losses)} intents; peer: exact; {loss}; {failed} fell back"
        rows.append(Row(f"surplus, {name}", total, peer_total, total / peer_total, note))
        middle, peer_ms = statistics.median(ms), statistics.median(best_ms)
        note = f"ms an intent; peer: exact; slowest {max(ms):.0f} against {max(best_ms):.0f}"
        rows.append(Row(f"time, {name}", middle, peer_ms, middle / peer_ms, note))
    return [*rows, proven(cases[:CERTIFIED])]


def proven(cases: list[tuple[LiquidityGraph, Job]]) -> Row:
    """Return how near the bound of real prices the surplus of `exact` is, over all intents that have a bound."""
    pairs = [(graph, route(graph, job)) for graph, job in cases]
    proofs = [certificate(graph, answer) for graph, answer in pairs if isinstance(answer, Route)]
    found = [proof for proof in proofs if proof is not None]
    ours, bound = sum(proof.surplus for proof in found) / 1e6, sum(proof.bound for proof in found) / 1e6
    gaps = [proof.gap for proof in found]
    gap = f"gap median {statistics.median(gaps):.2%}, worst {max(gaps):.2%}"
    note = f"dollars; peer: bound of {len(found)} of {len(proofs)} intents; {gap}"
    return Row("surplus, exact, certified", ours, bound, ours / bound, note)


def timed(
    cases: list[tuple[LiquidityGraph, Job]], router: Callable[[LiquidityGraph, Job], Route | NoRoute]
) -> tuple[list[int], list[float], int]:
    """Return the surplus of each intent, its time in milliseconds, and how many name a failure.

    Each has a graph of its own, so that none finds ladders that another has worked out.
    """
    gained, times, failed = [], [], 0
    for graph, job in cases:
        fresh = LiquidityGraph(graph.snapshot)
        start = time.perf_counter()
        answer = router(fresh, job)
        times.append((time.perf_counter() - start) * 1000)
        gained.append(surplus(answer))
        failed += isinstance(answer, Route) and bool(answer.failures)
    return gained, times, failed


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
