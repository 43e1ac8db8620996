"""Header lines of a mail that carry text of others (RFC 5322, RFC 2047): encoded, and never parsed again.

The library's way, a value that is parsed, stored and folded, decodes what looks like an encoded word within a
name, and so lets it write headers of its own.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

WORD: Final = "[A-Za-z0-9]+"
PHRASE: Final = re.compile(rf"{WORD}(?: {WORD})*")
ATEXT: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
DOT_ATOM: Final = re.compile(rf"{ATEXT}(?:\.{ATEXT})*")
DOMAIN: Final = re.compile(r"[A-Za-z0-9.-]+")
LINE: Final = 76  # characters; lines with encoded words may have no more (RFC 2047, 2)
PLAIN: Final = 400  # characters: a line may have 998, and quoting may double them
CHROME: Final = len("=?utf-8?q??=")
AS_THEY_ARE: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!*+-/")
Q: Final = tuple(
    chr(byte) if byte in AS_THEY_ARE else "_" if byte == 0x20 else f"={byte:02X}" for byte in range(256)
)
"""Of a byte, as the encoding Q writes it where it is allowed most narrowly: in a phrase (RFC 2047, 5(3))."""
FOLD: Final = "\r\n "
LINE_BREAKING: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})


def text_line(header: str, text: str) -> bytes:
    """An unstructured header. Plain text stays whole: some clients show the first line alone."""
    text = one_line(text)
    return f"{header}: {text if _plain(text) else _encoded(text, len(header) + 2)}\r\n".encode("ascii")


def mailbox_line(header: str, address: str, name: str = "") -> bytes:
    """A header with exactly one address. Raises `ValueError` where that is none."""
    name, mailbox = one_line(name), _addr_spec(address)
    if not name:
        return f"{header}: {mailbox}\r\n".encode("ascii")
    line = f"{header}: {_phrase(name, len(header) + 2)}"
    fits = len(line.rpartition("\r\n")[2]) + len(mailbox) + len(" <>") <= LINE
    return f"{line}{' ' if fits else FOLD}<{mailbox}>\r\n".encode("ascii")


def one_line(text: str) -> str:
    """Without what could end a line, whoever decodes it."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(" " if unicodedata.category(sign) in LINE_BREAKING else sign for sign in text)


def _plain(text: str) -> bool:
    """Reads the same to everybody. `=?` begins an encoded word, and parsers differ about wider spaces."""
    return text.isascii() and len(text) < PLAIN and "=?" not in text and text == " ".join(text.split()) != ""


def _phrase(name: str, before: int) -> str:
    """Plain text is quoted and stays whole, since some parsers show a space where encoded words were cut."""
    if not _plain(name):
        return _encoded(name, before)
    return name if PHRASE.fullmatch(name) else _quoted(name)


def _quoted(text: str) -> str:
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def _addr_spec(address: str) -> str:
    """What browsers take for an address and RFC 5322 does not is quoted."""
    local, _, domain = address.rpartition("@")
    if not local or not DOMAIN.fullmatch(domain) or not (local.isascii() and local.isprintable()):
        raise ValueError("not one address")
    if DOT_ATOM.fullmatch(local) and "=?" not in local:
        return address
    return _quoted(local).replace("=?", r"=\?") + f"@{domain}"  # so that it begins no encoded word


def _encoded(text: str, before: int) -> str:
    """Encoded words, a line each: the space between them is not shown (RFC 2047, 6.2)."""
    return FOLD.join(f"=?utf-8?q?{word}?=" for word in _words(text, LINE - before - CHROME))


def _words(text: str, first: int) -> Iterator[str]:
    """Cut between characters, so that each word can be decoded alone."""
    room, word = first, ""
    for sign in text:
        unit = "".join(Q[byte] for byte in sign.encode())
        if len(word) + len(unit) > room:
            yield word
            room, word = LINE - 1 - CHROME, ""
        word += unit
    yield word
