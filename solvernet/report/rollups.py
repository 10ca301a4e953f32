"""The rollups: what they posted to their L1, what it cost, and when their blocks could be relied on."""

from solvernet.report.formats import dollars, duration
from solvernet.report.markup import Child, Markup
from solvernet.report.run_view import RunView
from solvernet.report.section import Column, datum, paragraph, section, table
from solvernet.rollup_table import RollupLine

COLUMNS = (
    Column("Rollup"),
    Column("Preset"),
    Column("Batches", is_number=True),
    Column("In blobs", is_number=True),
    Column("Posted, kB", is_number=True),
    Column("Posting", is_number=True),
    Column("Proving", is_number=True),
    Column("Safe, median", is_number=True),
    Column("Safe, 99 %", is_number=True),
    Column("Final, median", is_number=True),
    Column("Final, 99 %", is_number=True),
    Column("Not final", is_number=True),
    Column("Promised early", is_number=True),
    Column("Express lane", is_number=True),
)
EXPLAINED = (
    "A block is safe once the batch that holds it is in a block of the L1, and final once that block is; with validity"
    " proofs, once the block is that executed the batch. Delays are over all blocks of the window, and a quantile that"
    " falls on blocks that have not got so far is left out. “Promised early” is how long before its block a"
    " transaction of the scenario had its place; the last column is what the rounds of the express lane brought."
)


def rollups(view: RunView) -> Markup:
    """Return the section on rollups."""
    lines = view.summary.rollups
    if not lines:
        return section("rollups", "Rollups", paragraph("No chain of this run posts to another.", class_="none"))
    listing = table("Rollups", COLUMNS, (_row(line) for line in lines))
    return section("rollups", "Rollups", listing, paragraph(EXPLAINED, class_="aside"))


def _row(line: RollupLine) -> tuple[Child, ...]:
    return (
        line.chain,
        line.preset,
        datum(line.batches, f"{line.batches:,}"),
        datum(line.in_blobs, f"{line.in_blobs:,}"),
        datum(line.kilobytes, f"{line.kilobytes:,.0f}"),
        datum(line.posting_usd, dollars(line.posting_usd)),
        datum(line.proving_usd, dollars(line.proving_usd)),
        *(_delay(delay) for delay in (line.safe_s_p50, line.safe_s_p99, line.final_s_p50, line.final_s_p99)),
        datum(line.not_final, f"{line.not_final:,}"),
        "–" if line.promised_s_mean is None else datum(line.promised_s_mean, f"{line.promised_s_mean:.2f} s"),
        datum(line.lane_usd, dollars(line.lane_usd)) if line.lane_rounds else "–",
    )


def _delay(delay: float | None) -> Child:
    return "–" if delay is None else datum(delay, duration(delay))
