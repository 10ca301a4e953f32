"""The contract that sells the express lane of a rollup, as part of the rollup's state."""

from dataclasses import dataclass, replace

from venues.chains.timeboost import RoundRules, Sale


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpressLane:
    """Rounds that are sold, and who gets the money."""

    rules: RoundRules
    beneficiary: str
    """Account that the proceeds go to."""

    sales: tuple[Sale, ...] = ()
    """Oldest first: those of the present round and of the next."""

    sold: int = 0
    """Rounds sold so far."""

    proceeds_wei: int = 0
    """What they brought."""

    def holder(self, time_ms: int) -> str | None:
        """Return who holds the lane at an instant."""
        number = self.rules.round_at(time_ms)
        return next((sale.winner for sale in self.sales if sale.round == number), None)

    def is_sold(self, number: int) -> bool:
        """Return whether a round has been sold."""
        return any(sale.round >= number for sale in self.sales)

    def with_sale(self, sale: Sale) -> "ExpressLane":
        """Return the contract with one more round sold."""
        sales = (*self.sales[-1:], sale)
        return replace(self, sales=sales, sold=self.sold + 1, proceeds_wei=self.proceeds_wei + sale.price_wei)
