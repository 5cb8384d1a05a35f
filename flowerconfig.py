"""What Flower is told. Whether that leaves a door open is checked in api/worker/flower/, also for other such files.

worker/celery_app.py names this file to Flower by its absolute path. docs/flower.md explains the ways to sign in.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "api"))

from core.flower_credential import derived
from core.settings import get_settings
from worker.flower.oauth import HANDLERS

settings = get_settings()


def plain(secret):
    return secret.get_secret_value() if secret else None


address = settings.flower_address
url_prefix = settings.flower_url_prefix
read_only = settings.flower_read_only

# Option 1: user and password. The panel's own pair is added later.
basic_auth = settings.flower_basic_auth.get_secret_value().split(",") if settings.flower_basic_auth else []

# Option 2: Google, GitHub, GitLab or Okta.
auth_provider = HANDLERS.get(settings.flower_oauth_provider)
auth = settings.flower_auth or ""
oauth2_key = settings.flower_oauth2_key
oauth2_secret = plain(settings.flower_oauth2_secret)
oauth2_redirect_uri = settings.flower_oauth2_redirect_uri

# Fixed, or every restart would sign everybody out.
cookie_secret = plain(settings.flower_cookie_secret) or derived("cookie")

broker_api = settings.flower_broker_api_url
max_tasks = settings.flower_max_tasks
purge_offline_workers = settings.flower_purge_offline_workers
