"""Verdicts of the validator: a breach, a question that only time answers, and one that other data would answer.

The three are kept
apart because they call for different things: a penalty, another look, a search for what is missing. Beside them a fill
may be settled as awarded, or not at all, and recorded so: who is responsible for that, attribution says.
"""

from dataclasses import dataclass
from typing import Literal

VerdictClass = Literal["valid", "unsettled", "violation", "undecidable", "missing"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is found of one fill."""

    fill_id: str
    kind: VerdictClass
    code: str
    detail: str = ""


def valid(fill_id: str) -> Verdict:
    """Return the verdict on a fill that was settled exactly as awarded, for good."""
    return Verdict(fill_id, "valid", "settled")


def unsettled(fill_id: str, detail: str) -> Verdict:
    """Return the verdict on a fill that was not settled in time, and of which nobody says that it was."""
    return Verdict(fill_id, "unsettled", "not_settled", detail)


def violation(fill_id: str, code: str, detail: str) -> Verdict:
    """Return the verdict on a breach: no later block and no further record can change it."""
    return Verdict(fill_id, "violation", code, detail)


def undecidable(fill_id: str, code: str, detail: str) -> Verdict:
    """Return the verdict on what cannot be known yet: look again later."""
    return Verdict(fill_id, "undecidable", code, detail)


def missing(fill_id: str, code: str, detail: str) -> Verdict:
    """Return the verdict on what could be known already, from data that is not at hand."""
    return Verdict(fill_id, "missing", code, detail)
