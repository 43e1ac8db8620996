"""The kinds of files that an office keeps, and what it says of all others."""

from typing import Final, NamedTuple

PDF: Final = "application/pdf"
JPEG, PNG = "image/jpeg", "image/png"
TEXT, CSV = "text/plain", "text/csv"
ODT: Final = "application/vnd.oasis.opendocument.text"
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
DOCX: Final = f"{_OFFICE}wordprocessingml.document"
XLSX: Final = f"{_OFFICE}spreadsheetml.sheet"
PPTX: Final = f"{_OFFICE}presentationml.presentation"
PRESENTED: Final = f"{_OFFICE}presentationml.slideshow"


class Media(NamedTuple):
    """`extension`: of the name under which it is downloaded; `label`: as people call it."""

    extension: str
    label: str


MEDIA: Final = {
    PDF: Media("pdf", "PDF"),
    DOCX: Media("docx", "Word"),
    XLSX: Media("xlsx", "Excel"),
    PPTX: Media("pptx", "PowerPoint"),
    ODT: Media("odt", "OpenDocument"),
    JPEG: Media("jpg", "gambar JPG"),
    PNG: Media("png", "gambar PNG"),
    TEXT: Media("txt", "teks"),
    CSV: Media("csv", "CSV"),
}
UNKNOWN: Final = (
    "Jenis berkas ini tidak diterima. Yang diterima: PDF, Word (.docx), Excel (.xlsx), PowerPoint (.pptx), "
    "OpenDocument (.odt), gambar JPG atau PNG, dan teks UTF-8 (.txt, .csv)."
)
EMPTY: Final = "Berkas ini kosong. Pilih berkas yang berisi."
MACROS: Final = "Berkas ini memuat makro. Simpan tanpa makro (.docx, .xlsx, atau .pptx), lalu unggah lagi."
CUT_OFF: Final = "PDF ini terpotong atau rusak. Simpan ulang, lalu unggah lagi."
DAMAGED: Final = "Gambar ini rusak. Simpan ulang sebagai JPG atau PNG, lalu unggah lagi."
TOO_MANY_PIXELS: Final = "Gambar ini terlalu besar, lebih dari 50 juta piksel. Perkecil, lalu unggah lagi."


class FileRefused(Exception):
    """What was sent is no file that the office keeps; the sentence says what to do."""
