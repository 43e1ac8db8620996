"""Header lines read back by two parsers. By hand, with any Python: `python -m tests.support.headers`."""

import random
import sys
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import getaddresses

from services.notification.channels.headers import mailbox_line, one_line, text_line

ADDRESSES = ("made@sekolah.example", "a..b@sekolah.example", "=?utf-8?q?x=0D=0AY:?=@sekolah.example")
PIECES = (
    *"aZ 0\"\\<>@,;:.()[]=?_'éñم📚\n\r\t\x00\x0b\x1c\x85\u2028\u200b\u202e\u00a0\u3000\u0301\u00ad\ufffd",
    *("\ud800", "=?", "?=", "=?utf-8?q?", "=?utf-8?b?", "=0D=0A", "DQo=", "utf-8", "  ", "\U000e0041"),
)
NOTED = (
    "=?utf-8?q?x=0D=0ASubject:_Hadiah=0D=0AContent-Type:_text/plain=0D=0A=0D=0AKlik_di_sini?=",
    "=?utf-8?b?eA0KQmNjOiB4QHkuZXhhbXBsZQ0KDQppc2k=?=",
    "=?utf-8?q?Made_=3Cdirjen=40k.example=3E=2C_B?=",
    "Kelas =?utf-8?q?coba?= dan =?iso-8859-1?q?=E9?=",
    "Contoh Adi Wibowo, S.Pd., M.Pd., Gr., Ph.D. (Cand.), Kepala Sekolah, Ketua MKKS Kabupaten Badung",
    "Kata " * 39 + "é",
    "📚" * 100,
)


def check(name: str, title: str, address: str) -> None:
    """One To with one address, a subject, and nothing else; decoded, both are the literal."""
    raw = mailbox_line("To", address, name) + text_line("Subject", title) + b"X-Akhir: 1\r\n\r\nisi\r\n"
    lines = raw.split(b"\r\n")
    assert raw.isascii()
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    assert max(map(len, lines)) <= 998  # RFC 5322, 2.1.1
    assert all(len(line) <= 76 for line in lines if b"=?utf-8?q?" in line and b"@" not in line)  # RFC 2047, 2
    plain = message_from_bytes(raw)
    assert plain.keys() == ["To", "Subject", "X-Akhir"]
    assert plain.get_payload() == "isi\r\n"
    (found,) = getaddresses([plain["To"].replace("\r\n", "")])
    assert _decoded(found[0]) == one_line(name)
    assert _decoded(plain["Subject"]) == one_line(title)
    parsed = message_from_bytes(raw, policy=policy.default)
    assert str(parsed["Subject"]) == one_line(title)
    (to,) = parsed["To"].addresses
    assert f"{to.username}@{to.domain}" == address
    # this parser shows the space between two encoded words of a name, and wider ones as one
    assert "".join(to.display_name.split()) == "".join(one_line(name).split())


def _decoded(text: str) -> str:
    return str(make_header(decode_header(text)))


def main() -> None:
    for text in NOTED:
        for address in ADDRESSES:
            check(text, text, address)
    for _ in range(5_000):
        text = "".join(random.choices(PIECES, k=random.randint(1, 60)))
        check(text, text, random.choice(ADDRESSES))
    print(sys.version.split()[0], "ok")


if __name__ == "__main__":
    main()
