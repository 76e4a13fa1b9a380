"""The pages of docs/reference that are made from the product itself: rules and their tables, checks, settings,
case fields, columns.

A page says what the code and the data say, because it asks them: a rule is applied to a made-up situation and its
answer is written down, a check is read from its suite, a field from its dataclass.
"""

from collections.abc import Callable
from pathlib import Path

from tests.reference_pages import case_fields, checks, line_listing, regulator_rules, rule_tables, rules, settings

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"

PAGES: dict[str, Callable[[], str]] = {
    "case-fields.md": case_fields.page,
    "checks.md": checks.page,
    "line-listing.md": line_listing.page,
    "regulator-rules.md": regulator_rules.page,
    "rule-tables.md": rule_tables.page,
    "rules.md": rules.page,
    "settings.md": settings.page,
}


def write(folder: Path = REFERENCE) -> list[str]:
    """Write every generated page; the names of those that changed."""
    folder.mkdir(parents=True, exist_ok=True)
    changed = []
    for name, page in PAGES.items():
        file, text = folder / name, page()
        if not file.is_file() or file.read_text("utf-8") != text:
            file.write_text(text, "utf-8")
            changed.append(name)
    return changed
