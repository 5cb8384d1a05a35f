"""Tables beside Slipway's own, into which drills write what they did and triggers what became of each job."""

from sqlalchemy import text

from core.db import writing

TABLES = (
    "CREATE TABLE drill_effects (key VARCHAR(200) PRIMARY KEY, job_id VARCHAR(155) NOT NULL)",
    "CREATE TABLE drill_overlaps (job_id VARCHAR(155) NOT NULL, attempt INTEGER NOT NULL)",
    "CREATE TABLE drill_endings (job_id VARCHAR(155) NOT NULL, was VARCHAR(20) NOT NULL, became VARCHAR(20) NOT NULL)",
)
FINAL = "('succeeded', 'failed', 'cancelled')"
NOTED = "INSERT INTO drill_endings VALUES (NEW.id, OLD.state, NEW.state);"
CHANGED = f"(NEW.state IN {FINAL} OR OLD.state IN {FINAL}) AND (NEW.state <> OLD.state OR NEW.ended_at <> OLD.ended_at)"

SQLITE = (f"CREATE TRIGGER drill_ending AFTER UPDATE ON jobs WHEN {CHANGED} BEGIN {NOTED} END",)
POSTGRESQL = (
    f"CREATE FUNCTION drill_ending() RETURNS trigger AS $$ BEGIN {NOTED} RETURN NULL; END $$ LANGUAGE plpgsql",
    f"CREATE TRIGGER drill_ending AFTER UPDATE ON jobs FOR EACH ROW WHEN ({CHANGED}) EXECUTE FUNCTION drill_ending()",
)


def make_records(database: str) -> None:
    """Every step into an ending, and out of one, is on record whoever makes it."""
    with writing() as session:
        for statement in (*TABLES, *(SQLITE if database.startswith("sqlite") else POSTGRESQL)):
            session.execute(text(statement))
