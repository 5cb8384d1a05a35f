"""A trigger, made from the table of states, that refuses every write that takes a job a way which is not in it."""

from sqlalchemy import text

from core.db import is_postgresql, writing
from jobs.states import EDGES

DATABASES = {"sqlite_database", "postgresql_database", "database"}
REFUSAL = "there is no such edge"
WAYS = ", ".join(f"'{before}>{after}'" for before, onward in EDGES.items() for after in onward)
FORBIDDEN = f"NEW.state <> OLD.state AND OLD.state || '>' || NEW.state NOT IN ({WAYS})"

ON_SQLITE = (
    f"CREATE TRIGGER edges BEFORE UPDATE OF state ON jobs WHEN {FORBIDDEN} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
)
ON_POSTGRESQL = (
    "CREATE FUNCTION refuse_edge() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}: % to %', OLD.state, NEW.state; END $$",
    f"CREATE TRIGGER edges BEFORE UPDATE OF state ON jobs FOR EACH ROW WHEN ({FORBIDDEN}) "
    "EXECUTE FUNCTION refuse_edge()",
)
NO_LONGER_ON_POSTGRESQL = "DROP FUNCTION IF EXISTS refuse_edge CASCADE"


def keep_to_the_edges() -> None:
    """From now on, whichever process writes to this test's database."""
    with writing() as session:
        for statement in ON_POSTGRESQL if is_postgresql(session) else ON_SQLITE:
            session.execute(text(statement.replace(":", "\\:")))
