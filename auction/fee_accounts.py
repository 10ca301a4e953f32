"""The accounts of a run with fees: what fills bring in, what winners earn of it, and what an epoch leaves.

A winner's account in a round is closed when the cash of all its fills has gone where it goes: the fee is in the vault,
or nothing will come any more. The reward is then what the rule owes, less the score of the fills that were not
delivered, within the published bounds ([CoW]): at most a share of the fees its own fills brought in, and for fills
that failed by its own fault down to a penalty out of its bond. The weather costs a winner its reward, never its bond.

[CoW]: https://docs.cow.fi/cow-protocol/reference/core/auctions/rewards
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from auction.cashier import Cashier, Due
from auction.charges import Charges
from auction.journal import Journal
from auction.payments.consistency import Record, consistency_rewards
from auction.payments.payment import Payment, PaymentRule
from auction.round import RoundResult
from auction.scoring import Scored
from auction.settlement.attribution import Verdict
from auction.settlement.executor import Executor
from auction.settlement.plan import Plan, fill_id
from auction.settlement.run import Run
from auction.settlement.sending import ENDED
from auction.winners import FILL_BONUS
from intents.canonical import Json
from intents.fees import PPM
from venues.chain_state import ChainState
from venues.chains.produced import Produced
from venues.world import World

EPOCH: Final = "epoch-"
"""How the names of payments begin that are shares of what an epoch left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundAccounts:
    """A decided round, as the accounts see it."""

    number: int
    fair: Sequence[Scored]
    """All bids that held and give no owner less than a bid on the intent alone."""

    winners: Sequence[Scored]
    claims: Mapping[str, int] = field(default_factory=dict)
    """What the rule owes each winner before fills fail and fees bound it; nothing where bids are paid."""

    added: Mapping[str, int] = field(default_factory=dict)
    """What the round would have lost without each winner; empty where bids are paid."""


def round_accounts(
    number: int, result: RoundResult, rule: PaymentRule, payments: Sequence[Payment], total: int
) -> RoundAccounts:
    """Return a decided round as the accounts see it.

    Args:
        number: The round.
        result: What became of its bids.
        rule: Rule of payment.
        payments: What it owes the winners; nothing where bids are paid.
        total: The winning score.
    """
    added = {p.solver: max(0, total - p.reference) for p in payments if p.reference is not None}
    claims = added if rule == "vcg" else {payment.solver: payment.reward for payment in payments}
    return RoundAccounts(number=number, fair=result.fair, winners=result.winners, claims=claims, added=added)


@dataclass(slots=True, kw_only=True)
class _Account:
    """One winner's account in one round."""

    id: str
    solver: str
    claim: int
    added: int | None
    """What the round would have lost without it, where the rule asks."""

    scores: dict[str, int]
    """By fill that is not concluded, what it adds to the winning score."""

    missed: int = 0
    at_fault: int = 0
    """Part of what was missed that is the solver's own doing."""

    fees: int = 0


@dataclass(slots=True)
class _Epoch:
    """One accounting period."""

    number: int = 1
    fees: int = 0
    rewards: int = 0
    offered: dict[str, dict[str, int]] = field(default_factory=dict)
    """By intent, the largest gain that each solver offered its owner."""

    won: Counter[str] = field(default_factory=Counter)
    """Pairs of an auction and an order, by solver."""

    settled: Counter[str] = field(default_factory=Counter)

    @property
    def is_empty(self) -> bool:
        """Whether nothing has happened in it."""
        return not (self.fees or self.offered or self.won)


class FeeAccounts:
    """The accounts of all winners and epochs; an observer of the world, after executor and aftermath."""

    def __init__(
        self, charges: Charges, executor: Executor, journal: Journal, verdicts: Sequence[Verdict], bond_chain: str
    ) -> None:
        """Start with empty accounts; `verdicts` is the list that the aftermath adds to."""
        self._charges = charges
        self._executor = executor
        self._journal = journal
        self._verdicts = verdicts
        self._bond_chain = bond_chain
        self._cashier = Cashier(executor)
        self._decided: RoundAccounts | None = None
        self._open: dict[str, _Account] = {}
        """By fill."""

        self._pairs: dict[tuple[int, str, str], set[str]] = {}
        """Fills under way of each round, solver and intent."""

        self._broken: set[tuple[int, str, str]] = set()
        self._epoch = _Epoch()

    @property
    def owed(self) -> int:
        """What solvers are owed that no vault could pay yet, in USDC base units."""
        return self._cashier.owed

    @property
    def is_quiet(self) -> bool:
        """Whether all accounts are closed and all that is due was sent."""
        return not self._open and self._epoch.is_empty and not self.owed

    def note_round(self, decided: RoundAccounts) -> None:
        """Take note of a round that was decided: its bids count in the epoch, its winners are paid once it begins.

        Bids count on what was awarded, and for no more than was: an offer that nobody could have to keep is none.
        """
        awarded: Counter[str] = Counter()
        for scored in decided.winners:
            awarded.update({intent: scored.gain(intent) for intent in scored.bid.intents})
        for scored in decided.fair:
            for intent in sorted(awarded.keys() & set(scored.bid.intents)):
                best, gain = self._epoch.offered.setdefault(intent, {}), scored.gain(intent)
                best[scored.bid.solver] = max(best.get(scored.bid.solver, 0), min(gain, awarded[intent]))
        self._decided = decided

    def begin(self) -> None:
        """Open the accounts of the winners of the round that was decided last: their fills are under way."""
        decided, self._decided = self._decided, None
        if decided is None:
            return
        for solver in sorted({scored.bid.solver for scored in decided.winners}):
            claim, added = decided.claims.get(solver, 0), decided.added.get(solver)
            name = f"{decided.number}.{solver}"
            account = _Account(id=name, solver=solver, claim=claim, added=added, scores={})
            for scored in decided.winners:
                if scored.bid.solver == solver:
                    self._expect(decided.number, account, scored)

    def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:  # noqa: ARG002
        """Close what has been decided, and pay what is due."""
        for fill in list(self._open):
            run = self._executor.run(fill)
            if run.failed or (run.delivered_ms and _is_paid(run)):
                self._conclude(world, fill, run)
        self._cashier.pay(world)

    def end_round(self, world: World, number: int) -> None:
        """End the epoch if it was its last round."""
        if number >= self._epoch.number * self._charges.epoch_rounds:
            self.close_epoch(world)

    def close_epoch(self, world: World) -> None:
        """Share what the epoch leaves, and begin the next."""
        epoch = self._epoch
        left = epoch.fees - epoch.rewards
        pool = left * self._charges.consistency_ppm // PPM
        records = {name: Record(won=epoch.won[name], settled=epoch.settled[name]) for name in sorted(epoch.won)}
        offered = [epoch.offered[intent] for intent in sorted(epoch.offered)]
        shares = consistency_rewards(pool, offered, records)
        self._epoch = _Epoch(number=epoch.number + 1)
        if epoch.is_empty:
            return
        solvers: list[Json] = [
            {"solver": name, "won": epoch.won[name], "settled": epoch.settled[name], "share": str(shares[name])}
            for name in sorted(shares)
        ]
        body: dict[str, Json] = {
            "epoch": epoch.number,
            "fees": str(epoch.fees),
            "rewards": str(epoch.rewards),
            "kept": str(left - sum(shares.values())),
            "solvers": solvers,
        }
        self._journal.note(world.now_ms, "epoch.closed", body)
        for name in sorted(shares):
            self._cashier.owe(Due(id=f"{EPOCH}{epoch.number}.{name}", solver=name, cash=shares[name]))
        self._cashier.pay(world)

    def _expect(self, number: int, account: _Account, scored: Scored) -> None:
        """Take note of the fills of a winning bid."""
        pairs = zip(scored.bid.fills, scored.gains, scored.fees, strict=True)
        for index, (fill, gain, fee) in enumerate(pairs):
            name = fill_id(account.solver, number, scored.position, index)
            account.scores[name] = gain + fee + FILL_BONUS
            self._open[name] = account
            self._pairs.setdefault((number, account.solver, fill.intent_id), set()).add(name)

    def _conclude(self, world: World, fill: str, run: Run) -> None:
        account = self._open.pop(fill)
        score = account.scores.pop(fill)
        if run.failed:
            account.missed += score
            account.at_fault += score if self._is_at_fault(fill) else 0
        else:
            account.fees += collected(world, run.plan)
        self._count(fill, run)
        if not account.scores:
            self._close(world, account)

    def _count(self, fill: str, run: Run) -> None:
        """Count the pair of auction and order that a fill is of, once all its fills are concluded."""
        terms = run.plan.terms
        pair = (int(fill.split(".", maxsplit=1)[0]), terms.solver, terms.intent_id)
        self._pairs[pair].discard(fill)
        if run.failed:
            self._broken.add(pair)
        if not self._pairs[pair]:
            del self._pairs[pair]
            self._epoch.won[terms.solver] += 1
            self._epoch.settled[terms.solver] += pair not in self._broken

    def _close(self, world: World, account: _Account) -> None:
        """Work out a winner's reward or penalty."""
        due = min(max(account.claim - account.missed, 0), self._charges.most_reward(account.fees))
        lost = account.at_fault - account.added if account.added is not None else 0
        fine = min(max(lost, 0), self._charges.most_penalty)
        self._epoch.fees += account.fees
        self._epoch.rewards += due
        body: dict[str, Json] = {
            "id": account.id,
            "solver": account.solver,
            "reward": str(account.claim),
            "missed": str(account.missed),
            "fees": str(account.fees),
            "due": str(due),
        }
        body |= {"fine": str(fine)} if fine else {}
        self._journal.note(world.now_ms, "reward.due", body)
        self._cashier.owe(Due(id=account.id, solver=account.solver, cash=due))
        if fine:
            self._cashier.fine(world, self._bond_chain, Due(id=account.id, solver=account.solver, cash=fine))

    def _is_at_fault(self, fill: str) -> bool:
        return any(verdict.fill_id == fill and verdict.responsible == "solver" for verdict in self._verdicts)


def collected(world: World, plan: Plan) -> int:
    """Return the fee that is in the house's vaults for a delivered fill, in USDC base units."""
    terms = plan.sent_terms
    if not plan.is_cross_chain:
        return terms.fee
    lock = world.state(plan.home).escrow.locks.get(terms.fill_id)
    at_home = lock.fee if lock is not None and lock.state == "claimed" else 0
    return at_home + terms.fee - terms.fee_at_home


def _is_paid(run: Run) -> bool:
    """Return whether the cash of a delivered fill has gone where it goes: bridging it back concerns its solver only."""
    return all(sending.status in ENDED for sending in run.sendings.values() if sending.step.kind != "bridge")
