"""The web process: `cd api && uvicorn main:app`."""

import gc
import sys

from core.garbage import leave_alone_what_is_here
from core.settings import SettingsError
from web.app import create_app

try:
    app = create_app()
except SettingsError as error:
    sys.exit(error.message)

gc.collect()
leave_alone_what_is_here()
