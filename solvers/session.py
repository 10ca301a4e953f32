"""A solver at work: messages in, messages out, whatever carries them.

Everything a plugin may do wrong ends here: what it prints is kept apart, what it raises becomes an empty sheet with
one line of reason, and what it returns is checked before it is signed.
"""

import contextlib
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final, TypeVar

from intents.canonical import model_bytes
from intents.sealing import Author
from solvers.bid import Bid
from solvers.messages import (
    MAX_BIDS,
    Announcement,
    Award,
    BidSheet,
    Decision,
    Hello,
    Notice,
    OwnSettlement,
    SealedSheet,
)
from solvers.solver import Batch, Solver, batch_of
from venues.snapshot import Snapshot

OUTPUT_LIMIT: Final = 4096
ERROR_LIMIT: Final = 500

T = TypeVar("T")


class Session:
    """One solver and its identity."""

    def __init__(self, solver: Solver, name: str, secret: bytes, author: Author | None = None) -> None:
        """Take the solver, its name in the run, the secret that its random streams come from, and its identity.

        Without an identity the secret makes one: nobody listens in one process.
        """
        self._solver = solver
        self._name = name
        self._secret = secret
        self._author = author or Author.from_seed(secret)

    def hello(self) -> Hello:
        """Return the solver's introduction."""
        return Hello(solver=self._name, key=self._author.public, software=str(self._solver.software)[:128])

    def bid(self, announcement: Announcement) -> SealedSheet:
        """Return the solver's sealed bids for a round; an empty sheet if it fails.

        Raises:
            SealError: if the announcement names no key to seal to.
        """
        spent: list[int] = []
        empty = BidSheet(solver=self._name, round=announcement.round)
        with _captured() as output:
            sheet, error = _guarded(lambda: self._sheet(announcement, spent), empty)
            work, _ = _guarded(lambda: sum(map(int, spent)), 0)
        sealed = self._author.seal(model_bytes(sheet), announcement.seal_key)
        return SealedSheet(
            solver=self._name,
            round=announcement.round,
            sealed=sealed.hex(),
            work=work,
            output=output.getvalue(),
            error=error,
        )

    def decide(self, award: Award) -> Decision:
        """Return which of its wins the solver settles."""
        with _captured():
            none: tuple[int, ...] = ()
            settle, error = _guarded(lambda: _positions(self._solver.on_award(award), award), none)
            nothing: tuple[OwnSettlement, ...] = ()
            own, wrong = _guarded(lambda: _own(self._solver.own_settlements(award), settle), nothing)
        return Decision(round=award.round, solver=self._name, settle=settle, own=own, error=error or wrong)

    def hear(self, notice: Notice) -> None:
        """Pass a notice on to the solver."""
        with _captured():
            _guarded(lambda: self._pass_on(notice), None)

    def _pass_on(self, notice: Notice) -> None:
        if notice.ban is not None:
            self._solver.on_ban(notice.ban)
        elif notice.opened is not None:
            self._solver.on_opened(notice.opened)
        elif notice.topic == "flag":
            self._solver.on_flag(notice)
        else:
            self._solver.on_settled(notice)

    def _sheet(self, announcement: Announcement, spent: list[int]) -> BidSheet:
        """Return what the solver bids, checked as if it had come from outside; `spent` collects its work units."""
        batch = replace(batch_of(_checked(announcement), self._name, self._secret), work=spent)
        bids = _bids(self._solver.solve(batch), batch)
        sheet = BidSheet(solver=self._name, round=announcement.round, bids=bids)
        return BidSheet.model_validate_json(sheet.model_dump_json())


def _checked(announcement: Announcement) -> Announcement:
    """Return the announcement if its snapshot is the one it names.

    Raises:
        ValueError: if it is not.
    """
    found: Snapshot = announcement.snapshot
    if found.hash != announcement.snapshot_hash:
        raise ValueError("the snapshot does not have the hash announced for it")
    return announcement


def _bids(answer: object, batch: Batch) -> tuple[Bid, ...]:
    """Return what a solver returned as bids.

    Raises:
        TypeError: if it returned anything else.
        ValueError: if there are too many, or one is in another's name or for another round.
    """
    if not isinstance(answer, list | tuple):
        raise TypeError(f"solve returned {type(answer).__name__}, not a list of bids")
    bids = tuple(bid for bid in answer if bid is not None)
    strange = next((bid for bid in bids if not isinstance(bid, Bid)), None)
    if strange is not None:
        raise TypeError(f"solve returned a list with {type(strange).__name__} in it, not bids")
    if len(bids) > MAX_BIDS:
        raise ValueError(f"solve returned {len(bids)} bids, {MAX_BIDS} are allowed")
    if any(bid.solver != batch.solver or bid.round != batch.round for bid in bids):
        raise ValueError("solve returned a bid in another solver's name or for another round")
    return bids


def _positions(answer: object, award: Award) -> tuple[int, ...]:
    if not isinstance(answer, list | tuple) or not set(answer) <= set(award.won):
        raise TypeError("on_award must return positions of winning bids")
    return tuple(sorted({int(position) for position in answer}))


def _own(answer: object, settled: tuple[int, ...]) -> tuple[OwnSettlement, ...]:
    """Return what a solver sends itself, checked as if it had come from outside."""
    if not isinstance(answer, list | tuple) or not all(isinstance(each, OwnSettlement) for each in answer):
        raise TypeError("own_settlements must return settlements")
    positions = [each.position for each in answer]
    if len(set(positions)) < len(positions) or not set(positions) <= set(settled):
        raise ValueError("own_settlements must return one settlement at most for each bid that is settled")
    return tuple(OwnSettlement.model_validate_json(each.model_dump_json()) for each in answer)


def _guarded(work: Callable[[], T], otherwise: T) -> tuple[T, str]:
    """Return what `work` returns, or `otherwise` with a line that says what it raised."""
    try:
        return work(), ""
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  a plugin may raise anything, SystemExit and MemoryError included
        return otherwise, _line(error)


def _line(error: BaseException) -> str:
    """Return what an error says, in one line; its text may be a plugin's own work, and fail too."""
    try:
        lines = str(error).strip().splitlines()
    except BaseException:  # noqa: BLE001  as above
        lines = []
    return _writable(f"{type(error).__name__}: {lines[0] if lines else ''}"[:ERROR_LIMIT])


def _writable(text: str) -> str:
    """Return a text without what UTF-8 cannot hold."""
    return text.encode(errors="replace").decode()


class _Capped(io.TextIOBase):
    """A text stream that keeps the beginning of what is written."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._left = OUTPUT_LIMIT

    def write(self, text: str, /) -> int:
        if self._left > 0:
            self._parts.append(text[: self._left])
            self._left -= len(text)
        return len(text)

    def getvalue(self) -> str:
        return _writable("".join(self._parts))


@contextlib.contextmanager
def _captured() -> Iterator[_Capped]:
    output = _Capped()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        yield output
