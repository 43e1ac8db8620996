"""What every page is held to, whoever it is for: small, whole, and in need of nobody else."""

import re
from html.parser import HTMLParser
from typing import Final

MAX_BYTES: Final = 30_000
VOID: Final = {"meta", "input", "br", "hr", "img", "link", "source", "wbr", "col"}
REFERRING: Final = ("for", "aria-labelledby", "aria-describedby")


class Markup(HTMLParser):
    """`mistakes`: elements that are not closed in their order, ids that stand twice, references to none."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.mistakes: list[str] = []
        self._open: list[str] = []
        self._ids: set[str] = set()
        self._referred: set[str] = set()
        self.feed(page)
        self.mistakes += [f"<{tag}> is never closed" for tag in self._open]
        self.mistakes += [f"nothing is called {name}" for name in sorted(self._referred - self._ids)]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._look(attrs)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._look(attrs)
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1] != tag:
            self.mistakes.append(f"</{tag}> closes {self._open[-1:]} at {self.getpos()}")
        else:
            self._open.pop()

    def _look(self, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                if value in self._ids:
                    self.mistakes.append(f"{value} stands twice")
                self._ids.add(str(value))
            elif name in REFERRING:
                self._referred |= set(str(value).split())
            elif name == "href" and str(value).startswith("#"):
                self._referred.add(str(value)[1:])


def sound(page: str) -> None:
    """Fails for a page that is too large, broken, has no single heading, or asks somebody else."""
    assert len(page.encode()) <= MAX_BYTES, len(page.encode())
    assert Markup(page).mistakes == []
    assert page.count("<h1") == 1
    assert page.startswith("<!doctype html>")
    assert '<html lang="id">' in page
    foreign = r"(?:src|href|action|url\()=?[\"']?(?:https?:)?//[^\"')]+|@import|<script|<link"
    assert not re.findall(foreign, page)
