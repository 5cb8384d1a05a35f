"""The web process: `cd api && uvicorn main:app`."""

import sys

from core.settings import SettingsError
from web.app import create_app

try:
    app = create_app()
except SettingsError as error:
    sys.exit(error.message)
