"""Every router of every workload; imported by the web process only."""

from workloads.agents import routes as agents

ROUTERS = (agents.agents, agents.definitions, agents.profiles, agents.projects)
