"""What the commands print about bans and appeals."""

import datetime as dt
from collections.abc import Iterator
from typing import Final

from rich import box
from rich.table import Table

from solvernet.appeal import Appeal
from solvernet.summary import Summary

MOST: Final = 12
"""Bans that are listed; the report and `summary.json` have all."""


def kept_out(summary: Summary) -> Iterator[Table]:
    """Yield the tables of bans and quarantines, where there were any."""
    if summary.bans:
        yield ban_lines(summary)
    if summary.quarantines:
        yield quarantine_lines(summary)


def ban_lines(summary: Summary) -> Table:
    """Return the table of bans."""
    table = _table("Kept out of the auctions", "solver", len(summary.bans))
    for line in summary.bans[:MOST]:
        ban = line.ban
        table.add_row(line.solver, ban.code, _clock(ban.since_ms), _clock(ban.until_ms), ban.reason)
    return table


def quarantine_lines(summary: Summary) -> Table:
    """Return the table of intents in quarantine."""
    table = _table("Intents in quarantine", "intent", len(summary.quarantines))
    for line in summary.quarantines[:MOST]:
        since, until = (_clock(time_ms)[7:12] for time_ms in (line.since_ms, line.until_ms))
        table.add_row(line.intent_id[:12], line.code, since, until, line.detail)
    return table


def _table(title: str, whom: str, count: int) -> Table:
    """Return a table without lines, whose title says how many it will leave out."""
    title += f" (the first {MOST} of {count})" if count > MOST else ""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, collapse_padding=True, pad_edge=False)
    for head in (whom, "code", "since", "until"):
        table.add_column(head, no_wrap=True)
    table.add_column("why")
    return table


def appeal_lines(found: Appeal) -> list[str]:
    """Return what an appeal came to, line by line."""
    lines = [f"[bold]{found.fill}[/bold], {found.solver}"]
    lines += [f"  {'holds ' if point.holds else 'FAILS '} {point.what}" for point in found.points]
    verdict = "the penalty stands" if found.stands else "the penalty does not stand"
    return [*lines, f"[bold]{verdict}[/bold]"]


def _clock(time_ms: int) -> str:
    return dt.datetime.fromtimestamp(time_ms / 1000, tz=dt.UTC).strftime("%d %b %H:%M:%S")
