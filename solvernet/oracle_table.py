"""The feeds of a run: how old their answers were, how far from the truth, and what they cost."""

from intents.assets import ETH_UNIT, PRICE_UNIT
from intents.boundary import Boundary
from solvernet.oracle_record import OracleRecord
from solvernet.record import SAMPLE_MS
from solvernet.scenario import Scenario
from solvernet.scenario_parts import Window
from venues.oracles.quality import Watch, quality
from venues.truth import Truth

PPM_IN_PERCENT = 10_000


class OracleLine(Boundary):
    """One feed over the window, looked at every minute from the side of those who read it."""

    feed: str
    kind: str
    chain: str
    """Name of the chain in the scenario."""

    updates: int
    """Answers that came into force."""

    refused: int
    """Transactions that reverted."""

    staleness_s_mean: float
    """Age of the price in force, from when it was true."""

    staleness_s_worst: float
    error_percent_mean: float
    """Distance to the true price, over the true price."""

    error_percent_worst: float
    cost_usd: float
    """Paid for gas and data, of refused transactions as well, at the price of ether at the end of the window."""


def oracle_table(scenario: Scenario, window: Window, record: OracleRecord, truth: Truth) -> tuple[OracleLine, ...]:
    """Return one line for each feed of a scenario, in its order; none for a feed that never said anything."""
    watch = Watch(since_ms=window.start, until_ms=window.end, step_ms=SAMPLE_MS)
    lines = []
    for feed, part in scenario.oracles.items():
        course = record.courses[feed]
        inside = [receipt for receipt in course.receipts if window.start <= receipt.block.time_ms < window.end]
        cost_wei = sum(receipt.cost_wei for receipt in inside)
        found = quality([answer for answer in course.answers if answer.price > 0], truth, watch, cost_wei)
        if found is None:
            continue
        line = OracleLine(
            feed=feed,
            kind=part.kind,
            chain=part.chain,
            updates=found.updates,
            refused=sum(receipt.status == "reverted" for receipt in inside),
            staleness_s_mean=found.mean_staleness_ms / 1000,
            staleness_s_worst=found.worst_staleness_ms / 1000,
            error_percent_mean=found.mean_error_ppm / PPM_IN_PERCENT,
            error_percent_worst=found.worst_error_ppm / PPM_IN_PERCENT,
            cost_usd=found.cost_wei / ETH_UNIT * truth.price(window.end) / PRICE_UNIT,
        )
        lines.append(line)
    return tuple(lines)
