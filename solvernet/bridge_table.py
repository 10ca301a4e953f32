"""The bridges of a run: how long they took, what is still under way, what was lost, and what running them cost."""

import statistics

from intents.assets import ETH_UNIT, PRICE_UNIT, USDC_UNIT
from intents.boundary import Boundary
from solvernet.bridge_record import BridgeRecord
from solvernet.scenario import Scenario
from venues.world import World


class BridgeLine(Boundary):
    """One direction of one bridge, from the start of the window until the last settlement."""

    bridge: str
    kind: str
    source: str
    target: str
    arrived: int
    """Transfers that were paid; they may have been sent before the window, while the world warmed up."""

    under_way: int
    """Transfers sent and not paid at the end."""

    median_s: float | None
    """From the block of the sending to that of the payment; `None` if nothing arrived."""

    worst_s: float | None
    lost_usd: float
    """What was paid at the far end and should not have been, whoever bore it."""

    bearers: tuple[str, ...]
    """Who bore it, sorted."""

    cost_usd: float
    """Paid for gas at the far end by those who run the bridge, at the price of ether at the end."""


def bridge_table(scenario: Scenario, record: BridgeRecord, world: World) -> tuple[BridgeLine, ...]:
    """Return two lines for each bridge of a scenario, in its order."""
    names = {part.caip2: name for name, part in scenario.chains.items()}
    lines = []
    for (bridge, source, target), course in record.courses.items():
        took = sorted(course.took_ms.values())
        losses = world.state(target).bridges[bridge].losses
        line = BridgeLine(
            bridge=bridge,
            kind=scenario.bridges[bridge].kind,
            source=names[source],
            target=names[target],
            arrived=len(took),
            under_way=len(course.sent),
            median_s=statistics.median(took) / 1000 if took else None,
            worst_s=took[-1] / 1000 if took else None,
            lost_usd=sum(loss.cash for loss in losses) / USDC_UNIT,
            bearers=tuple(sorted({loss.bearer for loss in losses})),
            cost_usd=course.cost_wei / ETH_UNIT * world.truth.price(world.now_ms) / PRICE_UNIT,
        )
        lines.append(line)
    return tuple(lines)
