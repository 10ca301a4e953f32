"""What follows on a settlement that is another than was awarded: damages for its owner, and a ban for who sent it.

The validator's rules say what a breach is. It counts here once the delivery and whatever else settled the fill are in
blocks that count elsewhere: what is undecidable, or rests on data that is missing, has no consequence until it is
decided. A reorganisation before that takes the suspicion back with the block. One that goes deeper takes back no
penalty, as it takes back no payment that was made on the word of the same block.

A solver answers for what it says it sends itself (`Decision.own`), and for what stands in it. For all others the
network sends, by its own plans: were such a settlement another than was awarded, the fault would be the auctioneer's.
So are a breach of its books (an award that differs from its bid, a fill that is recorded otherwise than a chain shows),
a missed deadline, or that something landed twice; none of them is charged to a solver.

The damage is what the owner gained less over the limit than was awarded. Who settles for less of the quantity owes the
whole gain on the rest: it was taken out of the auction and is not filled. After the owner the house is paid the fee
that it lost by it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from auction.damages import Damages
from auction.journal import Journal
from auction.ledger import Event
from auction.sanctions.ban import Case
from auction.sanctions.sanctions import Sanctions
from auction.validator.award import Awarded, Awards
from auction.validator.evidence import DELIVERIES, SETTLEMENTS, Inclusion, Settling, Watch
from auction.validator.validate import departures
from auction.validator.verdict import Verdict
from intents.canonical import Json
from solvers.messages import Decision
from venues.calls.bonding import Fine, Slash
from venues.calls.fill_terms import FillTerms
from venues.calls.settlement import Deliver, Settle
from venues.chain_state import ChainState
from venues.chains.produced import Produced
from venues.world import World

BY_THE_SENDER: Final = frozenset({"intent", "amounts", "fees", "terms", "call", "venue_calls"})
"""Codes of breaches that a solver commits by what it sends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A settlement that is another than was awarded, proved."""

    award: Awarded
    sent: Inclusion
    """The transaction that breaks the award."""

    verdict: Verdict
    settled_gain: int
    """What the owner gained over the limit, in USDC base units."""

    settled_fee: int
    """What the owner paid the house, in USDC base units."""

    @property
    def damage(self) -> int:
        """What its owner lost by it, in USDC base units."""
        return max(0, self.award.terms.gain - self.settled_gain)

    @property
    def lost_fee(self) -> int:
        """What the house lost by it, in USDC base units."""
        return max(0, self.award.terms.fee - self.settled_fee)


class Enforcement:
    """All fills that were settled and are not yet seen to be settled as awarded, for good."""

    def __init__(self, damages: Damages, journal: Journal, sanctions: Sanctions) -> None:
        """Read what is written down from now on; it has to see every block from the first award on."""
        self._damages = damages
        self._journal = journal
        self._sanctions = sanctions
        self._watch = Watch(since_ms=0)
        self._awards = Awards()
        self._own: set[str] = set()
        """Bids that their solvers settle themselves: the names of their fills without the last part."""

        self._open: dict[str, None] = {}
        self._punished: set[str] = set()
        self._at_risk: dict[str, tuple[str, int]] = {}
        """Of each fill that its solver sends itself and that is not final: the solver, and the USDC it could take."""

        journal.read_by(self._read)

    def expect(self, terms: FillTerms) -> None:
        """Take note of an award of which something else is sent."""
        self._at_risk[terms.fill_id] = terms.solver, terms.gain + terms.fee

    def at_risk(self) -> dict[str, int]:
        """Return what the fills that each solver sends itself could take, in USDC base units."""
        found: Counter[str] = Counter()
        for solver, cash in self._at_risk.values():
            found[solver] += cash
        return dict(found)

    @property
    def is_quiet(self) -> bool:
        """Whether no breach only waits for its blocks to be final."""
        return all(self._breach(fill, self._watch.settlings(fill)) is None for fill in self._open)

    def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:
        """Take in a block, and let every breach that it has made final have its consequences."""
        self._watch.on_block(world, chain_id, produced)
        for receipt in produced.receipts:
            log = Inclusion(receipt, None).log(*SETTLEMENTS)
            if log is not None and str(log.get("fill")) not in self._punished:
                self._open[str(log.get("fill"))] = None
        for fill in list(self._open):
            found = self._watch.settlings(fill)
            if all(self._watch.is_final(inclusion) for inclusion, _ in found):
                del self._open[fill]
                if any(log.name in DELIVERIES for _, log in found):
                    self._at_risk.pop(fill, None)
                breach = self._breach(fill, found)
                if breach is not None:
                    self._punished.add(fill)
                    self._punish(world, breach)

    def _read(self, event: Event) -> None:
        self._awards.hear((event,))
        if event.kind == "decision" and isinstance(event.body, dict) and event.body.get("own"):
            decision = Decision.model_validate(event.body, strict=False)
            self._own |= {f"{event.round}.{decision.solver}.{own.position}" for own in decision.own}
        if event.kind == "fill.failed" and isinstance(event.body, dict):
            self._at_risk.pop(str(event.body["fill_id"]), None)

    def _breach(self, fill: str, found: Sequence[Settling]) -> Breach | None:
        """Return how a fill was settled otherwise than awarded by who sent it, if it is delivered."""
        if fill.rpartition(".")[0] not in self._own or not self._awards.knows(fill):
            return None
        award = self._awards.award(fill)
        calls = [inclusion.call for inclusion, log in found if log.name in DELIVERIES]
        if not isinstance(award, Awarded) or not calls or not isinstance(calls[0], Settle | Deliver):
            return None
        proved = (
            (sent, verdict)
            for sent, verdict in departures(award, found)
            if verdict.code in BY_THE_SENDER and sent.receipt.sender == award.terms.solver
        )
        first = next(proved, None)
        if first is None:
            return None
        sent, verdict = first
        settled = calls[0].terms
        return Breach(award=award, sent=sent, verdict=verdict, settled_gain=settled.gain, settled_fee=settled.fee)

    def _punish(self, world: World, breach: Breach) -> None:
        """Have the owner and the house paid out of the stake of who sent it, write it down, and ban the sender."""
        terms, receipt, verdict = breach.award.terms, breach.sent.receipt, breach.verdict
        due = Slash(fill_id=terms.fill_id, solver=terms.solver, owner=terms.owner, cash=breach.damage)
        slashed = self._damages.take(world, due)
        fined = self._damages.fine(world, Fine(fine_id=terms.fill_id, solver=terms.solver, cash=breach.lost_fee))
        body: dict[str, Json] = {
            "fill_id": terms.fill_id,
            "intent_id": terms.intent_id,
            "solver": terms.solver,
            "code": verdict.code,
            "detail": verdict.detail,
            "transaction": receipt.transaction_id,
            "chain": receipt.block.chain,
            "block": receipt.block.number,
            "damage": str(breach.damage),
            "slashed": str(slashed),
        }
        body |= {"lost_fee": str(breach.lost_fee), "fined": str(fined)} if breach.lost_fee else {}
        self._journal.note(world.now_ms, "fill.breached", body)
        figures = {
            "awarded_gain": terms.gain,
            "settled_gain": breach.settled_gain,
            "damage": breach.damage,
            "slashed": slashed,
        }
        case = Case(reason=f"{verdict.code}: {verdict.detail}", fills=(terms.fill_id,), figures=figures)
        self._journal.note_all(world.now_ms, self._sanctions.breached(world.now_ms, terms.solver, case))
