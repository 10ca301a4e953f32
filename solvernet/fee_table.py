"""The house's account in the summary: what fills were charged, who was paid from it, and what is left."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from auction.ledger import Event
from intents.assets import USDC_UNIT
from intents.boundary import Boundary
from solvernet.engine import Engine
from solvernet.fee_record import FeeRecord
from venues.escrow import COLLECTOR


class FeeLine(Boundary):
    """One solver's part; money in dollars."""

    solver: str
    fees_usd: float
    """Paid by the owners of its fills."""

    rewards_usd: float
    share_usd: float
    """Of what epochs left."""

    fined_usd: float
    won: int
    """Pairs of an auction and an order that it won."""

    settled: int
    """Those of them that it settled."""


class FeeFigures(Boundary):
    """The house's account, in USDC base units: what came in and what went out make what is left, exactly."""

    collected: dict[str, int]
    """Fees of fills, by chain."""

    fines: int
    returned: int
    """Fees given back to owners whose delivery was taken back."""

    rewards: int
    shares: int
    left: dict[str, int]
    """What is in the vaults at the end, by chain."""

    owed: int
    """Part of what is left that solvers were still owed."""

    epochs: int
    lines: tuple[FeeLine, ...]

    @property
    def adds_up(self) -> bool:
        """Whether what came in less what went out is what is left."""
        came = sum(self.collected.values()) + self.fines
        return came - self.returned - self.rewards - self.shares == sum(self.left.values())


def fee_table(engine: Engine, events: Sequence[Event]) -> FeeFigures | None:
    """Return the house's account; `None` where fills are free."""
    accounts, world, record = engine.auctioneer.accounts, engine.auctioneer.world, engine.fee_record
    if accounts is None:
        return None
    names = {part.caip2: name for name, part in engine.name.scenario.chains.items()}
    closed = [event.body for event in events if event.kind == "epoch.closed" and isinstance(event.body, dict)]
    collected: Counter[str] = Counter()
    for (chain, _), cash in record.collected.items():
        collected[names[chain]] += cash
    return FeeFigures(
        collected={name: collected[name] for name in names.values()},
        fines=record.fines.total(),
        returned=record.returned.total(),
        rewards=record.rewards.total(),
        shares=record.shares.total(),
        left={names[chain]: world.state(chain).escrow.vault(COLLECTOR) for chain in world.chain_ids},
        owed=accounts.owed,
        epochs=len(closed),
        lines=_lines(record, closed),
    )


def entries(figures: FeeFigures) -> Iterator[tuple[str, int]]:
    """Yield the lines of the account, in USDC base units; they add up to what is left."""
    for chain, cash in figures.collected.items():
        yield f"fees of fills on {chain}", cash
    yield "penalties of solvers", figures.fines
    yield "fees given back", -figures.returned
    yield "rewards of winners", -figures.rewards
    yield "shares of what epochs left", -figures.shares
    yield "left in the vaults", sum(figures.left.values())
    if figures.owed:
        yield "of that still owed to solvers", figures.owed


def _lines(record: FeeRecord, closed: Sequence[dict[str, Any]]) -> tuple[FeeLine, ...]:
    """Return the solvers that won anything or were paid, the one whose fills brought in most first."""
    fees: Counter[str] = Counter()
    for (_, solver), cash in record.collected.items():
        fees[solver] += cash
    won: Counter[str] = Counter()
    settled: Counter[str] = Counter()
    for body in closed:
        for line in body["solvers"]:
            won[line["solver"]] += line["won"]
            settled[line["solver"]] += line["settled"]
    names = {name for each in (fees, record.rewards, record.shares, record.fines, won) for name in each if each[name]}
    return tuple(
        FeeLine(
            solver=name,
            fees_usd=fees[name] / USDC_UNIT,
            rewards_usd=record.rewards[name] / USDC_UNIT,
            share_usd=record.shares[name] / USDC_UNIT,
            fined_usd=record.fines[name] / USDC_UNIT,
            won=won[name],
            settled=settled[name],
        )
        for name in sorted(names, key=lambda name: (-fees[name], name))
    )
