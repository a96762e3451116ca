import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from platformlink.adapters.db import psycopg_url
from platformlink.migrations.metadata import METADATA


def test_the_migrated_schema_is_the_schema_of_the_tables(database_url: str) -> None:
    engine = sa.create_engine(psycopg_url(database_url), poolclass=sa.NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, METADATA)
    engine.dispose()

    assert differences == []
