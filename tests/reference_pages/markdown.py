"""The little Markdown that the generated pages need."""

from collections.abc import Iterable, Sequence

NOTICE = "<!-- Written by `make docs` (tests/reference_pages). Change what it is made from, never this page. -->"


def document(title: str, *parts: str) -> str:
    """A whole page: a title, a notice for whoever opens the file, and the parts with a line between them."""
    return "\n\n".join([f"# {title}", NOTICE, *(part.strip("\n") for part in parts if part)]) + "\n"


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell(value) for value in line) + " |" for line in lines)


def cell(value: object) -> str:
    """A value in one cell of a table."""
    return str(value).replace("|", "\\|").replace("\n", " ").strip()


def code(value: object) -> str:
    """A name as it is written in a file or a command; nothing stays nothing."""
    return f"`{value}`" if value not in (None, "") else ""


def codes(values: Iterable[object]) -> str:
    return ", ".join(code(value) for value in values)
