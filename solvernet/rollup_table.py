"""The rollups of a run: what they posted, what it cost, and how long their blocks took to be safe and final."""

import math
from collections.abc import Iterable, Sequence

from intents.assets import ETH_UNIT, PRICE_UNIT
from intents.boundary import Boundary
from solvernet.rollup_record import RollupCourse, RollupRecord
from solvernet.scenario import Scenario
from solvernet.scenario_parts import Window
from venues.chain_state import ChainState
from venues.chains.chain import Chain
from venues.chains.confirmation import Level
from venues.chains.transaction import Receipt
from venues.rollups.inbox import Batch, Inbox
from venues.world import World


class RollupLine(Boundary):
    """One rollup over the window; delays are of its blocks, from when they were made."""

    chain: str
    """Name of the chain in the scenario."""

    preset: str
    blocks: int
    batches: int
    in_blobs: int
    """Batches that were carried by blobs; the others were calldata."""

    kilobytes: float
    """Bytes of the batches after compression."""

    posting_usd: float
    """What the batcher paid, at the price of ether at the end of the window."""

    proving_usd: float
    safe_s_p50: float | None
    """Until the batch with the block was in a block of the L1; none if too few have got so far."""

    safe_s_p99: float | None
    final_s_p50: float | None
    """Until nothing short of a catastrophe undoes the block."""

    final_s_p99: float | None
    not_safe: int
    """Blocks of the window that were not posted when the run ended."""

    not_final: int
    """Blocks of the window of which nobody knew when they would be final."""

    messages: int
    """Transactions that came through the L1."""

    promised_s_mean: float | None
    """How long before its block a transaction of the scenario was promised its place."""

    lane_rounds: int
    """Rounds of the express lane that were sold."""

    lane_usd: float
    """What they brought."""


def rollup_table(scenario: Scenario, window: Window, record: RollupRecord, world: World) -> tuple[RollupLine, ...]:
    """Return one line for each rollup of a scenario that posts, in its order."""
    return tuple(_line(scenario, name, record.courses[name], window, world) for name in record.courses)


def _line(scenario: Scenario, name: str, course: RollupCourse, window: Window, world: World) -> RollupLine:
    usd = world.truth.price(window.end) / PRICE_UNIT / ETH_UNIT
    part = scenario.chains[name]
    chain, inbox = world.chain(part.caip2), _inbox(scenario, name, world)
    made = {number: time_ms for number, time_ms in course.times.items() if time_ms < window.end}
    batches = [batch for batch in _in_order(inbox) if batch.posted.time_ms >= window.start]
    safe, final = _delays_s(chain, inbox, made, "safe"), _delays_s(chain, inbox, made, "final")
    lane, sequenced = chain.state.express, chain.state.sequenced
    return RollupLine(
        chain=name,
        preset=part.preset,
        blocks=len(made),
        batches=len(batches),
        in_blobs=sum(batch.carrier == "blobs" for batch in batches),
        kilobytes=sum(batch.size for batch in batches) / 1000,
        posting_usd=_cost_wei(course.batcher.values()) * usd,
        proving_usd=_cost_wei(course.prover.values()) * usd,
        safe_s_p50=_quantile(safe, len(made), 0.5),
        safe_s_p99=_quantile(safe, len(made), 0.99),
        final_s_p50=_quantile(final, len(made), 0.5),
        final_s_p99=_quantile(final, len(made), 0.99),
        not_safe=len(made) - len(safe),
        not_final=len(made) - len(final),
        messages=sequenced.messages if sequenced is not None else 0,
        promised_s_mean=sum(course.early_ms) / len(course.early_ms) / 1000 if course.early_ms else None,
        lane_rounds=lane.sold if lane is not None else 0,
        lane_usd=lane.proceeds_wei * usd if lane is not None else 0.0,
    )


def _inbox(scenario: Scenario, name: str, world: World) -> Inbox:
    part = scenario.chains[name]
    return world.state(scenario.chains[part.settles_on or name].caip2).inboxes[part.caip2]


def _in_order(inbox: Inbox) -> list[Batch]:
    return [inbox.batches[index] for index in range(len(inbox.batches))]


def _delays_s(chain: Chain[ChainState], inbox: Inbox, made: dict[int, int], level: Level) -> list[float]:
    """Return how long the blocks took that have got to a level, or are known to get there, sorted."""
    delays = []
    for batch in _in_order(inbox):
        reached_ms = chain.reached_ms(level, batch.last, batch.posted.time_ms)
        if reached_ms is not None:
            numbers = range(batch.first, batch.last + 1)
            delays += [(reached_ms - made[number]) / 1000 for number in numbers if number in made]
    return sorted(delays)


def _quantile(known: Sequence[float], count: int, share: float) -> float | None:
    """Return a quantile of `count` values of which the smallest are known; none if it is not among those."""
    place = math.ceil(share * count) - 1
    return known[place] if 0 <= place < len(known) else None


def _cost_wei(receipts: Iterable[Receipt]) -> int:
    return sum(receipt.cost_wei for receipt in receipts)
