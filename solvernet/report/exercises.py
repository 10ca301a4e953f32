"""Expiries: what had to be done on chain before and at them, and what was lost because it was not."""

from solvernet.exercise_table import GRACE_S, ExerciseLine
from solvernet.report.formats import dollars, duration
from solvernet.report.markup import Child, Markup
from solvernet.report.run_view import RunView
from solvernet.report.section import Column, datum, paragraph, section, table

NAMES = {
    "settlement": "settle an expiry",
    "exercise": "exercise an American option",
    "barrier": "record a touched barrier",
    "fixing": "record an hourly fixing",
}
COLUMNS = (
    Column("Chain"),
    Column("Operation"),
    Column("Due", is_number=True),
    Column("In time", is_number=True),
    Column("Late", is_number=True),
    Column("Missed", is_number=True),
    Column("Longest wait", is_number=True),
    Column("Paid", is_number=True),
    Column("Lost", is_number=True),
    Column("Reverted", is_number=True),
    Column("Gas", is_number=True),
)
EXPLAINED = (
    f"An expiry is settled in time within {GRACE_S // 60} minutes. An American option must be exercised by a"
    " transaction before its expiry, or what it would have paid is lost to its holder; the wait is counted from when"
    " its keeper begins to try. A barrier and an hourly price must be recorded while the chain remembers the answers"
    " that prove them."
)


def exercises(view: RunView) -> Markup:
    """Return the section on what was done around expiries."""
    listing = table("Operations around expiries", COLUMNS, (_row(line) for line in view.summary.exercises))
    return section("exercises", "Expiries", listing, paragraph(EXPLAINED, class_="aside"))


def _row(line: ExerciseLine) -> tuple[Child, ...]:
    pays = line.operation in {"settlement", "exercise"}
    return (
        line.chain,
        NAMES[line.operation],
        *(datum(count, f"{count:,}") for count in (line.due, line.in_time, line.late, line.missed)),
        "–" if line.wait_s_max is None else datum(line.wait_s_max, duration(line.wait_s_max)),
        datum(line.value_usd, dollars(line.value_usd)) if pays else "–",
        datum(line.lost_usd, dollars(line.lost_usd)) if line.operation == "exercise" else "–",
        datum(line.reverted, f"{line.reverted:,}"),
        datum(line.gas_usd, dollars(line.gas_usd)),
    )
