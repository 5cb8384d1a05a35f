import { queryOptions } from "@tanstack/react-query";

import { client, unwrap, type Answer } from "./api";
import type { JobState } from "./jobs";
import { toDate } from "./time";

type WireDelivery = Answer<"/api/jobs/{job_id}/webhooks", "get">["items"][number];
export type Delivery = ReturnType<typeof toDelivery>;

const toDelivery = (wire: WireDelivery) => ({
  jobId: wire.job_id,
  aboutId: wire.about_id ?? null,
  host: wire.host ?? null,
  state: wire.state as JobState,
  attempt: wire.attempt,
  status: wire.status ?? null,
  error: wire.error ?? null,
  nextTryAt: toDate(wire.next_try_at),
  createdAt: new Date(wire.created_at),
});

/** A delivery is a job: whenever one changes, these are looked at again. */
export const deliveriesKey = ["deliveries"] as const;

export const deliveriesAboutQuery = (jobId: string) =>
  queryOptions({
    queryKey: [...deliveriesKey, "about", jobId],
    queryFn: ({ signal }) =>
      unwrap(client.GET("/api/jobs/{job_id}/webhooks", { params: { path: { job_id: jobId } }, signal })).then((page) => page.items.map(toDelivery)),
  });

export const deliveriesToQuery = (webhookId: string) =>
  queryOptions({
    queryKey: [...deliveriesKey, "to", webhookId],
    queryFn: ({ signal }) =>
      unwrap(client.GET("/api/webhooks/{webhook_id}/deliveries", { params: { path: { webhook_id: webhookId }, query: { limit: 20 } }, signal }))
        .then((page) => page.items.map(toDelivery)),
  });
