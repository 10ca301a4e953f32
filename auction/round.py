"""One round, from opened bid sheets to winners: a pure function of what was recorded."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from auction.house import Benchmark
from auction.scoring import Dropped, Scored, Tender, check, execute, plans_of
from auction.winners import select
from intents.assets import USDC_UNIT
from solvers.bid import MAX_BATCH_BIDS, Bid
from solvers.messages import Award, BidResult, BidSheet
from venues.chains.transaction import Reverted


@dataclass(frozen=True, slots=True)
class RoundResult:
    """What became of every bid of a round."""

    winners: tuple[Scored, ...]
    results: Mapping[str, tuple[BidResult, ...]]
    """By solver, in the order of its sheet."""

    scored: tuple[Scored, ...]
    score: int
    gap: float
    conflicts: tuple[str, ...]
    """Winners that the joint simulation refused, as `solver/position: reason`; empty unless there is a bug."""


def close(
    sheets: Sequence[BidSheet],
    tender: Tender,
    cash: Mapping[tuple[str, str], int],
    tie: bytes,
    suspended: Collection[str] = (),
) -> RoundResult:
    """Return the outcome of a round.

    Args:
        sheets: One for each solver that answered, in any order.
        tender: What bids are checked against.
        cash: Free USDC of each solver on each chain.
        tie: Seed of the tie-break.
        suspended: Solvers whose bids are refused.
    """
    ordered = sorted(sheets, key=lambda s: s.solver)
    answers = {sheet.solver: _answers(sheet, tender, cash, suspended) for sheet in ordered}
    scored = tuple(answer for found in answers.values() for answer in found if isinstance(answer, Scored))
    remaining = {intent: left for intent, (_, left) in tender.intents.items()}
    selection = select(scored, remaining, cash, tie)
    winners, conflicts = _held_together(selection.winners, tender)
    unfair = {(s.bid.solver, s.position) for s in selection.unfair}
    won = {(s.bid.solver, s.position) for s in winners}
    return RoundResult(
        winners=winners,
        results={
            name: tuple(_result(answer, won, unfair, scored) for answer in found) for name, found in answers.items()
        },
        scored=scored,
        score=sum(s.score for s in winners),
        gap=selection.gap,
        conflicts=conflicts,
    )


def awards(result: RoundResult, round_number: int) -> tuple[Award, ...]:
    """Return what each solver is told: its own bids, and why they won or lost."""
    return tuple(
        Award(
            round=round_number,
            solver=name,
            won=tuple(found.position for found in results if found.outcome == "won"),
            results=results,
        )
        for name, results in result.results.items()
    )


def first_best(result: RoundResult, house: Benchmark) -> int:
    """Return the bound on what a round could have given its owners: the house's own, or what was awarded if more.

    The house looks at chords of the venues' curves and stops within a gap, so that bids can find a little more.
    """
    return max(house.first_best, result.score)


def _answers(
    sheet: BidSheet, tender: Tender, cash: Mapping[tuple[str, str], int], suspended: Collection[str]
) -> Sequence[Scored | Dropped]:
    if sheet.solver in suspended:
        return _refuse(sheet)
    return [_affordable(answer, cash) for answer in _check_sheet(sheet, tender)]


def _affordable(answer: Scored | Dropped, cash: Mapping[tuple[str, str], int]) -> Scored | Dropped:
    """Return a bid that holds, unless its solver could not pay for it even if it won alone.

    It could never win, but it would stand in the way: of batches in the fairness filter, and of the choice of winners,
    whose arithmetic a senseless bound would break.
    """
    if isinstance(answer, Dropped):
        return answer
    for chain, need in sorted(answer.needs.items()):
        free = cash.get((answer.bid.solver, chain), 0)
        if need > max(free, 0):
            detail = f"it may take {need} of the {free} that {answer.bid.solver} has free on {chain}"
            return Dropped(bid=answer.bid, position=answer.position, code="unfunded", detail=detail)
    return answer


def _refuse(sheet: BidSheet) -> list[Dropped]:
    detail = "this solver broke its word and is kept out for a while"
    return [Dropped(bid=bid, position=i, code="suspended", detail=detail) for i, bid in enumerate(sheet.bids)]


def _check_sheet(sheet: BidSheet, tender: Tender) -> list[Scored | Dropped]:
    answers: list[Scored | Dropped] = []
    batches = 0
    singles: set[str] = set()
    for position, bid in enumerate(sheet.bids):
        if bid.solver != sheet.solver:
            detail = f"the bid is in the name of {bid.solver}, the sheet is from {sheet.solver}"
            answers.append(Dropped(bid=bid, position=position, code="foreign", detail=detail))
            continue
        batches += len(bid.intents) > 1
        excess = _excess(bid, batches, singles)
        if excess:
            answers.append(Dropped(bid=bid, position=position, code="too_many", detail=excess))
        else:
            answers.append(check(bid, position, tender))
        if len(bid.intents) == 1:
            singles.add(bid.intents[0])
    return answers


def _excess(bid: Bid, batches: int, singles: set[str]) -> str:
    if len(bid.intents) == 1 and bid.intents[0] in singles:
        return "a solver may send one bid for each intent"
    if len(bid.intents) > 1 and batches > MAX_BATCH_BIDS:
        return f"a solver may send {MAX_BATCH_BIDS} batch bids a round"
    return ""


def _held_together(winners: Sequence[Scored], tender: Tender) -> tuple[tuple[Scored, ...], tuple[str, ...]]:
    """Return the winners that execute one after the other on the snapshot, and what was wrong with the others.

    The claims make this hold for all of them; what they leave out is the collateral that makers share.
    """
    states = dict(tender.states)
    held, conflicts = [], []
    for scored in sorted(winners, key=lambda s: (-s.score, s.bid.solver, s.position)):
        outcome = execute(plans_of(scored.bid, scored.position, tender), states, tender.snapshot.time_ms)
        if isinstance(outcome, Reverted):
            conflicts.append(f"{scored.bid.solver}/{scored.position}: {outcome.reason}")
            continue
        states = outcome
        held.append(scored)
    return tuple(sorted(held, key=lambda s: (s.bid.solver, s.position))), tuple(conflicts)


def _result(
    answer: Scored | Dropped, won: set[tuple[str, int]], unfair: set[tuple[str, int]], scored: Sequence[Scored]
) -> BidResult:
    if isinstance(answer, Dropped):
        return BidResult(position=answer.position, outcome="dropped", code=answer.code, score=0, detail=answer.detail)
    key = (answer.bid.solver, answer.position)
    if key in won:
        return BidResult(position=answer.position, outcome="won", code="won", score=answer.score)
    if key in unfair:
        detail = "a bid on one of its intents alone gives that owner more"
        return BidResult(position=answer.position, outcome="lost", code="unfair", score=answer.score, detail=detail)
    better = [s for s in scored if (s.bid.solver, s.position) in won and set(s.bid.intents) & set(answer.bid.intents)]
    code = "outbid" if better else "capacity"
    detail = (
        f"won by {better[0].bid.solver} with {better[0].score / USDC_UNIT:,.2f} USDC"
        if better
        else "winners took the venue capacity"
    )
    return BidResult(position=answer.position, outcome="lost", code=code, score=answer.score, detail=detail)
