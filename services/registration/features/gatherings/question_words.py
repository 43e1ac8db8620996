"""A question in words, as staff read it in a list and where it changes."""

from typing import Final

from shared.contracts.questions import Question
from shared.words import words

KINDS: Final = {
    "short": "Teks pendek",
    "long": "Teks panjang",
    "number": "Angka",
    "date": "Tanggal",
    "one": "Satu pilihan",
    "some": "Beberapa pilihan",
}
KEEP: Final = {
    "P30D": "30 hari sesudah kegiatan selesai",
    "P90D": "90 hari sesudah kegiatan selesai",
    "P180D": "180 hari sesudah kegiatan selesai",
    "P365D": "setahun sesudah kegiatan selesai",
}
_OF_KIND: Final = KINDS | {"phone": "Nomor telepon"}


def question_words(question: Question) -> str:
    """`satu pilihan (S, M, L); wajib; hanya guru; disimpan 180 hari`."""
    chosen = f" ({', '.join(question.offered)})" if question.offered else ""
    parts = [
        f"{_OF_KIND[question.answered_by].lower()}{chosen if len(chosen) < 200 else ''}",
        "wajib dijawab" if question.required else "boleh dikosongkan",
        "hanya " + ", ".join(map(words, question.categories)) if question.categories else "",
        f"disimpan {question.kept.days} hari sesudah kegiatan",
    ]
    return "; ".join(filter(None, parts))
