"""The core of a run: world, users' escrow, auctioneer, conduct and records, without anything that waits.

What comes from outside (intents, cancellations, bid sheets, decisions) is handed in; live they come over the bus, in a
replay from the ledger. Everything else is worked out here, the same way both times.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from auction.auctioneer import Auctioneer
from auction.conduct.dependence import DependenceMonitor
from auction.conduct.records import records_of
from auction.disclosure import Disclosure
from auction.house import Benchmark, absent, before_fees, benchmark
from auction.ledger import Event
from auction.validator.validator import Validator
from intents.canonical import Json
from intents.fees import RoundFees
from solvernet import rules
from solvernet.accounts import holdings, money, totals
from solvernet.adversary_builder import kinds
from solvernet.bridge_record import BridgeRecord
from solvernet.build import build_world, solver_names, truth_of
from solvernet.corruption_record import CorruptionRecord
from solvernet.desk_builder import requests
from solvernet.exercise_record import ExerciseRecord
from solvernet.extraction_table import extraction_events
from solvernet.fee_record import FeeRecord
from solvernet.network_faults import LOST, NetworkFaults
from solvernet.oracle_record import OracleRecord
from solvernet.record import Recorder
from solvernet.rollup_record import RollupRecord
from solvernet.scenario import Scenario
from solvernet.scenario_parts import Window
from solvernet.users import UserFlow
from solvernet.venue_record import VenueRecord
from solvers.messages import Announcement, Award, BidSheet, Decision
from venues.adversaries.observer import ExtractionObserver
from venues.graph import LiquidityGraph
from venues.snapshot import Snapshot
from venues.world import World

MOST_DRAIN_ROUNDS = 24
"""Rounds without new intents that follow the window until every intent has ended."""


@dataclass(frozen=True, slots=True)
class RunName:
    """What names a run, apart from the code that runs it."""

    scenario: Scenario
    scenario_hash: str
    window: Window
    seed: int


class Engine:
    """One run."""

    def __init__(
        self,
        name: RunName,
        software: Mapping[str, str],
        version: str,
        *,
        has_house: bool = True,
        flow: UserFlow | None = None,
    ) -> None:
        """Build the world of a run.

        Args:
            name: What to run.
            software: Shared software that each solver declares.
            version: Version of the code.
            has_house: Whether the house measures every round; without it causes of unfilled intents stay unknown.
            flow: Users of the run; those of its scenario if left out.
        """
        scenario = name.scenario
        self.name = name
        self.every_ms = round(scenario.rounds.every_s * 1000)
        flow = flow or UserFlow(scenario, name.seed, truth_of(scenario, name.seed))
        world = build_world(scenario, name.seed, name.window.start, flow.owners())
        self.flow = flow
        self.network = NetworkFaults(world.faults)
        self.auctioneer = Auctioneer(
            rules=rules.auction_rules(scenario, software), world=world, solvers=solver_names(scenario), seed=name.seed
        )
        self.money_in = money(world)
        self.holdings_in = {solver: holdings(world, solver) for solver in solver_names(scenario)}
        self._watch(world)
        self.conduct = DependenceMonitor(software=software)
        self._disclosure = Disclosure(scenario.rounds.opens_bids, self.auctioneer.journal)
        self._has_house = has_house
        self._graph: LiquidityGraph | None = None
        self._snapshot: Snapshot | None = None
        self._fees: RoundFees | None = None
        self._last_graph: LiquidityGraph | None = None
        self._house: Benchmark | None = None
        self.house_work: list[int] = []
        """What the house spent on each round."""

        self.rounds = 0
        self._note_opened(version, software)

    def _watch(self, world: World) -> None:
        """Let everybody who keeps a record see every block."""
        scenario, start_ms = self.name.scenario, self.name.window.start
        self.recorder = Recorder(world)
        self.venue_record = VenueRecord()
        self.oracle_record = OracleRecord(scenario, world)
        self.bridge_record = BridgeRecord(scenario)
        self.corruption_record = CorruptionRecord(scenario, world)
        self.rollup_record = RollupRecord(scenario)
        self.fee_record = FeeRecord()
        self.exercise_record = ExerciseRecord(scenario)
        self.validator = Validator(start_ms)
        watchers = (self.recorder, self.fee_record, self.venue_record, self.oracle_record, self.corruption_record)
        others = (self.rollup_record, self.bridge_record, self.exercise_record)
        for watcher in (self.validator, *watchers, *others):
            self.auctioneer.watch(watcher)
        asking = requests(scenario, self.auctioneer.book, start_ms)
        if asking is not None:
            self.auctioneer.watch(asking)
        self.extraction = ExtractionObserver(kinds(scenario, world.faults))
        if self.extraction.kinds:
            self.auctioneer.watch(self.extraction)

    def _note_opened(self, version: str, software: Mapping[str, str]) -> None:
        name, scenario = self.name, self.name.scenario
        body: dict[str, Json] = {
            "version": version,
            "scenario": scenario.name,
            "scenario_hash": name.scenario_hash,
            "start": name.window.start,
            "end": name.window.end,
            "seed": name.seed,
            "solvers": list(scenario.solvers.specs),
            "software": dict(sorted(software.items())),
        }
        self.auctioneer.journal.note(name.window.start, "run.opened", body)

    @property
    def now_ms(self) -> int:
        """Present, in the world's time."""
        return self.auctioneer.world.now_ms

    @property
    def graph(self) -> LiquidityGraph:
        """Liquidity of the open round."""
        if self._graph is None:
            raise RuntimeError("no round is open")
        return self._graph

    def advance(self, until_ms: int) -> None:
        """Let the world live on until an instant; nothing if it is past."""
        if until_ms > self.now_ms:
            self.auctioneer.advance(until_ms)

    def skips_round(self) -> bool:
        """Pass over the round due at the present instant if no message could carry it, and return whether it is so.

        It takes messages from the announcement to the award: a solver that cannot hear of its award cannot keep it.
        """
        if not self.network.cuts(self.now_ms, self.now_ms + self.auctioneer.rules.award_delay_ms):
            return False
        self.rounds += 1
        self.auctioneer.skip_round(self.rounds, "no broker from the announcement to the award")
        self._disclosure.end_round(self.now_ms, self.rounds)
        return True

    def open_round(self, seal_key: str = "") -> Announcement:
        """Start the next round at the present instant; bids are to be sealed to a public key."""
        self.rounds += 1
        announcement = self.auctioneer.open_round(self.rounds, seal_key)
        before, snapshot = self._last_graph, announcement.snapshot
        self._snapshot, self._fees = snapshot, announcement.fees
        self._graph = LiquidityGraph(snapshot) if before is None else before.updated(snapshot)
        self._last_graph = self._graph
        return announcement

    def benchmark(self) -> Benchmark:
        """Work out the house's view of the open round."""
        graph = self.graph
        if not self._has_house:
            return absent(self.auctioneer.jobs())
        rounds = self.name.scenario.rounds
        found = benchmark(graph, self.auctioneer.jobs(), rounds.nodes, rounds.house)
        self._house = before_fees(found, self.auctioneer.intents(), self._fees)
        return self._house

    def close_round(self, sheets: Sequence[BidSheet], faults: Mapping[str, str]) -> tuple[Award, ...]:
        """Choose the winners of the open round."""
        house = self._house if self._house is not None else self.benchmark()
        self.house_work.append(house.work)
        intents, closed_ms = self.auctioneer.intents(), self.now_ms
        lost = self.network.lost_sheets(closed_ms, self.rounds, solver_names(self.name.scenario)) if intents else ()
        sheets = [sheet for sheet in sheets if sheet.solver not in lost]
        faults = {**faults, **dict.fromkeys(lost, LOST)}
        price = self.auctioneer.world.truth.price(closed_ms)
        awards = self.auctioneer.close_round(sheets, faults, house)
        self.conduct.observe(*records_of(self.rounds, closed_ms, intents, self.auctioneer.scored(), house, price))
        self._graph = self._house = None
        return awards

    def settle(self, decisions: Mapping[str, Decision]) -> None:
        """Begin the settlement of the winners."""
        before = len(self.auctioneer.executor.runs())
        self.auctioneer.settle(decisions)
        if self._snapshot is not None:
            world, begun = self.auctioneer.world, self.auctioneer.executor.runs()[before:]
            self.venue_record.awarded(begun, self._snapshot, world.truth)
        self._disclosure.end_round(self.now_ms, self.rounds)
        if self.now_ms >= self.name.window.end:
            self.auctioneer.close_books()

    def is_over(self) -> bool:
        """Return whether nothing is left to do after the window."""
        return self.auctioneer.is_idle() and self.now_ms >= self.network.quiet_ms(self.name.window.end)

    def finish(self) -> None:
        """End the run: what is open ends, conduct is summed up, the books are closed."""
        self.auctioneer.finish()
        self._disclosure.finish(self.now_ms, self.rounds)
        now_ms, journal = self.now_ms, self.auctioneer.journal
        for finding in self.conduct.findings():
            journal.note(now_ms, "conduct.finding", finding.to_json())
        for kind, body in extraction_events(self.extraction):
            journal.note(now_ms, kind, body)
        self.recorder.unsettled(self.auctioneer.world)
        journal.note(now_ms, "run.closed", totals(self.auctioneer))

    def drain(self) -> tuple[Event, ...]:
        """Return the events since the last call."""
        events = self.auctioneer.drain()
        self.validator.hear(events)
        return events
