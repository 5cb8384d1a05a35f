import { midnight, type AuditSearch } from "./search";

import { client, unwrap, type Answer } from "@/lib/api";
import { keysetQuery, toPage } from "@/lib/pages";

type WireEntry = Answer<"/api/audit", "get">["items"][number];
export type Entry = ReturnType<typeof toEntry>;

const toEntry = (wire: WireEntry) => ({ ...wire, at: new Date(wire.at) });

export const auditQuery = ({ since, until, ...rest }: AuditSearch) =>
  keysetQuery(["audit", { since, until, ...rest }], (cursor, signal) => {
    const query = { ...rest, since: midnight(since), until: midnight(until, 1), cursor, limit: 100 };
    return unwrap(client.GET("/api/audit", { params: { query }, signal })).then((page) => toPage(page, toEntry));
  });
