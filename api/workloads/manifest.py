"""What exists: every contract of every workload. The HTTP side is in routers.py, since a worker loads no routes."""

from workloads.agents.contracts import AGENT_INITIALIZATION, EXPIRE_DOCUMENTS, RUN_AGENT
from workloads.operations.contracts import PING

CONTRACTS = (PING, AGENT_INITIALIZATION, RUN_AGENT, EXPIRE_DOCUMENTS)
