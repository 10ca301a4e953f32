"""One round, from opened bid sheets to winners: a pure function of what was recorded."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from auction.bonds import STAKE
from auction.ether_limits import EtherBudget, with_ether
from auction.house import Benchmark
from auction.obstacles import is_full, obstacles
from auction.payments.reference import References
from auction.scarce_backing import with_backing
from auction.scoring import Dropped, Scored, Tender, check, execute, plans_of
from auction.winner_determination.exact import Exact
from auction.winner_determination.offer import Limits, Offer
from auction.winner_determination.rounds import EXACT, WinnerRule, limits_of, offers_of, select_by
from intents.assets import USDC_UNIT
from solvers.bid import MAX_BATCH_BIDS, Bid
from solvers.bid_codes import BidCode
from solvers.messages import Award, BidResult, BidSheet
from venues.chains.transaction import Reverted


@dataclass(frozen=True, slots=True)
class Ruling:
    """Who may win in a round, and how winners are chosen."""

    refused: Mapping[str, str] = field(default_factory=dict)
    """Solvers whose bids are refused, and why."""

    bond_of: Callable[[Bid], int] | None = None
    """Bond that a bid would need, where the bonds of winners together must not exceed their solvers' stakes."""

    winners: WinnerRule = EXACT
    """Rule of the choice."""

    ether: EtherBudget | None = None
    """What solvers can pay gas with; not looked at if `None`."""

    last_resort: str = ""
    """Solver whose bids count only where nobody else's holds; nobody if empty."""


PLAIN: Final = Ruling()


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

    fair: tuple[Scored, ...] = ()
    """Bids that hold and passed the fairness filter."""

    cash: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """What each solver had free on each chain, with its ether where that was scarce."""

    solved: Exact | None = field(default=None, compare=False, repr=False)
    """The choice of winners as it was worked out, for what is asked of it later; `None` where greed chose."""

    @property
    def fees(self) -> int:
        """Part of the score that owners pay the house, in USDC base units."""
        return sum(sum(scored.fees) for scored in self.winners)


def close(
    sheets: Sequence[BidSheet],
    tender: Tender,
    cash: Mapping[tuple[str, str], int],
    tie: bytes,
    ruling: Ruling = PLAIN,
) -> RoundResult:
    """Return the outcome of a round.

    Args:
        sheets: One for each solver that answered, in any order.
        tender: What bids are checked against.
        cash: Free USDC of each solver on each chain.
        tie: Seed of the tie-break.
        ruling: Who may win, and how winners are chosen.
    """
    ordered = sorted(sheets, key=lambda s: s.solver)
    checked: Mapping[str, Sequence[Scored | Dropped]] = {s.solver: _answers(s, tender, ruling) for s in ordered}
    if ruling.ether is not None:
        checked, ether = with_ether(checked, tender, ruling.ether)
        cash = {**cash, **ether}
    able = {solver: [_affordable(answer, cash) for answer in found] for solver, found in checked.items()}
    answers = with_backing(_without_needless(able, ruling.last_resort))
    scored = tuple(answer for found in answers.values() for answer in found if isinstance(answer, Scored))
    remaining = {intent: left for intent, (_, left) in tender.intents.items()}
    rule = ruling.winners
    selection = select_by(rule, scored, remaining, cash, tie)
    winners, conflicts = _held_together(selection.winners, tender)
    unfair = {(s.bid.solver, s.position) for s in selection.unfair}
    contest = _Contest(winners, unfair, limits_of(rule, remaining, cash), offers_of(winners))
    return RoundResult(
        winners=winners,
        results={name: tuple(_result(answer, contest) for answer in found) for name, found in answers.items()},
        scored=scored,
        score=sum(s.score for s in winners),
        gap=selection.gap,
        conflicts=conflicts,
        fair=tuple(s for s in scored if (s.bid.solver, s.position) not in unfair),
        cash=cash,
        solved=selection.solved,
    )


def awards(result: RoundResult, round_number: int, references: References) -> tuple[Award, ...]:
    """Return what each solver is told: its own bids, why they won or lost, and what the round reaches without it."""
    return tuple(
        Award(
            round=round_number,
            solver=name,
            won=tuple(found.position for found in results if found.outcome == "won"),
            results=tuple(found.model_copy(update={"reference": references.of(name)}) for found in results),
        )
        for name, results in result.results.items()
    )


def first_best(result: RoundResult, house: Benchmark) -> int:
    """Return the bound on what a round could have given its owners: the house's own, or what was awarded if more.

    The house looks at chords of the venues' curves and stops within a gap, so that bids can find a little more.
    """
    return max(house.first_best, result.score - result.fees)


def _answers(sheet: BidSheet, tender: Tender, ruling: Ruling) -> Sequence[Scored | Dropped]:
    if sheet.solver in ruling.refused:
        return _refuse(sheet, ruling.refused[sheet.solver])
    return [_bonded(answer, ruling) for answer in _check_sheet(sheet, tender)]


def _bonded(answer: Scored | Dropped, ruling: Ruling) -> Scored | Dropped:
    """Return a bid that holds with the stake that it needs beside cash."""
    if isinstance(answer, Dropped) or ruling.bond_of is None:
        return answer
    return replace(answer, needs={**answer.needs, STAKE: ruling.bond_of(answer.bid)})


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


def _without_needless(
    answers: Mapping[str, Sequence[Scored | Dropped]], last_resort: str
) -> Mapping[str, Sequence[Scored | Dropped]]:
    """Return the answers without bids of last resort on intents that another solver's bid would fill."""
    if last_resort not in answers:
        return answers
    others = [answer for solver, found in answers.items() if solver != last_resort for answer in found]
    served = {fill.intent_id for answer in others if isinstance(answer, Scored) for fill in answer.bid.fills}
    return {**answers, last_resort: [_needed(answer, served) for answer in answers[last_resort]]}


def _needed(answer: Scored | Dropped, served: set[str]) -> Scored | Dropped:
    if isinstance(answer, Dropped) or served.isdisjoint(answer.bid.intents):
        return answer
    detail = "a bid of another solver on one of its intents holds"
    return Dropped(bid=answer.bid, position=answer.position, code="last_resort", detail=detail)


def _refuse(sheet: BidSheet, detail: str) -> list[Dropped]:
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

    The claims, on venues and on what backs accounts, make this hold for all of them.
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


@dataclass(frozen=True, slots=True)
class _Contest:
    """A decided round, as each of its bids is judged against it."""

    winners: Sequence[Scored]
    unfair: set[tuple[str, int]]
    limits: Limits
    offers: tuple[Offer, ...]
    """The winners as offers."""

    def won(self, answer: Scored) -> bool:
        """Return whether a bid won."""
        return any((s.bid.solver, s.position) == (answer.bid.solver, answer.position) for s in self.winners)

    def reason(self, answer: Scored) -> tuple[BidCode, str]:
        """Return why a bid that holds lost, as a code and in words."""
        if (answer.bid.solver, answer.position) in self.unfair:
            return "unfair", "a bid on one of its intents alone gives that owner more"
        better = next((s for s in self.winners if set(s.bid.intents) & set(answer.bid.intents)), None)
        if better is not None:
            return "outbid", f"won by {better.bid.solver} with {better.score / USDC_UNIT:,.2f} USDC"
        if is_full(answer.bid.solver, self.offers, self.limits):
            return "full", "as many bids won as may win"
        return "capacity", "winners took the venue capacity"

    def beaten_by(self, answer: Scored) -> tuple[str, ...]:
        """Return the winners that leave a bid no room."""
        return obstacles(offers_of([answer])[0], self.offers, self.limits)


def _result(answer: Scored | Dropped, contest: _Contest) -> BidResult:
    if isinstance(answer, Dropped):
        return BidResult(position=answer.position, outcome="dropped", code=answer.code, score=0, detail=answer.detail)
    if contest.won(answer):
        return BidResult(position=answer.position, outcome="won", code="won", score=answer.score)
    code, detail = contest.reason(answer)
    return BidResult(
        position=answer.position,
        outcome="lost",
        code=code,
        score=answer.score,
        detail=detail,
        beaten_by=contest.beaten_by(answer),
    )
