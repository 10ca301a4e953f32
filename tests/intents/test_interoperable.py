import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.accounts import Account
from intents.assets import ChainId, parse_chain
from intents.errors import InvalidSymbolError
from intents.interoperable import EIP155, InteroperableAddress

MAINNET, SOLANA = json.loads((Path(__file__).parents[1] / "vectors/interoperable/erc7930.json").read_text())["cases"]
OIF = Path(__file__).parents[2] / "../shared/vectors/settlement/oif_test_intents.json"
VITALIK = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"

parts = st.binary(max_size=255)
addresses = st.builds(InteroperableAddress, st.integers(1, 2**16 - 1), parts, parts.filter(bool))


def test_an_account_has_the_bytes_of_the_specification() -> None:
    account = Account.parse(MAINNET["caip10"])

    assert str(InteroperableAddress.of(account)) == MAINNET["hex"]


def test_the_bytes_of_the_specification_are_an_account() -> None:
    assert str(InteroperableAddress.parse(MAINNET["hex"]).account) == MAINNET["caip10"]


def test_a_chain_alone_round_trips_although_its_kind_is_not_known_here() -> None:
    chain = InteroperableAddress.parse(SOLANA["hex"])

    assert str(chain) == SOLANA["hex"]
    assert (chain.chain_type, len(chain.chain_reference), chain.address) == (2, 32, b"")
    assert chain.chain is None
    assert chain.account is None


@pytest.mark.parametrize(
    ("text", "checksum"),
    [(MAINNET["hex"], "4CA88C9C"), (SOLANA["hex"], "2EB18670"), (f"0x000100000014{VITALIK[2:]}", "B26DB7CB")],
)
def test_checksums_are_those_of_the_specification(text: str, checksum: str) -> None:
    """Examples 1, 4 and 3 of ERC-7930."""
    assert InteroperableAddress.parse(text).checksum == checksum


def test_an_address_without_a_chain_is_no_account() -> None:
    address = InteroperableAddress.parse(f"0x000100000014{VITALIK[2:]}")

    assert address.address == bytes.fromhex(VITALIK[2:])
    assert address.account is None


@given(addresses)
def test_every_address_round_trips_through_its_bytes(address: InteroperableAddress) -> None:
    assert InteroperableAddress.decode(bytes(address)) == address
    assert InteroperableAddress.parse(str(address)) == address


@given(st.integers(0, 2**64), st.binary(min_size=20, max_size=20))
def test_every_ethereum_account_has_one_form(number: int, raw: bytes) -> None:
    chain = parse_chain(f"eip155:{number}")
    lower, upper = (InteroperableAddress.of(Account(chain, f"0x{text}")) for text in (raw.hex(), raw.hex().upper()))

    assert lower == upper
    assert lower.chain == chain
    assert lower.account is not None
    assert InteroperableAddress.of(lower.account) == lower


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0x",
        "00010000010114" + VITALIK[2:],
        "0x00020000010114" + VITALIK[2:],
        "0x00010000010115" + VITALIK[2:],
        "0x00010000010113" + VITALIK[2:],
        "0x000100000000",
        "0x0001000001",
        "0x000100000101",
        "0x0001000002000114" + VITALIK[2:],
        MAINNET["hex"] + "\n",
    ],
)
def test_what_is_not_of_version_1_or_not_in_its_shortest_form_is_refused(text: str) -> None:
    with pytest.raises(InvalidSymbolError, match="not an interoperable address"):
        InteroperableAddress.parse(text)


@pytest.mark.parametrize(
    "account", ["cosmos:cosmoshub-3:cosmos1t2uflqwqe0fsj0shc", "eip155:01:" + VITALIK, "eip155:1:0x12"]
)
def test_only_ethereum_accounts_have_a_form_here(account: str) -> None:
    with pytest.raises(InvalidSymbolError, match="not an account on an eip155 chain"):
        InteroperableAddress.of(Account.parse(account))


@pytest.mark.skipif(not OIF.exists(), reason="the folder shared/ with the test intents of the OIF is not here")
def test_tokens_of_the_oif_test_intent_have_an_address_as_its_schema_wants_it() -> None:
    (intent,) = json.loads(OIF.read_text())["intents"]
    for side, token in (("origin", "origin_token"), ("dest", "dest_token")):
        account = Account(ChainId(f"eip155:{intent[side + '_chain_id']}"), intent[token]["address"])

        address = InteroperableAddress.of(account)

        assert str(address).startswith("0x0001")
        assert address.chain_type == EIP155
        assert address.account == account
