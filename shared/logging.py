"""Structured logs in UTC, a JSON object a line. No value that a person sent is ever handed to a logger."""

import logging
import sys
import time
from traceback import extract_tb
from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter


class NamelessFormatter(JsonFormatter):
    """Prints of an exception its type and where it was raised; its message may quote what a person sent."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name is the library's
        kind, _, trace = ei
        lines = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in extract_tb(trace)]
        return " <- ".join([getattr(kind, "__name__", "error"), *reversed(lines)])


def _is_news(record: logging.LogRecord) -> bool:
    """All but a warning at every start: that topics are not made by themselves is what we want."""
    return not record.getMessage().startswith("Auto create topics is disabled")


def configure(service: str, owner: str, level: int = logging.INFO) -> None:
    """Send the process's logs to standard error as JSON lines that name the service and its owner."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        NamelessFormatter(
            "%(asctime)s %(levelname)s %(name)s %(message)s",
            rename_fields={"asctime": "at", "levelname": "level", "name": "logger"},
            static_fields={"service": service, "owner": owner},
            datefmt="%Y-%m-%dT%H:%M:%SZ",
            reserved_attrs=[*RESERVED_ATTRS, "color_message"],  # uvicorn's message once more, for terminals
        )
    )
    logging.Formatter.converter = time.gmtime
    logging.basicConfig(level=level, handlers=[handler], force=True)
    faststream = logging.getLogger("faststream")  # brings a coloured handler of its own along
    faststream.handlers.clear()
    faststream.propagate = True
    faststream.addFilter(_is_news)
    for noisy in ("aiokafka", "uvicorn.access", "httpx"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
