"""Which sanctions a run has."""

from collections.abc import Sequence

from auction.breaker import Breaker
from auction.sanctions.by_table import TableRules, TableSanctions
from auction.sanctions.sanctions import PlainSanctions, Sanctions


def sanctions_of(rules: TableRules | None, solvers: Sequence[str], start_ms: int) -> Sanctions:
    """Return the sanctions of a run that begins at `start_ms`: the plain breaker, or the table by its rules."""
    return PlainSanctions(Breaker()) if rules is None else TableSanctions(rules, solvers, start_ms)
