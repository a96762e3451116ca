"""Bringing a database to the current schema."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from platformlink.adapters.db import psycopg_url

MIGRATIONS = Path(__file__).parent.parent / "migrations"
LOCK = 7_251_900_114  # any number; all who migrate wait for each other


def config() -> Config:
    """Return Alembic's configuration, which needs no file."""
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    return made


def upgrade(url: str) -> None:
    """Bring the database to the current schema; two at once wait for each other."""
    engine = sa.create_engine(psycopg_url(url), poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.select(sa.func.pg_advisory_lock(LOCK)))
        connection.commit()
        made = config()
        made.attributes["connection"] = connection
        command.upgrade(made, "head")
        connection.commit()
    engine.dispose()


def is_current(url: str) -> bool:
    """Say whether the database has the current schema."""
    engine = sa.create_engine(psycopg_url(url), poolclass=sa.NullPool)
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    engine.dispose()
    return found == ScriptDirectory.from_config(config()).get_current_head()
