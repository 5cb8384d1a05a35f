import { queryOptions } from "@tanstack/react-query";

import { client, unwrap, type Answer } from "@/lib/api";
import { keysetQuery, toPage } from "@/lib/pages";
import { toDate } from "@/lib/time";

export const EVENTS = ["succeeded", "failed", "cancelled"] as const;
export type Event = (typeof EVENTS)[number];

type WireWebhook = Answer<"/api/webhooks", "get">["items"][number];
type WireSecret = Answer<"/api/webhooks/{webhook_id}/secret", "get">;
export type Webhook = ReturnType<typeof toWebhook>;
export type Secret = ReturnType<typeof toSecret>;
export type WebhookValues = { project_id: string; url: string; events: Event[]; include_result: boolean; active: boolean };

const toWebhook = (wire: WireWebhook) => ({
  id: wire.id,
  projectId: wire.project_id ?? null,
  host: wire.host,
  events: wire.events as Event[],
  includeResult: wire.include_result,
  active: wire.active,
  note: wire.note ?? null,
});

const toSecret = (wire: WireSecret) => ({ secret: wire.secret, previousUntil: toDate(wire.previous_until) });

const toBody = (values: WebhookValues) => ({ ...values, project_id: values.project_id.trim() || null, url: values.url.trim() });

const at = (webhookId: string) => ({ params: { path: { webhook_id: webhookId } } });

export const webhooksKey = ["webhooks"] as const;

export const webhooksQuery = keysetQuery([...webhooksKey, "list"], (cursor, signal) =>
  unwrap(client.GET("/api/webhooks", { params: { query: { cursor, limit: 100 } }, signal })).then((page) => toPage(page, toWebhook)),
);

/** With the whole address, which only admins may read; not kept once nobody looks at it. */
export const webhookValuesQuery = (id: string) =>
  queryOptions({
    queryKey: [...webhooksKey, "values", id],
    gcTime: 0,
    queryFn: ({ signal }) =>
      unwrap(client.GET("/api/webhooks/{webhook_id}", { ...at(id), signal })).then((wire): WebhookValues => ({
        project_id: wire.project_id ?? "",
        url: wire.url,
        events: wire.events as Event[],
        include_result: wire.include_result,
        active: wire.active,
      })),
  });

export const createWebhook = (values: WebhookValues) => unwrap(client.POST("/api/webhooks", { body: toBody(values) })).then(toWebhook);

export const saveWebhook = (id: string, values: WebhookValues) =>
  unwrap(client.PUT("/api/webhooks/{webhook_id}", { ...at(id), body: toBody(values) })).then(toWebhook);

export const deleteWebhook = (id: string) => unwrap(client.DELETE("/api/webhooks/{webhook_id}", at(id)));

export const testWebhook = (id: string) => unwrap(client.POST("/api/webhooks/{webhook_id}/test", at(id)));

/** Whose secret: a webhook's, or that of the addresses in a project's job orders. */
export type Owner = { kind: "webhook"; id: string; name: string } | { kind: "jobs"; projectId: string };

const ofProject = (projectId: string) => ({ params: { query: projectId ? { project_id: projectId } : {} } });

const secretKey = (owner: Owner) => [...webhooksKey, "secret", owner.kind, owner.kind === "webhook" ? owner.id : owner.projectId];

export const secretQuery = (owner: Owner) =>
  queryOptions({
    queryKey: secretKey(owner),
    gcTime: 0, // The secret leaves memory with the dialog.
    queryFn: ({ signal }) =>
      unwrap(owner.kind === "webhook"
        ? client.GET("/api/webhooks/{webhook_id}/secret", { ...at(owner.id), signal })
        : client.GET("/api/job-webhooks/secret", { ...ofProject(owner.projectId), signal }),
      ).then(toSecret),
  });

export const rotateSecret = (owner: Owner) =>
  unwrap(owner.kind === "webhook" ? client.POST("/api/webhooks/{webhook_id}/rotate", at(owner.id)) : client.POST("/api/job-webhooks/rotate", ofProject(owner.projectId)));
