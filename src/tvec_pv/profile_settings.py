"""Reads `profile.toml`, the settings of a folder of `reference/profile/`, and says which folder is in force.

A mistake is named with file and field.
"""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from importlib.resources.abc import Traversable
from typing import Any

from tvec_pv.domain.errors import ReferenceDataError

SETTINGS = "profile.toml"


def newest_profile(folder: Traversable) -> Traversable:
    """The profile in force: the folder of the latest date that is no draft."""
    versions = sorted((one for one in folder.iterdir() if one.is_dir()), key=lambda one: one.name, reverse=True)
    for version in versions:
        if not read_settings(version).get("draft", False):
            return version
    raise ReferenceDataError(f"{folder.name} holds no profile that is not a draft")


def read_settings(folder: Traversable) -> dict[str, Any]:
    """`profile.toml`: its version is the folder's name, because assessments are remade when it changes."""
    file = folder / SETTINGS
    try:
        data = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ReferenceDataError(f"{folder.name}/{SETTINGS}: not readable ({type(error).__name__})") from error
    except tomllib.TOMLDecodeError as error:
        raise ReferenceDataError(f"{SETTINGS}: {error}") from error
    _check_fields(data, _FIELDS, SETTINGS)
    for table in ("spelling", "product", "reporting", "periodic"):
        _check_fields(data[table], _FIELDS_OF[table], f"{SETTINGS}: [{table}]")
    for entry in data["periodic"]["eu_reports"]:
        _check_fields(entry, _FIELDS_OF["eu_reports"], f"{SETTINGS}: [periodic], eu_reports")
    for entry in data["category"]:
        _check_fields(entry, _FIELDS_OF["category"], f"{SETTINGS}: category {entry.get('id', '(without id)')}")
    for name in ("regions", "category"):
        if not data[name]:
            raise ReferenceDataError(f"{SETTINGS}: {name} is empty")
    if data["version"] != folder.name:
        raise ReferenceDataError(
            f"{SETTINGS}: version is {data['version']!r} in folder {folder.name!r}; a change is a new folder"
        )
    return data


_FIELDS: Mapping[str, Any] = {
    "version": str,
    "approved_by": str,
    "draft?": bool,
    "regions": [str],
    "category": [dict],
    "undone_by": [str],
    "conditions": dict,
    "spelling": dict,
    "product": dict,
    "reporting": dict,
    "periodic": dict,
}
_FIELDS_OF: Mapping[str, Mapping[str, Any]] = {
    "category": {"id": str, "name": str, "of_another_person?": str},
    "spelling": {"minimum_letters": int, "letters_for_one": int, "letters_for_two": int, "apart": [[str]]},
    "product": {
        "name": str,
        "brand": str,
        "abbreviation": str,
        "us_licence": date,
        "eu_authorisation": date,
        "minimum_letters": int,
        "maximum_distance": int,
    },
    "reporting": {"us_alert_days": int, "eu_serious_days": int, "eu_non_serious_days": int, "eea": [str]},
    "periodic": {
        "us_quarterly_years": int,
        "us_days_after_quarter": int,
        "us_days_after_anniversary": int,
        "eu_reports": [dict],
        "verified": bool,
    },
    "eu_reports": {"data_lock_point": date, "due": date},
}


def _check_fields(entry: Mapping[str, Any], kinds: Mapping[str, Any], place: str) -> None:
    """Every field is known and of its kind, and each is there; "?" marks one that may be absent, a list its items."""
    known = {name.rstrip("?"): kind for name, kind in kinds.items()}
    for name, value in entry.items():
        if name not in known:
            raise ReferenceDataError(f"{place}: {name} is none of {', '.join(known)}")
        if not _is_of(value, known[name]):
            raise ReferenceDataError(f"{place}: {name} must be {_wanted(known[name])}")
    if missing := [name for name in kinds if name not in entry and not name.endswith("?")]:
        raise ReferenceDataError(f"{place}: {', '.join(missing)} is missing")


def _wanted(kind: Any) -> str:
    return f"a list, each of which is {_wanted(kind[0])}" if isinstance(kind, list) else _WORDS[kind]


_WORDS = {str: "text", bool: "true or false", int: "a whole number", date: "a date", dict: "a table"}


def _is_of(value: Any, kind: Any) -> bool:
    if isinstance(kind, list):
        return isinstance(value, list) and all(_is_of(item, kind[0]) for item in value)
    if kind is int and isinstance(value, bool):
        return False
    return isinstance(value, kind) and not (kind is date and isinstance(value, datetime))
