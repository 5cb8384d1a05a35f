"""The FLOWER_* variables: of the environment, and of `.env`, which Flower itself does not read."""

import importlib
import os
import sys
from collections.abc import Collection, Mapping

from dotenv import dotenv_values
from tornado.options import OptionParser

from core.errors import closest
from core.settings import Settings, env_file
from worker.flower.refusal import FlowerRefused

START = "FLOWER_"
# Flower's module for OAuth reads these as it is imported, which is before anything of ours.
READ_AT_IMPORT = {"FLOWER_GITHUB_OAUTH_DOMAIN", "FLOWER_GITLAB_OAUTH_DOMAIN"}
NO_OPTIONS = {*READ_AT_IMPORT, "FLOWER_GITLAB_AUTH_ALLOWED_GROUPS", "FLOWER_GITLAB_MIN_ACCESS_LEVEL"}
DOORS = ("FLOWER_BASIC_AUTH", "FLOWER_AUTH")


def adopt_env_file() -> None:
    """Puts `.env`'s variables where Flower looks for them. Those of the environment win."""
    path = env_file()
    found = {name: value for name, value in dotenv_values(path).items() if value} if path else {}
    adopted = {name: found[name] for name in found if name.startswith(START) and name not in os.environ}
    os.environ.update(adopted)
    module = sys.modules.get("flower.views.auth")
    if module is not None and READ_AT_IMPORT & adopted.keys():
        importlib.reload(module)


def check_variables(environ: Mapping[str, str], options: OptionParser) -> None:
    """Raises FlowerRefused."""
    known = known_variables(options)
    for name in sorted(one for one in environ if one.startswith(START)):
        if name not in known:
            raise FlowerRefused(f"there is no variable {name}. {closest(name, sorted(known))}")
    if environ.get("FLOWER_AUTH_PROVIDER"):
        raise FlowerRefused("say FLOWER_OAUTH_PROVIDER=google, github, gitlab or okta instead of FLOWER_AUTH_PROVIDER.")
    for name in DOORS:
        if environ.get(name) == "":
            raise FlowerRefused(f"{name} is set and empty, which would let everybody in: give it a value, or unset it.")


def known_variables(options: OptionParser) -> Collection[str]:
    ours = {field.alias for field in Settings.model_fields.values() if (field.alias or "").startswith(START)}
    flowers = {START + name.replace("-", "_").upper() for name in options}
    return {*(one for one in ours if one), *flowers, *NO_OPTIONS}
