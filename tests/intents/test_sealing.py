import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.errors import SealError
from intents.sealing import SIGNATURE_BYTES, Author, Letterbox, text_of

ALICE, MALLORY = Author.from_seed(b"a" * 32), Author.from_seed(b"m" * 32)
AUCTIONEER, OTHER = Letterbox.from_seed(b"x" * 32), Letterbox.from_seed(b"y" * 32)
SEAL_BYTES = 48


@settings(max_examples=50)
@given(st.binary(max_size=1000))
def test_addressee_opens_what_the_author_sealed(text: bytes) -> None:
    assert AUCTIONEER.open(ALICE.seal(text, AUCTIONEER.public), ALICE.public) == text


def test_keys_depend_on_the_seed_alone() -> None:
    assert Author.from_seed(b"a" * 32).public == ALICE.public != MALLORY.public
    assert Letterbox.from_seed(b"x" * 32).public == AUCTIONEER.public != OTHER.public


def test_sealing_twice_gives_two_ciphertexts_so_only_plaintexts_can_have_ids() -> None:
    assert ALICE.seal(b"bid", AUCTIONEER.public) != ALICE.seal(b"bid", AUCTIONEER.public)


def test_seal_and_signature_cost_a_fixed_number_of_bytes() -> None:
    assert len(ALICE.seal(b"bid", AUCTIONEER.public)) == SEAL_BYTES + SIGNATURE_BYTES + len(b"bid")


def test_nobody_but_the_addressee_opens_a_message() -> None:
    with pytest.raises(SealError):
        OTHER.open(ALICE.seal(b"bid", AUCTIONEER.public), ALICE.public)


def test_message_of_one_author_is_refused_in_the_name_of_another() -> None:
    with pytest.raises(SealError, match="forged"):
        AUCTIONEER.open(MALLORY.seal(b"bid", AUCTIONEER.public), ALICE.public)


@settings(max_examples=50)
@given(st.data())
def test_message_altered_in_any_byte_does_not_open(data: st.DataObject) -> None:
    sealed = bytearray(ALICE.seal(b"one bid", AUCTIONEER.public))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))

    with pytest.raises(SealError):
        AUCTIONEER.open(bytes(sealed), ALICE.public)


@pytest.mark.parametrize("sealed", [b"", b"short", b"\0" * SEAL_BYTES, b"\xff" * 4096])
def test_bytes_that_were_never_sealed_are_refused(sealed: bytes) -> None:
    with pytest.raises(SealError):
        AUCTIONEER.open(sealed, ALICE.public)


@pytest.mark.parametrize("author", ["", "00", "zz" * 32, "é" * 32, "00" * 32])
def test_author_that_is_no_public_key_is_refused(author: str) -> None:
    with pytest.raises(SealError):
        AUCTIONEER.open(ALICE.seal(b"bid", AUCTIONEER.public), author)


@pytest.mark.parametrize("addressee", ["", "00", "zz" * 32, "é" * 32, "00" * 32])
def test_addressee_that_is_no_public_key_is_refused(addressee: str) -> None:
    with pytest.raises(SealError, match="addressee"):
        ALICE.seal(b"bid", addressee)


@settings(max_examples=50)
@given(st.binary(max_size=1000))
def test_a_signed_message_has_the_text_that_its_author_wrote(text: bytes) -> None:
    assert text_of(ALICE.sign(text, "a/b"), "a/b", ALICE.public) == text


@pytest.mark.parametrize(
    ("payload", "topic"),
    [
        (MALLORY.sign(b"walk away", "run/decisions"), "run/decisions"),
        (ALICE.sign(b"walk away", "run/decisions"), "other/decisions"),
        (ALICE.sign(b"walk away", "run/decisions") + b"!", "run/decisions"),
        (ALICE.sign(b"walk away", "run/decisions")[1:], "run/decisions"),
        (b"walk away", "run/decisions"),
        (b"\xff" * 200, "run/decisions"),
        (b"", "run/decisions"),
    ],
    ids=["another author", "another topic", "longer", "shorter", "unsigned", "noise", "nothing"],
)
def test_a_message_that_its_author_did_not_sign_for_this_topic_is_refused(payload: bytes, topic: str) -> None:
    with pytest.raises(SealError, match="not signed"):
        text_of(payload, topic, ALICE.public)


def test_new_keys_are_never_the_same() -> None:
    assert Author.new().public != Author.new().public
    assert Letterbox.new().public != Letterbox.new().public


def test_an_identity_can_be_made_again_from_its_secret() -> None:
    author = Author.new()

    assert Author.from_seed(bytes.fromhex(author.secret)).public == author.public
