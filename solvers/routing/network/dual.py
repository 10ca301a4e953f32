"""The dual engine: find prices by Newton's method, let every market trade on its own, prove the result.

Linear offers have no trade of their own at their price. They are drawn to the fills of the round before, ever less;
a few rounds give fills that balance, and then the proof is as tight as without them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from solvers.routing.network.certificate import Solution, exact_fills, executable, question_of
from solvers.routing.network.compiled import Floats
from solvers.routing.network.descent import Goal
from solvers.routing.network.evaluation import Question, evaluate
from solvers.routing.network.network import Aim, Network
from solvers.routing.network.newton import MOST_SPARE, ROUGH, descend
from solvers.routing.network.offer_trade import Anchor
from solvers.routing.network.reach import in_whole, part_that_matters, spread_out
from solvers.routing.network.recovery import trades_at
from solvers.routing.network.repair import fit_together
from solvers.routing.network.start import starting_prices

SPARE, SMOOTH_SPARE = 0.25, 0.6
"""Share of the tolerance that is held back, of all tokens together; more where no offer costs a part of the rest."""

FIRST_SHARPNESS, WARM_SHARPNESS, MOST_SHARPNESS = 1e3, 1e5, 1e5
"""Fill gained for a relative profit of one: in the first round, in the first after another solve, and at most."""

OTHER_SHARPNESS = (1e2, 1e4, 3e4)
"""Where the rounds begin again if they got lost, which happens to one instance in ninety or so."""

CLOSE = 1e-6
"""Gap above which they are taken to have got lost."""

ATTEMPT = 300
"""Newton steps after which they are; a few dozen are usual."""

SHARPER = 10.0
"""Growth of the sharpness from round to round."""

MOST_ROUNDS = 40
"""Most rounds of offers; three to five are usual."""

MOST_ANSWERS = 3
"""Answers worked out in one attempt; arithmetic that spoils three will spoil a fourth."""

MOST_REPAIRED = 5000
"""Markets up to which a linear program may look for the trades to shorten; it takes milliseconds for a hundred."""

CHUNK = 4
"""Newton steps between two looks at the stop signal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How good an answer has to be, and what may be spent on it."""

    tolerance: float = 1e-8
    """Gap at which the search ends."""

    most_steps: int = 1000
    """Newton steps."""

    stop: Callable[[], bool] | None = None
    """Asked every few steps whether to end with what there is; a deadline, when live."""


@dataclass(slots=True)
class Search:
    """Prices on their way, and what they have cost."""

    question: Question
    price: Floats
    budget: Budget
    steps: int = 0
    evaluations: int = 0
    limit: int = 0
    """Steps at which the present attempt ends."""

    halted: bool = False
    stopped: bool = False
    stiffness: Floats = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        self.limit = self.budget.most_steps

    def begin(self, question: Question, price: Floats) -> None:
        """Start an attempt."""
        self.question, self.price, self.halted = question, price, False
        self.limit = min(self.steps + ATTEMPT, self.budget.most_steps)

    def spent(self) -> bool:
        """Return whether nothing more may be spent."""
        return self.stopped or self.steps >= self.budget.most_steps

    def lower(self, anchor: Anchor, goal: Goal) -> tuple[float, float]:
        """Descend until the goal is reached or the budget ends; return value and imbalance."""
        while True:
            most = max(self.limit - self.steps, 0)
            most = min(most, CHUNK) if self.budget.stop else most
            descent = descend(self.question, anchor, self.price, goal, most)
            goal = goal._replace(held=descent.held)
            self.steps += descent.steps
            self.evaluations += descent.evaluations
            self.stiffness = descent.stiffness
            if not descent.settled and descent.steps == most:
                self.stopped = self.budget.stop is not None and self.budget.stop()
                self.halted = self.stopped or self.steps >= self.limit
            if descent.settled or descent.steps < most or self.halted:
                return descent.value, descent.imbalance

    def spare(self, question: Question, value: float) -> float:
        """Hold back a little of every token that is traded, so that none runs short; return the imbalance it covers."""
        free = int((question.fixed == 0.0).sum())
        each = SPARE * self.budget.tolerance * abs(value) / max(free, 1)
        held = np.where(question.fixed == 0.0, np.minimum(each, MOST_SPARE * self.stiffness), 0.0)
        self.question = question._replace(stock=question.stock - held / self.price)
        return each / (2.0 * abs(value)) if value else 0.0


def solve_dual(network: Network, aim: Aim, budget: Budget | None = None, warm: Solution | None = None) -> Solution:
    """Return trades with a proof of their quality; `warm` is an earlier answer for markets of the same shape."""
    budget = budget or Budget()
    part = part_that_matters(network, aim)
    if part is None:
        return _solve(network, aim, budget, _start(network, aim, warm))
    start = _start(network, aim, warm)
    if start is not None:
        start = Anchor(start.fills[part.markets[3]], start.price[part.tokens], start.sharpness)
    inner = _solve(part.network, part.aim, budget, start)
    return replace(
        inner,
        trades=in_whole(part, network, inner.trades),
        psi=spread_out(part, network, inner.psi),
        prices=spread_out(part, network, inner.prices),
    )


def _start(network: Network, aim: Aim, warm: Solution | None) -> Anchor | None:
    """Return where an earlier answer ended, if it fits and gave every token a price."""
    if warm is None or len(warm.prices) != network.tokens or len(warm.trades.offers) != len(network.offers.size):
        return None
    fills = np.clip(warm.trades.offers / network.offers.size, 0.0, 1.0)
    return Anchor(fills, np.maximum(warm.prices, aim.utility), WARM_SHARPNESS)


def _solve(network: Network, aim: Aim, budget: Budget, start: Anchor | None) -> Solution:
    question = question_of(network, aim)
    if start is None or not bool(np.all(start.price > 0)):
        price = starting_prices(question)
        start = Anchor(_profitable(network, price), price, FIRST_SHARPNESS)
    start = start._replace(price=np.where(question.fixed > 0, aim.utility, start.price))
    search = Search(question, start.price.copy(), budget)
    if len(network.offers.rate):
        return _attempts(network, aim, search, start)
    search.question = question._replace(stock=question.stock.copy())
    value, _ = search.lower(exact_fills(network), Goal(0.0, SMOOTH_SPARE * budget.tolerance, held=False))
    held = question.stock - search.question.stock
    return _answer(network, aim, search, (exact_fills(network), value + float((search.price - aim.utility) @ held)))


def _attempts(network: Network, aim: Aim, search: Search, start: Anchor) -> Solution:
    """Draw offers from softer or sharper beginnings, if the usual one leads nowhere; return the best answer met."""
    question = search.question
    best: Solution | None = None
    for sharpness in (start.sharpness, *OTHER_SHARPNESS):
        search.begin(question, start.price.copy())
        best = _better(best, _rounds(network, aim, search, start._replace(sharpness=sharpness)))
        if best.gap <= max(CLOSE, search.budget.tolerance) or search.spent():
            break
    assert best is not None
    return best


def _rounds(network: Network, aim: Aim, search: Search, anchor: Anchor) -> Solution:
    """Draw offers to their fills, ever less, until the gap is closed; return the best answer met."""
    question, tolerance, inner = search.question, search.budget.tolerance, ROUGH
    best: Solution | None = None
    bound, answers = np.inf, 0
    for _ in range(MOST_ROUNDS):
        value, imbalance = search.lower(anchor, Goal(inner, 0.0, held=False))
        strict = search.spare(question, value)
        fills, penalty = _refilled(network, search.price, anchor)
        bound = _bound(network, question, search)
        gap = (bound - value - penalty) / bound if bound > 0 else 0.0
        settled = imbalance <= tolerance * abs(value) or inner <= 2.0 * strict
        if search.halted or (gap <= 0.5 * tolerance and settled):
            best = _better(best, _answer(network, aim, search, (anchor, bound)))
            answers += 1
            if search.halted or best.ended == "optimal" or answers == MOST_ANSWERS:
                return best
            # Fills are right but rounding, which sharpness amplifies, leaves tokens short: settle them softly.
            anchor = anchor._replace(sharpness=FIRST_SHARPNESS / SHARPER)
        inner = max(min(inner, 0.01 * abs(gap)), strict)
        anchor = Anchor(fills, search.price.copy(), min(anchor.sharpness * SHARPER, MOST_SHARPNESS))
    return _better(best, _answer(network, aim, search, (anchor, bound)))


def _refilled(network: Network, price: Floats, anchor: Anchor) -> tuple[Floats, float]:
    """Return the fills at these prices, and the proximal term they pay."""
    offers = network.offers
    there = anchor.price[offers.tendered]
    margin = offers.rate * price[offers.received] - price[offers.tendered]
    fills = np.clip(anchor.fills + anchor.sharpness * margin / there, 0.0, 1.0)
    return fills, float(0.5 / anchor.sharpness * np.sum(offers.size * there * (fills - anchor.fills) ** 2))


def _profitable(network: Network, price: Floats) -> Floats:
    offers = network.offers
    return (offers.rate * price[offers.received] > price[offers.tendered]).astype(np.float64)


def _bound(network: Network, question: Question, search: Search) -> float:
    search.evaluations += 1
    none, flow = np.empty((0, 0)), np.empty(network.tokens)
    return evaluate(question, exact_fills(network), search.price, flow, none)[0]


def _answer(network: Network, aim: Aim, search: Search, ended: tuple[Anchor, float]) -> Solution:
    """Return the trades at the prices reached; `ended` are the anchor of the offers and the exact dual there."""
    anchor, bound = ended
    trades = trades_at(network.families, search.question.pools, search.price, anchor)
    psi, value = executable(network, aim, trades)
    if bound - value > search.budget.tolerance * bound and network.markets <= MOST_REPAIRED:
        # Shortening token by token gave up too much: a circle of trades without excess, or a search ended early.
        other = trades_at(network.families, search.question.pools, search.price, anchor)
        fit_together(network, aim, other)
        fitted, worth = executable(network, aim, other)
        if worth > value:
            trades, psi, value = other, fitted, worth
    answer = Solution(
        trades=trades,
        psi=psi,
        value=value,
        bound=bound,
        prices=search.price.copy(),
        ended="stopped" if search.spent() else "stalled",
        work=search.evaluations,
    )
    return replace(answer, ended="optimal") if answer.gap <= search.budget.tolerance else answer


def _better(one: Solution | None, two: Solution) -> Solution:
    """Return the more valuable of two answers, with the tighter of their bounds."""
    if one is None:
        return two
    best = max(one, two, key=lambda answer: answer.value)
    tight = min(one, two, key=lambda answer: answer.bound)
    return replace(best, bound=tight.bound, prices=tight.prices, work=two.work)
