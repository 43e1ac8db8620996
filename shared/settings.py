"""Settings that services share. Read once, by a service's `main`; handed on as values."""

import os
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from shared.contracts.types import OfficeCode
from shared.kafka.connection import KafkaSettings
from shared.mongo.driver import Driver


class FromFiles(PydanticBaseSettingsSource):
    """Any setting `X` may come from the file that `X_FILE` names, as secrets of containers do."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        named = f"{field_name}_file"
        path = None
        if named not in self.settings_cls.model_fields:  # SIMPUL_OFFICE_FILE is a setting of its own
            path = os.environ.get(f"SIMPUL_{named.upper()}")
        return (Path(path).read_text().strip() if path else None), field_name, False

    def __call__(self) -> dict[str, Any]:
        found = {
            name: self.get_field_value(field, name)[0]
            for name, field in self.settings_cls.model_fields.items()
        }
        return {name: value for name, value in found.items() if value is not None}


class CommonSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SIMPUL_", extra="ignore")

    kafka_bootstrap: str = "127.0.0.1:9092"
    kafka_idempotence: bool = True
    kafka_session_timeout_ms: int = 6_000
    mongo_url: str = "mongodb://127.0.0.1:27018/?replicaSet=rs0"
    mongo_driver: Driver = "motor"
    http_host: str = "127.0.0.1"

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

    @property
    def kafka(self) -> KafkaSettings:
        return KafkaSettings(self.kafka_bootstrap, self.kafka_idempotence, self.kafka_session_timeout_ms)


class OfficeSettings(CommonSettings):
    """What every service of an office needs."""

    office: OfficeCode
    office_file: Path | None = None
    staff_token_hash: str
    public_url: str = "http://127.0.0.1:8001"

    @property
    def description_path(self) -> Path:
        return self.office_file or Path("offices") / f"{self.office}.yaml"
