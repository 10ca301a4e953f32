"""The quarantine at work in an auction: between the book of intents, the house and the journal."""

from collections.abc import Collection, Mapping, Sequence

from auction.book import Entry, IntentBook
from auction.house import Benchmark
from auction.journal import Journal
from auction.quarantine.quarantine import Quarantine
from auction.quarantine.rules import QuarantineRules, Seen, Trouble, broken_groups
from intents.lifecycle import Cause, State


class Ward:
    """Keeps poison out of the batches; without rules it lets everything pass."""

    def __init__(
        self, rules: QuarantineRules | None, book: IntentBook, journal: Journal, solvers: Sequence[str]
    ) -> None:
        self._quarantine = Quarantine(rules) if rules is not None else None
        self._book = book
        self._journal = journal
        self._solvers = solvers

    def admitted(self, entries: Sequence[Entry], now_ms: int) -> tuple[Entry, ...]:
        """Return the intents that may be in a round, and tell the others why they are not."""
        if self._quarantine is None:
            return tuple(entries)
        admitted = []
        for entry in entries:
            why = self._quarantine.holds(entry.intent_id, entry.intent.owner, now_ms)
            if why is None:
                admitted.append(entry)
            elif not entry.has_failed:
                entry.cause, entry.reason = Cause.QUARANTINED, why
        return tuple(admitted)

    def look(
        self, number: int, now_ms: int, intents: Collection[str], faults: Mapping[str, str], house: Benchmark
    ) -> None:
        """Take note of a round that was closed, and put into quarantine what it calls for."""
        if self._quarantine is None:
            return
        rules = self._quarantine.rules
        seen = Seen(
            number=number,
            time_ms=now_ms,
            intents=frozenset(intents),
            broken=broken_groups(faults, rules),
            present=frozenset(rules.group(name) for name in self._solvers if intents),
        )
        live = {State.OPEN, State.IN_AUCTION, State.AWARDED, State.SETTLING}
        owners = {e.intent_id: e.intent.owner for e in self._book.entries() if e.state in live}
        for freeze in self._quarantine.saw(seen, _troubles(house, rules), owners):
            self._journal.note(now_ms, "intent.quarantined", freeze.body)


def _troubles(house: Benchmark, rules: QuarantineRules) -> dict[str, tuple[Trouble, str]]:
    """Return the intents of a round on which the house stalled or failed."""
    found: dict[str, tuple[Trouble, str]] = {}
    for name, yardstick in house.alone.items():
        if yardstick.failure:
            found[name] = "house_failed", yardstick.failure
        elif yardstick.work > rules.most_work:
            found[name] = "house_stalled", f"{yardstick.work} units of work, {rules.most_work} are allowed"
    return found
