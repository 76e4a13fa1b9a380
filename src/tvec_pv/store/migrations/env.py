"""Alembic's entry: one stream of revisions for SQLite and PostgreSQL."""

from typing import Any, Literal

from alembic import context

from tvec_pv.store import decision_tables, duplicate_tables, signal_tables, user_tables  # noqa: F401 (tables of the same metadata)
from tvec_pv.store.tables import Base, Moment


def _render(kind: str, item: Any, _: object) -> str | Literal[False]:
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Moment) else False


engine = context.config.attributes["engine"]
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=_render,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
