"""`python3 -m launch.setup`; with `--tests`, what the tests need as well; `--peers` is for `make bench`."""

import sys

from launch.console import Stop, exit_with, say, step
from launch.paths import TEST_PROVIDER
from launch.setup import npm, panel, python, system, versions
from launch.setup.stamp import Stamp


def main() -> None:
    say("Setting up")
    step("Python and Node", versions.check)
    step("System packages", lambda: system.install(wanted_programs()))
    step("Python packages", python.install)
    step("Panel's packages", panel.install)
    step("Panel", panel.build)
    if for_tests():
        step("OpenID provider for tests", lambda: npm.install(TEST_PROVIDER, Stamp("test-provider")))
    if for_benchmarks():
        step("Peers to be measured", python.install_peers)


def for_tests() -> bool:
    return "--tests" in sys.argv


def for_benchmarks() -> bool:
    return "--peers" in sys.argv


def wanted_programs() -> list[system.Program]:
    if for_tests():
        return [*system.FOR_RUNNING, *system.FOR_TESTS]
    return [] if system.other_broker_given() else list(system.FOR_RUNNING)


if __name__ == "__main__":
    try:
        main()
    except Stop as problem:
        exit_with(problem)
