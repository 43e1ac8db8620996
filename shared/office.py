"""An office as its file `offices/{code}.yaml` describes it."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import Field, StringConstraints, ValidationError, model_validator

from shared.contracts.commands import COMMANDS
from shared.contracts.facts import OfficeDescribed, OfficeName, Territory
from shared.contracts.types import Email, Line, Message, OfficeCode, Paragraph, Phone
from shared.signatures import PublicKey

Source = Annotated[str, StringConstraints(pattern=r"^/[a-z][a-z0-9-]{1,19}/[\x21-\x7e]{1,200}$")]


class OfficeFileInvalid(Exception):
    """The text names the file and the fields that do not fit."""


class Sender(Message):
    name: Line
    address: Email


class Contact(Message):
    name: Line
    address: Email
    phone: Phone | None = None


class Privacy(Message):
    """What the law on personal data (UU 27/2022, article 21) asks an office to tell whoever fills in a form.

    `responsible` answers for the data, `kept` says how long, `contact` is whom to ask.
    """

    responsible: Line
    purpose: Paragraph
    basis: Paragraph
    kept: Paragraph
    contact: Contact


class GrantedSource(Message):
    """A system that writes commands. `key`: its public key, or the former and the next while it changes;
    `may`: the commands that it may have decided, such as `registration.submit`."""

    key: PublicKey | tuple[PublicKey, ...]
    may: tuple[str, ...] = Field(min_length=1)

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.key,) if isinstance(self.key, str) else self.key

    @property
    def types(self) -> frozenset[str]:
        return frozenset(map(command_type, self.may))

    @model_validator(mode="after")
    def _known(self) -> Self:
        if unknown := sorted(self.types - COMMANDS.keys()):
            raise ValueError(f"no command is called {unknown[0]}")
        return self


def command_type(name: str) -> str:
    """The `ce_type` of a command's short name."""
    return f"id.simpul.{name}.v1"


class Office(Message):
    """`names` and `territory` carry dates, since offices are renamed and serve more than one province.

    `vouching_sources`: the `ce_source` of systems that state whose number is whose, such as `/sumbar/portal`.
    `sources`: what systems may write that have a key, by their `ce_source`.
    """

    code: OfficeCode
    names: tuple[OfficeName, ...] = Field(min_length=1)
    scheme: Literal["kemendagri"] = "kemendagri"
    territory: tuple[Territory, ...] = Field(min_length=1)
    zone: Literal["WIB", "WITA", "WIT"]
    sender: Sender
    reply_to: Email
    privacy: Privacy
    vouching_sources: tuple[Source, ...] = ()
    sources: dict[Source, GrantedSource] = Field(default_factory=dict)

    @property
    def name(self) -> str:
        return max(self.names, key=lambda name: name.since).name

    def provinces(self, day: date) -> tuple[str, ...]:
        """The codes of the provinces that it serves on that day, as its file orders them."""
        on = day.isoformat()
        return tuple(
            one.province
            for one in self.territory
            if one.since <= on and (one.until is None or on <= one.until)
        )

    def described(self) -> OfficeDescribed:
        """What the nation may know of it."""
        return OfficeDescribed(names=self.names, scheme=self.scheme, territory=self.territory, zone=self.zone)


def read_office(path: Path, code: str) -> Office:
    """Raises `OfficeFileInvalid`."""
    try:
        office = Office.model_validate(yaml.safe_load(path.read_text()), strict=False)
    except FileNotFoundError:
        raise OfficeFileInvalid(
            f"{path} is not there: describe {code} in it as offices/bali.yaml does, or set SIMPUL_OFFICE_FILE"
        ) from None
    except (OSError, yaml.YAMLError) as error:
        raise OfficeFileInvalid(f"{path} cannot be read: {error}") from error
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, item["loc"])) or "file" for item in error.errors())
        raise OfficeFileInvalid(f"{path} does not fit in: {fields}") from error
    if office.code != code or code == "national":
        raise OfficeFileInvalid(f"{path} describes {office.code}, not {code}")
    return office
