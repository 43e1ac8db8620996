"""What routes and pages of files work with."""

from dataclasses import dataclass

from services.registration.features.files.files import BUCKET, Files, nobody_looks
from services.registration.features.files.references import NAME
from services.registration.features.files.scanner import Clamd
from services.registration.features.files.sweep import Sweep
from services.registration.kernel.context import OfficeContext
from services.registration.kernel.feature import EntryWriter
from services.registration.web.api import FeatureServices
from shared.mongo.contents import GridFsContents


@dataclass(frozen=True, slots=True)
class FilesDesk:
    files: Files
    sweep: Sweep


def parts(context: OfficeContext) -> FilesDesk:
    store = context.of.store
    contents = GridFsContents(store, BUCKET)
    scan = Clamd.at(context.clamd).scan if context.clamd else nobody_looks
    return FilesDesk(Files(store, contents, scan), Sweep(store, contents, context.intake_ends))


def files(of: FeatureServices) -> Files:
    desk: FilesDesk = of.parts[NAME]
    return desk.files


async def sweep(desk: FilesDesk, entries: EntryWriter) -> None:
    await desk.sweep.keep_sweeping()
