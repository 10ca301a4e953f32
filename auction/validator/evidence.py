"""What chains show of settlements: receipts, the calls they are of, and how far each chain was watched."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from venues.chain_state import ChainState
from venues.chains.produced import Produced
from venues.chains.transaction import Call, Log, Receipt
from venues.world import World


@dataclass(frozen=True, slots=True)
class Span:
    """The stretch of a chain that was watched without a gap; block times in Unix milliseconds."""

    first_ms: int
    last_ms: int
    final_ms: int
    """Blocks up to this time cannot be undone any more."""


@dataclass(frozen=True, slots=True)
class Inclusion:
    """A transaction in a block."""

    receipt: Receipt
    call: Call[ChainState] | None
    """What it asked for, or `None` where only its receipt is known."""

    def log(self, *names: str) -> Log | None:
        """Return its first announcement of one of the names; a transaction that reverted has none."""
        good = self.receipt.status == "success"
        return next((log for log in self.receipt.logs if good and log.name in names), None)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of all chains."""

    inclusions: tuple[Inclusion, ...]
    """In the order in which their blocks were seen."""

    spans: Mapping[str, Span]


@dataclass(slots=True)
class Watch:
    """An observer of the world that keeps receipts, for the validator."""

    receipts: list[Receipt] = field(default_factory=list)
    seen: dict[str, tuple[int, int]] = field(default_factory=dict)

    def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:  # noqa: ARG002
        """Keep the receipts of a block."""
        self.receipts.extend(produced.receipts)
        time_ms = produced.summary.time_ms
        self.seen[chain_id] = (self.seen.get(chain_id, (time_ms, time_ms))[0], time_ms)

    def evidence(
        self, calls: Mapping[str, Call[ChainState]], final_ms: Mapping[str, int], since_ms: int | None = None
    ) -> Evidence:
        """Return what was seen.

        Args:
            calls: Contents of transactions, by name; those that are not known may be left out.
            final_ms: For each chain, the time up to which its blocks are final.
            since_ms: When the watch began, if that was before the first block it saw.
        """
        spans = {
            chain: Span(first if since_ms is None else min(since_ms, first), last, final_ms.get(chain, 0))
            for chain, (first, last) in self.seen.items()
        }
        return Evidence(tuple(self._included(calls)), spans)

    def _included(self, calls: Mapping[str, Call[ChainState]]) -> Iterable[Inclusion]:
        return (Inclusion(receipt, calls.get(receipt.transaction_id)) for receipt in self.receipts)
