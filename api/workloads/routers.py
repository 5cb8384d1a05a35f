"""Every router of every workload; imported by the web process only."""

from workloads.agents import routes as agents
from workloads.webhooks import routes as webhooks

ROUTERS = (agents.agents, agents.definitions, agents.profiles, agents.projects, webhooks.webhooks, webhooks.of_jobs)
