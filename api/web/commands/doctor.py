"""`manage.py doctor`: for the terminal and for CI."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import orjson
import typer

from core.log import presentable
from web.commands.audited import audited
from web.doctor.examine import examine, exit_code
from web.doctor.finding import Finding, Severity
from web.doctor.repair import repair as repair_queues
from workloads.manifest import install


def doctor(
    strict: Annotated[bool, typer.Option("--strict", help="Warnings end with 1.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    repair: Annotated[
        bool,
        typer.Option(
            "--repair", help="Delete and declare again queues that cannot be used; their jobs are sent again."
        ),
    ] = False,
) -> None:
    """Looks for what is wrong, and says what to do. Ends with 0, or with 2 when there are errors."""
    install()
    findings = examine()
    if repair and (said := _repaired(findings)):
        typer.echo("\n".join(said), err=True)
        findings = examine()
    typer.echo(_json(findings) if as_json else _text(findings))
    raise typer.Exit(exit_code(findings, strict=strict))


def _repaired(findings: Sequence[Finding]) -> list[str]:
    queues = sorted({one.queue for one in findings if one.queue})
    if not queues:
        return ["Nothing that can be repaired from here."]
    with audited("repair_queues", ", ".join(queues)):
        pass
    return repair_queues(findings)


def _json(findings: Sequence[Finding]) -> str:
    return orjson.dumps([asdict(one) for one in findings], option=orjson.OPT_INDENT_2).decode()


def _text(findings: Sequence[Finding]) -> str:
    lines = [line for one in findings for line in _lines(one)]
    counted = {severity: sum(one.severity is severity for one in findings) for severity in Severity}
    return "\n".join([*lines, "", ", ".join(f"{count} {severity}" for severity, count in counted.items() if count)])


def _lines(one: Finding) -> list[str]:
    """A driver's or the broker's own words may be among them."""
    told = [
        f"{one.severity.upper():8}{one.check}: {one.what}",
        *(f"{'':8}{more}" for more in (one.why, one.advice) if more),
    ]
    return [presentable(line) for line in told]
