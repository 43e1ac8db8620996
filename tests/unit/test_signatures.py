"""A signature holds for the record that it was made of, and for nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.envelope import Envelope
from shared.signatures import (
    HEADER,
    EntrySignatures,
    Forged,
    PublicKeys,
    Signer,
    command_parts,
    entry_parts,
    message,
    signature_of,
    signed_headers,
)

RFC_8032 = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"  # section 7.1, test 1
SIGNER, OTHER = Signer(RFC_8032), Signer("0b" * 32)
COMMAND = (b"rakor-bali-2024", "/bali/portal", "portal-1", "id.simpul.registration.submit.v1", b'{"a":1}')
PARTS = command_parts(*COMMAND)
GOLDEN = (
    b"21fe31dfa154a261:"
    b"vIP5acwzss7hc3tKI6WnbhIX0i9LRB1GOZBCS+Gon06zNc/FFKTdF102TlK3uZ6TInPLawpfhzXeMf0fJYnWAg=="
)


def test_a_sample_that_other_languages_can_be_held_to() -> None:
    assert message(PARTS).hex() == (
        "0000000f" + b"rakor-bali-2024".hex() + "0000000c" + b"/bali/portal".hex() + "00000008"
        + b"portal-1".hex() + "00000020" + b"id.simpul.registration.submit.v1".hex() + "00000007"
        + b'{"a":1}'.hex()
    )  # fmt: skip
    assert SIGNER.public_texts == ("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",)
    assert SIGNER.header(PARTS) == (HEADER, GOLDEN)


@given(st.integers(0, 4), st.binary(max_size=8))
def test_of_another_record_it_does_not_hold(place: int, other: bytes) -> None:
    changed = [*PARTS]
    changed[place] = other
    assert SIGNER.public.hold(GOLDEN, PARTS)
    assert not SIGNER.public.hold(GOLDEN, changed)


def test_what_moves_from_one_part_to_the_next_is_another_record() -> None:
    moved = (PARTS[0][:-1], PARTS[0][-1:] + PARTS[1], *PARTS[2:])
    assert not SIGNER.public.hold(GOLDEN, moved)


@given(st.binary(max_size=120) | st.sampled_from([GOLDEN[:-1], GOLDEN[17:], b"21fe31dfa154a261:%%%", b":"]))
def test_nonsense_holds_nothing(signature: bytes) -> None:
    assert not SIGNER.public.hold(signature, PARTS)


def test_another_key_under_the_same_name_does_not_hold() -> None:
    _, forged = OTHER.header(PARTS)
    assert not SIGNER.public.hold(forged, PARTS)
    assert not SIGNER.public.hold(GOLDEN[:17] + forged[17:], PARTS)


def test_while_keys_change_the_first_signs_and_both_hold() -> None:
    both = Signer(f"{'0b' * 32},{RFC_8032}")
    assert both.header(PARTS) == OTHER.header(PARTS)
    assert both.public.hold(GOLDEN, PARTS)
    assert PublicKeys.of(both.public_texts).hold(OTHER.header(PARTS)[1], PARTS)


def test_of_two_signatures_none_counts() -> None:
    envelope = Envelope("portal-1", "/bali/portal", "id.simpul.registration.submit.v1", "rakor-bali-2024")
    headers = signed_headers(SIGNER, COMMAND[0], envelope, COMMAND[4])
    assert signature_of(headers) == GOLDEN
    assert signature_of([*headers, SIGNER.header(PARTS)]) == b""
    assert signature_of(envelope.headers()) is None


@pytest.mark.parametrize(
    "text", ["", "kunci", "AAAA", "ä" * 44, "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo"]
)
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"base64|32 bytes"):
        PublicKeys.of([text])


@dataclass
class Entry:
    key: bytes | None = b"a:rakor"
    value: bytes | None = b'{"rev":3}'
    partition: int = 2
    headers: Sequence[tuple[str, bytes | None]] = ()

    def signed(self, signer: Signer = SIGNER, office: str = "bali") -> "Entry":
        parts = entry_parts(office, self.partition, self.key or b"", self.value)
        return Entry(self.key, self.value, self.partition, (signer.header(parts),))


STRICT = EntrySignatures("bali", SIGNER.public, accept_unsigned=False)


def test_an_entry_holds_on_its_partition_of_its_office() -> None:
    assert STRICT.signed(Entry().signed())
    assert STRICT.signed(Entry(value=None).signed())
    moved = Entry().signed()
    moved.partition = 1
    for forged in (Entry(), Entry().signed(OTHER), Entry().signed(office="sumbar"), moved):
        with pytest.raises(Forged):
            STRICT.signed(forged)


def test_unsigned_entries_are_accepted_where_they_may_be_and_forged_ones_nowhere() -> None:
    lenient = EntrySignatures("bali", SIGNER.public)
    assert not lenient.signed(Entry())
    assert not lenient.signed(Entry(b"r:u:1"))
    for key in (b"u:baru", b"s:baru", b"material:rakor/baru"):
        assert lenient.signed(Entry(key).signed())
        assert not EntrySignatures("bali").signed(Entry(key)), "an office without keys signs nothing"
        for unsigned in (Entry(key), Entry(key, None)):
            with pytest.raises(Forged):
                lenient.signed(unsigned)
    with pytest.raises(Forged):
        lenient.signed(Entry().signed(OTHER))
    assert not EntrySignatures("bali").signed(Entry().signed(OTHER))
