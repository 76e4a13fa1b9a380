"""docs/reference/rule-tables.md: the tables of tests/spec, as the tests run them."""

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from types import ModuleType
from typing import Any

from tests import spec
from tests.reference_pages.markdown import document, table


def page() -> str:
    return document(
        "The rules as tables",
        """
Every row here is a test: what is reported, and what must come of it, with the boundary of each limit and both its
neighbours. The rules themselves are explained on [their own page](rules.md).
""",
        *(_section(module, tables) for module in _modules() if (tables := list(_tables(module)))),
    )


def _modules() -> Iterator[ModuleType]:
    for found in sorted(pkgutil.iter_modules(spec.__path__), key=lambda one: one.name.removeprefix("test_")):
        yield importlib.import_module(f"{spec.__name__}.{found.name}")


def _tables(module: ModuleType) -> Iterator[tuple[str, list[Any]]]:
    """Lists of named tuples that the module itself defines."""
    for name, value in vars(module).items():
        of = type(value[0]) if isinstance(value, list) and value else None
        if hasattr(of, "_fields") and of.__module__ == module.__name__:
            yield name, value


def _section(module: ModuleType, tables: list[tuple[str, list[Any]]]) -> str:
    heading = (module.__doc__ or "").strip().split("\n\n")[0].replace("\n", " ").rstrip(".")
    parts = [f"## {heading}"]
    for name, rows in tables:
        caption = (type(rows[0]).__doc__ or "").strip().replace("\n", " ")
        header = [field.replace("_", " ") for field in rows[0]._fields]
        parts.append(f"### {name.replace('_', ' ').capitalize()}\n\n{' '.join(caption.split())}")
        parts.append(table(header, ([shown(cell) for cell in row] for row in rows)))
    return "\n\n".join(parts)


def shown(value: Any) -> str:
    """A cell in words; nothing for what is not said."""
    if value is None or value is False or value == "" or value == ():
        return ""
    if value is True:
        return "yes"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return ", ".join(filter(None, map(shown, value)))
    if isinstance(value, tuple | list | set | frozenset):
        given = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return "; ".join(filter(None, map(shown, given)))
    if isinstance(value, dict):
        return "; ".join(f"{key}: {shown(one)}" for key, one in value.items())
    if is_dataclass(value):
        said = ((one.name, getattr(value, one.name), one.default) for one in fields(value))
        return ", ".join(f"{name.replace('_', ' ')} {shown(one)}" for name, one, default in said if one != default)
    return getattr(value, "text", None) or str(value)
