"""A material's file, for whoever may see it."""

from fastapi import Request, Response

from services.registration.features.files.files_desk import files
from services.registration.features.files.serving import file_response
from services.registration.features.materials.materials import SENTENCES
from services.registration.features.materials.materials_desk import materials
from services.registration.web.api import FeatureServices
from shared.http import Problem


async def download(
    of: FeatureServices, activity: str, material: str, public_only: bool, request: Request
) -> Response:
    """Raises `Problem` 404."""
    found = await materials(of).one(activity, material, public_only)
    if found is None or found.file is None:
        raise unknown_material()
    return await file_response(files(of), found.file.digest, found.title, request)


def unknown_material() -> Problem:
    return Problem(404, "material_unknown", SENTENCES.say("refused", "material_unknown", {}))
