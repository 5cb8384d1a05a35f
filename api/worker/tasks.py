"""Every task there is. A new one is one line here."""

from worker.job_task import task_of
from workloads.agents import tasks as agents
from workloads.operations import tasks as operations
from workloads.webhooks import tasks as webhooks

agent_initialization_task = task_of(agents.agent_initialization_task)
run_agent_task = task_of(agents.run_agent_task)
expire_documents = task_of(agents.expire_documents)
ping = task_of(operations.ping)
webhook_delivery = task_of(webhooks.webhook_delivery)
