"""The key that other secrets are derived from: from the environment, or made once for this machine."""

import os
import secrets
from pathlib import Path

from core.settings import get_settings


def secret_key() -> str:
    """SECRET_KEY; in development a file under var/ that only its owner may read stands in for it."""
    settings = get_settings()
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    return _made_once(settings.var_dir / "secret_key")


def _made_once(path: Path) -> str:
    """Two processes may start at once: whoever links its file first has made the key."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
