"""`simpul import`: an office's Excel list becomes commands on its intake."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from services.registration.features import FEATURES
from services.registration.features.gatherings.lists import Lists, lists
from services.registration.features.gatherings.sheets.excel import read_sheet
from services.registration.features.gatherings.sheets.forecast import Forecast
from services.registration.features.gatherings.sheets.sheet_report import InvitedRow, SheetReport, as_dict
from services.registration.features.gatherings.sheets.sheet_row import command_id
from services.registration.kernel.digests import Digests
from services.registration.kernel.feature import OfficeStore
from services.registration.kernel.features import assemble
from services.registration.settings import ImportSettings
from shared.contracts import topics
from shared.contracts.commands import SubmitRegistration
from shared.contracts.envelope import OFFICE_STAFF, Envelope
from shared.contracts.types import Slug, rfc3339
from shared.kafka.connection import KafkaUnavailable, Producer
from shared.kafka.topics import TopicMisfit, admin, partitions_of
from shared.mongo.driver import connect
from shared.settings import FileUnreadable, read_settings
from shared.signatures import Signer, signed_headers

DONE: Final = 0
REFUSED: Final = 1
WRONG_SETTINGS: Final = "Pengaturan belum lengkap atau tidak sah"
PROBLEMS_SHOWN: Final = 200
NO_OFFICE: Final = Forecast("Hasilnya tidak diperkirakan: atur SIMPUL_OFFICE dan SIMPUL_PERSON_KEY")
SEND_SECONDS: Final = 60  # 50,000 rows take about 5


def import_sheet(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="Berkas .xlsx atau .csv")
    ],
    activity: Annotated[str, typer.Option(help="Kode kegiatan, misalnya rakor-bali-2024")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Hanya memeriksa, tidak mengirim")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Laporan sebagai JSON")] = False,
) -> None:
    """Baca daftar undangan dari Excel, periksa, lalu kirim baris yang benar.

    Keluar dengan 0 bila semua baris benar; 1 bila ada baris yang ditolak; 2 bila perintahnya keliru. Baris
    yang benar tetap dikirim; mengimpor lagi berkas yang sudah diperbaiki tidak menggandakan apa pun.
    """
    slug = _slug(activity)
    settings = None if dry_run else read_settings(ImportSettings, WRONG_SETTINGS)
    if settings is None:
        report = asyncio.run(_foreseen(file.read_bytes(), slug))
    else:
        report = asyncio.run(_read(settings, file.read_bytes(), slug))
    sent = 0
    if settings is not None and report.rows:
        try:
            sent = asyncio.run(send_rows(settings, report.rows))
        except TopicMisfit:
            typer.echo(
                f"Balai {settings.office} belum disiapkan di Kafka (topik {topics.intake(settings.office)} "
                "tidak ada). Tidak ada yang dikirim; periksa SIMPUL_OFFICE dan SIMPUL_KAFKA_BOOTSTRAP.",
                err=True,
            )
            raise typer.Exit(REFUSED) from None
        except KafkaUnavailable as error:
            typer.echo(
                f"Kafka tidak menjawab ({error}). Jalankan lagi perintah ini; tidak ada yang ganda.", err=True
            )
            raise typer.Exit(REFUSED) from None
    (_print_json if as_json else _print_table)(report, sent)
    raise typer.Exit(DONE if report.readable and not report.refused_rows else REFUSED)


async def _foreseen(data: bytes, activity: str) -> SheetReport:
    """The outcome too, where it is said which office it is and MongoDB answers."""
    try:
        settings = ImportSettings()
    except (ValidationError, FileUnreadable):
        return replace(await asyncio.to_thread(read_sheet, data, activity), forecast=NO_OFFICE)
    async with _lists(settings) as found:
        return await found.looked_through(data, activity)


async def _read(settings: ImportSettings, data: bytes, activity: str) -> SheetReport:
    async with _lists(settings) as found:
        return await found.read(data, activity)


@asynccontextmanager
async def _lists(settings: ImportSettings) -> AsyncIterator[Lists]:
    store = connect(
        settings.mongo_url, topics.database(settings.office, "registration"), settings.mongo_driver
    )
    try:
        key = bytes.fromhex(settings.person_key)
        yield lists(OfficeStore(store, Digests(key), settings.office), assemble(FEATURES), key)
    finally:
        await store.close()


async def send_rows(settings: ImportSettings, rows: Sequence[InvitedRow]) -> int:
    """Put the rows' commands on the office's intake in the sheet's order.

    Raises `KafkaUnavailable`: then some may have arrived, and sending all again changes nothing;
    `TopicMisfit` where the office has no intake: a producer might make it otherwise than it must be.
    """
    async with admin(settings.kafka_bootstrap) as client:
        await partitions_of(client, topics.intake(settings.office))
    key = bytes.fromhex(settings.person_key)
    producer = Producer(settings.kafka)
    await producer.start()
    try:
        async with asyncio.timeout(SEND_SECONDS):
            signer = settings.signer
            queued = [await _enqueue(producer, settings.office, key, signer, row.command) for row in rows]
            done, _ = await asyncio.wait(queued)
    except TimeoutError:
        raise KafkaUnavailable(f"no answer within {SEND_SECONDS} s") from None
    finally:
        await producer.stop()
    if failed := sum(future.exception() is not None for future in done):
        raise KafkaUnavailable(f"{failed} of {len(rows)} records were not taken")
    return len(rows)


async def _enqueue(
    producer: Producer, office: str, key: bytes, signer: Signer | None, command: SubmitRegistration
) -> asyncio.Future[Any]:
    told = Envelope(
        command_id(key, command),
        f"/{office}/excel",
        command.type,
        command.activity,
        rfc3339(datetime.now(UTC)),
        actor=OFFICE_STAFF,
    )
    aggregate, value = command.activity.encode(), command.encoded()
    headers = signed_headers(signer, aggregate, told, value)
    return await producer.enqueue(topics.intake(office), aggregate, value, headers)


def _print_json(report: SheetReport, sent: int) -> None:
    typer.echo(json.dumps(as_dict(report, sent), ensure_ascii=False, indent=1))


def _print_table(report: SheetReport, sent: int) -> None:
    console = Console()
    if report.columns:
        console.print(
            f"Dibaca dari lembar {', '.join(report.sheets)}, kolom "
            + ", ".join(f"{letter} ({title})" for letter, title in report.columns)
        )
    if report.unread:
        console.print(f"Tidak dibaca: lembar {', '.join(report.unread)}", markup=False)
    if report.problems:
        titles = ("Baris", "Orang", "Kolom", "Isi sel", "Keterangan")
        table = Table(*titles, title="Perlu diperiksa", title_justify="left")
        for problem in report.problems[:PROBLEMS_SHOWN]:
            where = f"{problem.column} ({problem.field})" if problem.column else problem.field or "-"
            mark = "" if problem.refused else "(catatan) "
            row = str(problem.row or "-") + (f" ({problem.sheet})" if problem.sheet else "")
            told = mark + problem.message + (f"; {problem.recorded}" if problem.recorded else "")
            table.add_row(*map(escape, (row, problem.person or "", where, problem.value or "", told)))
        console.print(table)
        if (more := len(report.problems) - PROBLEMS_SHOWN) > 0:
            console.print(f"... dan {more} lagi; seluruhnya dengan --json")
    if report.forecast:
        console.print(f"Perkiraan bila dikirim sekarang: {report.forecast.message}.")
    console.print(f"{len(report.rows)} baris benar, {report.refused_rows} baris ditolak, {sent} dikirim.")
    if report.refused_rows:
        console.print(
            "Perbaiki baris yang ditolak lalu impor lagi berkas ini; baris yang sudah masuk tidak ganda."
        )


def _slug(activity: str) -> str:
    try:
        return TypeAdapter(Slug).validate_python(activity)
    except ValidationError:
        raise typer.BadParameter(
            "huruf kecil, angka, dan tanda hubung saja", param_hint="--activity"
        ) from None
