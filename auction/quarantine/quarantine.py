"""The quarantine: which intents are kept out of the batches, since when, until when, and why.

An intent goes in on the word of the house, which routes every intent on its own, or of two or more independent groups
of solvers that break in rounds with it and not without. The word of one group is never enough: whoever fakes crashes
alone changes nothing. A quarantine ends after a time that doubles with each one its owner has brought about; after it,
one more round that goes wrong is enough. While a second intent of an owner is in, the owner's others wait as well.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from auction.quarantine.rules import QuarantineRules, Seen, Trouble
from auction.quarantine.suspicion import Suspicion
from intents.canonical import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """One intent in quarantine."""

    intent_id: str
    owner: str
    code: Trouble
    detail: str
    round: int
    """Round that brought it in."""

    since_ms: int
    until_ms: int

    @property
    def body(self) -> dict[str, Json]:
        """What the ledger holds of it."""
        return {
            "intent_id": self.intent_id,
            "owner": self.owner,
            "code": self.code,
            "detail": self.detail,
            "since": self.since_ms,
            "until": self.until_ms,
        }


class Quarantine:
    """All intents that are, or were, in quarantine."""

    def __init__(self, rules: QuarantineRules) -> None:
        self.rules = rules
        self._suspicion = Suspicion(rules)
        self._frozen: dict[str, Freeze] = {}
        self._strikes: dict[str, int] = {}
        """Quarantines that each owner has brought about."""

    def holds(self, intent_id: str, owner: str, now_ms: int) -> str | None:
        """Return why an intent is kept out of a round that begins now, its code first, or `None`."""
        freeze = self._frozen.get(intent_id)
        if freeze is not None and now_ms < freeze.until_ms:
            return f"{freeze.code}, until {freeze.until_ms}: {freeze.detail}"
        live = [f for f in self._frozen.values() if f.owner == owner and now_ms < f.until_ms]
        if live and self._strikes[owner] > 1:
            longest = max(live, key=lambda f: f.until_ms)
            return (
                f"owner, until {longest.until_ms}: {self._strikes[owner]} intents of this owner stalled or broke others"
            )
        if self._suspicion.waits(intent_id):
            return "on_trial: solvers broke on one of several intents, and others are tried first"
        return None

    def saw(
        self, seen: Seen, troubles: Mapping[str, tuple[Trouble, str]], owners: Mapping[str, str]
    ) -> tuple[Freeze, ...]:
        """Take note of a round, and return the intents that go into quarantine for it.

        Args:
            seen: What was seen.
            troubles: Intents of the round that the house stalled or failed on, each with a detail.
            owners: Owner of each intent that is open, or was in the round.
        """
        guilty = {name: trouble for name, trouble in sorted(troubles.items()) if name in owners}
        known = seen.intents & self._frozen.keys()
        if known or guilty:
            guilty |= {
                name: self._said(self._suspicion.accusers(seen)) for name in self._again(seen, known - guilty.keys())
            }
        else:
            names = owners.keys() - self._frozen.keys() - guilty.keys()
            doubtful = {name for name in names if owners[name] in self._strikes}
            found = self._suspicion.look(seen, names, doubtful)
            guilty |= {name: self._said(groups) for name, groups in found}
        return tuple(self._freeze(name, owners[name], why, seen) for name, why in guilty.items())

    def _again(self, seen: Seen, known: Collection[str]) -> list[str]:
        """Return the intents that were let in again, if enough groups broke in this round: no trial is due to them."""
        accusers = self._suspicion.accusers(seen)
        return sorted(known) if len(accusers) >= self.rules.least_groups else []

    def _freeze(self, name: str, owner: str, why: tuple[Trouble, str], seen: Seen) -> Freeze:
        strikes = self._strikes.get(owner, 0)
        self._strikes[owner] = strikes + 1
        lasts_ms = self.rules.first_ms * 2 ** min(strikes, self.rules.doublings)
        self._frozen[name] = Freeze(
            intent_id=name,
            owner=owner,
            code=why[0],
            detail=why[1],
            round=seen.number,
            since_ms=seen.time_ms,
            until_ms=seen.time_ms + lasts_ms,
        )
        return self._frozen[name]

    def _said(self, groups: Collection[str]) -> tuple[Trouble, str]:
        return "solvers_broke", f"{', '.join(sorted(groups))} broke in rounds with it and not in others"
