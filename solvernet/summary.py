"""The summary of a run: what `summary.json` holds and the report shows."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from auction.ledger import Event
from auction.settlement.attribution import Verdict
from intents.assets import USDC_UNIT
from intents.boundary import Boundary
from intents.lifecycle import State
from solvernet.accounts import escrow_flows, money, profit
from solvernet.ban_table import BanLine, QuarantineLine, ban_table, quarantine_table
from solvernet.breach_table import gained
from solvernet.bridge_table import BridgeLine, bridge_table
from solvernet.build import solver_names
from solvernet.engine import Engine
from solvernet.exercise_table import ExerciseLine, exercise_table
from solvernet.extraction_table import ExtractionFigures, extraction_table
from solvernet.fault_table import FaultLine, fault_table
from solvernet.fee_table import FeeFigures, fee_table
from solvernet.house_cost import HouseCost, house_cost
from solvernet.ideal import IdealOutcome
from solvernet.oracle_table import OracleLine, oracle_table
from solvernet.private_table import PrivateLine, private_table
from solvernet.rollup_table import RollupLine, rollup_table
from solvernet.security_table import SecurityFigures, security_table
from solvernet.settlements_due import operations
from solvernet.stability_figures import StabilityFigures, stability_figures
from solvernet.validation import Validation, validation_of
from solvernet.venue_table import VenueLine, venue_table
from solvernet.who_paid import PaidLine, who_paid


class SolverLine(Boundary):
    """One solver's row of the leaderboard; money in dollars."""

    solver: str
    bids: int
    won: int
    """Bids that won."""

    fills: int
    """Parcels delivered."""

    failed: int
    """Parcels that were awarded and not delivered."""

    at_fault: int
    """Failed parcels that were the solver's own doing."""

    surplus_usd: float
    """What owners gained over their limits through it."""

    profit_usd: float
    """Change of its cash and positions, less what it paid for gas."""

    gas_usd: float
    slashed_usd: float
    dropped: dict[str, int]
    """Bids that did not hold, by code."""


class FailedFill(Boundary):
    """One parcel that was awarded and not delivered."""

    fill: str
    intent_id: str
    solver: str
    cause: str
    responsible: str
    but_for: bool
    detail: str


class Summary(Boundary):
    """Everything a reader wants to know of a run at a glance."""

    scenario: str
    title: str
    window: tuple[int, int]
    seed: int
    fingerprint: str
    fingerprint_valid: bool
    rounds: int
    intents: int
    by_state: dict[str, int]
    filled_share: float
    """Part of the intents that were filled, wholly or in part."""

    cross_chain_fills: int
    unfilled_by_cause: dict[str, int]
    surplus_usd: float
    """What owners gained over their limits."""

    awarded_usd: float
    """The same as awarded; failures took the difference."""

    first_best_usd: float
    """Sum over rounds of what the exact router could have given all intents together, without competition."""

    house: HouseCost
    ideal_surplus_usd: float | None
    """What owners gained in the ideal run."""

    escrow: dict[str, int]
    """USDC base units locked, claimed, refunded and still open."""

    money_in: dict[str, int]
    money_out: dict[str, int]
    solvers: tuple[SolverLine, ...]
    failed_fills: tuple[FailedFill, ...]
    failed_by_cause: dict[str, int]
    validation: Validation | None = None
    venues: tuple[VenueLine, ...] = ()
    """Orders by kind of venue and chain."""

    oracles: tuple[OracleLine, ...] = ()
    """Staleness, error and cost of each feed."""

    bridges: tuple[BridgeLine, ...] = ()
    """What crossed each bridge, and how long it took."""

    faults: tuple[FaultLine, ...] = ()
    """What the scenario let go wrong, and what fell into its time."""

    security: SecurityFigures | None = None
    """Cost of corruption against what it would have brought."""

    rollups: tuple[RollupLine, ...] = ()
    """What each rollup posted, and when its blocks were safe and final."""

    exercises: tuple[ExerciseLine, ...] = ()
    """What was to be done around expiries, where options of other styles than European are listed."""

    extraction: ExtractionFigures | None = None
    """What adversaries took; `None` in a scenario without any."""

    fees: FeeFigures | None = None
    """The house's account; `None` in a scenario whose fills are free."""

    private: tuple[PrivateLine, ...] = ()
    """What settlement handed to builders alone."""

    paid: tuple[PaidLine, ...] = ()
    """Who paid for what went wrong."""

    bans: tuple[BanLine, ...] = ()
    """Who was kept out of the auctions."""

    quarantines: tuple[QuarantineLine, ...] = ()
    """Intents that were kept out of the auctions."""

    flags: tuple[dict[str, Any], ...]
    stability: StabilityFigures
    wall_s: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished run, as the summary is made from it."""

    engine: Engine
    events: Sequence[Event]
    fingerprint: str
    fingerprint_valid: bool
    wall_s: float
    ideal: IdealOutcome | None


def summarise(outcome: Outcome) -> Summary:
    """Return the summary of a finished run."""
    engine, scenario, window = outcome.engine, outcome.engine.name.scenario, outcome.engine.name.window
    world = engine.auctioneer.world
    entries = engine.auctioneer.book.entries()
    runs = engine.auctioneer.executor.runs()
    done = sum(entry.state in {State.FILLED, State.PARTIALLY_FILLED} for entry in entries)
    short = [entry for entry in entries if entry.state is not State.FILLED and entry.cause]
    verdicts = engine.auctioneer.verdicts()
    rounds = [_body(event) for event in outcome.events if event.kind == "round.closed"]
    benchmarks = [_body(event) for event in outcome.events if event.kind == "round.benchmark"]
    return Summary(
        scenario=scenario.name,
        title=scenario.title,
        window=(window.start, window.end),
        seed=engine.name.seed,
        fingerprint=outcome.fingerprint,
        fingerprint_valid=outcome.fingerprint_valid,
        rounds=len(rounds),
        intents=len(entries),
        by_state=_counted(entry.state for entry in entries),
        filled_share=done / len(entries) if entries else 0.0,
        cross_chain_fills=sum(run.plan.is_cross_chain and run.delivered_ms > 0 for run in runs),
        unfilled_by_cause=_counted(entry.cause for entry in short if entry.cause),
        surplus_usd=gained(runs, outcome.events) / USDC_UNIT,
        awarded_usd=sum(int(body["score"]) - int(body.get("fees", 0)) for body in rounds) / USDC_UNIT,
        first_best_usd=sum(int(body["first_best"]) for body in benchmarks) / USDC_UNIT,
        house=house_cost(engine.house_work, scenario.rounds.nodes),
        ideal_surplus_usd=outcome.ideal.surplus / USDC_UNIT if outcome.ideal else None,
        escrow=escrow_flows(world),
        money_in=engine.money_in,
        money_out=money(world),
        solvers=leaderboard(outcome),
        failed_fills=tuple(_failed(verdict) for verdict in verdicts),
        failed_by_cause=_counted(verdict.cause for verdict in verdicts),
        validation=validation_of(engine.validator, outcome.events),
        venues=_venues(engine),
        oracles=oracle_table(scenario, window, engine.oracle_record, world.truth),
        bridges=bridge_table(scenario, engine.bridge_record, world),
        faults=fault_table(outcome.events, _chain_names(engine)),
        security=security_table(scenario, world, engine.corruption_record),
        rollups=rollup_table(scenario, window, engine.rollup_record, world),
        exercises=exercise_table(scenario, window, engine.exercise_record, world),
        fees=fee_table(engine, outcome.events),
        extraction=_extraction(engine),
        private=private_table(engine.auctioneer.executor, _chain_names(engine)),
        paid=who_paid(world, runs, outcome.events, engine.recorder),
        bans=ban_table(outcome.events),
        quarantines=quarantine_table(outcome.events),
        flags=tuple(_body(event) for event in outcome.events if event.kind == "conduct.finding"),
        stability=stability_figures(operations(engine, outcome.ideal)),
        wall_s=round(outcome.wall_s, 2),
    )


def _failed(verdict: Verdict) -> FailedFill:
    return FailedFill(
        fill=verdict.fill_id,
        intent_id=verdict.intent_id,
        solver=verdict.solver,
        cause=verdict.cause,
        responsible=verdict.responsible,
        but_for=verdict.but_for,
        detail=verdict.detail,
    )


def leaderboard(outcome: Outcome) -> tuple[SolverLine, ...]:
    """Return the solvers, the one through which owners gained most first."""
    engine = outcome.engine
    bids: Counter[str] = Counter()
    won: Counter[str] = Counter()
    dropped: dict[str, Counter[str]] = {name: Counter() for name in solver_names(engine.name.scenario)}
    slashed: Counter[str] = Counter()
    for event in outcome.events:
        body = _body(event)
        if event.kind == "bids.judged":
            for result in body["results"]:
                bids[body["solver"]] += 1
                won[body["solver"]] += result["outcome"] == "won"
                if result["outcome"] == "dropped":
                    dropped[body["solver"]][result["code"]] += 1
        elif event.kind in {"fill.failed", "fill.breached"}:
            slashed[body["solver"]] += int(body["slashed"])
    runs = engine.auctioneer.executor.runs()
    faults = Counter(v.solver for v in engine.auctioneer.verdicts() if v.responsible == "solver")
    lines = []
    for name, codes in dropped.items():
        own = [run for run in runs if run.plan.terms.solver == name]
        earned, gas = profit(engine.auctioneer.world, name, engine.holdings_in[name], own)
        line = SolverLine(
            solver=name,
            bids=bids[name],
            won=won[name],
            fills=sum(run.delivered_ms > 0 for run in own),
            failed=sum(not run.delivered_ms for run in own),
            at_fault=faults[name],
            surplus_usd=gained(own, outcome.events, name) / USDC_UNIT,
            profit_usd=earned / USDC_UNIT,
            gas_usd=gas / USDC_UNIT,
            slashed_usd=slashed[name] / USDC_UNIT,
            dropped=dict(sorted(codes.items())),
        )
        lines.append(line)
    return tuple(sorted(lines, key=lambda line: (-line.surplus_usd, line.solver)))


def _venues(engine: Engine) -> tuple[VenueLine, ...]:
    causes = {verdict.fill_id: str(verdict.cause) for verdict in engine.auctioneer.verdicts()}
    return venue_table(engine.venue_record.orders, causes, _chain_names(engine))


def _chain_names(engine: Engine) -> dict[str, str]:
    return {part.caip2: name for name, part in engine.name.scenario.chains.items()}


def _extraction(engine: Engine) -> ExtractionFigures | None:
    if not engine.extraction.kinds:
        return None
    world = engine.auctioneer.world
    return extraction_table(engine.extraction, engine.name.scenario, world.truth.price(world.now_ms))


def _counted(items: Iterable[str]) -> dict[str, int]:
    return {str(name): count for name, count in sorted(Counter(items).items(), key=lambda pair: (-pair[1], pair[0]))}


def _body(event: Event) -> dict[str, Any]:
    return event.body if isinstance(event.body, dict) else {}
