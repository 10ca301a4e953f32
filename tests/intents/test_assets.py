import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.assets import ETH, USDC, Asset, ChainId, asset_on, parse_chain
from intents.errors import InvalidSymbolError

VECTORS = json.loads((Path(__file__).parents[1] / "vectors/settlement/caip_identifiers.json").read_text())
CHAINS = [row["id"] for row in VECTORS["caip2"]]
ASSETS = [row["id"] for row in VECTORS["caip19"]]

namespaces = st.from_regex(r"[-a-z0-9]{3,8}", fullmatch=True)
chains = st.from_regex(r"[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}", fullmatch=True).map(ChainId)
references = st.from_regex(r"[-.%a-zA-Z0-9]{1,128}", fullmatch=True)
tokens = st.none() | st.from_regex(r"[-.%a-zA-Z0-9]{1,78}", fullmatch=True)


@pytest.mark.parametrize("text", CHAINS)
def test_chain_ids_of_the_specification_are_accepted(text: str) -> None:
    assert parse_chain(text) == text


@pytest.mark.parametrize("text", ASSETS)
def test_asset_ids_of_the_specification_round_trip(text: str) -> None:
    assert str(Asset.parse(text)) == text


@given(st.builds(Asset, chains, namespaces, references, tokens))
def test_every_asset_round_trips_through_its_identifier(asset: Asset) -> None:
    assert Asset.parse(str(asset)) == asset


@pytest.mark.parametrize(
    "text", ["", "eip155", "eip155:", "e:1", "eip155:1:2", "EIP155:1", "eip155:1\n", "eip155:" + "1" * 33]
)
def test_malformed_chain_ids_are_refused(text: str) -> None:
    with pytest.raises(InvalidSymbolError, match="not a CAIP-2 chain id"):
        parse_chain(text)


@pytest.mark.parametrize(
    "text",
    [
        *CHAINS,
        "eip155:1/slip44",
        "eip155:1/slip44:",
        "/slip44:60",
        "eip155:1/slip44:60/",
        "eip155:1/slip44:60/1/2",
        "eip155:1/slip44:60\n",
    ],
)
def test_malformed_asset_ids_are_refused(text: str) -> None:
    with pytest.raises(InvalidSymbolError, match="not a CAIP-19 asset id"):
        Asset.parse(text)


def test_refusal_carries_the_text_that_was_refused() -> None:
    with pytest.raises(InvalidSymbolError) as refusal:
        parse_chain("nowhere")

    assert refusal.value.text == "nowhere"


@pytest.mark.parametrize(
    ("symbol", "identifier"),
    [
        (ETH, "eip155:10/slip44:60"),
        (USDC, "eip155:10/token:USDC"),
        ("ETH-27MAR20-130-P", "eip155:10/option:ETH-27MAR20-130-P"),
    ],
)
def test_symbol_on_a_chain_is_a_well_formed_asset(symbol: str, identifier: str) -> None:
    asset = asset_on(parse_chain("eip155:10"), symbol)

    assert str(asset) == identifier
    assert Asset.parse(identifier) == asset
