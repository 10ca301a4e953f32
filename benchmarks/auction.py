"""Exact winners on rounds of a thousand bids: surplus against greed, time against a plain program, and references.

`recorded` are bids of the project's own solvers on two hundred intents of the black-thursday-v1 demo, checked by the
auctioneer. The other families are synthetic (`tests/auction/winner_determination/families.py`): each item there once,
searched to a proven gap of 1 % or less. The plain peer is the textbook program through cvxpy and HiGHS, with the same
gap. References are the scores without each of twenty winners, against one winner determination.
"""

import statistics
import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace

import cvxpy as cp
import numpy as np
import scipy.sparse as sp

from auction.scoring import Scored, Tender, check
from auction.winner_determination.exact import Exact
from auction.winner_determination.greedy import choose_greedily
from auction.winner_determination.offer import Limits, Offer
from auction.winner_determination.packing import Budget
from auction.winner_determination.rounds import WinnerRule, limits_of, offers_of
from auction.winners import fairness_filter
from benchmarks.harness import Row, main
from intents.intent import SignedIntent
from intents.signing import intent_id, sign
from solvernet.engine import Engine, RunName
from solvernet.scenario import parse_scenario, scenario_hash, scenario_text
from solvers.bid import Bid
from solvers.messages import Announcement, OpenIntent
from solvers.registry import load, parse_spec
from solvers.solver import batch_of
from tests.auction.winner_determination.families import family
from venues.snapshot import Snapshot

BIDS, INTENTS = 1_000, 200
SLICE = 10
"""Intents that solvers are asked about at a time."""

WINNERS = 20
HARD_GAP = 0.01
PLAIN_LIMIT_S, PLAIN_QUICK_S = 60.0, 6.0
"""Time after which the plain program stops with what it has."""

Round = tuple[Sequence[Offer], Limits]


def recorded(number: int) -> Round:
    """Return a round of the project's own solvers: intents that come in after `number` hours, all at one instant."""
    text = scenario_text("black-thursday-v1")
    scenario = parse_scenario(text, "black-thursday-v1")
    engine = Engine(RunName(scenario, scenario_hash(text), scenario.window, 7), {}, "bench", has_house=False)
    now_ms = engine.name.window.start + number * 3_600_000
    engine.advance(now_ms)
    intents: dict[str, SignedIntent] = {}
    since_ms = now_ms
    while len(intents) < INTENTS:
        for posting in engine.flow.between(since_ms, since_ms + engine.every_ms):
            account = engine.flow.users[posting.user].account
            dates = {"valid_from_ms": now_ms - 1, "valid_until_ms": now_ms + engine.every_ms}
            signed = sign(posting.intent.model_copy(update=dates), account)
            intents[intent_id(signed.intent)] = signed
        since_ms += engine.every_ms
    kept = dict(list(intents.items())[:INTENTS])
    world, snapshot = engine.auctioneer.world, engine.auctioneer.snapshot()
    tender = Tender(
        round=1,
        snapshot=snapshot,
        states={chain: world.state(chain) for chain in world.chain_ids},
        intents={name: (signed, signed.intent.quantity) for name, signed in kept.items()},
    )
    bids = [(bid, i) for spec in scenario.solvers.specs for i, bid in enumerate(bids_of(spec, snapshot, kept))]
    checked = [check(bid, position, tender) for bid, position in bids]
    fair, _ = fairness_filter([answer for answer in checked if isinstance(answer, Scored)])
    cash = {
        (parse_spec(spec).name, chain): state.clearing.account(parse_spec(spec).name).cash
        for spec in scenario.solvers.specs
        for chain, state in tender.states.items()
    }
    remaining = {name: left for name, (_, left) in tender.intents.items()}
    return offers_of(fair), limits_of(WinnerRule(), remaining, cash)


def bids_of(spec: str, snapshot: Snapshot, intents: Mapping[str, SignedIntent]) -> list[Bid]:
    """Return what one solver bids, asked about a few intents at a time."""
    parsed = parse_spec(spec)
    solver, found = load(parsed), []
    names = list(intents)
    for first in range(0, len(names), SLICE):
        part = tuple(
            OpenIntent(intent_id=name, intent=intents[name].intent, remaining=intents[name].intent.quantity)
            for name in names[first : first + SLICE]
        )
        announcement = Announcement(
            round=1,
            time_ms=snapshot.time_ms,
            intents=part,
            snapshot=snapshot,
            snapshot_hash=snapshot.hash,
            seal_key="",
            nodes=200,
        )
        batch = batch_of(announcement, parsed.name, b"benchmark")
        found += [bid for bid in solver.solve(batch) if bid]
    return found


def plain(offers: Sequence[Offer], limits: Limits, gap: float, limit_s: float) -> tuple[float, float]:
    """Return the score and the seconds of the textbook program: one row for each resource and for each reach."""
    start = time.perf_counter()
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
    return float(problem.value), time.perf_counter() - start


def measured(name: str, rounds: Sequence[Round], gap: float, limit_s: float) -> list[Row]:
    """Return the rows of one family: medians over its rounds."""
    surplus, seconds, peers, gaps, scores = [], [], [], [], []
    for offers, limits in rounds:
        start = time.perf_counter()
        choice = Exact(offers, limits, budget=Budget(relative_gap=gap)).best()
        seconds.append(time.perf_counter() - start)
        peer_score, peer_s = plain(offers, limits, gap, limit_s)
        peers.append(peer_s)
        gaps.append(choice.gap)
        scores.append(choice.score / max(peer_score, 1))
        greedy = choose_greedily(offers, limits).score
        surplus.append((choice.score, greedy, choice.score / max(greedy, 1)))
    ours, greed, ratio = (statistics.median(column) for column in zip(*surplus, strict=True))
    bids = f"{min(len(o) for o, _ in rounds)}-{max(len(o) for o, _ in rounds)} bids, {len(rounds)} rounds"
    proven = f"largest gap {max(gaps):.4f}, score {min(scores):.4f}-{max(scores):.4f} of the peer's"
    mine, plains = statistics.median(seconds), statistics.median(peers)
    return [
        Row(f"surplus, {name}", ours, greed, ratio, f"score; peer: greedy; {bids}"),
        Row(f"seconds, {name}", mine, plains, mine / plains, f"peer: plain cvxpy and HiGHS; {proven}"),
    ]


def references(name: str, offers: Sequence[Offer], limits: Limits) -> Row:
    """Return the time of twenty reference scores, against the one choice they are about."""
    start = time.perf_counter()
    solved = Exact(offers, limits)
    choice = solved.best()
    once = time.perf_counter() - start
    winners = choice.solvers[:WINNERS]
    start = time.perf_counter()
    proven = sum(solved.without(solver).gap == 0.0 for solver in winners)
    seconds = time.perf_counter() - start
    note = f"seconds; peer: one exact winner determination; {len(winners)} winners, {proven} proven"
    return Row(f"references, {name}", seconds, once, seconds / once, note)


def many_solvers(offers: Sequence[Offer]) -> list[Offer]:
    """Return offers as if every solver were five, so that there are twenty winners to ask about."""
    return [replace(offer, solver=f"{offer.solver}-{i % 5}") for i, offer in enumerate(offers)]


def measure(quick: bool) -> list[Row]:
    """Return the rows of this benchmark."""
    own = [recorded(hour) for hour in (range(1) if quick else range(0, 40, 8))]
    limit_s = PLAIN_QUICK_S if quick else PLAIN_LIMIT_S
    rows = [*measured("recorded", own, 0.0, limit_s), references("recorded", many_solvers(own[0][0]), own[0][1])]
    for name in ("synergy", "paths", "arbitrary", "regions"):
        items = 80 if name == "paths" else INTENTS
        rounds = [family(name, offers=BIDS, items=items, seed=seed) for seed in range(1 if quick else 5)]
        rows += measured(name, rounds, HARD_GAP, limit_s)
        if name == "paths" or not quick:
            rows.append(references(name, *rounds[0]))
    return rows


if __name__ == "__main__":
    main("auction", measure, __doc__)
