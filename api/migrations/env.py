"""Alembic's entry: runs on the engine of the process, so that one set of pragmas and drivers serves both."""

from alembic import context

from core.db import Base
from core.engine import get_engine


def run() -> None:
    engine = get_engine().execution_options(writing=True)
    with engine.connect() as connection:
        context.configure(
            connection=connection, target_metadata=Base.metadata, render_as_batch=True, transactional_ddl=True
        )
        with context.begin_transaction():
            context.run_migrations()


run()
