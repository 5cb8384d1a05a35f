"""What the pages have to show."""

from dataclasses import dataclass
from typing import Any

from tests.slipway import Slipway

MARKUP = "<img src=x onerror=alert(1)>"


@dataclass(frozen=True)
class Data:
    agent_id: str
    ready_job: str
    retried: str
    failed: str
    cancelled: str
    scheduled: str


def fill(slipway: Slipway) -> Data:
    agent = slipway.start_agent()
    retried = ping(slipway, value={"text": MARKUP}, fail_times=1)
    failed = unknown_agent(slipway)
    scheduled = ping(slipway, eta="2099-01-01T00:00:00Z")
    cancelled = ping(slipway, eta="2099-01-01T00:00:00Z")
    slipway.post(f"/api/jobs/{cancelled}/cancel", {})
    for job_id in (agent["job_id"], retried, failed, cancelled):
        slipway.wait_for_job(job_id)
    asked = slipway.post(f"/api/agents/{agent['agent_id']}/ask", {"question": "Who wants what?"})
    slipway.wait_for_job(asked["job_id"])
    return Data(agent["agent_id"], agent["job_id"], retried, failed, cancelled, scheduled)


def ping(slipway: Slipway, *, eta: str | None = None, project_id: str | None = None, **payload: Any) -> str:
    options = {name: value for name, value in (("eta", eta), ("project_id", project_id)) if value}
    return submit(slipway, "ping", payload, **options)


def unknown_agent(slipway: Slipway) -> str:
    payload = {"project_id": "harbour", "context": "Books on a boat.", "agent_name": "reseacher"}
    return submit(slipway, "agent_initialization_task", payload)


def submit(slipway: Slipway, task: str, payload: dict[str, Any], **options: str) -> str:
    job_id: str = slipway.post("/api/jobs", {"task": task, "payload": payload, **options})["job_id"]
    return job_id
