"""Whatever happens on a bridge, and in whichever order, no money is made or lost, and nobody is paid twice.

The moves are drawn: sendings both ways, messages that arrive, all calls of all parties at right and at wrong moments,
false proposals, halts, and blocks of the source that are undone.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.assets import USDC_UNIT
from tests.venues.bridges.stage import (
    HOUR_MS,
    QUICK_EXIT,
    canonical,
    fast,
    light_client,
    optimistic,
    peer,
    with_ends,
)
from tests.venues.small_world import L1, L2, RICH
from venues.bridges import AnyPort, Transfer
from venues.bridges.writing_off import after_undoing
from venues.calls.bridging import (
    DisputeProposal,
    ExecuteProposal,
    FinaliseWithdrawal,
    Front,
    JudgeDispute,
    Propose,
    ProveWithdrawal,
    RelayProof,
    WriteOff,
)
from venues.calls.upkeep import BridgeOut
from venues.chain_state import ChainState
from venues.chains.transaction import Applied, Block, Call
from venues.passages import Passage, arrival

ENDS: dict[str, Callable[[str], AnyPort]] = {
    "canonical": lambda chain: canonical(chain, QUICK_EXIT),
    "fast": fast,
    "light_client": light_client,
    "optimistic": optimistic,
}
BRIDGE = "bridge"
RESERVE_LEFT = 2_000 * USDC_UNIT
"""Too little to cover every loss that can be drawn."""


@dataclass
class Crossing:
    """Both chains, what is on its way, and what has been told to the far end."""

    states: dict[str, ChainState]
    now_ms: int = 0
    flying: list[Passage] = field(default_factory=list)
    told: list[Passage] = field(default_factory=list)
    undone: list[Passage] = field(default_factory=list)
    sent: int = 0

    def do(self, chain: str, call: Call[ChainState]) -> Applied[ChainState] | None:
        outcome = call.apply(self.states[chain], Block(chain, 1, self.now_ms))
        if not isinstance(outcome, Applied):
            return None
        self.states[chain] = outcome.state
        return outcome

    def send(self, chain: str, cash: int) -> None:
        done = self.do(chain, BridgeOut(bridge=BRIDGE, account="trader", cash=cash))
        if done is not None:
            self.sent += 1
            log, name = done.logs[0], f"t{self.sent}"
            self.flying.append(Passage(source=chain, target=peer(chain), log=log, number=1, time_ms=0, id=name))

    def tell(self, index: int) -> None:
        if self.flying and not self.states[L1].bridges[BRIDGE].halted:
            passage = self.flying.pop(index % len(self.flying))
            self.states[passage.target] = arrival(self.states[passage.target], passage, self.now_ms)
            self.told.append(passage)

    def undo(self, index: int) -> None:
        """Take back the block of a sending: its own chain goes back, the other one books what that costs it."""
        every = [*self.flying, *self.told]
        if not every:
            return
        passage = every[index % len(every)]
        (self.flying if passage in self.flying else self.told).remove(passage)
        self._reverse(passage, 1)
        self.states[passage.target], _ = after_undoing(self.states[passage.target], passage)
        self.undone.append(passage)

    def redo(self) -> None:
        """Let an undone sending get into a block of the other branch."""
        if self.undone:
            passage = self.undone.pop(0)
            self._reverse(passage, -1)
            self.flying.append(passage)

    def _reverse(self, passage: Passage, sign: int) -> None:
        state, cash = self.states[passage.source], sign * passage.transfer.total
        port = state.bridges[BRIDGE].received(-cash)
        clearing = state.clearing.change("trader", cash=cash)
        self.states[passage.source] = replace(state, clearing=clearing, bridges=state.bridges.set(BRIDGE, port))

    def halt(self, halted: bool) -> None:
        for chain, state in self.states.items():
            port = replace(state.bridges[BRIDGE], halted=halted)
            self.states[chain] = replace(state, bridges=state.bridges.set(BRIDGE, port))

    def meddle(self, chain: str, index: int, lie: bool) -> None:
        """Make every call of every party about one transfer, in an order that the draw turns."""
        known = [p.transfer for p in (*self.flying, *self.told) if p.target == chain]
        false = Transfer(id=f"t{index}", account="forger", cash=(1 + index) * 100 * USDC_UNIT)
        what = false if lie or not known else known[index % len(known)]
        calls: list[Call[ChainState]] = [
            Propose(bridge=BRIDGE, transfer=what, proposer="forger" if lie else "proposer"),
            DisputeProposal(bridge=BRIDGE, transfer=what.id, disputer="watcher"),
            ExecuteProposal(bridge=BRIDGE, transfer=what.id),
            WriteOff(bridge=BRIDGE, transfer=what.id),
            ProveWithdrawal(bridge=BRIDGE, transfer=what.id),
            FinaliseWithdrawal(bridge=BRIDGE, transfer=what.id),
            RelayProof(bridge=BRIDGE, transfer=what.id, carrier="carrier"),
        ]
        if not lie:
            calls.append(Front(bridge=BRIDGE, transfer=what, relayer="relayer"))
        disputes = getattr(self.states[chain].bridges[BRIDGE], "disputes", {})
        calls += [JudgeDispute(bridge=BRIDGE, dispute=key) for key in sorted(disputes)]
        turn = index % len(calls)
        for call in (*calls[turn:], *calls[:turn]):
            self.do(chain, call)

    def money(self) -> int:
        return sum(state.totals()[0] for state in self.states.values())


chains = st.sampled_from([L1, L2])
indices = st.integers(0, 9)
moves = st.one_of(
    st.tuples(st.just("send"), chains, st.integers(1, 20_000 * USDC_UNIT)),
    st.tuples(st.just("tell"), indices),
    st.tuples(st.just("meddle"), chains, indices, st.booleans()),
    st.tuples(st.just("undo"), indices),
    st.tuples(st.just("redo")),
    st.tuples(st.just("halt"), st.booleans()),
    st.tuples(st.just("wait"), st.sampled_from([1_000, 60_000, HOUR_MS, 7 * HOUR_MS])),
)


def _start(kind: str) -> Crossing:
    states = with_ends(ENDS[kind](L1), ENDS[kind](L2))
    for chain, state in states.items():
        clearing = state.clearing.change("reserve.bridge", cash=RESERVE_LEFT - RICH.cash)
        states[chain] = replace(state, clearing=clearing)
    return Crossing(states)


def _move(made: Crossing, move: tuple[object, ...]) -> None:
    name, *rest = move
    if name == "wait":
        made.now_ms += int(str(rest[0]))
    else:
        getattr(made, str(name))(*rest)


def _accounts(made: Crossing, account: str) -> int:
    return sum(state.clearing.account(account).cash for state in made.states.values())


def _money_after(kind: str, drawn: list[tuple[object, ...]]) -> tuple[set[int], int]:
    """Return all sums of money that there were before, between and after the moves, and the least cash of anybody."""
    made = _start(kind)
    sums = {made.money()}
    for move in drawn:
        _move(made, move)
        sums.add(made.money())
    accounts = [account for state in made.states.values() for account in state.clearing.accounts.values()]
    return sums, min(account.cash for account in accounts)


@pytest.mark.parametrize("kind", sorted(ENDS))
@settings(deadline=None)
@given(drawn=st.lists(moves, max_size=40))
def test_no_money_is_made_or_lost_by_anything_that_can_happen(kind: str, drawn: list[tuple[object, ...]]) -> None:
    sums, least = _money_after(kind, drawn)

    assert len(sums) == 1
    assert least >= 0


@pytest.mark.proof
@pytest.mark.parametrize("kind", sorted(ENDS))
@settings(max_examples=200, deadline=None)
@given(drawn=st.lists(moves, min_size=60, max_size=100))
def test_ten_thousand_moves_make_and_lose_no_money(kind: str, drawn: list[tuple[object, ...]]) -> None:
    """At least 12,000 moves for each kind."""
    sums, least = _money_after(kind, drawn)

    assert len(sums) == 1
    assert least >= 0


@pytest.mark.parametrize("kind", sorted(ENDS))
@settings(deadline=None)
@given(drawn=st.lists(moves.filter(lambda move: move[0] not in {"undo", "redo"} and True not in move), max_size=40))
def test_without_lies_and_reorganisations_what_is_locked_backs_all_that_is_minted_or_on_its_way(
    kind: str, drawn: list[tuple[object, ...]]
) -> None:
    made = _start(kind)
    for move in drawn:
        _move(made, move)

    lock, mint = (made.states[chain].bridges[BRIDGE] for chain in (L1, L2))
    sent = [passage.transfer for passage in (*made.flying, *made.told)]
    unpaid = sum(t.total for t in sent if t.id not in {**lock.settled, **mint.settled})  # type: ignore[union-attr]
    queued = sum(due.cash for due in lock.till.queue)  # type: ignore[union-attr]
    assert lock.till.cash - mint.till.cash == unpaid + queued  # type: ignore[union-attr]
    assert lock.losses == mint.losses == ()


@pytest.mark.parametrize("kind", sorted(ENDS))
@settings(deadline=None)
@given(drawn=st.lists(moves.filter(lambda move: True not in move), max_size=40))
def test_receivers_get_no_more_than_was_sent_to_them(kind: str, drawn: list[tuple[object, ...]]) -> None:
    """What a reorganisation undoes after its payment is the only exception, and it is written down as a loss."""
    made = _start(kind)
    before = _accounts(made, "trader")
    for move in drawn:
        _move(made, move)

    losses = [loss for state in made.states.values() for loss in state.bridges[BRIDGE].losses]
    assert _accounts(made, "trader") - before <= sum(loss.cash for loss in losses)
    assert {loss.cause for loss in losses} <= {"undone", "false"}
