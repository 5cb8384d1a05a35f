"""`manage.py workflows …`: what the API does with workflows, for the terminal."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from core.contracts import field_errors
from core.db import reading
from core.errors import Invalid
from jobs.workflows.models import WorkflowState
from jobs.workflows.orders import cancel_workflow, get_workflow, see_through
from jobs.workflows.queries import WorkflowFilter, graph_of, list_workflows
from jobs.workflows.retry import retry_workflow
from jobs.workflows.spec import WorkflowSpec
from jobs.workflows.submit import submit_workflow
from web.commands.audited import audited, command
from web.commands.text_table import text_table
from workloads.manifest import install

workflows = typer.Typer(help="Workflows: jobs that depend on each other.", no_args_is_help=True)


@workflows.callback()
def prepare() -> None:
    """What it submits must exist here, and whoever follows the end of a job must hear of it."""
    install()


WorkflowId = Annotated[str, typer.Argument(help="An id from `workflows list`.")]
MOST = 200  # workflows in a list


class BadFile(Invalid):
    """The file is not a workflow in JSON."""


@workflows.command("list")
def show_all(state: Annotated[list[WorkflowState] | None, typer.Option(help="May be repeated.")] = None) -> None:
    """The newest 200."""
    with reading() as session:
        found = list_workflows(session, WorkflowFilter(states=state or ()), cursor=None, limit=MOST).items
        rows = [(one.id, one.name, one.state, f"{one.ended}/{one.jobs}", str(one.failed)) for one in found]
    typer.echo(text_table(("id", "name", "state", "ended", "failed"), rows))


@workflows.command()
def show(workflow_id: WorkflowId) -> None:
    """Its jobs, one in a line, indented as they are nested."""
    with reading() as session:
        workflow = get_workflow(session, workflow_id)
        nodes = graph_of(session, workflow_id).nodes
    typer.echo(
        f"{workflow.name}: {workflow.state}, {workflow.ended} of {workflow.jobs} ended, {workflow.failed} failed"
    )
    depths: list[int] = []
    for node in nodes:
        depths.append(0 if node.parent is None else depths[node.parent] + 1)
        told = (node.error or {}).get("message", "")
        typer.echo(
            f"{'  ' * depths[-1]}{node.key}  {node.task or node.kind}  {node.job_state or node.state}  {told}".rstrip()
        )


@workflows.command()
def cancel(workflow_id: WorkflowId) -> None:
    """Ends what has not begun; what runs stops at its next checkpoint."""
    with audited("cancel_workflow", workflow_id) as session:
        cancel_workflow(session, workflow_id, by=command("").actor)
    see_through(workflow_id)
    with reading() as session:
        typer.echo(get_workflow(session, workflow_id).state)


@workflows.command()
def retry(workflow_id: WorkflowId) -> None:
    """Runs again what did not succeed."""
    with audited("retry_workflow", workflow_id) as session:
        _, jobs = retry_workflow(session, workflow_id, by=command("").actor)
    typer.echo(f"{jobs} jobs run again")


@workflows.command()
def submit(file: Annotated[Path, typer.Argument(help="As for POST /api/workflows; - reads standard input.")]) -> None:
    """Submits a workflow from a file and prints its id."""
    spec = _read(file)
    with audited("submit_workflow", spec.name) as session:
        made = submit_workflow(session, spec, by=command("").actor)
    typer.echo(made.id)


def _read(file: Path) -> WorkflowSpec:
    """Raises BadFile."""
    try:
        return WorkflowSpec.model_validate_json(sys.stdin.read() if str(file) == "-" else file.read_text())
    except OSError as error:
        raise BadFile(f"{file} cannot be read: {error.strerror}.") from None
    except ValidationError as error:
        told = "; ".join(f"{one.field}: {one.message}" for one in field_errors(error)[:5])
        raise BadFile(f"{file} is not a workflow: {told}.") from None
