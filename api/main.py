"""The web process: `cd api && uvicorn main:app`."""

import gc
import sys

from core.settings import SettingsError
from web.app import create_app

GARBAGE = 5_000  # new objects before a look for what can go; Python looks after 700

try:
    app = create_app()
except SettingsError as error:
    sys.exit(error.message)

# What is here now is here to stay. To walk through all of it takes a tenth of a second, during which nobody is served.
gc.collect()
gc.freeze()
gc.set_threshold(GARBAGE, 10, 10)
