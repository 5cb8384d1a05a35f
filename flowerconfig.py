"""Flower's configuration. `worker/celery_app.py` names this file to Flower by its absolute path."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "api"))

from worker.flower import flower_options

address, basic_auth, cookie_secret, broker_api, url_prefix, unauthenticated_api = flower_options(sys.argv, os.environ)
max_tasks = 20_000
purge_offline_workers = 3_600  # seconds
os.environ["FLOWER_UNAUTHENTICATED_API"] = "true" if unauthenticated_api else "false"
