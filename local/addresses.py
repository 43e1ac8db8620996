"""Where the demo's parts listen, and the file that says so to whoever plays along."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

OFFICES = ("bali", "sumbar")
_PREFIX = "SIMPUL_DEMO_PORT_"


def management(port: int) -> int:
    """Where a service that is not told otherwise shows metrics and readiness."""
    return port + 10_000


@dataclass(frozen=True)
class Ports:
    kafka: int = 9092
    mongo: int = 27018
    smtp: int = 2525
    mailbox: int = 8025
    bali: int = 8001
    sumbar: int = 8002
    bali_notification: int = 8011
    sumbar_notification: int = 8012
    national: int = 8100

    @classmethod
    def names(cls) -> list[str]:
        return [one.name for one in fields(cls)]

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Ports":
        """Each port may be set as `SIMPUL_DEMO_PORT_{NAME}`. Raises ValueError for what is no number."""
        wanted = {name: environment.get(_PREFIX + name.upper()) for name in cls.names()}
        return cls(**{name: int(value) for name, value in wanted.items() if value})

    def wanted(self) -> dict[str, int]:
        """Every port that the demo listens on, by what for."""
        found = {name.replace("_", " "): int(getattr(self, name)) for name in self.names()}
        services = [name for name in found if name.split()[0] in (*OFFICES, "national")]
        return found | {f"{name} management": management(found[name]) for name in services}

    def registration(self, office: str) -> int:
        return int(getattr(self, office))

    def notification(self, office: str) -> int:
        return int(getattr(self, f"{office}_notification"))


@dataclass(frozen=True)
class AccountAddress:
    """How somebody of the staff signs in: the files hold the password, and the key of their authenticator."""

    email: str
    password_file: str
    totp_secret_file: str


@dataclass(frozen=True)
class OfficeAddress:
    url: str
    management_url: str
    notification_url: str
    notification_management_url: str
    staff_token_file: str
    env_file: str
    """Settings for the `simpul` command, to be read by a shell. It holds secrets; only its owner reads it."""
    env: dict[str, str] = field(default_factory=dict)
    """What `env_file` says, and this process's environment."""
    accounts: dict[str, AccountAddress] = field(default_factory=dict)
    """By role, once they are made."""


@dataclass(frozen=True)
class NationalAddress:
    url: str
    management_url: str
    token_file: str
    accounts: dict[str, AccountAddress] = field(default_factory=dict)
    """By role, once they are made."""


@dataclass(frozen=True)
class MailboxAddress:
    url: str


@dataclass(frozen=True)
class DemoAddresses:
    """What `.simpul/demo.json` holds; paths are relative to the tree."""

    kafka: str
    mongo: str
    offices: dict[str, OfficeAddress]
    national: NationalAddress
    mailbox: MailboxAddress

    def write(self, path: Path) -> None:
        found = asdict(self)
        for office in found["offices"].values():
            del office["env"]
        for place in (*found["offices"].values(), found["national"]):
            if not place["accounts"]:
                del place["accounts"]
        path.write_text(json.dumps(found, indent=2) + "\n")

    @classmethod
    def read(cls, path: Path) -> "DemoAddresses":
        found = json.loads(path.read_text())
        return cls(
            kafka=found["kafka"],
            mongo=found["mongo"],
            offices={
                code: OfficeAddress(**_with_accounts(office)) for code, office in found["offices"].items()
            },
            national=NationalAddress(**_with_accounts(found["national"])),
            mailbox=MailboxAddress(**found["mailbox"]),
        )

    def with_environments(self, environments: Mapping[str, dict[str, str]]) -> "DemoAddresses":
        """The same with each office's `env`."""
        offices = {code: replace(office, env=environments[code]) for code, office in self.offices.items()}
        return replace(self, offices=offices)

    def with_accounts(
        self, accounts: Mapping[str, dict[str, AccountAddress]], of_nation: dict[str, AccountAddress]
    ) -> "DemoAddresses":
        """The same with the accounts of each office and of the directorate."""
        offices = {code: replace(office, accounts=accounts[code]) for code, office in self.offices.items()}
        return replace(self, offices=offices, national=replace(self.national, accounts=of_nation))


def _with_accounts(found: dict[str, Any]) -> dict[str, Any]:
    accounts = {role: AccountAddress(**one) for role, one in found.get("accounts", {}).items()}
    return found | {"accounts": accounts}
