"""The auctioneer: admits intents, runs rounds, settles what was awarded, and judges what failed.

It is the core: no clock, no network, no files. Who drives it hands it what came in and takes away the events.
"""

from collections.abc import Mapping, Sequence

from auction.aftermath import Aftermath
from auction.book import Entry, IntentBook, Refusal
from auction.conflict import explained
from auction.fault_log import FaultLog
from auction.fee_accounts import FeeAccounts
from auction.house import Benchmark, job_of, why_not
from auction.journal import Journal
from auction.ledger import Event
from auction.outlook import chains_down, listing, outlook
from auction.outstanding import budgets
from auction.payday import Payday
from auction.quarantine.ward import Ward
from auction.reckoning import Reckoning, decided
from auction.round import RoundResult, Ruling, awards, close, first_best
from auction.rules import AuctionRules
from auction.sanctions.court import sanctions_of
from auction.scoring import Scored, Tender
from auction.settlement.attribution import Verdict
from auction.settlement.executor import Executor
from auction.settlement.own_sending import sent_plans
from auction.settlement.plan import Deadlines
from auction.stakes import Stakes
from intents.canonical import Json
from intents.intent import SignedIntent
from intents.lifecycle import State
from solvers.messages import Announcement, Award, BidSheet, Decision, OpenIntent
from solvers.routing.problem import Job
from venues.seeds import seed_bytes
from venues.snapshot import Snapshot
from venues.world import Observer, World


class Auctioneer:
    """The auctioneer of one run."""

    def __init__(self, *, rules: AuctionRules, world: World, solvers: Sequence[str], seed: int) -> None:
        self.world = world
        self.rules = rules
        self.book = IntentBook(listing(world))
        self.journal = Journal()
        self.executor = Executor(rules.policy)
        self._solvers = tuple(sorted(solvers))
        self._seed = seed
        self._sanctions = sanctions_of(rules.sanctions, self._solvers, world.now_ms)
        self._aftermath = Aftermath(self.book, self.executor, self.journal, self._sanctions, rules.bonds)
        self._stakes = Stakes(rules, self._aftermath)
        self._ward = Ward(rules.quarantine, self.book, self.journal, self._solvers)
        self.accounts: FeeAccounts | None = None
        if rules.charges is not None:
            verdicts = self._aftermath.verdicts
            self.accounts = FeeAccounts(rules.charges, self.executor, self.journal, verdicts, rules.bond_chain)
        self._payday = Payday(rules, self.journal, self._aftermath.purse, self.accounts)
        self._watchers: list[Observer] = []
        self._faults = FaultLog(world.faults, world.now_ms)
        self._tender: Tender | None = None
        self._result: RoundResult | None = None

    def receive(self, signed: SignedIntent) -> Entry | Refusal:
        """Take in an intent at the present instant, or say why not."""
        now_ms, intent = self.world.now_ms, signed.intent
        vault = self.world.state(intent.home).escrow.vault(intent.owner) if intent.home in self.world.chain_ids else 0
        answer = self.book.admit(signed, now_ms, {(intent.owner, intent.home): vault})
        body: dict[str, Json] = {
            "signed": signed.model_dump(mode="json"),
            "intent_id": answer.intent_id,
            "code": answer.code if isinstance(answer, Refusal) else "accepted",
            "detail": answer.detail if isinstance(answer, Refusal) else "",
        }
        self.journal.note(now_ms, "intent.refused" if isinstance(answer, Refusal) else "intent.received", body)
        self.journal.note_intents(self.book.drain())
        return answer

    def cancel(self, intent_id: str) -> Refusal | None:
        """Cancel an intent at the present instant, or say why it cannot be."""
        refusal = self.book.cancel(intent_id, self.world.now_ms)
        self.journal.note(self.world.now_ms, "intent.cancel", {"intent_id": intent_id, "done": refusal is None})
        self.journal.note_intents(self.book.drain())
        return refusal

    def open_round(self, number: int, seal_key: str) -> Announcement:
        """Start a round at the present instant with all intents that are open."""
        self.journal.round, now_ms = number, self.world.now_ms
        self.book.expire(now_ms)
        opened = self.book.open_for(now_ms, now_ms + self.rules.award_delay_ms, chains_down(self.world))
        entries = self._ward.admitted(opened, now_ms)
        for entry in entries:
            self.book.move(entry, State.IN_AUCTION, now_ms)
        snapshot = self.snapshot()
        self._tender = Tender(
            round=number,
            snapshot=snapshot,
            in_parallel=self.rules.policy.in_parallel,
            states={chain: self.world.state(chain) for chain in self.world.chain_ids},
            intents={entry.intent_id: (entry.signed, entry.remaining) for entry in entries},
            fees=self.rules.fees_at(snapshot.ether_price),
        )
        body: dict[str, Json] = {
            "snapshot": snapshot.hash,
            "intents": [entry.intent_id for entry in entries],
            "tie_commitment": seed_bytes("commitment", self._tie(number).hex()).hex(),
            "gas_wei": {view.chain: str(view.gas_price_wei) for view in snapshot.chains},
            "spot": {view.chain: view.spot for view in snapshot.chains},
            "true_price": self.world.truth.price(now_ms),
        }
        fees = self._tender.fees
        body |= {"fees": fees.model_dump(mode="json")} if fees else {}
        self.journal.note_intents(self.book.drain())
        self.journal.note(now_ms, "round.opened", body)
        return Announcement(
            round=number,
            time_ms=now_ms,
            intents=tuple(
                OpenIntent(intent_id=entry.intent_id, intent=entry.intent, remaining=entry.remaining)
                for entry in entries
            ),
            snapshot=snapshot,
            snapshot_hash=snapshot.hash,
            seal_key=seal_key,
            nodes=self.rules.nodes,
            fees=fees,
        )

    def skip_round(self, number: int, reason: str) -> None:
        """Let a round's time pass without holding it; intents whose time is over end."""
        self.journal.round, now_ms = number, self.world.now_ms
        self.book.expire(now_ms)
        self.journal.note_intents(self.book.drain())
        self.journal.note(now_ms, "round.skipped", {"reason": reason})
        self.advance(now_ms + self.rules.award_delay_ms)

    def jobs(self) -> tuple[Job, ...]:
        """Return the intents of the open round, for the house."""
        tender = self._open_tender()
        return tuple(job_of(name, tender.net(signed.intent), left) for name, (signed, left) in tender.intents.items())

    def intents(self) -> Mapping[str, tuple[SignedIntent, int]]:
        """Return the signed intents of the open round, with what remains of each."""
        return self._open_tender().intents

    def scored(self) -> tuple[Scored, ...]:
        """Return the bids that held in the round just closed."""
        return self._result.scored if self._result is not None else ()

    def close_round(self, sheets: Sequence[BidSheet], faults: Mapping[str, str], house: Benchmark) -> tuple[Award, ...]:
        """End the bidding: write down the bids, choose the winners, and tell each solver what became of its own.

        The world moves on to the instant of the award.
        """
        tender, now_ms = self._open_tender(), self.world.now_ms
        for name in sorted(faults):
            self.journal.note(now_ms, "solver.fault", {"solver": name, "fault": faults[name]})
        for sheet in sorted(sheets, key=lambda s: s.solver):
            self.journal.note(now_ms, "bids.opened", sheet.model_dump(mode="json"))
        tie = self._tie(tender.round)
        self.journal.note_all(now_ms, self._sanctions.look(now_ms))
        refused, bond_of = self._sanctions.refused(now_ms), self._stakes.bond_of(self.world)
        cash, ether = budgets(self.world, self.executor, self.rules.policy, self._solvers)
        cash |= self._stakes.free(self.world, self._solvers)
        ruling = Ruling(refused, bond_of, self.rules.choice, ether, self.rules.last_resort)
        self._result = close(sheets, tender, cash, tie, ruling)
        reckoning = self._reckoning(self._result, tie)
        told = awards(self._result, tender.round, reckoning.references)
        if self.rules.prices_conflicts:
            told = explained(told, self._result.scored, reckoning.decided)
        self._note_result(self._result, told, house, tie)
        self.journal.note_all(now_ms, self._sanctions.judged(now_ms, tender.round, self._result.results))
        self._payday.decide(self.world, tender.round, self._result, reckoning)
        self._ward.look(tender.round, now_ms, tender.intents, faults, house)
        self.advance(now_ms + self.rules.award_delay_ms)
        self._release(self._result, house)
        return told

    def settle(self, decisions: Mapping[str, Decision]) -> None:
        """Begin the settlement of the winners as their solvers decided; no decision means that nothing is sent."""
        tender, result = self._open_tender(), self._result
        if result is None:
            raise RuntimeError("no round was closed")
        kept = {(name, position) for name, decision in decisions.items() for position in decision.settle}
        for name in sorted(decisions):
            self.journal.note(self.world.now_ms, "decision", decisions[name].model_dump(mode="json"))
        answered, refused = self._stakes.answered(self.world, result.winners, decisions)
        self.journal.note_all(self.world.now_ms, refused)
        plans = [
            (plan, (scored.bid.solver, scored.position) in kept)
            for scored in result.winners
            for plan in sent_plans(
                scored.bid, scored.position, answered.get(scored.bid.solver), tender, self._deadlines
            )
        ]
        self._aftermath.begin(self.world, plans)
        self._payday.begin(self.world, tender.round)
        self._tender, self._result = None, None

    def advance(self, until_ms: int, observers: Sequence[Observer] = ()) -> None:
        """Let the world live on; settlements go their way and are judged."""
        books = [self.accounts] if self.accounts is not None else []
        watching: list[Observer] = [self.executor, self._aftermath, *books, *self._watchers, *observers]
        for time_ms, kind, body in self._faults.until(until_ms):
            self.world.advance(max(time_ms - 1, self.world.now_ms), watching)
            self.journal.note(time_ms, kind, body)
        self.world.advance(until_ms, watching)

    def watch(self, observer: Observer) -> None:
        """Let somebody see every block from now on."""
        self._watchers.append(observer)

    def finish(self) -> None:
        """End what is still open: no round will come any more."""
        for entry in self.book.unfinished():
            if entry.state is State.OPEN:
                self.book.end(entry, self.world.now_ms)
        self.journal.note_intents(self.book.drain())

    def is_idle(self) -> bool:
        """Return whether nothing is being settled and no intent can still be auctioned."""
        has_paid = self._aftermath.is_quiet and (self.accounts is None or self.accounts.is_quiet)
        return self.executor.is_idle() and not self.book.unfinished() and has_paid

    def close_books(self) -> None:
        """End the last epoch, once nothing is under way any more that it could still be for."""
        if self.accounts is not None and self.executor.is_idle() and not self.book.unfinished():
            self.accounts.close_epoch(self.world)

    def verdicts(self) -> tuple[Verdict, ...]:
        """Return the verdicts on all failed fills so far."""
        return tuple(self._aftermath.verdicts)

    def staked(self, fill_id: str) -> int:
        """Return the bond of a fill that was awarded, in USDC base units."""
        return self._aftermath.staked[fill_id]

    def drain(self) -> tuple[Event, ...]:
        """Return the events since the last call."""
        return self.journal.drain()

    def snapshot(self) -> Snapshot:
        """Return the world at the present instant as solvers may see it."""
        return outlook(self.world, self.rules, self._solvers)

    def _open_tender(self) -> Tender:
        if self._tender is None:
            raise RuntimeError("no round is open")
        return self._tender

    def _tie(self, number: int) -> bytes:
        return seed_bytes(self._seed, "tie", number)

    def _deadlines(self, home: str, chain: str) -> Deadlines:
        return self.rules.policy.deadlines(self.world, self.world.now_ms, home, chain)

    def _reckoning(self, result: RoundResult, tie: bytes) -> Reckoning:
        left = {intent: remaining for intent, (_, remaining) in self._open_tender().intents.items()}
        return Reckoning(decided(result, left, tie, self.rules.reference_rule))

    def _note_result(self, result: RoundResult, told: Sequence[Award], house: Benchmark, tie: bytes) -> None:
        now_ms = self.world.now_ms
        alone: dict[str, Json] = {
            name: {"surplus": str(found.surplus), "cause": found.cause, "unit_cost": _text(found.unit_cost)}
            for name, found in house.alone.items()
        }
        self.journal.note(now_ms, "round.benchmark", {"first_best": str(first_best(result, house)), "alone": alone})
        hidden = {"prices"} | ({"beaten_by", "reference"} if self.rules.are_plain else set())
        for award in told:
            found = [item.model_dump(mode="json", exclude_defaults=True, exclude=hidden) for item in award.results]
            self.journal.note(now_ms, "bids.judged", {"solver": award.solver, "results": found})
        body: dict[str, Json] = {
            "winners": [f"{s.bid.solver}/{s.position}" for s in result.winners],
            "score": str(result.score),
            "gap_ppm": round(result.gap * 1e6),
            "tie_seed": tie.hex(),
            "conflicts": list(result.conflicts),
        }
        body |= {"fees": str(result.fees)} if result.fees else {}
        self.journal.note(now_ms, "round.closed", body)

    def _release(self, result: RoundResult, house: Benchmark) -> None:
        """Move winners on and everybody else back to the open intents, with what is known of why."""
        tender, now_ms = self._open_tender(), self.world.now_ms
        won = {fill.intent_id for scored in result.winners for fill in scored.bid.fills}
        offered = {fill.intent_id for scored in result.scored for fill in scored.bid.fills}
        for name in tender.intents:
            entry = self.book[name]
            if name in won:
                self.book.move(entry, State.AWARDED, now_ms)
                continue
            if not entry.has_failed:
                entry.cause, entry.reason = why_not(name, house, has_bid=name in offered)
            self.book.move(entry, State.OPEN, now_ms)
        self.journal.note_intents(self.book.drain())


def _text(value: int | None) -> str | None:
    return None if value is None else str(value)
