"""What attribution says of many injected failures, held against what was injected."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from auction.bonds import slash
from auction.settlement.attribution import Verdict
from tests.auction.injected import Injection, judged, lands

DELIVERED = "delivered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One injection and what was found of it."""

    kind: str
    breach: str
    """What the subject's solver did; nothing wrong if empty."""

    where: str
    seed: int
    truth: str
    """Cause, or `delivered`."""

    found: str
    bystander_truth: str
    bystander: str
    would_land: bool
    """Whether the subject lands in a world made anew in which its solver keeps to the policy."""

    but_for: bool
    detail: str
    honest_slashed: bool
    excused: bool
    """Whether a breach passed as weather."""

    right_sum: bool
    """Whether just the sum was taken of bonds that the rule says."""

    @property
    def is_right(self) -> bool:
        """Whether everything that was found is what is true."""
        same = (self.truth, self.bystander_truth) == (self.found, self.bystander)
        return same and self.right_sum and (not self.breach or self.but_for == self.would_land)


def tried(given: Injection) -> Row:
    """Return what is found of an injection."""
    outcome = judged(given)
    subject, bystander = outcome.subject, outcome.bystander
    would_land = lands(given) if given.breach else outcome.subject is None
    due = slash(outcome.bond, but_for=would_land) if given.breach else 0
    return Row(
        kind=given.kind,
        breach=given.breach,
        where=given.where,
        seed=given.seed,
        truth=str(given.truth or DELIVERED),
        found=_cause(subject),
        bystander_truth=str(given.cause or DELIVERED),
        bystander=_cause(bystander),
        would_land=would_land,
        but_for=subject is not None and subject.but_for,
        detail=subject.detail if subject else "",
        honest_slashed=_blames(bystander) or (not given.breach and (_blames(subject) or outcome.taken > 0)),
        excused=bool(given.breach) and not _blames(subject),
        right_sum=outcome.taken == due and outcome.idle,
    )


def confusion(rows: Iterable[Row]) -> dict[str, dict[str, int]]:
    """Return how often each truth was found to be what, of both fills of each injection."""
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        for truth, found in ((row.truth, row.found), (row.bystander_truth, row.bystander)):
            counts.setdefault(truth, Counter())[found] += 1
    return {truth: dict(sorted(found.items())) for truth, found in sorted(counts.items())}


def _cause(verdict: Verdict | None) -> str:
    return str(verdict.cause) if verdict else DELIVERED


def _blames(verdict: Verdict | None) -> bool:
    return verdict is not None and verdict.responsible == "solver"
