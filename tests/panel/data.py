"""What the pages have to show."""

from dataclasses import dataclass
from typing import Any

from tests.slipway import Slipway

NOBODY = {"project_id": "harbour", "context": "Books on a boat.", "agent_name": "nobody"}
MARKUP = "<img src=x onerror=alert(1)>"


@dataclass(frozen=True)
class Data:
    agent_id: str
    ready_job: str
    retried: str
    failed: str
    cancelled: str
    scheduled: str
    told: str
    workflow: str


def fill(slipway: Slipway) -> Data:
    slipway.post("/api/users", {"name": "paula"})
    agent = slipway.start_agent()
    retried = ping(slipway, value={"text": MARKUP}, fail_times=1)
    failed = unknown_agent(slipway, "reseacher")  # as the tests of searching look for it
    scheduled = ping(slipway, eta="2099-01-01T00:00:00Z")
    cancelled = ping(slipway, eta="2099-01-01T00:00:00Z")
    slipway.post(f"/api/jobs/{cancelled}/cancel", {})
    told = told_of_its_end(slipway)
    workflow = crowd(slipway)
    for job_id in (agent["job_id"], retried, failed, cancelled, told):
        slipway.wait_for_job(job_id)
    asked = slipway.post(f"/api/agents/{agent['agent_id']}/ask", {"question": "Who wants what?"})
    slipway.wait_for_job(asked["job_id"])
    return Data(agent["agent_id"], agent["job_id"], retried, failed, cancelled, scheduled, told, workflow)


def ping(slipway: Slipway, *, eta: str | None = None, project_id: str | None = None, **payload: Any) -> str:
    options = {name: value for name, value in (("eta", eta), ("project_id", project_id)) if value}
    return submit(slipway, "ping", payload, **options)


def ping_node(key: str, **payload: Any) -> dict[str, Any]:
    return {"type": "job", "key": key, "task": "ping", "payload": payload}


def crowd(slipway: Slipway) -> str:
    """A workflow with a group that is drawn as one box, and a chain whose end is never reached."""
    crowd = {"type": "group", "key": "crowd", "members": [ping_node(f"member-{number}") for number in range(45)]}
    failing = {"type": "job", "key": "broken", "task": "agent_initialization_task", "payload": NOBODY}
    steps = [ping_node("first"), crowd, failing, ping_node("never")]
    workflow_id: str = slipway.post("/api/workflows", {"name": "nightly", "root": {"type": "chain", "steps": steps}})[
        "workflow_id"
    ]
    return workflow_id


def told_of_its_end(slipway: Slipway) -> str:
    """To two receivers, of which one refuses for good and the other is never reached: nothing leaves this machine."""
    url = f"{slipway.url}/api/webhooks?token=a-part-of-the-address"
    for webhook in ({"project_id": "told", "url": url}, {"project_id": "quiet", "url": url, "active": False}):
        slipway.post("/api/webhooks", webhook)
    return submit(slipway, "ping", {}, project_id="told", webhook_url="http://localhost:1/hook")


def unknown_agent(slipway: Slipway, name: str = "nobody") -> str:
    return submit(slipway, "agent_initialization_task", NOBODY | {"agent_name": name})


def submit(slipway: Slipway, task: str, payload: dict[str, Any], **options: str) -> str:
    job_id: str = slipway.post("/api/jobs", {"task": task, "payload": payload, **options})["job_id"]
    return job_id
