"""What a route is to be careful of beyond its cost, as rows of the program and as measures of a route."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from intents.assets import ETH, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.options import parse_series
from intents.wants import Package, collateral_per_unit
from solvers.routing.exact import Model
from solvers.routing.failures import cases, log_success
from solvers.routing.layers import Schedule, add_layers, latest_ms
from solvers.routing.margin import MarginEngine, Scenario, WorstTerminal
from solvers.routing.problem import Job
from venues.graph import LiquidityGraph
from venues.pricing.black76 import MS_PER_YEAR


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """What is tied up costs something for each year."""

    rate: float
    """Of each dollar, a year; 0.1 for 10 %."""

    engine: MarginEngine = field(default_factory=WorstTerminal)
    held: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Options and ether that are held already, by chain: they net with what is routed to the same chain."""

    def __post_init__(self) -> None:
        if not math.isfinite(self.rate) or self.rate < 0:
            raise ValueError(f"rate is {self.rate}: what margin costs is a finite number of at least zero")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """How much the mean loss in the worst cases weighs."""

    weight: float
    """Dollars of surplus that a dollar of it is worth."""

    share: float = 0.05
    """Of all cases, the worst."""

    dearer: float = 0.1
    """Part of what was to be traded at a venue that is lost if it fails: buying elsewhere costs so much more."""

    samples: int = 256
    """Cases that are drawn, where there are more than that."""

    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise ValueError(f"share is {self.share}: the worst cases are a part of all, above zero and at most one")
        if not (math.isfinite(self.weight) and math.isfinite(self.dearer)) or min(self.weight, self.dearer) < 0:
            raise ValueError(f"weight is {self.weight}, dearer {self.dearer}: both are finite and at least zero")


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """What a route is to be careful of."""

    margin: Margin | None = None
    chances: Mapping[str, float] = field(default_factory=dict)
    """Chance that a venue or bridge fails, by name: see `failures.chances`."""

    least_success: float = 0.0
    """Least chance that all that is used works."""

    tail: Tail | None = None
    schedule: Schedule | None = None

    def __post_init__(self) -> None:
        wrong = [f"{name}: {chance}" for name, chance in self.chances.items() if not 0 <= chance <= 1]
        if wrong or not 0 <= self.least_success <= 1:
            told = wrong[0] if wrong else f"least_success: {self.least_success}"
            raise ValueError(f"{told} is no chance: those lie between zero and one")


def restrict(model: Model, graph: LiquidityGraph, job: Job, risk: Risk) -> None:
    """Add the rows and the costs of all that a route of the only job of a model is to be careful of."""
    if risk.margin is not None:
        for _, chain in model.quantity:
            _add_margin(model, graph, job, chain, risk.margin)
    if risk.least_success > 0:
        _add_floor_of_success(model, graph, job, risk)
    if risk.tail is not None:
        _add_tail(model, graph, job, risk.chances, risk.tail)
    if risk.schedule is not None:
        _add_schedule(model, graph, job, risk.schedule)


def years_until_last(names: Sequence[str], now_ms: int) -> float:
    """Return the years until the last of some options expires, for which their margin is tied up."""
    last = max((parse_series(name).expiry_ms for name in names if name != ETH), default=now_ms)
    return max(last - now_ms, 0) / MS_PER_YEAR


def moved_per_unit(job: Job) -> float:
    """Return the dollars that a unit delivered away has to bring there, at most: limit and collateral."""
    return max(job.intent.limit + (collateral_per_unit(job.intent.want) or 0), 0) / USDC_UNIT


def margin_groups(
    graph: LiquidityGraph, chain: str, margin: Margin, names: Sequence[str]
) -> Sequence[Sequence[Scenario]]:
    """Return the scenarios of a chain for what is held there and for some more instruments."""
    every = sorted({*names, *margin.held.get(chain, {})})
    return margin.engine.groups(every, graph.snapshot.by_chain[chain].spot / PRICE_UNIT, graph.snapshot.time_ms)


def _add_margin(model: Model, graph: LiquidityGraph, job: Job, chain: str, margin: Margin) -> None:
    """Add the margin of a chain: for each group, at least what is lost in each of its scenarios."""
    legs, held = _legs(model, job, chain), margin.held.get(chain, {})
    cost = margin.rate * years_until_last([*legs, *held], graph.snapshot.time_ms)
    for group in margin_groups(graph, chain, margin, tuple(legs)):
        tied = model.program.variable(gain=-cost)
        for scenario in group:
            terms = {tied: 1.0}
            for name, variables in legs.items():
                _add(terms, variables, scenario.get(name, 0.0))
            before = sum(amount * scenario.get(name, 0.0) for name, amount in held.items())
            model.program.row(terms, low=-before)


def _legs(model: Model, job: Job, chain: str) -> dict[str, dict[int, float]]:
    """Return what each instrument delivered on a chain is made of: variables and their signs."""
    want, quantity = job.intent.want, model.quantity[0, chain]
    if isinstance(want, Package):
        return {name: {quantity: per_unit / OPTION_UNIT} for name, per_unit in want.unit_legs().items()}
    free = model.legs[0, chain]
    return {name: {long: 1.0} | ({short: -1.0} if short is not None else {}) for name, (long, short) in free.items()}


def _uses(model: Model, graph: LiquidityGraph, job: Job) -> Iterator[tuple[str, int]]:
    """Yield venue or bridge and a variable that is one where it is used."""
    for edge, use in model.uses.items():
        yield edge.key, use
    for (_, chain), use in model.delivers.items():
        port = graph.snapshot.bridge(job.intent.home, chain) if chain != job.intent.home else None
        if port is not None:
            yield port.id, use


def _add_floor_of_success(model: Model, graph: LiquidityGraph, job: Job, risk: Risk) -> None:
    """Add one binary for each venue and bridge, and the row of the sum of their logarithms."""
    program, used, logs = model.program, dict[str, int](), dict[int, float]()
    for name, use in _uses(model, graph, job):
        chance = risk.chances.get(name, 0.0)
        log = log_success(chance)
        if log is None:
            program.row({use: 1.0}, high=0.0)
        elif chance > 0:
            if name not in used:
                used[name] = program.variable(integer=True)
                logs[used[name]] = log
            program.row({used[name]: 1.0, use: -1.0}, low=0.0)
    if logs:
        program.row(logs, low=math.log(risk.least_success))


def _add_tail(model: Model, graph: LiquidityGraph, job: Job, chances: Mapping[str, float], tail: Tail) -> None:
    """Add the mean loss in the worst cases: a level, and for each case what it loses beyond that level."""
    program, lost = model.program, dict[str, dict[int, float]]()
    for edge, steps in model.flows.items():
        cash = {step: tail.dearer * abs(program.gain[step]) for step in steps}
        lost.setdefault(edge.key, {}).update(cash)
    for (_, chain), quantity in model.quantity.items():
        port = graph.snapshot.bridge(job.intent.home, chain) if chain != job.intent.home else None
        if port is not None:
            lost.setdefault(port.id, {})[quantity] = tail.dearer * moved_per_unit(job)
    known = {name: chances[name] for name in lost if chances.get(name, 0.0) > 0}
    level = program.variable(gain=-tail.weight)
    for case in cases(known, samples=tail.samples, seed=tail.seed):
        beyond = program.variable(gain=-tail.weight * case.weight / tail.share)
        terms = {beyond: 1.0, level: 1.0}
        for name in sorted(case.failed):
            _add(terms, lost[name], -1.0)
        program.row(terms, low=0.0)


def _add_schedule(model: Model, graph: LiquidityGraph, job: Job, schedule: Schedule) -> None:
    """Add what brings cash to deliveries away from home, and forbid those that come too late."""
    needs: dict[str, dict[int, float]] = {}
    for (_, chain), use in model.delivers.items():
        if latest_ms(schedule, chain) < 0:
            model.program.row({use: 1.0}, high=0.0)
        if chain != job.intent.home:
            backing = (collateral_per_unit(job.intent.want) or 0) / USDC_UNIT
            needs[chain] = {model.quantity[0, chain]: backing}
    for edge, steps in model.flows.items():
        if edge.source[1] in needs:
            needs[edge.source[1]].update({step: -model.program.gain[step] for step in steps})
    add_layers(model.program, graph, schedule, needs)


def _add(terms: dict[int, float], more: Mapping[int, float], times: float) -> None:
    """Add a multiple of some terms to others."""
    for index, value in more.items():
        terms[index] = terms.get(index, 0.0) + times * value
