"""One PostgreSQL database for all tests of a process, emptied between them: that takes a tenth of making a new one."""

from contextlib import suppress

import psycopg

from tests.edges import NO_LONGER_ON_POSTGRESQL
from tests.postgres import PrivatePostgres

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
SEQUENCES = "SELECT sequencename, coalesce(last_value, 1), last_value IS NOT NULL FROM pg_sequences"
# What a test that changes more than rows changes: it gets rid of the database.
SHAPE = """
SELECT md5(string_agg(one, ',' ORDER BY one)) FROM (
    SELECT concat_ws(' ', oid, relname, relnatts, reloptions) FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL
    SELECT concat_ws(' ', attrelid, attname, atttypid, attnotnull, atthasdef) FROM pg_attribute
    WHERE attnum > 0 AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
    UNION ALL SELECT concat_ws(' ', tgrelid, tgname, tgenabled) FROM pg_trigger
    UNION ALL SELECT concat_ws(' ', conrelid, conname, convalidated) FROM pg_constraint WHERE conrelid <> 0
    UNION ALL SELECT concat_ws(' ', proname, md5(prosrc)) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', setdatabase, setrole, setconfig) FROM pg_db_role_setting
) AS all_of_it (one)
"""
# A process that the test before has left, or a thread of ours, may hold rows.
END_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
# What ANALYZE, or the server by itself, has learned of rows that are gone would lead the planner in the next test.
FORGET = """
DELETE FROM pg_statistic WHERE starelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace);
UPDATE pg_class SET relpages = 0, reltuples = -1 WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')
"""
# Deleted rows stay in the file; past this size it is cut, which takes long for an empty one.
LARGE = f"SELECT relname FROM pg_class WHERE relname IN ({TABLES}) AND relkind = 'r' AND pg_relation_size(oid) > 500000"


class ReusedDatabase:
    def __init__(self, postgres: PrivatePostgres, template: str) -> None:
        self._postgres, self._template = postgres, template
        self._url, self._shape, self._empty = "", "", ""

    def as_new(self) -> str:
        """Answers its URL. Whatever is connected is cut off."""
        if not (self._url and self._emptied()):
            self._url = self._postgres.new_database(template=self._template)
            self._learn()
        return self._url

    def _connect(self) -> psycopg.Connection[tuple[str, ...]]:
        return psycopg.connect(self._url.replace("+psycopg", ""), autocommit=True)

    def _learn(self) -> None:
        """The rows that migrations wrote are kept beside, to be put back."""
        with self._connect() as connection:
            [(self._shape,)] = connection.execute(SHAPE).fetchall()
            tables = [name for (name,) in connection.execute(TABLES)]
            filled = [name for name in tables if connection.execute(f"SELECT FROM {name} LIMIT 1").rowcount]
            sequences = connection.execute(SEQUENCES).fetchall()
            connection.execute("CREATE SCHEMA kept")
            for name in filled:
                connection.execute(f"CREATE TABLE kept.{name} AS TABLE {name}")
        # As a replica does it: in any order, and without triggers.
        self._empty = ";".join(
            [
                "SET session_replication_role = replica",
                FORGET,
                *(f"DELETE FROM {name}" for name in tables),
                *(f"INSERT INTO {name} OVERRIDING SYSTEM VALUE TABLE kept.{name}" for name in filled),
                *(f"SELECT setval('{name}', {last}, {called})" for name, last, called in sequences),
            ]
        )

    def _emptied(self) -> bool:
        """False where it has another shape than before, or does not answer."""
        with suppress(psycopg.OperationalError), self._connect() as connection:
            connection.execute(END_OTHERS)
            connection.execute(NO_LONGER_ON_POSTGRESQL)
            if connection.execute(SHAPE).fetchall() != [(self._shape,)]:
                return False
            if large := [name for (name,) in connection.execute(LARGE)]:
                connection.execute(f"TRUNCATE {', '.join(large)} CASCADE")
            connection.execute(self._empty)
            return True
        return False
