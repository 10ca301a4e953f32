"""What went into the house's vaults and out of them, read from the receipts of a run.

A block that is taken back takes its receipts with it, so that the sums are always those of the chains.
"""

from collections import Counter
from typing import Final

from auction.fee_accounts import EPOCH
from venues.chain_state import ChainState
from venues.chains.produced import Produced
from venues.chains.transaction import Log
from venues.world import World

COLLECTING: Final = frozenset({"Filled", "Delivered", "Claimed"})


class FeeRecord:
    """An observer of all chains; amounts in USDC base units."""

    def __init__(self) -> None:
        self.collected: Counter[tuple[str, str]] = Counter()
        """Fees of fills, by chain and solver."""

        self.returned: Counter[str] = Counter()
        """Fees given back for deliveries that were taken back, by chain."""

        self.rewards: Counter[str] = Counter()
        self.shares: Counter[str] = Counter()
        """Shares of what epochs left, by solver."""

        self.fines: Counter[str] = Counter()

    def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:  # noqa: ARG002
        """Take note of a block, and of the blocks whose place it takes."""
        for receipts, sign in ((produced.undone, -1), (produced.receipts, 1)):
            for receipt in receipts:
                for log in receipt.logs:
                    self._note(chain_id, log, sign)

    @property
    def balance(self) -> int:
        """What has come in less what has gone out."""
        came = self.collected.total() + self.fines.total()
        return came - self.returned.total() - self.rewards.total() - self.shares.total()

    def _note(self, chain: str, log: Log, sign: int) -> None:
        fields = dict(log.fields)
        solver = str(fields.get("solver", ""))
        if log.name in COLLECTING:
            self.collected[chain, solver] += sign * int(fields.get("fee", 0))
        elif log.name == "Restituted":
            self.returned[chain] += sign * int(fields.get("fee_cash", 0))
        elif log.name == "Rewarded":
            paid = self.shares if str(fields["reward"]).startswith(EPOCH) else self.rewards
            paid[solver] += sign * int(fields["cash"])
        elif log.name == "Fined":
            self.fines[solver] += sign * int(fields["cash"])
