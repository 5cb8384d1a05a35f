"""`make lock`: the exact versions and hashes of everything, from pyproject.toml's ranges."""

from functools import partial

from launch.console import Stop, exit_with, step
from launch.paths import REQUIREMENTS, ROOT
from launch.setup.commands import run
from launch.setup.python import LOCK, uv

# Whoever compiles may use an index of their own; the files must not say which.
OPTIONS = (
    "--quiet",
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--custom-compile-command=make lock",
)


def main() -> None:
    step("dev", partial(compiled, "dev"))
    # Within dev's versions, so that one virtual environment holds all of them; bench has one of its own.
    for extra in ("app", "tasks", "bench"):
        step(extra, partial(compiled, extra, f"--constraints={LOCK.relative_to(ROOT)}"))


def compiled(extra: str, *options: str) -> str:
    target = REQUIREMENTS.relative_to(ROOT) / f"{extra}.txt"
    run([uv(), "pip", "compile", *OPTIONS, *options, f"--extra={extra}", "pyproject.toml", f"--output-file={target}"])
    return str(target)


if __name__ == "__main__":
    try:
        main()
    except Stop as problem:
        exit_with(problem)
