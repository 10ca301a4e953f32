"""What solvers are told of their fills and of their standing, worked out from the events of the ledger alone.

So a solver that has the ledger can check every notice, and everybody can see what it was told.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from auction.disclosure import OPENED, ClosedRounds
from auction.ledger import Event
from auction.sanctions.table import BY_FILL, PENALTIES
from solvers.messages import Ban, FillEvidence, Notice, StepEvidence

FAULT: Final = "fault"
"""Code of a ban where every single fault suspends."""


@dataclass(slots=True)
class _File:
    """What the ledger says of one fill so far."""

    round: int
    award_ms: int
    awarded: dict[str, Any]
    steps: list[StepEvidence] = field(default_factory=list)
    failed: dict[str, Any] = field(default_factory=dict)
    """Body of the verdict that somebody answers for: on its failure, or on how it was settled."""


class Notices:
    """The events of a run so far, as far as solvers are told of them."""

    def __init__(self) -> None:
        self._files: dict[str, _File] = {}
        self._rounds = ClosedRounds()
        self._bidders: set[str] = set()
        self._last_failed = ""
        """Fill whose failure or breach was noted last: a suspension follows at once on the fault that it is for."""

    def hear(self, events: Sequence[Event]) -> Iterator[tuple[Notice, ...]]:
        """Yield the notices that each event, in the order of the ledger, gives rise to."""
        for event in events:
            body = event.body if isinstance(event.body, dict) else {}
            yield (*self._of(event, body), *self._opened(event, body))

    def _of(self, event: Event, body: dict[str, Any]) -> Iterator[Notice]:
        if event.kind == "fill.awarded":
            self._files[body["fill"]] = _File(event.round, event.time_ms, body)
        elif event.kind == "step" and body["fill_id"] in self._files:
            self._files[body["fill_id"]].steps.append(_step(event.time_ms, body))
        elif event.kind == "fill.delivered":
            solver = self._files[body["fill"]].awarded["solver"]
            yield Notice(solver=solver, topic="settled", intent_id=body["intent_id"], detail=body["fill"])
        elif event.kind == "fill.failed":
            self._last_failed = body["fill_id"]
            self._files[body["fill_id"]].failed = body
            detail = f"{body['cause']}: {body['detail']}"
            yield Notice(solver=body["solver"], topic="failed", intent_id=body["intent_id"], detail=detail)
        elif event.kind == "fill.breached":
            self._last_failed = body["fill_id"]
            detail = f"{body['code']}: {body['detail']}"
            self._files[body["fill_id"]].failed = body | {"detail": detail, "but_for": False}
        elif event.kind in {"solver.banned", "solver.suspended"}:
            ban = self._banned(body) if event.kind == "solver.banned" else self._suspended(event.time_ms, body)
            yield Notice(solver=body["solver"], topic="banned", detail=ban.reason, ban=ban)
        elif event.kind == "conduct.finding":
            for name in body["pair"]:
                yield Notice(solver=name, topic="flag", detail=f"dependence between {' and '.join(body['pair'])}")

    def _opened(self, event: Event, body: dict[str, Any]) -> Iterator[Notice]:
        """Yield all rounds of an epoch that has ended, for everybody who has ever bid."""
        self._rounds.hear(event)
        if event.kind == "bids.opened":
            self._bidders.add(body["solver"])
        elif event.kind == OPENED:
            for opened in self._rounds.take(body["last"]):
                detail = f"all bids of round {opened.round}"
                for name in sorted(self._bidders):
                    yield Notice(solver=name, topic="opened", detail=detail, opened=opened)

    def _banned(self, body: dict[str, Any]) -> Ban:
        return Ban(
            code=body["code"],
            since_ms=body["since"],
            until_ms=body["until"],
            reason=body["reason"],
            fills=tuple(self.evidence(fill) for fill in body["fills"]),
            figures=body["figures"],
            appeal=PENALTIES[body["code"]].appeal,
        )

    def _suspended(self, now_ms: int, body: dict[str, Any]) -> Ban:
        evidence = self.evidence(self._last_failed)
        return Ban(
            code=FAULT,
            since_ms=now_ms,
            until_ms=body["until"],
            reason=evidence.detail,
            fills=(evidence,),
            appeal=BY_FILL,
        )

    def evidence(self, fill_id: str) -> FillEvidence:
        """Return what the ledger holds of a fill that failed, or was settled otherwise than awarded."""
        file = self._files[fill_id]
        return FillEvidence(
            fill_id=fill_id,
            intent_id=file.awarded["intent_id"],
            round=file.round,
            award_ms=file.award_ms,
            deliver_by_ms=file.awarded["deliver_by"],
            bond=int(file.awarded["bond"]),
            slashed=int(file.failed["slashed"]),
            detail=file.failed["detail"],
            but_for=bool(file.failed["but_for"]),
            steps=tuple(file.steps),
        )


def _step(time_ms: int, body: dict[str, Any]) -> StepEvidence:
    return StepEvidence(
        time_ms=time_ms,
        step=body["step"],
        chain=body["chain"],
        what=body["what"],
        block=int(body.get("block", 0)),
        reason=body.get("reason", ""),
    )
