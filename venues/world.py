"""The world: chains, their inhabitants, and what passes between them, advanced event by event.

It is deterministic: equal set-ups advanced over the same instants give equal states. A fork is cheap, because states
are immutable and inhabitants keep none.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from venues.bridges.halts import with_halts
from venues.bridges.writing_off import after_undoing
from venues.chain_state import ChainState
from venues.chains.chain import Chain, Submitted
from venues.chains.ordering.picked import Private
from venues.chains.ordering.private import handed
from venues.chains.produced import Produced
from venues.chains.transaction import Block, Log
from venues.faults import NO_FAULTS, Fault, Faults
from venues.halts import with_admissions
from venues.heads import Head, Heads
from venues.messages import tell
from venues.passages import Passage, Passages, RelayRules, arrival
from venues.rollups import node, shared_sequencer
from venues.rollups.shared_sequencer import Bundle
from venues.truth import Truth
from venues.view import Agent, Offer


class Observer(Protocol):
    """Somebody who is told of every block and may react with transactions."""

    def on_block(self, world: "World", chain_id: str, produced: Produced[ChainState]) -> None:
        """React to a block."""


class World:
    """All chains and their inhabitants at one instant."""

    def __init__(
        self,
        *,
        chains: Sequence[Chain[ChainState]],
        agents: Sequence[Agent],
        truth: Truth,
        relay: RelayRules,
        start_ms: int,
        faults: Faults = NO_FAULTS,
    ) -> None:
        """Take chains and agents in the order in which they act at equal times."""
        self.now_ms = start_ms
        self.truth = truth
        self.faults = faults = shared_sequencer.spread(faults, chains)
        self._chains = {chain.id: chain for chain in chains}
        for chain in chains:
            chain.live_under(faults)
        node.connect(self._chains)
        self._agents = tuple(agents)
        self._due = [agent.next_ms(start_ms) for agent in agents]
        self._relay = relay
        self._passages = Passages(remembers=bool(faults.schedule))
        self._heads = Heads()
        self._alarms = _alarms(faults, self._chains)
        self._bundles: tuple[Bundle, ...] = ()

    @property
    def chain_ids(self) -> tuple[str, ...]:
        """Names of the chains, in their order."""
        return tuple(self._chains)

    def chain(self, chain_id: str) -> Chain[ChainState]:
        """Return a chain."""
        return self._chains[chain_id]

    def state(self, chain_id: str) -> ChainState:
        """Return the state of a chain after its last block."""
        return self._chains[chain_id].state

    def on_its_way(self, bridge: str) -> tuple[Passage, ...]:
        """Return the transfers over a bridge that its other end has not been told of, in the order of their sending."""
        return self._passages.on_its_way(bridge)

    def submit(self, offer: Offer) -> Submitted:
        """Put a transaction into its chain's pool, or a bundle before its sequencer, and return what became of it."""
        chain = self._chains[offer.chain]
        if offer.is_message:
            return tell(chain, offer, self.now_ms)
        if offer.beside and not chain.is_down(self.now_ms):
            self._bundles += (shared_sequencer.bundle_of(offer, self._chains, self.now_ms),)
            return "waiting"
        if offer.builders and not chain.is_down(self.now_ms):
            sealed = Private(transaction=offer.transaction, builders=offer.builders, last_block=offer.last_block)
            chain.private = handed(chain.private, sealed, chain.number)
            return "waiting"
        return "halted" if chain.is_down(self.now_ms) else chain.submit(offer.transaction, offer.replaces)

    def finality_ms(self, chain_id: str, quantile: float | None = None) -> int:
        """Return the time from a delivery on a chain until it counts elsewhere: usually, or at a quantile."""
        level = self._relay.proof_level[chain_id]
        return self._chains[chain_id].finality_ms(level, quantile) + self._relay.proof_delay_ms

    def is_proved(self, block: Block) -> bool:
        """Return whether a block has the level at which other chains believe what is in it."""
        level = self._relay.proof_level[block.chain]
        reached_ms = self._chains[block.chain].reached_ms(level, block.number, block.time_ms)
        return reached_ms is not None and self.now_ms >= reached_ms

    def fork(self) -> "World":
        """Return an independent copy that would live through the same future."""
        twin = object.__new__(World)
        twin.now_ms, twin.truth, twin.faults = self.now_ms, self.truth, self.faults
        twin._chains = {name: chain.fork() for name, chain in self._chains.items()}
        node.connect(twin._chains)
        twin._agents, twin._due = self._agents, list(self._due)
        twin._relay, twin._passages, twin._heads = self._relay, self._passages.fork(), self._heads.fork()
        twin._alarms, twin._bundles = self._alarms, self._bundles
        return twin

    def advance(self, until_ms: int, observers: Sequence[Observer] = ()) -> None:
        """Live through all events up to and including `until_ms`.

        Raises:
            ValueError: if that is in the past.
        """
        if until_ms < self.now_ms:
            raise ValueError(f"the world is at {self.now_ms} and cannot go back to {until_ms}")
        while True:
            chain = min(self._chains.values(), key=lambda c: c.next_block_ms)
            agent = min(range(len(self._due)), key=self._due.__getitem__, default=None)
            agent_ms = self._due[agent] if agent is not None else until_ms + 1
            alarm_ms = self._alarms[0][0] if self._alarms else until_ms + 1
            if min(chain.next_block_ms, agent_ms, alarm_ms) > until_ms:
                break
            if alarm_ms <= min(chain.next_block_ms, agent_ms):
                self._reorganise(observers)
            elif agent is not None and agent_ms < chain.next_block_ms:
                self._act(agent)
            else:
                self._produce(chain, chain.next_block_ms, observers)
        self.now_ms = until_ms

    def _act(self, index: int) -> None:
        self.now_ms = self._due[index]
        for offer in self._agents[index].act(self, self.now_ms):
            self.submit(offer)
        self._due[index] = self._agents[index].next_ms(self.now_ms)

    def _produce(self, chain: Chain[ChainState], now_ms: int, observers: Sequence[Observer]) -> None:
        """Make the next block of a chain, at its own time, known at `now_ms`."""
        self.now_ms = now_ms
        self._carry()
        chain.state = with_admissions(chain.state, self.faults, chain.next_block_ms)
        chain.state = with_halts(chain.state, self.faults, chain.next_block_ms)
        chain.state = chain.state.woken(chain.time_ms, chain.next_block_ms)
        self._bundles = shared_sequencer.fill_slot(self._bundles, self._chains, chain, self.faults)
        node.before_block(self._chains, chain, self.faults)
        produced = chain.produce()
        node.after_block(self._chains, chain, produced)
        for rollup in self._chains.values():
            if rollup.settles_on == chain.id:
                rollup.l1_prices = chain.prices()
        for receipt in produced.receipts:
            self._passages.note(receipt, lambda log, name: self._latency_ms(chain, log, name))
            self._heads.note(receipt)
        self._heads.passed(chain.id, produced.summary.number, produced.summary.time_ms)
        for observer in observers:
            observer.on_block(self, chain.id, produced)
        node.wake(self._chains, chain, self.faults)
        for rollup, depth in node.expire(self._chains, chain, self.faults):
            self._take_back(rollup, depth, frozenset(), observers)

    def _reorganise(self, observers: Sequence[Observer]) -> None:
        """Let the next scheduled branch take the place of a chain's last blocks."""
        (self.now_ms, fault), self._alarms = self._alarms[0], self._alarms[1:]
        chain = self._chains[fault.target]
        depth = chain.history.blocks_since(fault.from_ms) if fault.kind == "partition" else fault.depth
        hidden = {each.id for each in chain.history.included(depth) if self.faults.hits(fault, each.id)}
        self._take_back(chain, depth, hidden, observers)

    def _take_back(
        self, chain: Chain[ChainState], depth: int, hidden: Container[str], observers: Sequence[Observer]
    ) -> None:
        """Let another branch take the place of a chain's last blocks."""
        from_l1 = node.messages_after(chain, chain.number - depth)
        undone = chain.reorganise(depth, hidden)
        if not undone:
            return
        for message in from_l1:
            chain.withdraw(message)
        states = {name: each.state for name, each in self._chains.items()}
        for passage in self._passages.undo(chain.id, chain.number, states):
            states[passage.target], _ = after_undoing(states[passage.target], passage)
            self._chains[passage.target].state = states[passage.target]
        for head in self._heads.undo(chain.id, chain.number):
            home = self._chains[head.home]
            home.state = home.state.without_absence(head.fill)
        states = {name: each.state for name, each in self._chains.items()}
        for name, state in self._passages.without_revoked(states).items():
            self._chains[name].state = state
        for _ in range(undone):
            self._produce(chain, self.now_ms, observers)
        for rollup, orphans in node.orphaned(self._chains, chain):
            self._take_back(rollup, orphans, frozenset(), observers)

    def _carry(self) -> None:
        """Hand over what is ready by now, in the order in which it was announced."""
        for head in self._heads.take(self._is_known, lambda name: self._chains[name].number):
            home = self._chains[head.home]
            home.state = replace(home.state, absences=home.state.absences.set(head.fill, self.now_ms))
        for passage in self._passages.take(self._is_ready, lambda name: self._chains[name].number):
            chain = self._chains[passage.target]
            chain.state = arrival(chain.state, passage, self.now_ms)

    def _latency_ms(self, source: Chain[ChainState], log: Log, transaction: str) -> int:
        """Return how long an announcement is carried once it is believed."""
        if log.name == "Delivered":
            return self._relay.proof_delay_ms
        port = source.state.bridges[str(log.get("bridge"))]
        return port.carriage.draw_ms(port.id, transaction)

    def _is_known(self, head: Head) -> bool:
        """Return whether a block of another chain is as well known as a delivery in it would be."""
        level = self._relay.proof_level[head.away]
        reached_ms = self._chains[head.away].reached_ms(level, head.number, head.time_ms)
        return reached_ms is not None and self.now_ms >= reached_ms + self._relay.proof_delay_ms

    def _is_ready(self, passage: Passage) -> bool:
        locks = self._chains[passage.target].state.escrow.locks
        if passage.needs_lock and str(passage.log.get("fill")) not in locks:
            return False
        source = self._chains[passage.source]
        if passage.bridge is None:
            level = self._relay.proof_level[passage.source]
            reached_ms = source.reached_ms(level, passage.number, passage.time_ms)
        elif self.faults.active("bridge_halt", passage.bridge, self.now_ms):
            return False
        else:
            wait = source.state.bridges[passage.bridge].wait
            reached_ms = wait.over_ms(source, passage.number, passage.time_ms)
        return reached_ms is not None and self.now_ms >= reached_ms + passage.latency_ms


def _alarms(faults: Faults, chains: Mapping[str, Chain[ChainState]]) -> tuple[tuple[int, Fault], ...]:
    """Return when a branch takes over, and the fault that it belongs to: reorganisations, and splits as they heal."""
    due = [(fault.from_ms, fault) for fault in faults.schedule if fault.kind == "reorg"]
    due += [
        (fault.until_ms, fault)
        for fault in faults.schedule
        if fault.kind == "partition" and chains[fault.target].rules.when_split == "fork"
    ]
    return tuple(sorted(due, key=lambda pair: (pair[0], pair[1].id)))
