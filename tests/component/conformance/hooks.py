"""Each valid Idempotency-Key is made one that nobody had: with another body it would rightly be refused."""

import re
import uuid
from typing import Any

import schemathesis

from services.registration.web.answers import IDENTIFIER

HEADER = "Idempotency-Key"


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    key = case.headers.get(HEADER)
    told = getattr(case.meta and case.meta.phase.data, "scenario", None)
    if told != "missing_parameter" and key is not None and re.match(IDENTIFIER, str(key)):
        case.headers[HEADER] = f"{uuid.uuid4()}"
