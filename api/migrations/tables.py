"""Every module that declares tables. Not for env.py: a worker that migrates must not load the web process's code."""

import capabilities.llm.calls
import core.audit
import jobs.celery_groups
import jobs.dead_letters.models
import jobs.logs.models
import jobs.models
import jobs.queues.settings
import jobs.search.texts
import jobs.views
import jobs.workers.orders
import jobs.workflows.models
import web.auth.models
import workloads.agents.models
import workloads.webhooks.models

_OF_JOBS = (
    jobs.models,
    jobs.celery_groups,
    jobs.dead_letters.models,
    jobs.logs.models,
    jobs.queues.settings,
    jobs.search.texts,
    jobs.views,
    jobs.workers.orders,
    jobs.workflows.models,
)
_OF_WORKLOADS = (capabilities.llm.calls, workloads.agents.models, workloads.webhooks.models)
MODULES = (core.audit, *_OF_JOBS, *_OF_WORKLOADS, web.auth.models)
