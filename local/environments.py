"""The settings of each deployed process of the demo, with secrets made fresh at every start."""

import hashlib
import os
import secrets
import shlex
from pathlib import Path

from local.addresses import DemoAddresses, NationalAddress, OfficeAddress, Ports, management
from local.addresses import MailboxAddress as Mailbox
from local.database import mongo_url
from local.machine import address
from shared.signatures import Signer

Environment = dict[str, str]


def choose_addresses(ports: Ports, offices: tuple[str, ...], folder: Path) -> DemoAddresses:
    """`folder`: the demo's own, relative to the tree."""

    def office(code: str) -> OfficeAddress:
        return OfficeAddress(
            url=_url(ports.registration(code)),
            management_url=_url(management(ports.registration(code))),
            notification_url=_url(ports.notification(code)),
            notification_management_url=_url(management(ports.notification(code))),
            staff_token_file=str(folder / code / "staff-token"),
            env_file=str(folder / code / "env"),
        )

    return DemoAddresses(
        kafka=address(ports.kafka),
        mongo=mongo_url(ports.mongo),
        offices={code: office(code) for code in offices},
        national=NationalAddress(
            _url(ports.national),
            _url(management(ports.national)),
            str(folder / "national" / "directorate-token"),
        ),
        mailbox=Mailbox(_url(ports.mailbox)),
    )


def base_environment(addresses: DemoAddresses) -> Environment:
    """What every process gets: this one's environment without any setting of Simpul, and the servers."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SIMPUL_")}
    return inherited | {
        "PYTHONUNBUFFERED": "1",
        "SIMPUL_KAFKA_BOOTSTRAP": addresses.kafka,
        "SIMPUL_MONGO_URL": addresses.mongo,
        "SIMPUL_MONGO_DRIVER": "pymongo",
        "SIMPUL_KAFKA_FETCH_WAIT_MS": "50",  # the embedded broker answers a fetch no sooner,
        "SIMPUL_KAFKA_IDEMPOTENCE": "0",  # has no idempotent producers,
        "SIMPUL_TRUST_PRODUCER_TIME": "1",  # sets no time of its own,
        "SIMPUL_TRIM_SECONDS": "0",  # and deletes no records
        "SIMPUL_CONTROL_TOTALS_SECONDS": "5",
        "SIMPUL_REGISTRATIONS_PER_EMAIL_HOUR": "1000000",  # who tries it out comes from one address
        "SIMPUL_REGISTRATIONS_PER_ADDRESS_HOUR": "1000000",
    }


def office_environment(code: str, addresses: DemoAddresses, ports: Ports) -> Environment:
    """What both services of an office share. Writes the office's staff token and its env file."""
    record_keys = secrets.token_hex(32)
    settings = base_environment(addresses) | {
        "SIMPUL_OFFICE": code,
        "SIMPUL_OFFICE_FILE": f"offices/{code}.yaml",
        "SIMPUL_STAFF_TOKEN_HASH": _new_token(Path(addresses.offices[code].staff_token_file)),
        "SIMPUL_PERSON_KEY": secrets.token_hex(32),
        "SIMPUL_PUBLIC_URL": addresses.offices[code].url,
        "SIMPUL_NOTIFICATION_URL": addresses.offices[code].notification_url,
        "SIMPUL_LINK_KEYS": _new_keys(),
        "SIMPUL_SESSION_KEYS": _new_keys(),
        "SIMPUL_RECORD_KEYS": record_keys,
        "SIMPUL_RECORD_PUBLIC_KEYS": Signer(record_keys).public_texts[0],
        "SIMPUL_SMTP_URL": f"smtp://{address(ports.smtp)}",
        "SIMPUL_MAILS_PER_MINUTE": "6000",  # so that nobody waits for mails to be spread over a day
    }
    _write_settings(Path(addresses.offices[code].env_file), settings)
    return settings


def _write_settings(path: Path, settings: Environment) -> None:
    """As lines that a shell reads and only their owner."""
    ours = {name: value for name, value in settings.items() if name.startswith("SIMPUL_")}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text("".join(f"{name}={shlex.quote(value)}\n" for name, value in ours.items()))


def national_environment(addresses: DemoAddresses) -> Environment:
    """Reporting's settings. Writes the directorate's token."""
    return base_environment(addresses) | {
        "SIMPUL_PUBLIC_URL": addresses.national.url,
        "SIMPUL_DIRECTORATE_TOKEN_HASH": _new_token(Path(addresses.national.token_file)),
        "SIMPUL_SESSION_KEYS": _new_keys(),
    }


def _new_keys() -> str:
    return f"k1:{secrets.token_hex(32)}"


def _new_token(path: Path) -> str:
    """Write a fresh token that only its owner may read; the SHA-256 of it, in hex."""
    token = secrets.token_urlsafe(32)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(token)
    return hashlib.sha256(token.encode()).hexdigest()


def _url(port: int) -> str:
    return f"http://{address(port)}"
