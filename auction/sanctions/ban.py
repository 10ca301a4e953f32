"""A ban: who is kept out until when, for what, and the evidence from which the banned solver can check it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from auction.sanctions.table import PENALTIES, PenaltyCode
from intents.canonical import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a ban rests on."""

    reason: str
    """What happened, in one sentence."""

    fills: tuple[str, ...] = ()
    """Fills it rests on; the ledger says of each what was awarded, sent and judged."""

    figures: Mapping[str, int] = field(default_factory=dict)
    """What the rule of the penalty compares, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ban:
    """One penalty in force."""

    solver: str
    code: PenaltyCode
    since_ms: int
    until_ms: int
    """Bids are refused before this instant."""

    case: Case

    @property
    def body(self) -> dict[str, Json]:
        """What the ledger holds of it."""
        return {
            "solver": self.solver,
            "code": self.code,
            "since": self.since_ms,
            "until": self.until_ms,
            "reason": self.case.reason,
            "fills": list(self.case.fills),
            "figures": dict(sorted(self.case.figures.items())),
        }


def ban(solver: str, code: PenaltyCode, now_ms: int, case: Case) -> Ban:
    """Return a ban of the length that the table names, from now on."""
    until_ms = now_ms + PENALTIES[code].lasts_ms
    return Ban(solver=solver, code=code, since_ms=now_ms, until_ms=until_ms, case=case)
