"""One account and one intent that the tests of the vocabulary start from."""

from collections.abc import Callable

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount

from intents import builders
from intents.assets import OPTION_UNIT, USDC_UNIT
from intents.intent import Intent

MakeIntent = Callable[..., Intent]


@pytest.fixture(scope="session")
def account() -> LocalAccount:
    made: LocalAccount = Account.from_key(b"\x01" * 32)
    return made


@pytest.fixture(scope="session")
def stranger() -> LocalAccount:
    made: LocalAccount = Account.from_key(b"\x02" * 32)
    return made


@pytest.fixture(scope="session")
def make_intent(account: LocalAccount) -> MakeIntent:
    """Return a function that makes a valid intent with some fields replaced."""
    fields: dict[str, object] = {
        "owner": account.address,
        "nonce": 1,
        "home": "eip155:1",
        "want": builders.hedge("27MAR20", 130),
        "quantity": OPTION_UNIT,
        "limit": 5 * USDC_UNIT,
        "valid_from_ms": 1_000,
        "valid_until_ms": 2_000,
    }
    return lambda **changes: Intent.model_validate(fields | changes)
