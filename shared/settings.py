"""Settings that services share. Read once, by a service's `main`; handed on as values."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any, Final, Self, TypeVar

from pydantic import BeforeValidator, Field, HttpUrl, StringConstraints, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from shared.contracts.types import OfficeCode
from shared.kafka.connection import KafkaSettings
from shared.links import Links, SigningKeys
from shared.mongo.driver import Driver

USAGE: Final = 2
MANAGEMENT_ABOVE: Final = 10_000
TRACES: Final = "OTEL_EXPORTER_OTLP_ENDPOINT"  # the standard's own name
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$")]
S = TypeVar("S", bound="CommonSettings")


class FileUnreadable(Exception):
    """The text names the variable and the failure."""


class FromFiles(PydanticBaseSettingsSource):
    """Any setting `X` may come from the file that `X_FILE` names, as secrets of containers do."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        named = f"{field_name}_file"
        path = None
        if named not in self.settings_cls.model_fields:  # SIMPUL_OFFICE_FILE is a setting of its own
            path = os.environ.get(f"SIMPUL_{named.upper()}")
        try:
            return (Path(path).read_text().strip() if path else None), field_name, False
        except (OSError, UnicodeDecodeError) as error:
            raise FileUnreadable(f"SIMPUL_{named.upper()} ({type(error).__name__})") from None

    def __call__(self) -> dict[str, Any]:
        found = {
            name: self.get_field_value(field, name)[0]
            for name, field in self.settings_cls.model_fields.items()
        }
        return {name: value for name, value in found.items() if value is not None}


class CommonSettings(BaseSettings):
    """`traces_endpoint`: of a collector that takes OTLP over HTTP; empty is none. `trusted_proxies`: whose
    X-Forwarded-For and -Proto are believed, addresses and networks separated by commas. `management_port`:
    of metrics and readiness; unless set 10000 above the public one. `failed_sign_ins_per_address`: in five
    minutes, before it has to wait."""

    model_config = SettingsConfigDict(env_prefix="SIMPUL_", extra="ignore", hide_input_in_errors=True)

    kafka_bootstrap: str = "127.0.0.1:9092"
    kafka_idempotence: bool = True
    kafka_session_timeout_ms: int = 6_000
    kafka_fetch_wait_ms: int = Field(default=500, ge=1)
    mongo_url: str = "mongodb://127.0.0.1:27018/?replicaSet=rs0"
    mongo_driver: Driver = "motor"
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8001, ge=1, le=65_535)
    management_port: int | None = Field(default=None, ge=1, le=65_535)
    trusted_proxies: str = ""
    failed_sign_ins_per_address: int = Field(default=20, ge=1)
    traces_endpoint: Annotated[HttpUrl | None, BeforeValidator(lambda url: url or None)] = Field(
        default=None, validation_alias=TRACES
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, FromFiles(settings_cls)

    @model_validator(mode="after")
    def _within(self) -> Self:
        if self.watched_port > 65_535:
            raise ValueError("SIMPUL_MANAGEMENT_PORT must be set where SIMPUL_HTTP_PORT is above 55535")
        return self

    @property
    def watched_port(self) -> int:
        return self.management_port or self.http_port + MANAGEMENT_ABOVE

    @property
    def kafka(self) -> KafkaSettings:
        return KafkaSettings(
            self.kafka_bootstrap,
            self.kafka_idempotence,
            self.kafka_session_timeout_ms,
            self.kafka_fetch_wait_ms,
        )


def office_file(code: str) -> Path:
    """Where an office's description lies unless set."""
    return Path("offices") / f"{code}.yaml"


class OfficeSettings(CommonSettings):
    """What every service of an office needs. `public_url`: where participants reach registration."""

    office: OfficeCode
    office_file: Path | None = None
    staff_token_hash: Sha256
    public_url: HttpUrl
    link_keys: SigningKeys

    @property
    def links(self) -> Links:
        return Links(str(self.public_url), self.link_keys)

    @property
    def description_path(self) -> Path:
        return self.office_file or office_file(self.office)


def read_settings(settings: type[S], sentence: str = "these settings are missing or do not fit") -> S:
    """The settings of this process; ends it with exit 2 and one sentence that names what does not fit.

    No value is shown: it may be a secret.
    """
    try:
        return settings()
    except FileUnreadable as unreadable:
        wrong = str(unreadable)
    except ValidationError as error:
        wrong = ", ".join(_named(item["loc"], item["type"], item["msg"]) for item in error.errors())
    sys.stderr.write(f"{sentence}: {wrong}\n")
    raise SystemExit(USAGE)


def _named(where: tuple[int | str, ...], kind: str, message: str) -> str:
    """A rule that spans settings belongs to none of them: its own words name them."""
    if not where:
        return message.removeprefix("Value error, ")
    name = str(where[0]).upper()
    return f"{name if name == TRACES else f'SIMPUL_{name}'} ({kind})"
