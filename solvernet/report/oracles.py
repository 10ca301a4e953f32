"""The feeds: how old and how wrong what they said was, and what it cost to say it."""

from solvernet.oracle_table import OracleLine
from solvernet.report.formats import dollars, duration, words
from solvernet.report.markup import Child, Markup
from solvernet.report.run_view import RunView
from solvernet.report.section import Column, datum, paragraph, section, table

COLUMNS = (
    Column("Feed"),
    Column("Kind"),
    Column("Chain"),
    Column("Updates", is_number=True),
    Column("Refused", is_number=True),
    Column("Mean age", is_number=True),
    Column("Oldest", is_number=True),
    Column("Mean error", is_number=True),
    Column("Worst error", is_number=True),
    Column("Cost", is_number=True),
)
EXPLAINED = (
    "Each feed is looked at every minute, from the side of those who read it: the answer in force counts, not one that"
    " waits for a block. Age is from when the price was true; error is the distance to the true price. The cost is what"
    " the feed paid for all its transactions."
)


def oracles(view: RunView) -> Markup:
    """Return the section on feeds."""
    lines = view.summary.oracles
    if not lines:
        return section("oracles", "Oracles", paragraph("No feed said anything.", class_="none"))
    listing = table("Feeds", COLUMNS, (_row(line) for line in lines))
    return section("oracles", "Oracles", listing, paragraph(EXPLAINED, class_="aside"))


def _row(line: OracleLine) -> tuple[Child, ...]:
    return (
        line.feed,
        words(line.kind),
        line.chain,
        datum(line.updates, f"{line.updates:,}"),
        datum(line.refused, f"{line.refused:,}"),
        *(datum(age, duration(age)) for age in (line.staleness_s_mean, line.staleness_s_worst)),
        *(datum(error, f"{error:.2f}%") for error in (line.error_percent_mean, line.error_percent_worst)),
        datum(line.cost_usd, dollars(line.cost_usd)),
    )
