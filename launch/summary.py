"""The one block that says where everything is."""

from collections.abc import Mapping
from dataclasses import dataclass

from launch.paths import ENV_SCRIPT, LOGS, ROOT
from launch.ports import LOOPBACK

RULE = "-" * 72


@dataclass(frozen=True)
class Summary:
    environment: Mapping[str, str]
    programs: list[str]
    password: str | None
    mode: str = "basic"  # of signing in

    def text(self) -> str:
        rows = {
            "Panel": self.panel,
            "Sign in": self.sign_in,
            "Flower": f"{self.panel}/monitor, behind the same sign-in",
            "Logs": f"{LOGS.relative_to(ROOT)}/  ({', '.join(self.programs)})",
            "Stop": "Ctrl-C here, or `make stop`",
            "Terminal": f". {ENV_SCRIPT.relative_to(ROOT)}   a second terminal reaches the same broker and database",
        }
        lines = [f"  {name:<10}{value}" for name, value in rows.items()]
        return "\n".join(["", RULE, "  Slipway is running.", "", *lines, RULE])

    @property
    def panel(self) -> str:
        """With `make dev`, the panel is served by Vite, which passes API calls on."""
        port = self.environment["PANEL_PORT" if "panel" in self.programs else "PORT"]
        return f"http://{LOOPBACK}:{port}"

    @property
    def sign_in(self) -> str:
        if self.mode != "basic":
            return f"AUTH_MODE is {self.mode}: see docs/sign-in.md"
        if self.password:
            return f"admin, password {self.password}   (shown this one time)"
        return "admin, with the password shown at the first start or set as ADMIN_PASSWORD"
