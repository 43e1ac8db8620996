"""Headers that carry text of others, read back by two parsers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notification.channels.headers import mailbox_line, text_line
from tests.support.headers import ADDRESSES, NOTED, PIECES, check

TEXTS = st.text(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=60).map("".join)


@given(TEXTS, TEXTS, st.sampled_from(ADDRESSES))
def test_whatever_a_text_holds_it_is_one_header_that_decodes_to_it(
    name: str, title: str, address: str
) -> None:
    check(name, title, address)


@pytest.mark.parametrize("text", NOTED, ids=range(len(NOTED)))
def test_what_looks_like_a_header_to_a_parser_is_text(text: str) -> None:
    check(text, text, ADDRESSES[0])


def test_plain_text_is_written_as_it_is() -> None:
    assert mailbox_line("To", "a@b.example", "Ni Made Contoh") == b"To: Ni Made Contoh <a@b.example>\r\n"
    assert mailbox_line("To", "a@b.example", "Made, S.Pd.") == b'To: "Made, S.Pd." <a@b.example>\r\n'
    assert mailbox_line("Reply-To", "a@b.example") == b"Reply-To: a@b.example\r\n"
    assert text_line("Subject", "Terkonfirmasi: Rapat") == b"Subject: Terkonfirmasi: Rapat\r\n"


def test_what_is_no_address_makes_no_header() -> None:
    for address in ("a\r\nBcc: x@y.example", "a@", "@b", "é@b.example", ""):
        with pytest.raises(ValueError, match="not one address"):
            mailbox_line("To", address, "Made")
