"""What earlier awards still take from their solvers: money that a later round must not promise again.

An award is paid for long after its round: a delivery waits for its lock, a bridge that takes back what was claimed may
stand still for hours, and every step that is still to be sent costs gas. Until a step has landed, what it takes is in
its solver's account and is no longer the solver's to offer.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from auction.cash_needs import Owed, StepPrice, cash_needs
from auction.ether_limits import EtherBudget
from auction.settlement.executor import Executor
from auction.settlement.plan import Step
from auction.settlement.policy import SettlementPolicy
from auction.settlement.races import bridge_of
from auction.settlement.run import Run
from auction.settlement.sending import ENDED, Sending
from venues.chains.transaction import Transaction
from venues.clearing import FULL_COLLATERAL
from venues.world import World

Place = tuple[str, str]
"""A solver and a chain."""


@dataclass(frozen=True, slots=True)
class Outstanding:
    """What is promised already, by solver and chain."""

    cash: Counter[Place] = field(default_factory=Counter)
    """USDC base units."""

    ether_wei: Counter[Place] = field(default_factory=Counter)


def outstanding(runs: Iterable[Run], price: StepPrice) -> Outstanding:
    """Return what the steps of plans that have not landed still take; a plan whose solver walked away takes nothing.

    Args:
        runs: Plans under execution.
        price: The most that a step which was never sent may cost.
    """
    found = Outstanding()
    undelivered: dict[tuple[str, str], list[Owed]] = {}
    for run in runs:
        if not run.settles or run.failed:
            continue
        terms = run.plan.terms
        if run.sendings[run.plan.delivery.id].status not in ENDED:
            bid = terms.fill_id.rpartition(".")[0]
            undelivered.setdefault((terms.solver, bid), []).append(Owed(terms, run.plan.orders))
        for sending in run.sendings.values():
            if sending.status not in ENDED:
                place = terms.solver, sending.step.chain
                found.ether_wei[place] += _may_cost(sending, price)
                found.cash[place] += _leaves(run, sending)
    for (solver, _), fills in undelivered.items():
        found.cash.update({(solver, chain): need for chain, need in cash_needs(fills).items()})
    return found


def most_wei(world: World, policy: SettlementPolicy, step: Step) -> int:
    """Return the wei that a sender has to hold for a step which is sent now: gas at the cap, posting, and deposit."""
    chain = world.chain(step.chain)
    first_wei = policy.price(chain)
    sent = Transaction(id=step.id, sender="", call=step.call, max_fee_wei=first_wei, tip_wei=policy.tip_wei)
    deposit = policy.deposit_wei(world, step.chain) if step.kind == "lock" else 0
    return sent.gas * policy.cap(first_wei) + policy.cap(chain.data_fee_wei(sent)) + deposit


def budgets(
    world: World, executor: Executor, policy: SettlementPolicy, solvers: Sequence[str]
) -> tuple[dict[Place, int], EtherBudget]:
    """Return what each solver can still offer on each chain: USDC in base units, and ether for gas.

    Neither what backs its positions nor what earlier awards still take is its to offer.
    """

    def price(step: Step) -> int:
        return most_wei(world, policy, step)

    promised = outstanding(executor.under_way(), price)
    cash, ether = {}, {}
    for chain in world.chain_ids:
        state = world.state(chain)
        for solver in solvers:
            account, place = state.clearing.account(solver), (solver, chain)
            cash[place] = account.cash - FULL_COLLATERAL.requirement(account).cash - promised.cash[place]
            ether[place] = state.wallets.get(solver, 0) - promised.ether_wei[place]
    return cash, EtherBudget(ether, price)


def _may_cost(sending: Sending, price: StepPrice) -> int:
    return sending.ether_due_wei or price(sending.step)


def _leaves(run: Run, sending: Sending) -> int:
    """Return what goes over a bridge out of cash that was claimed already; until then, the claim brings it."""
    over, race = bridge_of(sending.step), sending.step.race
    if over is None or run.status("claim") != "done" or (race and run.status("bridge") == "done"):
        return 0
    return over.cash if race in {"", sending.step.id} else 0
