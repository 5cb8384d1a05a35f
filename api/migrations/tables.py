"""Every module that declares tables. Not for env.py: a worker that migrates must not load the web process's code."""

import capabilities.llm.calls
import jobs.job_logs
import jobs.models
import jobs.views
import web.auth.models
import workloads.agents.models
import workloads.webhooks.models

_OF_JOBS = (jobs.models, jobs.job_logs, jobs.views)
MODULES = (*_OF_JOBS, capabilities.llm.calls, workloads.agents.models, workloads.webhooks.models, web.auth.models)
