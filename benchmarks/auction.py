"""Exact winners on rounds of a thousand bids: surplus against greed, time against a plain program, and references.

`recorded` are bids of the project's own solvers on two hundred intents (`benchmarks/auction_rounds`), searched for the
proven optimum within a budget of nodes. The other families are synthetic (`tests/auction/winner_determination`): each
item there once, searched to a proven gap of 1 % or less. The plain peer is the textbook program through cvxpy and
HiGHS, with the same gap and a limit of time. References are the scores without each of up to twenty winning solvers,
against one winner determination, with the same budget and gap. Seconds are of one CPU, so that they say the same on a
busy machine. The last rows are the ledger's.
"""

import statistics
import time
import warnings
from collections.abc import Sequence
from dataclasses import replace

import cvxpy as cp
import numpy as np
import scipy.sparse as sp

from auction.winner_determination.exact import Exact
from auction.winner_determination.greedy import choose_greedily
from auction.winner_determination.offer import Limits, Offer
from auction.winner_determination.packing import Budget
from benchmarks import ledger
from benchmarks.auction_rounds.recorded import recorded
from benchmarks.harness import Row, main
from tests.auction.winner_determination.families import family

BIDS, INTENTS = 1_000, 200
WINNERS, DESKS = 20, 5
FAMILIES = ("synergy", "paths", "arbitrary", "regions")
ROUNDS = 3
"""Rounds of each synthetic family."""

HARD_GAP = 0.01
NODES = 500
"""Budget of searches for references, and of the choices they are compared with."""

PLAIN_LIMIT_S, PLAIN_QUICK_S = 60.0, 4.0
"""Wall time after which the plain program stops with what it has."""

Round = tuple[Sequence[Offer], Limits]


def plain(offers: Sequence[Offer], limits: Limits, gap: float, limit_s: float) -> tuple[float, float]:
    """Return the score and the seconds of the textbook program: one row for each resource and for each reach."""
    start = time.process_time()
    rows: list[dict[int, float]] = []
    most: list[float] = []
    taken: dict[str, dict[int, int]] = {}
    for i, offer in enumerate(offers):
        for resource, quantity in offer.takes.items():
            taken.setdefault(resource, {})[i] = quantity
    for resource, quantities in taken.items():
        scale, everything = max(quantities.values()), sum(quantities.values())
        if resource in limits.capacity:
            rows.append({i: quantity / scale for i, quantity in quantities.items()})
            most.append(limits.capacity[resource] / scale)
        for i in quantities:
            reach = offers[i].reaches.get(resource, everything)
            if reach < everything:
                rows.append({j: quantity / scale for j, quantity in quantities.items()})
                rows[-1][i] += (everything - reach) / scale
                most.append(everything / scale)
    entries = [(r, i, value) for r, row in enumerate(rows) for i, value in row.items()]
    index = np.array([(r, i) for r, i, _ in entries]).T
    matrix = sp.csr_matrix(([value for *_, value in entries], index), shape=(len(rows), len(offers)))
    x = cp.Variable(len(offers), boolean=True)
    problem = cp.Problem(cp.Maximize(np.array([float(o.score) for o in offers]) @ x), [matrix @ x <= np.array(most)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        problem.solve(solver=cp.HIGHS, threads=1, mip_rel_gap=gap, time_limit=limit_s)
    return float(problem.value), time.process_time() - start


def measured(name: str, rounds: Sequence[Round], gap: float, limit_s: float) -> list[Row]:
    """Return the rows of one family: medians over its rounds."""
    surplus, seconds, peers, gaps, scores = [], [], [], [], []
    for offers, limits in rounds:
        start = time.process_time()
        choice = Exact(offers, limits, budget=Budget(relative_gap=gap)).best()
        seconds.append(time.process_time() - start)
        peer_score, peer_s = plain(offers, limits, gap, limit_s)
        peers.append(peer_s)
        gaps.append(choice.gap)
        scores.append(choice.score / max(peer_score, 1))
        greedy = choose_greedily(offers, limits).score
        surplus.append((choice.score, greedy, choice.score / max(greedy, 1)))
    ours, greed, ratio = (statistics.median(column) for column in zip(*surplus, strict=True))
    lost = max(1 - greedy / max(score, 1) for score, greedy, _ in surplus)
    proven = f"gaps {' '.join(f'{each:.4f}' for each in gaps)}, score {min(scores):.4f}-{max(scores):.4f} of the peer's"
    mine, plains = statistics.median(seconds), statistics.median(peers)
    bids = f"{len(rounds)} rounds of {min(len(offers) for offers, _ in rounds)} bids"
    each_s = " ".join(f"{each:.2f}" for each in seconds)
    note = f"peer: plain cvxpy and HiGHS, {limit_s:.0f} s at most; ours {each_s}; {proven}"
    return [
        Row(f"surplus, {name}", ours, greed, ratio, f"score; peer: greedy, which loses {lost:.1%} at worst; {bids}"),
        Row(f"seconds, {name}", mine, plains, mine / plains, note),
    ]


def references(name: str, rounds: Sequence[Round], gap: float) -> Row:
    """Return the time of twenty reference scores, against the one choice they are about: medians over rounds."""
    found = []
    for offers, limits in rounds:
        start = time.process_time()
        solved = Exact(offers, limits, budget=Budget(nodes=NODES, relative_gap=gap))
        winners = solved.best().solvers[:WINNERS]
        once = time.process_time() - start
        start = time.process_time()
        widest = max(solved.without(solver).gap for solver in winners)
        found.append((time.process_time() - start, once, len(winners), widest))
    seconds, once = statistics.median(f[0] for f in found), statistics.median(f[1] for f in found)
    ratios = [each[0] / each[1] for each in found]
    counts = [each[2] for each in found]
    note = (
        f"seconds; peer: one winner determination; {min(counts)}-{max(counts)} winners, {NODES} nodes, gaps"
        f" {' '.join(f'{each[3]:.4f}' for each in found)}, ratios {' '.join(f'{ratio:.1f}' for ratio in ratios)}"
    )
    return Row(f"references, {name}", seconds, once, statistics.median(ratios), note)


def desks(offers: Sequence[Offer]) -> list[Offer]:
    """Return offers as if every solver were several, each with intents of its own: more winners to ask about."""
    return [replace(offer, solver=f"{offer.solver}-{_digits(next(iter(offer.takes))) % DESKS}") for offer in offers]


def _digits(intent: str) -> int:
    return int(intent.split()[1])


def measure(quick: bool) -> list[Row]:
    """Return the rows of this benchmark."""
    own = recorded()[: 1 if quick else None]
    limit_s = PLAIN_QUICK_S if quick else PLAIN_LIMIT_S
    rows = measured("recorded", own, 0.0, limit_s)
    rows.append(references("recorded", [(desks(offers), limits) for offers, limits in own], 0.0))
    for name in FAMILIES:
        items = 80 if name == "paths" else INTENTS
        rounds = [family(name, offers=BIDS, items=items, seed=seed) for seed in range(1 if quick else ROUNDS)]
        rows += measured(name, rounds, HARD_GAP, limit_s)
        rows.append(references(name, rounds, HARD_GAP))
    return [*rows, *ledger.measure(quick)]


if __name__ == "__main__":
    main("auction", measure, __doc__)
