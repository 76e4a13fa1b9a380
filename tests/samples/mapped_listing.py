"""A clinic's listing in German, and the mapping file that says which column is which. Nobody in here exists."""

import io
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook

from tests.factories import timeless

MAPPING = "klinikum_beispiel.yaml"
LISTING = "klinikum_beispiel_2026-10.xlsx"

YAML = """\
# The monthly list of Klinikum Beispiel. Generated: there is no such clinic.
name: Klinikum Beispiel, monthly list
sheet: Meldungen
header_row: 3
one_row_per: reaction

columns:
  Fallnummer: {to: case_id, prefix: DE-KLINIKUMBEISPIEL-}
  Version: version
  Eingang: {to: first_received, date: dd.mm.yyyy}
  Stand: {to: latest_received, date: dd.mm.yyyy}
  Melder:
    to: reporter_qualification
    words: {Arzt: physician, Ärztin: physician, Apotheke: pharmacist, Patient: consumer}
  Initialen: {to: patient_initials, words: {geschwärzt: MSK}}
  Geburtsjahr: {to: birth_date, date: [yyyy, mm.yyyy]}
  Geschlecht: {to: sex, words: {m: male, w: female, unbekannt: UNK}}
  Gewicht (kg): {to: weight_kg, decimal: ","}
  Vorerkrankungen: {to: medical_history, separator: ","}
  Reaktion: reaction
  Beginn: {to: reaction_start, date: [dd.mm.yyyy, mm.yyyy, yyyy]}
  Ausgang:
    to: outcome
    words:
      wiederhergestellt: recovered
      in Besserung: recovering
      nicht wiederhergestellt: not recovered
      verstorben: fatal
      unbekannt: unknown
  Schwerwiegend:
    to: seriousness
    separator: "/"
    words:
      ja: serious
      nein: non-serious
      Krankenhaus: hospitalisation
      Tod: death
      lebensbedrohlich: life-threatening
  Arzneimittel: drug
  Charge: {to: lot, words: {unbekannt: UNK}}
  Gabe am: {to: drug_start, date: dd.mm.yyyy}
  Bericht: {to: narrative, optional: true}

constants:
  report_type: spontaneous
  reporter_country: DE
  reaction_country: DE
  role: suspect

ignored: [Bearbeiter]
"""

HEADER = (
    *("Fallnummer", "Version", "Eingang", "Stand", "Melder", "Initialen", "Geburtsjahr", "Geschlecht", "Gewicht (kg)"),
    *("Vorerkrankungen", "Reaktion", "Beginn", "Ausgang", "Schwerwiegend", "Arzneimittel", "Charge", "Gabe am"),
    *("Bericht", "Bearbeiter"),
)

_FEVER: dict[str, Any] = {
    "Fallnummer": "2026-0007",
    "Version": 1,
    "Eingang": "05.10.2026",
    "Stand": "06.10.2026",
    "Melder": "Ärztin",
    "Initialen": "geschwärzt",
    "Geburtsjahr": 1958,
    "Geschlecht": "w",
    "Gewicht (kg)": "71,5",
    "Vorerkrankungen": "Melanom, Hypertonie",
    "Reaktion": "Pyrexia",
    "Beginn": "22.09.2026",
    "Ausgang": "wiederhergestellt",
    "Schwerwiegend": "nein",
    "Arzneimittel": "Imlygic",
    "Charge": "TV26D001",
    "Gabe am": "21.09.2026",
    "Bericht": "Synthetic. Fever of 38.9 for two days after the injections.",
    "Bearbeiter": "Referat 3",
}
ROWS: tuple[dict[str, Any], ...] = (
    _FEVER,
    _FEVER
    | {
        "Reaktion": "Cellulitis",
        "Beginn": "25.09.2026",
        "Ausgang": "in Besserung",
        "Schwerwiegend": "ja/Krankenhaus",
    },
    {
        "Fallnummer": "2026-0008",
        "Version": 1,
        "Eingang": date(2026, 10, 8),
        "Stand": date(2026, 10, 8),
        "Melder": "Apotheke",
        "Initialen": "M.X.",
        "Geburtsjahr": "04.1971",
        "Geschlecht": "m",
        "Reaktion": "Oral herpes",
        "Beginn": "09.2026",
        "Ausgang": "unbekannt",
        "Schwerwiegend": "nein",
        "Arzneimittel": "Imlygic",
        "Charge": "unbekannt",
        "Gabe am": date(2026, 9, 14),
        "Bericht": "Synthetic. A cold sore, seen at the counter of the pharmacy.",
        "Bearbeiter": "Referat 3",
    },
)


def listing(rows: tuple[dict[str, Any], ...] = ROWS, header: tuple[str, ...] = HEADER) -> bytes:
    """The workbook, with a title above the header and a second sheet, as offices write them."""
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "Meldungen"
    sheet.append(["Klinikum Beispiel (erfunden): Meldungen Oktober 2026"])
    sheet.append([])
    sheet.append(list(header))
    for row in rows:
        sheet.append([row.get(name) for name in header])
    workbook.create_sheet("Legende").append(["erfunden"])
    workbook.properties.title = "Synthetic line listing"
    workbook.properties.creator = "tvec-pv tests.samples"
    workbook.properties.created = datetime(2026, 11, 2, 6)
    written = io.BytesIO()
    workbook.save(written)
    return timeless(written.getvalue())


def contents() -> dict[str, bytes]:
    return {f"mappings/{MAPPING}": YAML.encode(), f"mappings/{LISTING}": listing()}
