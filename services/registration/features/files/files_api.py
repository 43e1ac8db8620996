"""The API of files: content comes first, then the command that names it."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from services.registration.features.files.files_desk import files
from services.registration.features.files.inspected import MAX_BYTES
from services.registration.inspection.media import FileRefused
from services.registration.kernel.actions import Action
from services.registration.web.api import PREFIX, REFUSED, OfficeApi
from services.registration.web.documented import TOO_LARGE
from shared.accounts.access import SignedIn
from shared.http import Problem, problem_answer

PATH: Final = "/files"
BODY_BYTES: Final = {f"{PREFIX}{PATH}": MAX_BYTES}
_BINARY: Final = {"schema": {"type": "string", "format": "binary", "minLength": 1}}
_BODY: Final[dict[str, Any]] = {
    "requestBody": {"required": True, "content": {"application/octet-stream": _BINARY}}
}
_ANSWERS: Final = (
    REFUSED | TOO_LARGE | {422: problem_answer("The content is of no kind that is kept, or broken.")}
)


class KeptFile(BaseModel):
    """`digest`: by which commands name it; `type`: as its content says; `size`: in bytes."""

    digest: str
    type: str
    size: int


def routes(router: APIRouter, desk: OfficeApi) -> None:
    Uploader = Annotated[SignedIn, Depends(desk.access.api(Action.UPLOAD_FILE))]  # noqa: N806

    @router.post(PATH, responses=_ANSWERS, openapi_extra=_BODY)
    async def upload(_: Uploader, request: Request) -> KeptFile:
        """Whatever the client says of its type and name, its content says what it is. It is there for a
        day, and for as long as a command that names it holds it."""
        try:
            kept = await files(desk).keep(await request.body())
        except FileRefused as refused:
            raise Problem(422, "file_refused", str(refused)) from None
        return KeptFile(digest=kept.digest, type=kept.media, size=kept.size)


API: Final = (routes,)
