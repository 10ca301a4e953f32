"""Settlements with a failure put into them on purpose, and what is then true of them.

An injection says what is done to the world of one award: faults, rival transactions, a solver that walks away or is
short of what it promised. Whoever puts it there knows who is to blame; what attribution says can be held against that.
"""

from dataclasses import dataclass, replace
from typing import Final

from immutables import Map

from auction.aftermath import Aftermath
from auction.bonds import Bonds
from auction.book import IntentBook, Listing
from auction.breaker import Breaker
from auction.journal import Journal
from auction.sanctions.sanctions import PlainSanctions
from auction.settlement.attribution import Verdict
from auction.settlement.executor import Executor
from auction.settlement.plan import Plan
from auction.settlement.policy import SettlementPolicy
from intents.lifecycle import Cause
from tests.auction.court import Court, furnished
from tests.auction.settlement.course import POLICY, PROOF_DELAY_MS, STEADY, plan
from tests.venues.calls.stage import OWNER, VAULT, dollars, signed, state, terms
from tests.venues.small_world import AMM_RULES, EXPIRIES, L1, L2, PUT, QUIET, START_MS, STRIKES, SYMBOLS, truth
from venues.adversaries.builders import Roster
from venues.calls.fill_terms import FillTerms
from venues.calls.restitution import RESERVE
from venues.chain_state import ChainState
from venues.chains.background import Demand, DemandStep
from venues.chains.chain import Chain
from venues.chains.disturbed_demand import disturbed
from venues.chains.presets import ROLLUP_2S, ChainRules
from venues.clearing import Account
from venues.faults import Fault, Faults
from venues.markets.option_amm import Board, OptionAmm
from venues.markets.venue import Order, Unfilled
from venues.passages import RelayRules
from venues.pricing.fixed_point import ONE
from venues.view import Agent, Offer
from venues.world import World

SUBJECT: Final = "fill"
BYSTANDER: Final = "other"
"""A fill of somebody who keeps to the policy in the same world."""

PATIENCE_MS: Final = 600_000
AFTER_MS: Final = 2_200_000
"""Time after the award in which everything is decided, and every lock that nobody claimed has gone back."""

PRICE: Final = 4.0
"""What the owner pays for each put, in dollars; the book asks five, so that the solver needs cash of its own."""

CALM: Final = replace(QUIET, rate_per_s=30.0, spread=0.25, gas_shares=(0.25, 0.25, 0.25, 0.25))
"""Blocks of the mined chain about four fifths full, at steady prices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Somebody who sends one transaction at one instant."""

    name: str
    at_ms: int
    offer: Offer

    def next_ms(self, now_ms: int) -> int:
        """Return its instant, or one that never comes."""
        return self.at_ms if now_ms < self.at_ms else 2**53

    def act(self, view: object, now_ms: int) -> tuple[Offer, ...]:
        """Return the transaction."""
        return (self.offer,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Injection:
    """One award, what is done to it, and what must come of it."""

    kind: str
    seed: int
    where: str
    """CAIP-2 id of the chain of delivery; home is `L1`."""

    cause: Cause | None
    """Of the failure of somebody who keeps to the policy; `None` if it is delivered all the same."""

    award_ms: int = START_MS + 60_000
    faults: tuple[Fault, ...] = ()
    agents: tuple[Agent, ...] = ()
    home: ChainRules = STEADY
    away: ChainRules = ROLLUP_2S
    load: DemandStep = CALM
    policy: SettlementPolicy = POLICY
    venue: str = "book"
    slack: float = 1.02
    """Bound of the order, as a multiple of what it would have cost at the award."""

    breach: str = ""
    """What the solver of the subject does: `walks`, `no ether` or `no cash`; nothing wrong if empty."""

    robbed: str = ""
    """Account that has lost its cash between the check of the bid and the award."""

    same_solver: bool = False
    """Whether the bystander is another win of the subject's solver."""

    @property
    def truth(self) -> Cause | None:
        """What becomes of the subject: the cause that must be found, or `None` if it is delivered."""
        return Cause.SOLVER_FAULT if self.breach else self.cause


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the court found."""

    subject: Verdict | None
    bystander: Verdict | None
    """`None` where the fill was delivered."""

    taken: int
    """What was taken of the bond of the subject's solver."""

    bond: int
    """What the solver staked on the subject."""

    idle: bool
    """Whether nothing was left to be done in the end."""


def judged(given: Injection) -> Outcome:
    """Return what is found of an injection."""
    here = _court(given)
    here.world.advance(given.award_ms, [here.executor, here.aftermath])
    documents = [signed(quantity=2.0, nonce=number) for number in (1, 2)]
    names = [(SUBJECT, "solver"), (BYSTANDER, "solver" if given.same_solver else "trader")]
    for document in documents:
        here.entry(document)
    due = [
        replace(terms(document, fill_id=fill, chain=given.where, price=PRICE), solver=solver)
        for document, (fill, solver) in zip(documents, names, strict=True)
    ]
    plans = [_planned(here, given, each) for each in due]
    staked = _bonds(here)
    _rob(here.world, given)
    here.aftermath.begin(here.world, [(plans[0], given.breach != "walks"), (plans[1], True)])
    here.world.advance(given.award_ms + AFTER_MS, [here.executor, here.aftermath])
    found = {verdict.fill_id: verdict for verdict in here.aftermath.verdicts}
    events = [event.body for event in here.journal.drain() if event.kind == "fill.awarded"]
    bond = next(int(str(body["bond"])) for body in events if isinstance(body, dict) and body["fill"] == SUBJECT)
    taken = staked - _bonds(here)
    return Outcome(found.get(SUBJECT), found.get(BYSTANDER), taken, bond, here.executor.is_idle())


def lands(given: Injection) -> bool:
    """Return whether the subject is delivered where its solver keeps to the policy, in a world of its own."""
    return judged(replace(given, breach="")).subject is None


def _bonds(here: Court) -> int:
    return sum(here.world.state(L2).escrow.bonds.values())


def _court(given: Injection) -> Court:
    listing = Listing(chains=frozenset({L1, L2}), instruments=frozenset(SYMBOLS), venues=frozenset({"book", "amm"}))
    book, executor, journal, breaker = IntentBook(listing), Executor(given.policy), Journal(), Breaker()
    return Court(
        _world(given),
        book,
        executor,
        journal,
        breaker,
        Aftermath(book, executor, journal, PlainSanctions(breaker), Bonds(L2)),
    )


def _world(given: Injection) -> World:
    faults = Faults(given.faults, (given.seed, "faults"))
    chains = []
    for name, rules, load in ((L1, given.home, given.load), (L2, given.away, QUIET)):
        demand = disturbed(Demand((load,), PATIENCE_MS), faults, name)
        made = Chain(
            id=name, rules=rules, state=_state(name), demand=demand, seed=(given.seed, name), start_ms=START_MS
        )
        if any(True for _ in faults.of("censorship", name)):
            made.producer = Roster(chain=name, shifts=(), seed=(given.seed, "producer", name), faults=faults)
        chains.append(made)
    return World(
        chains=chains,
        agents=given.agents,
        truth=truth(140.0),
        relay=RelayRules(proof_level={L1: "safe", L2: "safe"}, proof_delay_ms=PROOF_DELAY_MS),
        start_ms=START_MS,
        faults=faults,
    )


def _state(name: str) -> ChainState:
    """Return a chain with a book and an option maker, everybody rich, and both solvers' bonds on the rollup."""
    made = furnished(state(name))
    bonds = Map({"solver": dollars(5_000), "trader": dollars(5_000)}) if name == L2 else Map()
    escrow = replace(made.escrow, bonds=bonds).credit(RESERVE, dollars(1_000))
    boards = {label: Board(ONE, {str(strike): ONE for strike in STRIKES}) for label in EXPIRIES}
    return replace(made, escrow=escrow).with_venue(
        OptionAmm(id="amm", chain=name, account="amm", rules=AMM_RULES, boards=boards)
    )


def _planned(here: Court, given: Injection, owed: FillTerms) -> Plan:
    """Return the plan of a fill whose order is bound near what it costs now."""
    scene = here.world
    order = Order(venue=given.venue, instrument=PUT, side="buy", quantity=owed.legs[PUT], bound=dollars(100_000))
    found = scene.state(given.where).trade(order, owed.solver, scene.now_ms)
    assert not isinstance(found, Unfilled), found
    bound = round(found[1].cash * given.slack)
    return plan(scene, owed, sent=(replace(order, bound=bound),), policy=given.policy)


def _rob(scene: World, given: Injection) -> None:
    """Take from accounts and wallets what the injection says, in the instant of the award."""
    for name in (L1, L2):
        chain = scene.chain(name)
        if given.breach == "no ether":
            chain.state = replace(chain.state, wallets=chain.state.wallets.set("solver", 10**9))
        poor = {"solver"} if given.breach == "no cash" else {given.robbed} - {"", "vault"}
        accounts = chain.state.clearing.accounts
        for who in poor:
            accounts = accounts.set(who, Account(0, 0))
        chain.state = replace(chain.state, clearing=replace(chain.state.clearing, accounts=accounts))
        if given.robbed == "vault" and name == L1:
            chain.state = replace(chain.state, escrow=chain.state.escrow.credit(OWNER.address, -VAULT))
