"""What differs between installations, from TVEC_PV_... in the environment. Everything has a default that works."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from tvec_pv.domain.errors import ReferenceDataError, SettingsError


def _expectations() -> Path:
    """The folder of suites that is installed with the package, or stands in the checkout."""
    found = find_spec("expectations")
    if found is None or not found.submodule_search_locations:
        raise ReferenceDataError("the folder of expectation suites is not installed: set TVEC_PV_EXPECTATIONS")
    return Path(next(iter(found.submodule_search_locations)))


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="TVEC_PV_", extra="ignore")

    home: Path = Field(Path(".tvec-pv"), description="Folder of the database, the raw files and the background.")
    database_url: SecretStr | None = Field(
        None, description="postgresql+psycopg://... of a team's database; without it, SQLite under the home folder."
    )
    expectations: Path = Field(default_factory=_expectations, description="Folder of the expectation suites.")
    meddra: Path | None = Field(None, description="Folder with your own licensed llt.asc and pt.asc.")
    schemas: Path | None = Field(
        None, description="Folder of the ICH ICSR schema set; with it, E2B(R3) messages are validated against it."
    )
    mappings: Path | None = Field(None, description="Folder of mapping files (YAML) for partners' line listings.")
    out: Path | None = Field(None, description="Folder for workbooks; without it, workbooks under the home folder.")
    actor: str = Field("nightly", description="Who the audit trail names for what the machine does.")
    batch_size: int = Field(2000, ge=1, description="Records per transaction.")
    workers: int = Field(1, ge=1, description="Processes that check and classify; 1 is best for a few hundred reports.")

    @property
    def url(self) -> str:
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.home.resolve() / 'tvec-pv.sqlite'}"

    @property
    def raw(self) -> Path:
        return self.home.resolve() / "raw"

    @property
    def quality(self) -> Path:
        return self.home.resolve() / "quality"

    @property
    def background(self) -> Path:
        return self.home.resolve() / "background"

    @property
    def workbooks(self) -> Path:
        return (self.out or self.home / "workbooks").resolve()


@cache
def settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(f"TVEC_PV_{str(one['loc'][0]).upper()}: {one['msg']}" for one in error.errors())
        raise SettingsError(wrong) from error
