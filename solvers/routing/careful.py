"""The engine that is careful: the best route that keeps what it is told to, by surplus less the price of its risks.

Whatever finds a route, its risks are measured on its whole lots: the chance that all works, margin, the tail of losses,
and a plan of transfers that brings the cash in time. A route that does not keep a floor or a deadline is none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from intents.assets import OPTION_UNIT, USDC_UNIT
from intents.lifecycle import Cause
from solvers.routing import greedy, path
from solvers.routing.assessment import Assessment
from solvers.routing.desk import Desk
from solvers.routing.exact import DEFAULT_NODES, RELATIVE_GAP, build, read
from solvers.routing.executed import executed
from solvers.routing.failures import cases, success, tail_mean
from solvers.routing.layers import Schedule, Transfer, ends_ms, plan
from solvers.routing.margin import requirement
from solvers.routing.problem import Cost, Job, NoRoute, Parcel, Route
from solvers.routing.program import Failure, Limits
from solvers.routing.risk import Margin, Risk, Tail, margin_groups, restrict, years_until_last
from solvers.routing.verify import verify_route
from venues.graph import LiquidityGraph
from venues.markets.venue import Order, Unfilled

NEARLY: float = 1e-9
"""Relative slack of a floor under a product of floating-point numbers."""


def route(graph: LiquidityGraph, job: Job, risk: Risk, *, nodes: int = DEFAULT_NODES) -> Route | NoRoute:
    """Return the route worth most among those that keep what `risk` asks for, verified, or why there is none."""
    simple = [path.route(graph, job), greedy.route(graph, job)]
    found, failure, work = _solved(graph, job, risk, nodes)
    work += sum(answer.work for answer in simple)
    failures = (failure,) if failure is not None else ()
    reasons = [answer.detail for answer in simple if isinstance(answer, NoRoute)]
    kept: list[Route] = []
    for answer in (found, *simple):
        checked = assessed(graph, job, risk, answer) if isinstance(answer, Route) else None
        if isinstance(checked, Route):
            kept.append(checked)
        elif checked is not None:
            reasons.insert(0, checked)
    best = max(kept, key=_worth, default=None)
    if best is None or _worth(best) < 0:
        detail = "the risk of every route costs more than it leaves" if best is not None else (reasons or ["none"])[0]
        return NoRoute(job=job, cause=Cause.NO_SOLUTION, detail=detail, work=work)
    return replace(best, work=work, failures=failures)


def assessed(graph: LiquidityGraph, job: Job, risk: Risk, answer: Route) -> Route | str:
    """Return a route with its risks measured and its transfers paid for, or what it does not keep."""
    used = _used(graph, job, answer)
    chance = success(risk.chances, used)
    if risk.least_success > 0 and chance < risk.least_success * (1 - NEARLY):
        return f"all of {', '.join(used)} work with a chance of {chance:.4f}, the floor is {risk.least_success}"
    transfers = _transfers(graph, job, risk.schedule, answer) if risk.schedule is not None else ()
    if isinstance(transfers, str):
        return transfers
    paid = _with_transfers(answer, transfers)
    checked = verify_route(graph, job, paid)
    if isinstance(checked, str):
        return checked
    margin, margin_cost = _margin(graph, risk.margin, paid) if risk.margin is not None else (0.0, 0.0)
    tail = _tail_loss(graph, paid, risk.chances, risk.tail) if risk.tail is not None else 0.0
    weighed = risk.tail.weight * tail if risk.tail is not None else 0.0
    chains = [part.chain for part in paid.parcels]
    assessment = Assessment(
        success=chance,
        margin=margin,
        margin_cost=margin_cost,
        tail_loss=tail,
        ends_ms=ends_ms(risk.schedule, transfers, chains) if risk.schedule is not None else None,
        transfers=transfers,
        worth=paid.surplus / USDC_UNIT - margin_cost - weighed,
    )
    return replace(paid, risk=assessment)


def _worth(answer: Route) -> float:
    return answer.risk.worth if answer.risk is not None else answer.surplus / USDC_UNIT


def _solved(graph: LiquidityGraph, job: Job, risk: Risk, nodes: int) -> tuple[Route | None, Failure | None, int]:
    """Return what the program makes of the intent and its risks, what went wrong, and the work spent."""
    model = build(graph, [job])
    if not model.quantity:
        return None, None, 0
    restrict(model, graph, job, risk)
    outcome = model.program.attempt(Limits(nodes=nodes, relative_gap=RELATIVE_GAP))
    if isinstance(outcome, Failure):
        return None, outcome, nodes
    allocation = read(model, [job], outcome)
    answer = executed(graph, job, allocation)
    lost = Failure.NOT_EXECUTABLE if answer is None and allocation.shares else None
    return answer, lost, outcome.work


def _used(graph: LiquidityGraph, job: Job, answer: Route) -> list[str]:
    """Return the venues and bridges of a route, sorted."""
    names = {order.venue for part in answer.parcels for order in part.orders}
    for part in answer.parcels:
        port = graph.snapshot.bridge(job.intent.home, part.chain) if part.chain != job.intent.home else None
        names |= {port.id} if port is not None else set()
    return sorted(names)


def _transfers(graph: LiquidityGraph, job: Job, schedule: Schedule, answer: Route) -> tuple[Transfer, ...] | str:
    """Return what brings the cash of deliveries away from home, or why it does not come in time."""
    home = job.intent.home
    needs = {home: 0} if any(part.chain == home for part in answer.parcels) else {}
    for part in answer.parcels:
        if part.chain != home:
            needs[part.chain] = part.cost.venues + job.intent.collateral(part.quantity)
    return plan(graph, schedule, needs)


def _with_transfers(answer: Route, transfers: Sequence[Transfer]) -> Route:
    """Return a route whose dearest delivery away from home pays for the transfers."""
    away = [part for part in answer.parcels if part.chain != answer.job.intent.home]
    if not transfers or not away:
        return answer
    extra = Cost(0, sum(each.gas for each in transfers), sum(each.fee for each in transfers))
    payer = max(away, key=lambda part: part.cost.total)
    parcels = tuple(replace(p, cost=p.cost + extra) if p is payer else p for p in answer.parcels)
    return replace(answer, parcels=parcels)


def _margin(graph: LiquidityGraph, margin: Margin, answer: Route) -> tuple[float, float]:
    """Return the dollars of margin that a route adds over all chains, and what they cost until they are free again."""
    added, cost = 0.0, 0.0
    for part in answer.parcels:
        held = dict(margin.held.get(part.chain, {}))
        after = dict(held)
        for name, quantity in part.legs.items():
            after[name] = after.get(name, 0.0) + quantity / OPTION_UNIT
        groups = margin_groups(graph, part.chain, margin, tuple(part.legs))
        more = requirement(groups, after) - requirement(groups, held)
        added += more
        cost += more * margin.rate * years_until_last(tuple(after), graph.snapshot.time_ms)
    return added, cost


def _tail_loss(graph: LiquidityGraph, answer: Route, chances: Mapping[str, float], tail: Tail) -> float:
    """Return the mean loss of a route in the worst cases, in dollars, every order at what it costs."""
    job = answer.job
    lost: dict[str, float] = {}
    desk = Desk(graph.snapshot)
    for part in answer.parcels:
        for order in part.orders:
            lost[order.venue] = lost.get(order.venue, 0.0) + _cash(desk, order)
        port = graph.snapshot.bridge(job.intent.home, part.chain) if part.chain != job.intent.home else None
        if port is not None:
            lost[port.id] = lost.get(port.id, 0.0) + _moved(job, part)
    known = {name: chances[name] for name in lost if chances.get(name, 0.0) > 0}
    drawn = cases(known, samples=tail.samples, seed=tail.seed)
    losses = [(tail.dearer * sum(lost[name] for name in case.failed), case.weight) for case in drawn]
    return tail_mean(losses, tail.share)


def _cash(desk: Desk, order: Order) -> float:
    fill = desk.trade(order)
    return 0.0 if isinstance(fill, Unfilled) else fill.cash / USDC_UNIT


def _moved(job: Job, part: Parcel) -> float:
    return max(job.intent.max_debit(part.quantity) + job.intent.collateral(part.quantity), 0) / USDC_UNIT
