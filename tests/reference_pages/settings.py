"""docs/reference/settings.md: every setting, from the `Settings` class, and what is set for the libraries."""

from typing import Any, get_args

from flows.settings import _QUIET
from tests.reference_pages.markdown import code, document, table
from tvec_pv.settings import Settings

_DEFAULTS = {"expectations": "the suites that come with the package"}
_NOTES = {
    "database_url": "A URL with any PostgreSQL prefix is opened with psycopg 3. The password is never printed.",
    "meddra": "Without it terms are matched by name. A folder that lacks one of the files is refused.",
    "home": "A relative path counts from the folder in which the command is run.",
    "out": "The option `--out` of a command comes before it.",
    "batch_size": "At least 1. It changes how fast a file is taken in, not what comes out.",
    "expectations": "A finding carries the hash of the suites it was made with.",
}


def page() -> str:
    return document(
        "Settings",
        """
Everything that differs between installations is read from the environment when a command starts. There is no
configuration file, and every setting has a default with which the product works.
""",
        table(("variable", "kind", "default", "what it is"), map(_row, Settings.model_fields)),
        """
## Under the home folder

| path | what it holds |
| --- | --- |
| `tvec-pv.sqlite` | the database, unless `TVEC_PV_DATABASE_URL` names another; `.lock` beside it: held by a run |
| `raw/` | every file's bytes, under their SHA-256: the first two digits are a folder |
| `background/` | the FAERS quarters that were loaded, as Parquet, and `manifest.json` |
| `quality/` | the quality report of each intake |
| `workbooks/` | the workbooks, unless `TVEC_PV_OUT` or `--out` names another folder |
| `prefect/` | what Prefect keeps about runs |

`raw/` and `background/` stay here with PostgreSQL too: keep the folder with the database when you back up.

## What is set for the libraries

`tvec-pv nightly` and `tvec-pv serve` give these to Prefect and Great Expectations, unless the environment says
otherwise already, so that nothing is sent anywhere and the first start has time. `PREFECT_HOME` becomes `prefect/`
under the home folder.
""",
        table(("variable", "value"), ((code(name), code(value)) for name, value in _QUIET.items())),
        """
`prefect.yaml`, for a team's Prefect server, reads `TVEC_PV_CHECKOUT`: the folder of the checkout on the worker.
The tests read `TVEC_PV_REAL_DATA`: a folder with real public files, where there is one.
""",
    )


def _row(name: str) -> tuple[str, str, str, str]:
    field = Settings.model_fields[name]
    default = _DEFAULTS.get(name) or ("not set" if field.default is None else code(field.default))
    note = _NOTES.get(name, "")
    return code(f"TVEC_PV_{name.upper()}"), _kind(field.annotation), default, f"{field.description} {note}".strip()


def _kind(annotation: Any) -> str:
    names = {"Path": "folder", "SecretStr": "URL", "str": "text", "int": "number"}
    one = next((kind for kind in get_args(annotation) if kind is not type(None)), annotation)
    return names[one.__name__]
