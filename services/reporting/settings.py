"""Settings of the national reporting."""

from shared.settings import CommonSettings


class ReportingSettings(CommonSettings):
    """`directorate_name` heads the page: the directorate is renamed from time to time."""

    http_port: int = 8100
    directorate_name: str = "Direktorat"
