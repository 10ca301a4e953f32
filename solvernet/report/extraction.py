"""What adversaries took: by whom, from whom, how, how much."""

from solvernet.extraction_table import AdversaryLine, ExtractionFigures, TransferLine
from solvernet.private_table import PrivateLine
from solvernet.report.formats import dollars, words
from solvernet.report.markup import Child, Markup, join
from solvernet.report.run_view import RunView
from solvernet.report.section import Column, datum, paragraph, section, table

ADVERSARIES = (
    Column("Adversary"),
    Column("What it does"),
    Column("Transactions", is_number=True),
    Column("Reverted", is_number=True),
    Column("Took", is_number=True),
    Column("Gas burned", is_number=True),
    Column("Left over", is_number=True),
)
TRANSFERS = (
    Column("Taken by"),
    Column("How"),
    Column("Taken from"),
    Column("Who that is"),
    Column("Blocks", is_number=True),
    Column("Dollars", is_number=True),
)
PRIVATE = (
    Column("Chain"),
    Column("Step"),
    Column("Public from the first", is_number=True),
    Column("Handed to builders", is_number=True),
    Column("Included by them", is_number=True),
    Column("Published later", is_number=True),
)
MOST_LINES = 40
"""Transfers shown; the summary has all of them."""


def extraction(view: RunView) -> Markup:
    """Return the section on what adversaries took."""
    figures = view.summary.extraction
    if figures is None:
        return section("extraction", "Taken", paragraph("No adversary of the environment took part.", class_="none"))
    explained = (
        "Every block that adversaries touched is compared with the one that honest people would have had from the same"
        " parent: their transactions taken out, the honest order put back. Accounts are marked at the true price. Gas"
        " is apart: it is burned, and nobody’s gain."
    )
    return section(
        "extraction",
        "Taken",
        paragraph(_lead(figures)),
        table("Adversaries", ADVERSARIES, (_adversary(line) for line in figures.adversaries)),
        table("Transfers", TRANSFERS, (_transfer(line) for line in figures.transfers[:MOST_LINES])),
        *_handed(view),
        paragraph(explained, class_="aside"),
    )


def _lead(figures: ExtractionFigures) -> Markup:
    """Return from whom adversaries took how much, in a sentence."""
    roles = ", ".join(f"{dollars(usd)} from {_many(role)}" for role, usd in figures.from_roles.items() if usd > 0)
    return join(f"Adversaries changed {figures.blocks:,} blocks, and took {roles or 'nothing'}.")


def _many(role: str) -> str:
    """Return what several of a role are called."""
    one = words(role)
    return f"{one.removesuffix('y')}ies" if one.endswith("y") else f"{one}s"


def _adversary(line: AdversaryLine) -> tuple[Child, ...]:
    return (
        line.adversary,
        words(line.kind),
        datum(line.transactions, f"{line.transactions:,}"),
        datum(line.reverted, f"{line.reverted:,}"),
        *(datum(usd, f"{usd:,.2f}") for usd in (line.took_usd, line.gas_usd, line.net_usd)),
    )


def _handed(view: RunView) -> tuple[Markup, ...]:
    """Return how many steps of settlement were handed to builders, if any."""
    lines = [_private(line) for line in view.summary.private]
    if not lines:
        return ()
    lead = "Steps of settlement that trade: sent to the public pool, or handed to builders alone, whom nobody can read."
    return paragraph(lead), table("Steps handed to builders", PRIVATE, lines)


def _private(line: PrivateLine) -> tuple[Child, ...]:
    numbers = (line.public, line.handed, line.included, line.published)
    return line.chain, line.step, *(datum(number, f"{number:,}") for number in numbers)


def _transfer(line: TransferLine) -> tuple[Child, ...]:
    return (
        line.taker,
        words(line.how),
        line.loser,
        line.role,
        datum(line.blocks, f"{line.blocks:,}"),
        datum(line.usd, f"{line.usd:,.2f}"),
    )
