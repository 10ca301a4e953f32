"""Numbers of the quarantine, and what it goes by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Trouble = Literal["house_stalled", "house_failed", "solvers_broke"]
"""Why an intent is in quarantine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineRules:
    """Numbers of the quarantine."""

    most_work: int
    """Work units that the house may spend on one intent alone."""

    first_ms: int
    """Length of an owner's first quarantine."""

    doublings: int = 4
    """How often it doubles for the same owner."""

    least_rounds: int = 2
    """Rounds with an intent in which a group must have broken."""

    least_groups: int = 2
    """Independent groups that must have."""

    least_share_ppm: int = 800_000
    """Part of its rounds with the intent in which a group must have broken."""

    groups: Mapping[str, str] = field(default_factory=dict)
    """Group of each solver: those of one make, or of one entity; one that is not named is its own."""

    def group(self, solver: str) -> str:
        """Return whose word a solver's is."""
        return self.groups.get(solver) or solver


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was seen of one round."""

    number: int
    time_ms: int
    """Instant of its close."""

    intents: frozenset[str]
    present: frozenset[str]
    """Groups that were asked."""

    broken: frozenset[str] = frozenset()
    """Groups of which a solver crashed, failed or did not come back."""


def broken_groups(faults: Mapping[str, str], rules: QuarantineRules) -> frozenset[str]:
    """Return the groups that broke in a round; a sheet that is lost on the way or cannot be opened is no break."""
    kinds = ("crashed", "killed", "failed")
    return frozenset(rules.group(name) for name, fault in faults.items() if fault.startswith(kinds))
