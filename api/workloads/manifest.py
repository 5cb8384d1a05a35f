"""What exists: every contract of every workload. The HTTP side is in routers.py, since a worker loads no routes."""

from sqlalchemy import false

from core.contracts import catalog
from jobs import unrun
from jobs.follow_up import follow_endings
from workloads.agents.contracts import AGENT_INITIALIZATION, EXPIRE_DOCUMENTS, RUN_AGENT
from workloads.operations.contracts import PING
from workloads.webhooks.calls import SOMEBODY_IS_TOLD, calls_after
from workloads.webhooks.contracts import WEBHOOK_DELIVERY

CONTRACTS = (PING, AGENT_INITIALIZATION, RUN_AGENT, EXPIRE_DOCUMENTS, WEBHOOK_DELIVERY)


def install() -> None:
    """Makes them known to this process: for every one that takes, runs or ends jobs."""
    catalog.add(CONTRACTS)
    follow_endings("canvas", unrun.after, concerned=false())
    follow_endings("webhooks", calls_after, concerned=SOMEBODY_IS_TOLD)
