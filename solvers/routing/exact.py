"""Routing as one mixed-integer program: several intents, all venues, gas, bridges and payoff floors together.

Venues enter as the executable chords of their cost curves, so the answer errs on the dear side; gas and fixed fees
need binaries, all-or-none and least fills too. Opposite intents meet inside the balance rows: what one sells another
may buy without touching a venue.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

from intents.assets import ETH, OPTION_UNIT, USDC_UNIT
from intents.wants import Package, collateral_per_unit
from solvers.routing.free_legs import Legs, add_legs, usable
from solvers.routing.problem import Job, settlement_gas
from solvers.routing.program import Optimum, Program
from solvers.routing.structures import add_lots, add_structures
from venues.graph import Edge, LiquidityGraph
from venues.markets.venue import Side, Step

DEFAULT_NODES: Final = 400
"""Branch-and-bound nodes a solution may take: the work budget of one program."""

RELATIVE_GAP: Final = 1e-6
"""Gap at which the search for the best route of one intent stops."""

JOINT_GAP: Final = 0.01
"""The same for several intents together: the last percent takes ten times as long as the rest."""

DUST: Final = 1e-7
"""Quantities below this are rounding of the optimiser."""


@dataclass(frozen=True, slots=True)
class Share:
    """How much of one intent is delivered on one chain, before quantisation."""

    job: Job
    chain: str
    quantity: float
    """Units, as a number of options."""

    legs: Mapping[str, float]
    """Chosen by the optimiser where the want leaves them free; empty for a package."""


@dataclass(frozen=True, slots=True)
class Flow:
    """How much an edge trades, before quantisation."""

    edge: Edge
    quantity: float


@dataclass(frozen=True, slots=True)
class Allocation:
    """The optimum of a program, read back."""

    shares: tuple[Share, ...]
    flows: tuple[Flow, ...]
    surplus: float
    """Limits less costs, in dollars."""

    gap: float
    work: int


@dataclass(slots=True)
class Model:
    """A program of intents, and the indices of its variables."""

    program: Program = field(default_factory=Program)
    quantity: dict[tuple[int, str], int] = field(default_factory=dict)
    """Units of a job delivered on a chain."""

    delivers: dict[tuple[int, str], int] = field(default_factory=dict)
    """One where any are."""

    legs: dict[tuple[int, str], Legs] = field(default_factory=dict)
    """Legs of what leaves them free to be chosen."""

    flows: dict[Edge, list[int]] = field(default_factory=dict)
    uses: dict[Edge, int] = field(default_factory=dict)
    """One where an order is sent over an edge."""

    balance: dict[tuple[str, str], dict[int, float]] = field(default_factory=dict)
    """Terms of the row that equates what is delivered with what is traded, for each chain and instrument."""

    joint: dict[tuple[str, str], dict[int, float]] = field(default_factory=dict)
    """What structures add to those rows."""

    every_series: bool = False
    """Whether free legs may be of every series that the want allows."""

    def most(self, terms: Mapping[int, float]) -> float:
        """Return the largest absolute sum of some terms of one sign; infinite if a variable has no upper bound."""
        return sum(abs(value) * self.program.upper[variable] for variable, value in terms.items())


def allocate(graph: LiquidityGraph, jobs: Sequence[Job], *, nodes: int = DEFAULT_NODES) -> Allocation | None:
    """Return the allocation with the largest surplus over all `jobs` together, or `None` if the optimiser fails.

    An allocation without shares means that nothing is worth its cost.
    """
    model = build(graph, jobs)
    if not model.quantity:
        return Allocation((), (), 0.0, 0.0, 0)
    gap = RELATIVE_GAP if len(jobs) == 1 else JOINT_GAP
    optimum = model.program.solve(nodes=nodes, relative_gap=gap)
    return read(model, jobs, optimum) if optimum else None


def build(graph: LiquidityGraph, jobs: Sequence[Job], *, every_series: bool = False) -> Model:
    """Return the program of several intents together, without quantities where none can be delivered anywhere.

    Legs that an intent leaves free are of those series that are likely to be of use, or of `every_series` allowed.
    """
    model = Model(every_series=every_series)
    for index, job in enumerate(jobs):
        _add_job(model, graph, index, job)
    add_structures(model, graph, jobs)
    for place in sorted(model.balance):
        _add_place(model, graph, jobs, place)
    return model


def _add_job(model: Model, graph: LiquidityGraph, index: int, job: Job) -> None:
    """Add the variables and rows of one intent: at most the whole lots that remain, over all chains."""
    program = model.program
    total: dict[int, float] = {}
    uses: dict[int, float] = {}
    remaining, least = job.lots() / OPTION_UNIT, job.least() / OPTION_UNIT
    for chain in job.chains(graph):
        if not _can_deliver(model, graph, job, chain):
            continue
        gain, fixed = _terms(graph, job, chain)
        quantity = program.variable(gain=gain, upper=remaining)
        use = program.variable(gain=-fixed, integer=True)
        program.row({quantity: 1.0, use: -remaining}, high=0.0)
        if least:
            program.row({quantity: 1.0, use: -least}, low=0.0)
        model.quantity[index, chain], model.delivers[index, chain] = quantity, use
        total[quantity] = uses[use] = 1.0
        _add_legs(model, graph, job, (index, chain))
    if total:
        program.row(total, high=remaining)
    if len(uses) > 1 and job.intent.fill == "all_or_none":
        program.row(uses, high=1.0)


def _add_legs(model: Model, graph: LiquidityGraph, job: Job, key: tuple[int, str]) -> None:
    """Add what one intent asks for on a chain to the rows of its instruments, and legs where it leaves them free."""
    want, quantity, chain = job.intent.want, model.quantity[key], key[1]
    if isinstance(want, Package):
        for name, per_unit in want.unit_legs().items():
            terms = model.balance.setdefault((chain, name), {})
            terms[quantity] = terms.get(quantity, 0.0) - per_unit / OPTION_UNIT
        return
    series = usable(want, graph.instruments(chain), every=model.every_series)
    ether = ETH in graph.instruments(chain)
    model.legs[key] = add_legs(model.program, quantity, want, series, ether=ether)
    for name, (long, short) in model.legs[key].items():
        terms = model.balance.setdefault((chain, name), {})
        terms[long] = -1.0
        if short is not None:
            terms[short] = 1.0


def _can_deliver(model: Model, graph: LiquidityGraph, job: Job, chain: str) -> bool:
    want = job.intent.want
    if isinstance(want, Package):
        return set(want.unit_legs()) <= set(graph.instruments(chain))
    # With every series a floor, or a bound, that ether alone keeps counts as well.
    return bool(usable(want, graph.instruments(chain), every=model.every_series)) or (
        model.every_series and ETH in graph.instruments(chain)
    )


def _terms(graph: LiquidityGraph, job: Job, chain: str) -> tuple[float, float]:
    """Return the gain of one unit and the fixed cost of delivering on a chain, in dollars, venue costs left out."""
    snapshot, intent = graph.snapshot, job.intent
    fixed = settlement_gas(snapshot, intent.home, chain, 0) / USDC_UNIT
    gain = intent.limit / USDC_UNIT
    port = snapshot.bridge(intent.home, chain) if chain != intent.home else None
    if port is not None:
        moved = max(intent.limit + (collateral_per_unit(intent.want) or 0), 0) / USDC_UNIT
        gain -= moved * port.fee_ppm / 1e6
        fixed += port.fixed_fee / USDC_UNIT
    return gain, fixed


def _add_place(model: Model, graph: LiquidityGraph, jobs: Sequence[Job], place: tuple[str, str]) -> None:
    """Add the venues for an instrument on a chain, and the row that equates what is delivered with what is traded.

    Venues sell no more than the intents take: what is bought at one to be sold at another serves nobody here.
    """
    terms = model.balance[place]
    taken = {variable: value for variable, value in terms.items() if value < 0}
    given = {variable: value for variable, value in terms.items() if value > 0}
    bought = _add_edges(model, graph, jobs, place, "buy", model.most(taken)) if taken else []
    if given:
        _add_edges(model, graph, jobs, place, "sell", model.most(given))
    if taken and given:
        model.program.row(dict.fromkeys(bought, 1.0) | taken, high=0.0)
    model.program.row(terms | model.joint.get(place, {}), low=0.0, high=0.0)


def _add_edges(
    model: Model, graph: LiquidityGraph, jobs: Sequence[Job], place: tuple[str, str], side: Side, most: float
) -> list[int]:
    """Add the stretches of every venue that can serve `most` of an instrument, and what using it costs in gas."""
    chain, instrument = place
    program = model.program
    sign = 1.0 if side == "buy" else -1.0
    everything: list[int] = []
    for edge in graph.trades(instrument, side, chain):
        ladder = _within(graph.ladder(edge), most) if all(job.allows(edge.key) for job in jobs) else []
        if not ladder and not graph.lots(edge):
            continue
        use = program.variable(gain=-graph.snapshot.gas_cash(chain, edge.gas) / USDC_UNIT, integer=True)
        steps = []
        for step in ladder:
            size = step.quantity / OPTION_UNIT
            steps.append(program.variable(gain=-sign * step.cash / USDC_UNIT / size, upper=size))
        sizes = {step: program.upper[step] for step in steps}
        program.row(dict.fromkeys(steps, 1.0) | {use: -sum(step.quantity for step in ladder) / OPTION_UNIT}, high=0.0)
        steps += add_lots(model, graph, edge, use, sizes)
        model.flows[edge], model.uses[edge] = steps, use
        model.balance[chain, instrument].update(dict.fromkeys(steps, sign))
        everything += steps
    return everything


def _within(ladder: Sequence[Step], most: float) -> list[Step]:
    """Return the stretches of a ladder up to the one that completes `most` options."""
    reached = accumulate((step.quantity / OPTION_UNIT for step in ladder), initial=0.0)
    return [step for step, before in zip(ladder, reached, strict=False) if before < most]


def read(model: Model, jobs: Sequence[Job], optimum: Optimum) -> Allocation:
    """Return what an optimum of the program of `jobs` delivers and trades."""
    values = optimum.values
    shares = []
    for (index, chain), variable in model.quantity.items():
        if values[variable] > DUST:
            legs = {
                name: float(values[long] - (values[short] if short is not None else 0.0))
                for name, (long, short) in model.legs.get((index, chain), {}).items()
            }
            shares.append(Share(jobs[index], chain, float(values[variable]), legs))
    flows = [Flow(edge, float(values[steps].sum())) for edge, steps in model.flows.items()]
    used = tuple(flow for flow in flows if flow.quantity > DUST)
    return Allocation(tuple(shares), used, optimum.objective, optimum.gap, optimum.work)
