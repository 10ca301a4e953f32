"""An auctioneer with its world and its solvers, all in this process."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from immutables import Map

from auction.aftermath import OPERATOR
from auction.auctioneer import Auctioneer
from auction.book import Entry
from auction.house import Benchmark, benchmark
from auction.ledger import Event
from auction.rules import AuctionRules
from intents.intent import SignedIntent
from solvers.bid import Bid
from solvers.messages import Announcement, Award, BidSheet, Decision
from solvers.routing.problem import EngineName
from solvers.solver import Batch, batch_of
from tests.auction.settlement.course import POLICY, world
from tests.venues.calls.stage import dollars, state
from tests.venues.small_world import GAS, L1, L2, RICH
from venues.chain_state import ChainState
from venues.graph import LiquidityGraph

SOLVERS: Final = ("rival", "solver")
AWARD_DELAY_MS: Final = 4_000
BOND: Final = dollars(1000)
RULES: Final = AuctionRules(award_delay_ms=AWARD_DELAY_MS, nodes=50, reference_chain=L2, bond_chain=L2, policy=POLICY)

Strategy = Callable[[Batch], Sequence[Bid | None]]


def plain(markup_bps: float = 0.0, engine: EngineName = "path") -> Strategy:
    """Return a strategy that bids what an engine finds for every intent, at a markup."""
    return lambda batch: [batch.route(job, engine=engine).to_bid(markup_bps=markup_bps) for job in batch.intents]


def silent(batch: Batch) -> Sequence[Bid | None]:
    """Bid on nothing."""
    return ()


def furnished(made: ChainState, fees: int = 0) -> ChainState:
    """Return a chain where both solvers are rich and bonded, and the operator has gas and fees; no venue is on both."""
    venues = dict(made.venues)
    if made.chain == L2:
        venues = {f"{name}.away": replace(venue, id=f"{name}.away") for name, venue in venues.items()}
    accounts = made.clearing.accounts.update(dict.fromkeys(SOLVERS, RICH))
    escrow = replace(made.escrow, bonds=Map(dict.fromkeys(SOLVERS, BOND) if made.chain == L2 else {}))
    if made.chain == L2 and fees:
        escrow = escrow.credit(OPERATOR, fees)
    wallets = made.wallets.update(dict.fromkeys((*SOLVERS, OPERATOR), GAS))
    clearing = replace(made.clearing, accounts=accounts)
    return replace(made, clearing=clearing, escrow=escrow, wallets=wallets, venues=Map(venues))


@dataclass(slots=True)
class Hall:
    """One run."""

    auctioneer: Auctioneer
    strategies: Mapping[str, Strategy]
    walks: frozenset[str] = frozenset()
    """Solvers that win and send nothing."""

    rounds: int = 0
    events: list[Event] = field(default_factory=list)

    def post(self, document: SignedIntent) -> Entry:
        """Post an intent that is accepted."""
        answer = self.auctioneer.receive(document)
        assert isinstance(answer, Entry), answer
        return answer

    def open(self) -> Announcement:
        """Open the next round."""
        self.rounds += 1
        return self.auctioneer.open_round(self.rounds, "")

    def sheets(self, announcement: Announcement) -> list[BidSheet]:
        """Return what the solvers bid."""
        found = []
        for name, strategy in self.strategies.items():
            bids = strategy(batch_of(announcement, name, name.encode()))
            found.append(
                BidSheet(solver=name, round=announcement.round, bids=tuple(bid for bid in bids if bid is not None))
            )
        return found

    def house(self, announcement: Announcement) -> Benchmark:
        """Return the auctioneer's own view of a round."""
        return benchmark(LiquidityGraph(announcement.snapshot), self.auctioneer.jobs(), 50)

    def play(self) -> dict[str, Award]:
        """Play a whole round up to the settlement, and return the awards."""
        announcement = self.open()
        awards = self.auctioneer.close_round(self.sheets(announcement), {}, self.house(announcement))
        decisions = {
            award.solver: Decision(
                round=award.round, solver=award.solver, settle=() if award.solver in self.walks else award.won
            )
            for award in awards
            if award.won
        }
        self.auctioneer.settle(decisions)
        return {award.solver: award for award in awards}

    def live(self, seconds: int) -> None:
        """Let the world live on."""
        self.auctioneer.advance(self.auctioneer.world.now_ms + seconds * 1000)

    def noted(self, kind: str) -> list[Event]:
        """Return all events of a kind so far."""
        self.events.extend(self.auctioneer.drain())
        return [event for event in self.events if event.kind == kind]


def hall(
    *,
    walks: Sequence[str] = (),
    seed: int = 7,
    rules: AuctionRules = RULES,
    fees: int = 0,
    **strategies: Strategy,
) -> Hall:
    """Return a run on two quiet chains; a solver without a strategy bids nothing."""
    scene = world(states=(furnished(state(L1)), furnished(state(L2), fees)))
    auctioneer = Auctioneer(rules=rules, world=scene, solvers=SOLVERS, seed=seed)
    return Hall(auctioneer, strategies or {"solver": plain()}, frozenset(walks))
