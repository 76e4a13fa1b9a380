"""Alembic from code: the migrations travel with the package."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine


def configuration(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine) -> None:
    """Bring the schema to the newest revision; nothing happens when it is there already."""
    config = configuration(engine)
    with engine.connect() as connection:
        at = MigrationContext.configure(connection).get_current_revision()
    if at != ScriptDirectory.from_config(config).get_current_head():
        command.upgrade(config, "head")
