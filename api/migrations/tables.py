"""Every module that declares tables. Not for env.py: a worker that migrates must not load the web process's code."""

import capabilities.llm.calls
import jobs.models
import web.auth.models
import workloads.agents.models
import workloads.webhooks.models

MODULES = (jobs.models, capabilities.llm.calls, workloads.agents.models, workloads.webhooks.models, web.auth.models)
