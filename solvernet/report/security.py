"""Stake: what it would have cost to corrupt oracles and bridges, what that would have brought, and who was punished."""

from solvernet.report.formats import dollars, listed, words
from solvernet.report.markup import Child, Markup, join
from solvernet.report.run_view import RunView
from solvernet.report.section import Column, datum, paragraph, section, table
from solvernet.security_table import AttackLine, PartyLine, SecurityFigures, StakeLine

ATTACKS = (
    Column("Corrupted together"),
    Column("Operators", is_number=True),
    Column("When", is_number=True),
    Column("Would cost", is_number=True),
    Column("Would bring", is_number=True),
    Column("Left to the attackers", is_number=True),
)
STAKES = (
    Column("Operator"),
    Column("Ether before", is_number=True),
    Column("After", is_number=True),
    Column("Waiting to leave", is_number=True),
    Column("Slashed", is_number=True),
    Column("By"),
)
PARTIES = (
    Column("Account"),
    Column("Role"),
    Column("Won or lost", is_number=True),
    Column("Gas", is_number=True),
)
EXPLAINED = (
    "Each row is the cheapest coalition of operators that could corrupt these services together, at the moment at which"
    " it would have paid most. A wrong oracle brings what the best trades against venues priced by it would earn,"
    " carried out on a copy of the chain; forged proofs bring what is in the bridge and what is locked for deliveries."
)


def security(view: RunView) -> Markup:
    """Return the section on stake."""
    figures = view.summary.security
    if figures is None:
        none = "Neither stake nor attackers are part of this scenario."
        return section("security", "Shared security", paragraph(none, class_="none"))
    return section("security", "Shared security", *_parts(view, figures))


def _parts(view: RunView, figures: SecurityFigures) -> tuple[Child, ...]:
    attacks = table("Cost of corruption", ATTACKS, (_attack(view, line) for line in figures.attacks))
    stakes = table("Stakes", STAKES, (_stake(line) for line in figures.stakes))
    parties = table("Who won and who lost", PARTIES, (_party(line) for line in figures.parties))
    return (
        join(attacks, paragraph(EXPLAINED, class_="aside")) if figures.attacks else join(),
        stakes if figures.stakes else join(),
        parties if figures.parties else join(),
    )


def _attack(view: RunView, line: AttackLine) -> tuple[Child, ...]:
    return (
        listed(words(name) for name in line.services),
        datum(line.operators, str(line.operators)),
        view.time(line.time_ms),
        *(datum(usd, dollars(usd)) for usd in (line.cost_usd, line.profit_usd, line.gain_usd)),
    )


def _stake(line: StakeLine) -> tuple[Child, ...]:
    return (
        line.operator,
        *(datum(ether, f"{ether:,.2f}") for ether in (line.before, line.after, line.leaving, line.slashed)),
        listed(words(name) for name in line.punished_by) or "–",
    )


def _party(line: PartyLine) -> tuple[Child, ...]:
    money = (datum(usd, dollars(usd)) for usd in (line.profit_usd, line.gas_usd))
    return line.account, line.role, *money
