"""Somebody to judge fills: a world with two chains, an intent book, an executor and an aftermath."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from immutables import Map

from auction.aftermath import OPERATOR, Aftermath
from auction.bonds import Bonds
from auction.book import Entry, IntentBook, Listing
from auction.breaker import Breaker
from auction.journal import Journal
from auction.sanctions.sanctions import PlainSanctions
from auction.settlement.executor import Executor
from auction.settlement.plan import Plan
from intents.intent import SignedIntent
from intents.lifecycle import State
from tests.auction.settlement.course import POLICY, world
from tests.venues.calls.stage import OWNER, VAULT, dollars, state
from tests.venues.small_world import GAS, L1, L2, START_MS, SYMBOLS
from venues.chain_state import ChainState
from venues.world import World

BOND = dollars(500)


@dataclass(frozen=True, slots=True)
class Court:
    """Everything that an aftermath works on."""

    world: World
    book: IntentBook
    executor: Executor
    journal: Journal
    breaker: Breaker
    aftermath: Aftermath

    def entry(self, document: SignedIntent) -> Entry:
        """Admit an intent and take it to its award."""
        answer = self.book.admit(document, START_MS, {(OWNER.address, L1): VAULT})
        assert isinstance(answer, Entry), answer
        for step in (State.IN_AUCTION, State.AWARDED):
            self.book.move(answer, step, START_MS)
        return answer

    def begin(self, *plans: Plan, walks: bool = False) -> None:
        """Begin plans."""
        self.aftermath.begin(self.world, [(made, not walks) for made in plans])

    def live(self, seconds: int) -> None:
        """Let the world live on."""
        self.world.advance(self.world.now_ms + seconds * 1000, [self.executor, self.aftermath])

    def noted(self, kind: str) -> list[Mapping[str, object]]:
        """Return the bodies of all events of a kind that are still in the journal."""
        found = [event.body for event in self.journal.drain() if event.kind == kind]
        return [body for body in found if isinstance(body, dict)]


def furnished(made: ChainState, *, bonds: int = BOND) -> ChainState:
    """Return a chain with the operator's gas, and the solver's bond if it is the rollup."""
    escrow = replace(made.escrow, bonds=Map({"solver": bonds})) if made.chain == L2 else made.escrow
    return replace(made, escrow=escrow, wallets=made.wallets.set(OPERATOR, GAS))


def court(scene: World | None = None, *, bonds: int = BOND, **fields: object) -> Court:
    """Return a court on a fresh world with the bonds on the rollup."""
    scene = scene or world(states=(furnished(state(L1)), furnished(state(L2), bonds=bonds)), **fields)  # type: ignore[arg-type]
    listing = Listing(chains=frozenset({L1, L2}), instruments=frozenset(SYMBOLS), venues=frozenset({"book", "pool"}))
    book, executor, journal, breaker = IntentBook(listing), Executor(POLICY), Journal(), Breaker()
    return Court(
        scene, book, executor, journal, breaker, Aftermath(book, executor, journal, PlainSanctions(breaker), Bonds(L2))
    )
