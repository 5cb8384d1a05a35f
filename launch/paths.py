"""Where things are. Standard library only: set-up reads this before anything is installed."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
API = ROOT / "api"
PANEL = ROOT / "admin-panel"
TEST_PROVIDER = ROOT / "tests" / "oidc"
REQUIREMENTS = ROOT / "requirements"
VENV = ROOT / ".venv"
VENV_BIN = VENV / "bin"

VAR = ROOT / "var"
BENCH_VENV = VAR / "bench-venv"
LOGS = VAR / "log"
RABBITMQ = VAR / "rabbitmq"
SECRETS = VAR / "secrets"
STAMPS = VAR / "stamps"
SUPERVISOR = VAR / "supervisor"
TOOLS = VAR / "tools"
ENV_SCRIPT = VAR / "env.sh"
RUN_FILE = VAR / "run.json"
