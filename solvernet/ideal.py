"""The ideal run: the same users on chains with unlimited space, with true prices and one honest solver.

What it fills is what was due. It runs in a process of its own beside the real run: users post the same intents in
both, because what they post depends on the market alone.
"""

import sys

from intents.boundary import Amount, Boundary, SignedAmount
from solvernet.bridge_parts import OptimisticPart
from solvernet.build import truth_of
from solvernet.engine import Engine, RunName
from solvernet.inline import InlineRun
from solvernet.people_parts import SolversPart
from solvernet.scenario import Scenario, parse_scenario, scenario_hash
from solvernet.scenario_parts import MedianPart, Window
from solvernet.users import UserFlow
from solvers.session import Session
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
    """Return the scenario with empty chains, true oracles, honest bridges and one honest solver.

    Faults, attackers and adversaries are left out.
    """
    chains = {name: part.model_copy(update={"demand": "none"}) for name, part in scenario.chains.items()}
    oracles = {f"true-{name}": _true_feed(name) for name in scenario.chains}
    solvers: SolversPart = scenario.solvers.model_copy(update={"specs": (f"{NAME}=matcher",)})
    bridges = {
        name: part.model_copy(update={"forgery": None}) if isinstance(part, OptimisticPart) else part
        for name, part in scenario.bridges.items()
    }
    changes = {"chains": chains, "bridges": bridges, "oracles": oracles, "solvers": solvers}
    return scenario.model_copy(update=changes | {"faults": (), "attackers": {}, "security": None, "adversaries": {}})


def ideal_run(name: RunName) -> IdealOutcome:
    """Return what the ideal run achieves."""
    ideal = RunName(ideal_scenario(name.scenario), name.scenario_hash, name.window, name.seed)
    flow = UserFlow(name.scenario, name.seed, truth_of(name.scenario, name.seed))
    engine = Engine(ideal, {}, "ideal", has_house=False, flow=flow)
    session = Session(Matcher(markup_bps=0.0, engine="exact"), NAME, seed_bytes("ideal"))
    InlineRun(engine, {NAME: session}).drive()
    return _outcome(engine)


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
            surplus += run.plan.terms.gain
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
