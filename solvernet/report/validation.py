"""Settlements checked against awards, by what the chains show."""

from solvernet.breach_table import BreachLine
from solvernet.report.formats import words
from solvernet.report.markup import Child, Markup, join
from solvernet.report.palette import WEATHER
from solvernet.report.run_view import RunView
from solvernet.report.section import Column, datum, paragraph, section, swatch, table
from solvernet.validation import SettlementVerdict

SAID = {
    "valid": "Settled as awarded, for good",
    "unsettled": "Not settled, and recorded so",
    "violation": "Violations",
    "undecidable": "Undecidable yet",
    "missing": "With data missing",
}
COUNTS = (Column("Fills"), Column("Count", is_number=True))
COLUMNS = (Column("Fill"), Column("Verdict"), Column("Code"), Column("What chains show", is_prose=True))
PUNISHED = (
    Column("Fill"),
    Column("By"),
    Column("Code"),
    Column("Final, UTC"),
    Column("Its owner lost, USDC", is_number=True),
    Column("Paid by its stake, USDC", is_number=True),
)
TURNS = (Column("Fill"), Column("Before the reorganisation"), Column("After it"))
EXPLAINED = (
    "The validator reads awards and bids from the ledger and looks at the blocks of every chain: intent, amounts,"
    " sender and venue calls of a settlement must be exactly those of its award. It asks the auctioneer nothing. A"
    " violation stands whatever comes; what is undecidable, time will tell; what is missing, other data would tell. A"
    " violation by the doing of who sent it is punished once its blocks count elsewhere: what the owner lost is paid"
    " out of the sender's stake. Who is responsible for a fill that was not settled stands with the failures."
)


def validation(view: RunView) -> Markup:
    """Return the section on settlements checked against awards."""
    found = view.summary.validation
    if found is None or not any(found.counts.values()):
        return section("validation", "Validation", paragraph("Nothing was awarded.", class_="none"))
    counts = table("Fills by verdict", COUNTS, ((SAID[kind], _count(kind, n)) for kind, n in found.counts.items()))
    lines = [each for each in found.found if each.verdict != "unsettled"]
    listing = table("Fills that were not settled as awarded", COLUMNS, map(_row, lines)) if lines else join()
    fines = [_breach(view, each) for each in found.breaches]
    punished = table("Violations that were punished", PUNISHED, fines) if fines else join()
    turns = [(turn.fill, words(turn.before), words(turn.after)) for turn in found.turned]
    turned = table("Verdicts that a reorganisation changed", TURNS, turns) if turns else join()
    return section("validation", "Validation", counts, listing, punished, turned, paragraph(EXPLAINED, class_="aside"))


def _count(kind: str, number: int) -> Markup:
    return datum(number, f"{number:,}", f"validation-{kind}")


def _row(each: SettlementVerdict) -> tuple[Child, ...]:
    return each.fill, words(each.verdict), words(each.code), each.detail


def _breach(view: RunView, each: BreachLine) -> tuple[Child, ...]:
    return (
        each.fill,
        swatch(view.solver_colour.get(each.solver, WEATHER), each.solver),
        words(each.code),
        view.time(each.time_ms).removesuffix(" UTC"),
        datum(each.damage_usd, f"{each.damage_usd:,.2f}"),
        datum(each.slashed_usd, f"{each.slashed_usd:,.2f}"),
    )
