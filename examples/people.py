"""Makes up the people of both gatherings and writes their files: `python examples/people.py`. Seeded."""

import csv
import json
import random
import re
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
import yaml

FOLDER = Path(__file__).parent
BALI, SUMBAR = FOLDER / "rakor-bali", FOLDER / "fgd-sumbar"

BIRTH_ORDER = ["Wayan", "Putu", "Made", "Kadek", "Nyoman", "Komang", "Ketut", "Gede"]
BALINESE = [
    "Surya",
    "Widiada",
    "Sukerta",
    "Ardana",
    "Mahayasa",
    "Suartika",
    "Wirawan",
    "Pastika",
    "Darmayasa",
    "Sudana",
]
BALINESE_WOMEN = [
    "Ayu Lestari",
    "Suryani",
    "Widiastuti",
    "Sri Artini",
    "Ratna Dewi",
    "Suartini",
    "Purnamawati",
    "Ekayani",
]
HOUSES = [
    "Ida Bagus Made",
    "Ida Ayu Putu",
    "Anak Agung Gede",
    "I Gusti Ngurah",
    "Ni Gusti Ayu",
    "Cokorda Istri",
]
MINANG = [
    "Syafrizal",
    "Zulkifli",
    "Erizal",
    "Yusnidar",
    "Rahmawati",
    "Desmawati",
    "Afrizon",
    "Nofrizal",
    "Yulidar",
    "Elfitri",
]
MINANG_SECOND = [
    "Tanjung",
    "Koto",
    "Chaniago",
    "Piliang",
    "Sikumbang",
    "Jambak",
    "Guci",
    "Melayu",
    "Caniago",
    "",
]
BATAK = ["Togar Simanjuntak", "Rosma Sitorus", "Parlindungan Nasution", "Tiurma Siregar", "Hotman Panggabean"]
JAVANESE = [
    "Suparmi",
    "Sugiyono",
    "Wahyuningsih",
    "Slamet Riyadi",
    "Tri Handayani",
    "Mulyono",
    "Endang Susilowati",
]
WOMEN = {
    "Ni",
    "Ayu",
    "Istri",
    "Yusnidar",
    "Rahmawati",
    "Desmawati",
    "Yulidar",
    "Elfitri",
    "Rosma",
    "Tiurma",
} | {"Suparmi", "Wahyuningsih", "Tri", "Endang"}
AFTER = ["", ", S.Pd.", ", S.Pd.", ", M.Pd.", ", S.Pd., M.Pd.", ", S.Ag.", ", S.Pd.SD"]


@dataclass(frozen=True)
class Person:
    name: str
    email: str
    phone: str
    nip: str
    nuptk: str
    category: str
    regency: tuple[str, str]
    institution: str
    npsn: str
    cohort: str = ""
    group: str = ""
    role_in_group: str = ""

    def submit(self) -> dict[str, Any]:
        """The body of a registration over HTTP."""
        participant = {key: getattr(self, key) for key in ("name", "email", "phone", "nip", "nuptk")}
        institution = {"name": self.institution} | ({"npsn": self.npsn} if self.npsn else {})
        return {
            "participant": {key: value for key, value in participant.items() if value},
            "category": self.category,
            "regency": self.regency[0],
            "institution": institution,
        }


class Maker:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.made = 0

    def balinese(self) -> str:
        pick = self.random.choice
        kind = self.random.random()
        if kind < 0.15:
            return f"{pick(HOUSES)} {pick(BALINESE)}"
        if kind < 0.55:
            return f"I {pick(BIRTH_ORDER)} {pick(BALINESE)}"
        if kind < 0.9:
            return f"Ni {pick(['Luh ', ''])}{pick(BIRTH_ORDER[:-1])} {pick(BALINESE_WOMEN)}"
        return pick(JAVANESE + BATAK)

    def minang(self) -> str:
        pick = self.random.choice
        kind = self.random.random()
        if kind < 0.05:
            return f"St. {pick(['Rajo', 'Bagindo'])} {pick(MINANG[:3])}"
        if kind < 0.85:
            return f"{pick(MINANG)} {pick(MINANG_SECOND)}".strip()
        return pick(BATAK + JAVANESE)

    def person(self, name: str, **known: Any) -> Person:
        self.made += 1
        draw = self.random
        letters = re.sub(r"[^a-z]+", ".", name.lower()).strip(".")
        woman = not WOMEN.isdisjoint(name.split())
        titled = self.titled(name, woman)
        if self.made % 11 == 0:
            titled = titled.upper() if self.made % 2 else name.lower()
        return Person(
            name=titled,
            email=f"{letters}{self.made}@{known.pop('domain')}.example",
            phone=f"0800 0000 {self.made:04d}" if draw.random() < 0.8 else "",
            nip=self.nip(woman) if draw.random() < known.pop("with_nip") else "",
            nuptk=f"9{draw.randrange(10**15):015d}" if draw.random() < 0.3 else "",
            **known,
        )

    def titled(self, name: str, woman: bool) -> str:
        if self.random.random() < 0.12:
            return ("Dra. " if woman else "Drs. ") + name + self.random.choice(["", ", M.Pd."])
        return self.random.choice(["", "", "", "", "", "Dr. "]) + name + self.random.choice(AFTER)

    def nip(self, woman: bool) -> str:
        draw = self.random
        born = f"{draw.randint(1930, 1939)}{draw.randint(1, 12):02d}{draw.randint(1, 28):02d}"
        appointed = f"{draw.randint(2005, 2022)}"
        month = draw.choice(
            ["01", "03", "12", "04", "21"]
        )  # 21: a contract number, where a NIP has its month
        return f"{born}{appointed}{month}{draw.randint(1, 2)}{draw.randint(1, 999):03d}"


def regencies(province: str) -> list[tuple[str, str]]:
    with (FOLDER.parent / "shared/regions/regencies.csv").open(encoding="utf-8", newline="") as file:
        return [
            (row["code"], row["name"]) for row in csv.DictReader(file) if row["province_code"] == province
        ]


PARTNERS = [
    "Dewan Pendidikan",
    "PGRI",
    "MKKS SMA",
    "MKKS SMP",
    "K3S",
    "KKPS",
    "Ikatan Alumni LPTK",
    "Yayasan Pendidikan Sinar Ilmu",
]
COMMUNITIES = [
    "Komunitas Guru Belajar",
    "Komunitas Praktisi",
    "KKG Gugus II",
    "MGMP Matematika",
    "Komunitas Literasi",
    "KGP",
]


def bali() -> tuple[list[Person], list[Person]]:
    """300 who are on the committee's list and 130 who register on the web, in their order."""
    maker, places = Maker(2024), regencies("51")

    def one(category: str) -> Person:
        place = maker.random.choice(places)
        partner = category == "mitra-kerja"
        kind = maker.random.choice(PARTNERS if partner else COMMUNITIES)
        return maker.person(
            maker.balinese(),
            domain="mitra-bali" if partner else "guru-bali",
            with_nip=0.35 if partner else 0.8,
            category=category,
            regency=place,
            institution=f"{kind} {place[1]}",
            npsn="" if partner else f"9999{maker.random.randrange(10**4):04d}",
        )

    listed = [one("mitra-kerja") for _ in range(130)] + [one("komunitas") for _ in range(170)]
    # The first 80 on the web find a seat in whatever order they come; of the last 50 some must wait.
    early = ["mitra-kerja"] * 40 + ["komunitas"] * 40
    late = ["mitra-kerja"] * 20 + ["komunitas"] * 30
    maker.random.shuffle(early)
    maker.random.shuffle(late)
    return listed, [one(category) for category in early + late]


def sumbar() -> list[Person]:
    """52 facilitators, 94 principals of their groups, and one facilitator of cohort 3."""
    maker, places = Maker(2023), regencies("13")

    def one(category: str, group: int, cohort: int, role: str) -> Person:
        place = places[group % len(places)]
        level, number = maker.random.choice(["SDN", "SMPN", "SMAN"]), maker.random.randint(1, 40)
        school = f"{level} {number} {place[1].split(' ', 1)[1]}"
        facilitator = category == "fasilitator"
        return maker.person(
            maker.minang(),
            domain="fasilitator-sumbar" if facilitator else "sekolah-sumbar",
            with_nip=0.6 if facilitator else 0.95,
            category=category,
            regency=place,
            institution="Fasilitator Sekolah Penggerak" if facilitator else school,
            npsn="" if facilitator else f"9999{maker.random.randrange(10**4):04d}",
            cohort=str(cohort),
            group=f"Kelompok {group:02d}",
            role_in_group=role,
        )

    cohorts = {group: 1 if group <= 24 else 2 for group in range(1, 53)}
    facilitators = [one("fasilitator", group, cohort, "facilitator") for group, cohort in cohorts.items()]
    principals = [
        one("kepala-sekolah", group, cohort, "principal")
        for group, cohort in cohorts.items()
        for _ in range(2 if group <= 42 else 1)
    ]
    return [*facilitators, *principals, one("fasilitator", 53, 3, "facilitator")]


COLUMNS = [
    "No.",
    "Nama Lengkap (dengan gelar)",
    "NIP",
    "NUPTK",
    "Alamat Surel",
    "No. HP/WA",
    "Unsur",
    "Instansi/Asal Sekolah",
    "NPSN",
    "Kabupaten/Kota",
]
WIDTHS = [5, 34, 24, 20, 40, 18, 20, 44, 11, 26]
SPELLINGS = {
    "mitra-kerja": ["Mitra Kerja", "mitra kerja", "MITRA KERJA", "Mitra"],
    "komunitas": ["Komunitas", "komunitas", "Komunitas Belajar", "KOMUNITAS"],
}


def write_sheet(path: Path, people: list[Person], mended: bool) -> None:
    """The committee's list: letterhead, a row of column numbers, headings, a signature below."""
    draw = random.Random(7)
    book = xlsxwriter.Workbook(path)
    book.set_properties(
        {"title": "Daftar undangan", "author": "Panitia", "created": datetime(2024, 1, 5, tzinfo=UTC)}
    )
    page = book.add_worksheet("Undangan")
    bold = book.add_format({"bold": True})
    center = book.add_format({"bold": True, "align": "center"})
    head = book.add_format(
        {"bold": True, "border": 1, "align": "center", "text_wrap": True, "bg_color": "#DDEBF7"}
    )
    cell = book.add_format({"border": 1})
    for column, width in enumerate(WIDTHS):
        page.set_column(column, column, width)
    letterhead = [
        "KEMENTERIAN PENDIDIKAN, KEBUDAYAAN, RISET, DAN TEKNOLOGI",
        "BALAI GURU PENGGERAK PROVINSI BALI",
        "",
        "DAFTAR UNDANGAN RAPAT KOORDINASI DENGAN MITRA KERJA DAN KOMUNITAS",
        "Plagoo Holiday Hotel, 11 s.d. 13 Januari 2024",
    ]
    for row, text in enumerate(letterhead):
        page.merge_range(row, 0, row, len(COLUMNS) - 1, text, center)
    page.write_row(6, 0, COLUMNS, head)
    page.write_row(7, 0, [f"({number})" for number in range(1, len(COLUMNS) + 1)], head)
    page.freeze_panes(8, 2)
    row = 8
    for number, person in enumerate(people, start=1):
        if number in (1, 131):
            row += number > 1  # a blank row between the groups
            page.merge_range(row, 0, row, 9, "A. MITRA KERJA" if number == 1 else "B. KOMUNITAS", bold)
            row += 1
        values: list[str | float] = [number, *cells(person, draw)]
        if not mended:
            spoil(number, values)
        page.write_row(row, 0, values, cell)
        row += 1
    again = list(cells(people[39], draw))
    page.write_row(row, 0, [len(people) + 1, str(again[0]).upper(), *again[1:]], cell)
    page.write(row + 2, 7, "Badung, 5 Januari 2024")
    page.write(row + 3, 7, "Ketua Panitia,")
    book.close()


def cells(person: Person, draw: random.Random) -> list[str | float]:
    nip = person.nip
    if nip and draw.random() < 0.5:
        nip = f"{nip[:8]} {nip[8:14]} {nip[14]} {nip[15:]}"
    code, place = person.regency
    short = place.removeprefix("Kabupaten ")
    typed = draw.choice([place, place.replace("Kabupaten", "Kab."), short, short.upper(), code])
    return [
        person.name,
        nip or draw.choice(["", "-"]),
        person.nuptk,
        person.email if draw.random() < 0.9 else f" {person.email.upper()} ",
        person.phone,
        draw.choice(SPELLINGS[person.category]),
        person.institution,
        int(person.npsn) if person.npsn and draw.random() < 0.5 else person.npsn,
        typed,
    ]


def spoil(number: int, values: list[str | float]) -> None:
    """Eight mistakes that committees make; the number is the one in column A."""
    nip = "193702142009031007"
    mistakes: dict[int, tuple[int, str | float]] = {
        17: (2, float(nip)),  # kept as a number: the last digits are gone
        58: (4, "panitia.mitra-bali.example"),
        96: (9, "Bandung"),  # both a regency and a city, and neither is meant
        124: (6, "Mitra Kerjaa"),
        151: (2, "1,93702E+17"),
        188: (2, nip[:-1]),
        233: (4, ""),
        270: (2, float(nip) + 4096),
    }
    if number in mistakes:
        column, value = mistakes[number]
        values[column] = value


def write_csv(path: Path, header: list[str], rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def write_attendance(folder: Path, people: list[Person], seed: int) -> None:
    """Most come to every session, some leave early, some never come."""
    sessions = [
        session["id"] for session in yaml.safe_load((folder / "activity.yaml").read_text())["sessions"]
    ]
    draw = random.Random(seed)
    rows = []
    for person in people:
        habit = draw.choices([(1, 1, 1), (1, 1, 0), (0, 1, 1), (0, 0, 0)], weights=[85, 8, 4, 3])[0]
        rows.append([person.email, *map(str, habit)])
    write_csv(folder / "kehadiran.csv", ["email", *sessions], rows)


def main() -> None:
    listed, coming = bali()
    write_sheet(BALI / "undangan.xlsx", listed, mended=False)
    write_sheet(BALI / "undangan-perbaikan.xlsx", listed, mended=True)
    bodies = [json.dumps(person.submit(), ensure_ascii=False) for person in coming]
    (BALI / "pendaftar.json").write_text("[\n" + ",\n".join(bodies) + "\n]\n", encoding="utf-8")
    write_attendance(BALI, listed + coming, 11)
    waiting = [person for person in coming if person.category == "komunitas"][-15:-13]
    leaving = waiting + listed[20:56:3] + listed[140:185:3]
    write_csv(BALI / "pembatalan.csv", ["email"], [[person.email] for person in leaving])

    people = sumbar()
    columns = [field.name for field in fields(Person)]
    people_rows = [
        [person.regency[0] if name == "regency" else getattr(person, name) for name in columns]
        for person in people
    ]
    write_csv(SUMBAR / "peserta.csv", columns, people_rows)
    write_attendance(SUMBAR, people, 22)
    write_csv(SUMBAR / "pembatalan.csv", ["email"], [[people[at].email] for at in (30, 60, 77, 101)])


if __name__ == "__main__":
    main()
