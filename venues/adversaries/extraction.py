"""What adversaries take, from whom, and how: every block compared with the one that honest people would have had.

For each block that adversaries touched, the honest one is made from the same parent: the transactions that an honest
producer would have taken, in that order, without those of adversaries. A transaction that was kept out counts as served
in the block that it was kept out of, so that a delay costs what it costs and no more.

The way from the real block to the honest one goes in steps: adversaries are thought away one by one, who came last in
the block first, so that each is judged given those before it; then the order is put right. After every step all
accounts are compared, marked at the true price. Three things hold exactly:

* the changes of all accounts in a step sum to zero: what an adversary took is what users, venues and others lost;
* the transfers of a step have these changes as their sums, by who lost and by who gained;
* the steps of a block sum to the difference between the real and the honest one.

Gas is apart: it is given back before accounts are compared, for what is burned is nobody's gain. Where several gain and
several lose in one step, each loss is shared among those who gain, in proportion.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from venues.adversaries.holdings import changes, marks
from venues.adversaries.lookahead import stem
from venues.chain_state import ChainState
from venues.chains.ordering.producer import Making
from venues.chains.transaction import Block, Reverted, Transaction
from venues.truth import Truth

Listed = tuple[Transaction[ChainState], ...]


@dataclass(frozen=True, slots=True)
class Transfer:
    """What one account lost to another in a block."""

    taker: str
    loser: str
    worth: int
    """In units of worth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one adversary changed in a block."""

    by: str
    """The adversary; empty where only the order differs, and no adversary made the block."""

    worth: Mapping[str, int]
    """Worth that each account gained or lost by it; they sum to zero."""

    burned: int
    """Wei of gas more than without it."""

    @property
    def transfers(self) -> tuple[Transfer, ...]:
        """Who lost how much to whom."""
        return transfers(self.worth)


@dataclass(frozen=True, slots=True)
class Course:
    """A block as it would have been without somebody."""

    by: str
    """Who is thought away, beside all those before; empty for the real block."""

    transactions: Listed


def extraction(
    parent: ChainState, block: Block, courses: Sequence[Course], costs_wei: Mapping[str, int], truth: Truth
) -> tuple[Step, ...]:
    """Return what became of everybody because a block was not the honest one, step by step.

    Args:
        parent: State that the block builds on.
        block: The block.
        courses: The real block, then what it would have been without one adversary after the other; see `courses_of`.
        costs_wei: What each transaction costs its sender, by name.
        truth: The market.
    """
    states = [refunded(parent, course.transactions, block, costs_wei) for course in courses]
    steps = []
    for course, (real, other) in zip(courses[1:], pairwise(states), strict=True):
        changed, burned = changes(other.state, real.state), real.gas_wei - other.gas_wei
        if changed or burned:
            prices = marks(truth, block.time_ms, changed.values())
            worth = {name: prices.worth(account) for name, account in changed.items()}
            steps.append(Step(by=course.by, worth=worth, burned=burned))
    return tuple(steps)


def courses_of(making: Making[ChainState], adversaries: frozenset[str], served: frozenset[str]) -> tuple[Course, ...]:
    """Return the block, then without one adversary after the other, and at last the honest one; nothing if it is that.

    Args:
        making: How the real block was made.
        adversaries: Accounts of searchers and producers.
        served: Stems of the names of transactions that an earlier block kept out: the honest world knows them as
            served.
    """
    left = making.chosen
    courses = [Course("", left)]
    for name in dict.fromkeys(t.sender for t in reversed(making.chosen) if t.sender in adversaries):
        left = tuple(transaction for transaction in left if transaction.sender != name)
        courses.append(Course(name, left))
    honest = tuple(t for t in making.honest if t.sender not in adversaries and stem(t.id) not in served)
    if [t.id for t in honest] != [t.id for t in left]:
        courses.append(Course(making.by, honest))
    return tuple(courses) if len(courses) > 1 else ()


@dataclass(frozen=True, slots=True)
class Refunded:
    """What transactions lead to, with their gas given back: what is left is what the calls themselves did."""

    state: ChainState
    gas_wei: int


def refunded(state: ChainState, transactions: Listed, block: Block, costs_wei: Mapping[str, int]) -> Refunded:
    """Return what transactions lead to, as a chain would execute them, and what gas they paid."""
    costs: Counter[str] = Counter()
    for transaction in transactions:
        paid = state.pay_gas(transaction.sender, costs_wei[transaction.id])
        if paid is None:
            continue
        costs[transaction.sender] += costs_wei[transaction.id]
        outcome = transaction.call.apply(paid, block)
        state = paid if isinstance(outcome, Reverted) else outcome.state
    wallets = state.wallets.update({sender: state.wallets[sender] + wei for sender, wei in costs.items()})
    total = costs.total()
    return Refunded(replace(state, wallets=wallets, burned=state.burned - total), total)


def transfers(worth: Mapping[str, int]) -> tuple[Transfer, ...]:
    """Return who lost how much to whom, so that the sums by loser and by taker are exact; the changes sum to zero."""
    losers = sorted(name for name, change in worth.items() if change < 0)
    takers = sorted(name for name, change in worth.items() if change > 0)
    lost = list(accumulate((-worth[name] for name in losers), initial=0))
    gained = list(accumulate((worth[name] for name in takers), initial=0))
    total = gained[-1]
    found = []
    for loser, (above, below) in zip(losers, pairwise(lost), strict=True):
        for taker, (left, right) in zip(takers, pairwise(gained), strict=True):
            # Differences of rounded cumulative shares: rows and columns keep their sums.
            share = below * right // total - above * right // total - below * left // total + above * left // total
            found.append(Transfer(taker, loser, share))
    return tuple(transfer for transfer in found if transfer.worth)
