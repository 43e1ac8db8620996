"""Files as people and strangers send them, small."""

import io
import zipfile
from typing import Final

from PIL import Image

PDF: Final = (
    b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"
)
HTML: Final = b"<!doctype html><script>alert(1)</script>"
SVG: Final = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
MAIN: Final = {
    "docx": f"{_OFFICE}wordprocessingml.document.main+xml",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet.main+xml",
    "pptx": f"{_OFFICE}presentationml.presentation.main+xml",
    "docm": "application/vnd.ms-word.document.macroEnabled.main+xml",
}


def packed(**parts: bytes) -> bytes:
    """A zip of these parts; `__` in a name stands for a slash, and `_types` for where types are said."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as package:
        for name, content in parts.items():
            package.writestr({"_types": "[Content_Types].xml"}.get(name, name.replace("__", "/")), content)
    return data.getvalue()


def office_document(kind: str, **more: bytes) -> bytes:
    types = f'<Types><Override PartName="/x.xml" ContentType="{MAIN[kind]}"/></Types>'
    return packed(_types=types.encode(), **more)


ODT: Final = packed(mimetype=b"application/vnd.oasis.opendocument.text", content=b"<office/>")


def image(form: str = "JPEG", size: tuple[int, int] = (40, 20), note: str = "Rumah Contoh") -> bytes:
    """With what a camera notes: a description, and that it is to be turned."""
    data, exif = io.BytesIO(), Image.Exif()
    exif[0x010E], exif[0x0112] = note, 6
    Image.new("RGB", size, "#0b4f8a").save(data, form, exif=exif)
    return data.getvalue()
