"""The operator's command line: `cd api && python manage.py --help`."""

import importlib
import sys

import orjson
import typer
from sqlalchemy.exc import InterfaceError, OperationalError, ProgrammingError

from core import schema
from core.errors import AppError
from core.log import configure_logging
from web.commands import audit_list
from web.commands.access import tokens, users
from web.commands.dead_letters import dead_letters
from web.commands.doctor import doctor
from web.commands.flower import flower_login
from web.commands.prune import prune
from web.commands.queues import queues
from web.commands.scheduled import scheduled
from web.commands.tasks import tasks
from web.commands.workers import workers
from web.commands.workflows import workflows

cli = typer.Typer(help="Slipway's command line.", no_args_is_help=True, pretty_exceptions_enable=False)
cli.add_typer(users, name="user")
cli.add_typer(tokens, name="token")
cli.add_typer(queues, name="queues")
cli.add_typer(tasks, name="tasks")
cli.add_typer(workflows, name="workflows")
cli.add_typer(dead_letters, name="dead-letters")
cli.add_typer(scheduled, name="scheduled")
cli.add_typer(workers, name="workers")
cli.command()(audit_list.audit)
cli.command()(flower_login)
cli.command()(doctor)
cli.command()(prune)


@cli.callback()
def prepare() -> None:
    configure_logging()


@cli.command()
def migrate() -> None:
    """Brings the database to the schema that this code needs."""
    changed = schema.migrate()
    typer.echo("The database was migrated." if changed else "The database is up to date.")


@cli.command()
def openapi() -> None:
    """Prints the API's OpenAPI document: the same bytes for the same code."""
    options = orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2
    web = importlib.import_module("web.app")  # the whole application, which no other command needs
    typer.echo(orjson.dumps(web.create_app().openapi(), option=options).decode())


def main() -> None:
    """An expected failure is one sentence on stderr and exit code 1."""
    try:
        cli()
    except AppError as error:
        sys.exit(error.message)
    except (InterfaceError, OperationalError, ProgrammingError):
        # Away, or without our tables; what the driver says about it may hold the address.
        sys.exit("The database does not answer, or has not been migrated: see `python manage.py migrate`.")


if __name__ == "__main__":
    main()
