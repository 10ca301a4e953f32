"""Fills under any mix of faults, and what must hold of them in every block and in the end."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from hypothesis import strategies as st

from intents.intent import SignedIntent
from tests.auction.court import Court, court, furnished
from tests.auction.settlement.course import POLICY, plan, world
from tests.venues.calls.stage import OWNER, VAULT, dollars, signed, state, terms
from tests.venues.small_world import L1, L2, MINUTE_MS, START_MS
from venues.calls.restitution import RESERVE
from venues.chain_state import ChainState
from venues.chains.confirmation import Confirmation
from venues.chains.presets import ROLLUP_2S
from venues.chains.produced import Produced
from venues.faults import Fault
from venues.world import World

HOURS: Final = 4
HASTY: Final = replace(ROLLUP_2S, levels=ROLLUP_2S.levels | {"safe": Confirmation(delay_ms=20_000)})
"""A rollup whose deliveries are believed after twenty seconds, so that deep branches undo what is believed."""


@dataclass(frozen=True, slots=True)
class Award:
    """One fill, awarded some seconds after the start, for two puts at home or elsewhere."""

    second: int
    chain: str
    walks: bool


@dataclass
class Keeper:
    """Somebody who counts the money of both chains after every block."""

    cash: int
    ether: int
    blocks: int = 0
    wrong: list[str] = field(default_factory=list)

    def on_block(self, scene: World, chain_id: str, produced: Produced[ChainState]) -> None:
        """Count."""
        self.blocks += 1
        if totals(scene) != (self.cash, self.ether):
            self.wrong.append(f"{chain_id} {produced.summary.number}: {totals(scene)}")


def totals(scene: World) -> tuple[int, int]:
    """Return all USDC and all wei on both chains."""
    found = [scene.state(name).totals() for name in (L1, L2)]
    return sum(cash for cash, _ in found), sum(wei for _, wei in found)


@st.composite
def schedules(draw: st.DrawFn) -> tuple[Fault, ...]:
    """Draw up to six faults of the first half hour."""
    found = []
    for index in range(draw(st.integers(0, 6))):
        kind = draw(st.sampled_from(["reorg", "reorg", "reorg", "outage", "finality_stall", "partition"]))
        from_ms = START_MS + draw(st.integers(5, 1_800)) * 1000
        lasts_ms = 0 if kind == "reorg" else draw(st.integers(10, 1_200)) * 1000
        fault = Fault(
            id=f"{kind}-{index}",
            kind=kind,
            target=draw(st.sampled_from([L1, L2])),
            from_ms=from_ms,
            until_ms=from_ms + lasts_ms,
            depth=draw(st.integers(1, 60)) if kind == "reorg" else 0,
            share_ppm=draw(st.sampled_from([0, 500_000, 1_000_000])),
        )
        found.append(fault)
    return tuple(sorted(found, key=lambda fault: fault.from_ms))


def awards() -> st.SearchStrategy[list[Award]]:
    """Draw up to four awards."""
    each = st.builds(Award, st.integers(0, 1_500), st.sampled_from([L1, L2, L2]), st.sampled_from([False, False, True]))
    return st.lists(each, min_size=1, max_size=4)


def live_through(faults: Sequence[Fault], due: Sequence[Award], *, proves: bool) -> tuple[Court, Keeper]:
    """Return a court and its keeper after all awards have had hours to end.

    `proves` tells whether locks go back only with a proof that nothing was delivered.
    """
    home, away = furnished(state(L1), bonds=dollars(5_000)), furnished(state(L2), bonds=dollars(5_000))
    home = replace(home, escrow=home.escrow.credit(RESERVE, dollars(1_000)))
    here = court(world(states=(home, away), away=HASTY, faults=faults))
    cash, ether = totals(here.world)
    keeper = Keeper(cash, ether)
    watchers = [here.executor, here.aftermath, keeper]
    policy = replace(POLICY, proves_absence=proves)
    for number, award in enumerate(sorted(due, key=lambda each: each.second)):
        here.world.advance(max(START_MS + award.second * 1000, here.world.now_ms), watchers)
        document = document_of(number)
        here.entry(document)
        owed = terms(document, fill_id=f"fill{number}", chain=award.chain)
        here.begin(plan(here.world, owed, policy=policy), walks=award.walks)
    here.world.advance(START_MS + HOURS * 60 * MINUTE_MS, watchers)
    return here, keeper


def document_of(number: int) -> SignedIntent:
    """Return the intent of one award."""
    return signed(quantity=2.0, nonce=number + 1)


def received(here: Court) -> int:
    """Return how many fills' legs the owner holds."""
    held = sum(sum(here.world.state(name).clearing.account(OWNER.address).positions.values()) for name in (L1, L2))
    return held // document_of(0).intent.quantity


def paid(here: Court) -> int:
    """Return what has left the owner's vault at home."""
    return VAULT - here.world.state(L1).escrow.vault(OWNER.address)
