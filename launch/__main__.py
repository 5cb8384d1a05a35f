"""`python -m launch run [PROCFILE]` and `python -m launch stop`."""

import sys

from launch import leftovers
from launch.console import Stop, exit_with, say
from launch.paths import ROOT
from launch.run import run


def main() -> None:
    match sys.argv[1:]:
        case ["run", *rest]:
            run(ROOT / (rest[0] if rest else "Procfile"))
        case ["stop"]:
            stop()
        case _:
            raise Stop(str(__doc__))


def stop() -> None:
    say("Stopped." if leftovers.end_all() else "Nothing runs here.")


if __name__ == "__main__":
    try:
        main()
    except Stop as problem:
        exit_with(problem)
