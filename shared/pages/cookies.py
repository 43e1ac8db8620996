"""The cookie of a session: for no other host, no script, no other site's page."""

from fastapi import Request, Response


class SessionCookie:
    """`secure`: TLS is there."""

    def __init__(self, name: str, secure: bool) -> None:
        self.name = f"__Host-{name}" if secure else name
        self._secure = secure

    def of(self, request: Request) -> str:
        return request.cookies.get(self.name, "")

    def set(self, answer: Response, value: str, seconds: int) -> None:
        answer.set_cookie(
            self.name, value, seconds, path="/", secure=self._secure, httponly=True, samesite="strict"
        )

    def end(self, answer: Response) -> None:
        self.set(answer, "", 0)
