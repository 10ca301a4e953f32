"""Measure the network engines: `python -m benchmarks.routing_network.run SECTION`, in a process with one thread."""

import argparse
import gc
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.harness import Row
from benchmarks.routing_network.against_sor import against_sor
from benchmarks.routing_network.instances import Instance, cfmm_router, convex_flows, mixed, next_block
from benchmarks.routing_network.package_rows import gas_share, packages
from solvers.routing.network.certificate import Solution
from solvers.routing.network.dual import Budget, solve_dual


@dataclass(frozen=True, slots=True)
class Timed:
    """What a call gave, and the least of its times in seconds."""

    result: Any
    seconds: float


def best(call: Callable[[], Any], times: int) -> Timed:
    """Return the result of a call and its least time."""
    seconds, result = [], None
    gc.collect()
    gc.disable()
    for _ in range(times):
        start = time.perf_counter()
        result = call()
        seconds.append(time.perf_counter() - start)
    gc.enable()
    return Timed(result, min(seconds))


def row(instance: Instance, ours: Timed, peer: Timed, about: str) -> Row:
    """Return times in milliseconds, the peer's over ours, and how far the values are apart."""
    answer: Solution = ours.result
    value = peer.result if isinstance(peer.result, float) else peer.result.value
    apart = abs(value - answer.value) / abs(answer.value)
    note = f"ms, dual (gap {answer.gap:.1e}, {answer.ended}); peer: {about}; values differ by {apart:.1e}"
    a, b = ours.seconds * 1e3, peer.seconds * 1e3
    return Row(instance.name, a, b, b / a, f"{note}; ratio: times faster")


def scaling(quick: bool) -> list[Row]:
    """Compare the dual engine with conic programs and L-BFGS-B on the published generators."""
    from benchmarks.routing_network import conic, peers
    from solvers.routing.network.convex import solve_convex

    rows = []
    for markets in (100, 1000, 10000):
        cases = [convex_flows(markets, 1)]
        cases += [cfmm_router(markets, spread, 1) for spread in ((2,) if quick else (1, 2, 4))]
        for number, case in enumerate(cases):
            network, aim = case.network, case.aim
            ours = best(lambda n=network, a=aim: solve_dual(n, a), 9)
            for method, name in peers.QUASI_NEWTON:
                again = best(lambda n=network, a=aim, f=method: f(n, a), 5 if markets > 1000 else 9)
                rows.append(row(case, ours, again, f"{name} ({peers.effort(network, aim, again.result)})"))
            if number or (quick and markets > 1000):
                continue
            few = 3 if markets < 10000 else 1
            cones = best(lambda n=network, a=aim: conic.vectorised(n, a, "CLARABEL"), few)
            rows.append(row(case, ours, cones, "cvxpy, vectorised cones, Clarabel, rebuilt"))
            cones = best(lambda n=network, a=aim: solve_convex(n, a), few)
            rows.append(row(case, ours, cones, "our convex engine, with repair and certificate"))
            if markets <= (100 if quick else 1000):
                for solver in ("CLARABEL", "SCS"):
                    cones = best(lambda n=network, a=aim, s=solver: conic.published(n, a, s), 1)
                    rows.append(row(case, ours, cones, f"cvxpy, published form, {solver.capitalize()}"))
    return rows


def books(quick: bool) -> list[Row]:
    """Compare on the mixed set, where linear offers bend the dual."""
    from benchmarks.routing_network import peers
    from solvers.routing.network.convex import solve_convex

    rows = []
    for markets in (100, 1000, 10000):
        case = mixed(markets, 1)
        network, aim = case.network, case.aim
        ours = best(lambda n=network, a=aim: solve_dual(n, a), 3)
        if markets < 10000 or not quick:
            cones = best(lambda n=network, a=aim: solve_convex(n, a), 1)
            rows.append(row(case, ours, cones, f"our convex engine, Clarabel (gap {cones.result.gap:.1e})"))
        rough = best(lambda n=network, a=aim: solve_dual(n, a, Budget(tolerance=1e-5)), 3)
        rows.append(row(case, rough, ours, "itself at a tolerance of 1e-8; ours: at 1e-5"))
        if markets > 1000:
            continue
        for name, method in (("best single path", peers.single_path), ("greedy split in 20", peers.greedy_split)):
            timed = best(lambda n=network, a=aim, f=method: f(n, a), 1)
            gain = ours.result.value / timed.result - 1
            rows.append(row(case, ours, timed, name))
            note = f"value, dual; peer: {name}; ours is {gain:.2%} more (standing arbitrage included)"
            rows.append(Row(case.name, ours.result.value, timed.result, ours.result.value / timed.result, note))
    return rows


def growth(quick: bool) -> list[Row]:
    """Report cost against size, the warm solve of a next block, memory and first calls."""
    sizes = (100, 1000, 10000) if quick else (100, 1000, 10000, 100000)
    seconds = []
    for markets in sizes:
        case = convex_flows(markets, 1)
        seconds.append(best(lambda c=case: solve_dual(c.network, c.aim), 5).seconds)
    steps = [math.log(b / a) / math.log(10) for a, b in pairwise(seconds)]
    slope = float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])
    listed = ", ".join(f"{m}: {s * 1e3:.2f} ms" for m, s in zip(sizes, seconds, strict=True))
    note = f"exponent of time in m, target 1.05; {listed}; between neighbours {', '.join(f'{s:.2f}' for s in steps)}"
    rows = [Row("growth, convex flows", slope, 1.05, slope / 1.05, note)]
    for case in (convex_flows(10000, 1), mixed(10000, 1)):
        before = solve_dual(case.network, case.aim)
        after = next_block(case, 1)
        cold = best(lambda a=after: solve_dual(a.network, a.aim), 5)
        warm = best(lambda a=after, b=before: solve_dual(a.network, a.aim, None, b), 5)
        note = f"ms, warm after one block (gap {warm.result.gap:.1e}); peer: cold; ratio: warm over cold, target 0.33"
        a, b = warm.seconds * 1e3, cold.seconds * 1e3
        rows.append(Row(f"{case.name}, next block", a, b, a / b, note))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    note = f"MB at the peak of this process, markets up to {sizes[-1]}; peer: the limit of 2 GB"
    return [*rows, Row("memory", peak, 2048.0, peak / 2048, note)]


def stress(quick: bool) -> list[Row]:
    """Count instances of many sizes that end at a gap above 1e-6."""
    count, missed, gaps = 30 if quick else 200, 0, []
    for seed in range(count):
        markets = (10, 30, 100, 300)[seed % 4]
        case = mixed(markets, seed, 10.0 ** (seed % 7 + 1)) if seed % 2 else convex_flows(markets, seed)
        answer = solve_dual(case.network, case.aim)
        missed += answer.ended != "optimal"
        gaps.append(answer.gap)
    note = f"instances not closed; peer: all; largest gap {max(gaps):.1e}, median {statistics.median(gaps):.1e}"
    return [Row(f"stress set of {count}", float(missed), float(count), missed / count, note)]


def first(quick: bool) -> list[Row]:
    """Report what a fresh process pays before its first answer, with machine code on disk and without."""
    case, rows = mixed(100, 1), []
    again = best(lambda: solve_dual(case.network, case.aim), 5).seconds
    with tempfile.TemporaryDirectory() as empty:
        states = {"kept on disk": dict(os.environ)}
        if not quick:
            states["compiled anew"] = {**os.environ, "NUMBA_CACHE_DIR": empty}
        for state, variables in states.items():
            command = [sys.executable, "-c", PROBE]
            done = subprocess.run(command, capture_output=True, check=True, timeout=600, env=variables)
            imports, begun, peak = map(float, done.stdout.split())
            note = f"s, machine code {state}, imports {imports:.2f} s, peak {peak:.0f} MB; peer: s, later answers"
            rows.append(Row("first answer, mixed, m=100", begun, again, begun / again, note))
    return rows


PROBE = """
import resource, time
start = time.perf_counter()
from benchmarks.routing_network.instances import mixed
from solvers.routing.network.dual import solve_dual
loaded = time.perf_counter()
case = mixed(100, 1)
begun = time.perf_counter()
solve_dual(case.network, case.aim)
print(loaded - start, time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
"""What a fresh process runs: seconds of imports, seconds of the first answer, megabytes at the peak."""


def gas(quick: bool) -> list[Row]:
    """Compare routing with gas and routing that ignores it, on a real auction."""
    from benchmarks.routing_network import cow
    from solvers.routing.network.fixed_costs import cost_of, solve_exact

    rows, seconds, gaps = [], [], []
    case, costs = cow.trade(*cow.TRADES[0])
    solve_exact(case.network, case.aim, costs)
    for trade in cow.TRADES:
        case, costs = cow.trade(*trade)
        ours = best(lambda c=case, g=costs: solve_exact(c.network, c.aim, g), 1 if quick else 3)
        seconds.append(ours.seconds)
        gaps.append(ours.result.gap)
        answer = solve_dual(case.network, case.aim)
        blind = answer.value - cost_of(answer.trades, costs)
        note = f"net of gas, exact (gap {ours.result.gap:.1e}, {ours.seconds:.2f} s); peer: routing that ignores gas"
        rows.append(Row(case.name, ours.result.value, blind, ours.result.value / blind, note))
    middle = statistics.median(seconds)
    note = (
        f"s, exact, median over the trades above (slowest {max(seconds):.2f}, largest gap {max(gaps):.1e}); peer: aim"
    )
    return [*rows, Row(f"CoW auction, m={len(costs)}, exact with gas", middle, 2.0, middle / 2.0, note)]


SECTIONS = {
    "first": first,
    "scaling": scaling,
    "books": books,
    "growth": growth,
    "stress": stress,
    "gas": gas,
    "gas_share": gas_share,
    "packages": packages,
    "sor": against_sor,
}


def main() -> None:
    """Print the rows of one section as JSON."""
    parser = argparse.ArgumentParser(prog="benchmarks.routing_network.run", description=__doc__)
    parser.add_argument("section", choices=sorted(SECTIONS))
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    print(json.dumps([asdict(one) for one in SECTIONS[options.section](options.quick)]))


if __name__ == "__main__":
    main()
