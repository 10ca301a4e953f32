import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.accounts import Account
from intents.assets import ChainId
from intents.errors import InvalidSymbolError

VECTORS = json.loads((Path(__file__).parents[1] / "vectors/settlement/caip_identifiers.json").read_text())
ACCOUNTS = [row["id"] for row in VECTORS["caip10"]]

chains = st.from_regex(r"[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}", fullmatch=True).map(ChainId)
addresses = st.from_regex(r"[-.%a-zA-Z0-9]{1,128}", fullmatch=True)


def test_all_vectors_are_here() -> None:
    assert [len(VECTORS[name]) for name in ("caip2", "caip10", "caip19")] == [6, 3, 6]


@pytest.mark.parametrize("text", ACCOUNTS)
def test_account_ids_of_the_specification_round_trip(text: str) -> None:
    account = Account.parse(text)

    assert str(account) == text
    assert account.chain == text.rpartition(":")[0]


@given(st.builds(Account, chains, addresses))
def test_every_account_round_trips_through_its_identifier(account: Account) -> None:
    assert Account.parse(str(account)) == account


@pytest.mark.parametrize(
    "text", ["", "eip155:1", "eip155:1:", "eip155:1:0x0:1", "eip155:1:0x0\n", "eip155:1:" + "a" * 129]
)
def test_malformed_account_ids_are_refused(text: str) -> None:
    with pytest.raises(InvalidSymbolError, match="not a CAIP-10 account id"):
        Account.parse(text)
