"""The ideal run: the same users on chains with unlimited space, with true prices and one honest solver.

What it fills is what was due. It runs in a process of its own beside the real run: users post the same intents in
both, because what they post depends on the market alone.
"""

import heapq
import sys

from intents.boundary import Amount, Boundary, SignedAmount
from intents.intent import SignedIntent
from intents.signing import sign
from solvernet.build import truth_of
from solvernet.engine import MOST_DRAIN_ROUNDS, Engine, RunName
from solvernet.scenario import MedianPart, Scenario, SolversPart, Window, parse_scenario, scenario_hash
from solvernet.users import Posting, UserFlow
from solvers.messages import Announcement, BidSheet, Decision
from solvers.solver import batch_of
from solvers.strategies.matcher import Matcher
from venues.seeds import seed_bytes

NAME = "ideal"
"""Name of the honest solver."""


class IdealTask(Boundary):
    """What an ideal run needs to know of the real one."""

    scenario_text: str
    window: Window
    seed: int


class IdealOutcome(Boundary):
    """What the ideal run achieved."""

    filled: dict[str, Amount]
    """Units of each intent, in base units."""

    surplus: SignedAmount
    """What owners gained over their limits, in USDC base units."""


def ideal_scenario(scenario: Scenario) -> Scenario:
    """Return the scenario with empty chains, oracles that tell the truth, and one honest solver."""
    chains = {name: part.model_copy(update={"demand": "none"}) for name, part in scenario.chains.items()}
    oracles = {f"true-{name}": _true_feed(name) for name in scenario.chains}
    solvers: SolversPart = scenario.solvers.model_copy(update={"specs": (f"{NAME}=matcher",)})
    return scenario.model_copy(update={"chains": chains, "oracles": oracles, "solvers": solvers})


def ideal_run(name: RunName) -> IdealOutcome:
    """Return what the ideal run achieves."""
    ideal = RunName(ideal_scenario(name.scenario), name.scenario_hash, name.window, name.seed)
    flow = UserFlow(name.scenario, name.seed, truth_of(name.scenario, name.seed))
    engine = Engine(ideal, {}, "ideal", has_house=False, flow=flow)
    solver = Matcher(markup_bps=0.0, engine="exact")
    window = name.window
    rounds = (window.end - window.start) // engine.every_ms
    for number in range(1, rounds + MOST_DRAIN_ROUNDS + 1):
        _feed(engine, window.start + number * engine.every_ms, is_open=number <= rounds)
        if number > rounds and engine.is_over():
            break
        announcement = engine.open_round()
        awards = engine.close_round([_sheet(solver, announcement)], {})
        engine.settle({a.solver: Decision(round=a.round, solver=a.solver, settle=a.won) for a in awards})
        engine.drain()
    engine.finish()
    return _outcome(engine)


def _sheet(solver: Matcher, announcement: Announcement) -> BidSheet:
    batch = batch_of(announcement, NAME, seed_bytes("ideal"))
    bids = tuple(bid for bid in solver.solve(batch) if bid is not None) if batch.intents else ()
    return BidSheet(solver=NAME, round=announcement.round, bids=bids)


def _feed(engine: Engine, round_ms: int, *, is_open: bool) -> None:
    postings = engine.flow.between(engine.now_ms, round_ms) if is_open else ()
    queue: list[tuple[int, int, Posting]] = [(posting.time_ms, i, posting) for i, posting in enumerate(postings)]
    heapq.heapify(queue)
    while queue:
        time_ms, _, posting = heapq.heappop(queue)
        engine.auctioneer.advance(time_ms)
        engine.auctioneer.receive(_signed(engine, posting))
    engine.auctioneer.advance(round_ms)


def _signed(engine: Engine, posting: Posting) -> SignedIntent:
    return sign(posting.intent, engine.flow.users[posting.user].account)


def _true_feed(chain: str) -> MedianPart:
    return MedianPart(
        kind="median",
        chain=chain,
        nodes=1,
        faulty=0,
        deviation_percent=0.0,
        heartbeat_s=5.0,
        poll_s=5.0,
        noise_percent=0.0,
        latency_s=0.0,
    )


def _outcome(engine: Engine) -> IdealOutcome:
    filled = {entry.intent_id: entry.filled for entry in engine.auctioneer.book.entries() if entry.filled}
    surplus = 0
    for run in engine.auctioneer.executor.runs():
        if run.delivered_ms:
            terms = run.plan.terms
            surplus += terms.signed.intent.max_debit(terms.quantity) - terms.debit
    return IdealOutcome(filled=filled, surplus=surplus)


def main() -> int:
    """Read a task from standard input, run it, and write its outcome to standard output."""
    task = IdealTask.model_validate_json(sys.stdin.buffer.read())
    scenario = parse_scenario(task.scenario_text, "given")
    name = RunName(scenario, scenario_hash(task.scenario_text), task.window, task.seed)
    sys.stdout.write(ideal_run(name).model_dump_json())
    return 0


if __name__ == "__main__":
    sys.exit(main())
