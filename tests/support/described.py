"""The OpenAPI documents of the services, made without any server: `python -m tests.support.described`."""

import json
from pathlib import Path
from typing import Any, cast

from fastapi import FastAPI

from services.notification.mail_desk import mail_desk
from services.registration.web.api import OfficeApi, routes
from services.reporting.entrypoints import api
from services.reporting.entrypoints.directorate import Directorate
from shared.doors import Address
from shared.http import application
from shared.passes import Passes
from tests.support.features import ACCESS, ALL, MAILS
from tests.support.office import SESSION_KEYS

FOLDER = Path(__file__).parents[2] / "docs" / "openapi"
NOTHING: Any = None  # what routes work with is not asked for before a request comes


def registration() -> FastAPI:
    app = application("Simpul: pendaftaran")
    app.include_router(routes(OfficeApi("bali", ACCESS, *cast(Any, [NOTHING] * 7)), ALL))
    return app


def notification() -> FastAPI:
    return mail_desk(
        NOTHING, MAILS, "", Passes("bali", f"k1:{'00' * 32}"), Address.of("https://bali.example"), NOTHING
    )


def reporting() -> FastAPI:
    app = application("Simpul: rekapitulasi nasional")
    app.include_router(api.routes(NOTHING, Directorate(NOTHING, SESSION_KEYS)))
    return app


SERVICES = {"registration": registration, "notification": notification, "reporting": reporting}


def rendered() -> dict[str, str]:
    """File name -> text."""
    return {
        f"{name}.json": json.dumps(build().openapi(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        for name, build in SERVICES.items()
    }


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, text in rendered().items():
        (FOLDER / name).write_text(text)


if __name__ == "__main__":
    main()
