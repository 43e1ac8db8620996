"""The cookie of a session: for no other host, no script, no other site's page."""

from typing import Literal

from fastapi import Request, Response


class SessionCookie:
    """`secure`: TLS is there. `same_site`: `lax` also comes along where another site leads to a page."""

    def __init__(self, name: str, secure: bool, same_site: Literal["strict", "lax"] = "strict") -> None:
        self.name = f"__Host-{name}" if secure else name
        self._secure = secure
        self._same_site = same_site

    def of(self, request: Request) -> str:
        return request.cookies.get(self.name, "")

    def set(self, answer: Response, value: str, seconds: int) -> None:
        answer.set_cookie(
            self.name, value, seconds, path="/", secure=self._secure, httponly=True, samesite=self._same_site
        )

    def end(self, answer: Response) -> None:
        self.set(answer, "", 0)
