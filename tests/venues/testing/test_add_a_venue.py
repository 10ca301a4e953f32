"""The how-to on adding a venue is true: its code is run as it stands."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from venues.markets.venue import Market, Order, Unfilled

PAGE = Path(__file__).parents[3] / "docs/how-to/add-a-venue.md"


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    """Return what the page's code defines."""
    code = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    defined: dict[str, Any] = {"__name__": "page"}
    for block in code:
        exec(compile(block, str(PAGE), "exec"), defined)
    assert len(code) == 2
    return defined


def test_the_toy_venue_of_the_page_passes_the_kit(names: dict[str, Any]) -> None:
    stage = names["Stage"](venue=names["kiosk"], instrument="ETH", market=names["market"])

    assert names["faults"](stage) == []


def test_the_toy_venue_of_the_page_trades_at_its_prices(names: dict[str, Any]) -> None:
    order = Order(venue="kiosk", instrument="ETH", side="buy", quantity=2 * 10**18, bound=282_000_000)

    outcome = names["kiosk"].execute(order, names["market"])

    assert not isinstance(outcome, Unfilled)
    assert outcome[1].cash == 282_000_000
    assert outcome[0].reserves() == {"ETH": 48 * 10**18, "USDC": 7_282_000_000}


def test_the_toy_venue_of_the_page_breaks_if_its_rounding_does(names: dict[str, Any]) -> None:
    class Generous(names["Kiosk"]):  # type: ignore[misc,name-defined]
        """Pays more than it takes."""

        def deal(self, instrument: str, side: Any, quantity: int, market: Market) -> Any:
            deal = super().deal(instrument, side, quantity, market)
            if isinstance(deal, Unfilled) or side == "buy":
                return deal
            more = quantity * self.ask // 10**18 + 1
            return names["Deal"](deal.after, more, 0, names["own_share"](self.id, side, quantity, more))

    plain = names["kiosk"]
    generous = Generous(
        **TypeAdapter(dict[str, Any]).validate_python({f: getattr(plain, f) for f in plain.__dataclass_fields__})
    )

    found = names["faults"](names["Stage"](venue=generous, instrument="ETH", market=names["market"]))

    assert [fault for fault in found if fault.startswith("round_trips:")]
