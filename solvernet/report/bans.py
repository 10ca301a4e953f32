"""Who, and which intents, were kept out of the auctions, and on what evidence."""

from solvernet.ban_table import BanLine, QuarantineLine
from solvernet.report.failures import ID_DIGITS
from solvernet.report.formats import words
from solvernet.report.markup import Child, Markup, join, tag
from solvernet.report.palette import WEATHER
from solvernet.report.run_view import RunView
from solvernet.report.section import Column, datum, paragraph, section, swatch, table

COLUMNS = (
    Column("Solver"),
    Column("Penalty"),
    Column("Since, UTC"),
    Column("Until, UTC"),
    Column("Fills", is_number=True),
    Column("Why", is_prose=True),
    Column("Figures", is_prose=True),
)


INTENTS = (
    Column("Intent"),
    Column("Owner"),
    Column("Code"),
    Column("Since, UTC"),
    Column("Until, UTC"),
    Column("Why", is_prose=True),
)
BANNED = (
    "A banned solver's bids are refused; what it had won before it still settles. It is told of the ban with the fills"
    " and figures that it rests on. "
)
FROZEN = (
    "An intent that stalls the house, or on which solvers of different make break, stays out of the batches; its owner"
    " is told the code. The word of one solver alone is not enough."
)


def bans(view: RunView) -> Markup:
    """Return the section on bans."""
    parts: list[Markup] = []
    if view.summary.bans:
        command = tag("code", "solvernet appeal FOLDER FILL")
        explained = join(BANNED, command, " lives a fill through again from the ledger and judges it anew.")
        parts.append(table("Bans", COLUMNS, [_row(view, line) for line in view.summary.bans]))
        parts.append(paragraph(explained, class_="aside"))
    if view.summary.quarantines:
        parts.append(table("Intents in quarantine", INTENTS, [_intent(view, q) for q in view.summary.quarantines]))
        parts.append(paragraph(FROZEN, class_="aside"))
    return section("bans", "Kept out", *parts)


def _intent(view: RunView, line: QuarantineLine) -> tuple[Child, ...]:
    return (
        tag("code", line.intent_id[:ID_DIGITS], title=line.intent_id),
        tag("code", line.owner[:ID_DIGITS], title=line.owner),
        words(line.code),
        view.time(line.since_ms).removesuffix(" UTC"),
        view.time(line.until_ms).removesuffix(" UTC"),
        line.detail,
    )


def _row(view: RunView, line: BanLine) -> tuple[Child, ...]:
    ban = line.ban
    return (
        swatch(view.solver_colour.get(line.solver, WEATHER), line.solver),
        words(ban.code),
        view.time(ban.since_ms).removesuffix(" UTC"),
        view.time(ban.until_ms).removesuffix(" UTC"),
        datum(len(ban.fills), str(len(ban.fills))),
        ban.reason,
        ", ".join(f"{words(name)} {value:,}" for name, value in ban.figures.items() if not name.endswith("_ms")),
    )
