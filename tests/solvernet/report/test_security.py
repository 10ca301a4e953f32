from dataclasses import replace

import pytest

from solvernet.report.run_view import RunView
from solvernet.report.security import security
from solvernet.security_table import AttackLine, PartyLine, SecurityFigures, StakeLine
from tests.solvernet.report.reading import parse, rows


@pytest.fixture
def attacked(view: RunView) -> RunView:
    """The run as if stake had been at work in it."""
    attack = AttackLine(
        services=("prices", "proofs"),
        operators=3,
        time_ms=view.start_ms,
        cost_usd=100.0,
        profit_usd=350.5,
        gain_usd=250.5,
    )
    stake = StakeLine(operator="alder", before=10.0, after=9.0, leaving=9.0, slashed=1.0, punished_by=("prices",))
    attacker = PartyLine(role="attacker", account="<b>", profit_usd=-5.0, gas_usd=2.0)
    figures = SecurityFigures(attacks=(attack,), stakes=(stake,), pot=1.0, parties=(attacker,))
    return replace(view, summary=view.summary.model_copy(update={"security": figures}))


def test_costs_stakes_and_winners_have_a_table_each(attacked: RunView) -> None:
    attacks, stakes, parties = parse(security(attacked)).all("table")

    assert rows(attacks)[0]["Corrupted together"].text() == "prices and proofs"
    assert rows(attacks)[0]["Left to the attackers"].all("data")[0].attributes["value"] == "250.5"
    assert rows(stakes)[0]["Slashed"].text() == "1.00"
    assert rows(parties)[0]["Account"].text() == "<b>"


def test_a_run_without_stake_says_so(view: RunView) -> None:
    assert view.summary.security is None
    assert "Neither stake nor attackers" in parse(security(view)).text()
