import { client, unwrap, type Answer } from "@/lib/api";
import { keysetQuery, toPage } from "@/lib/pages";
import type { Role } from "@/lib/session";
import { toDate } from "@/lib/time";

type WireToken = Answer<"/api/tokens", "get">["items"][number];
export type ApiToken = ReturnType<typeof toToken>;

const toToken = (wire: WireToken) => ({
  id: wire.id,
  name: wire.name,
  role: wire.role as Role,
  createdAt: new Date(wire.created_at),
  lastUsedAt: toDate(wire.last_used_at),
  expiresAt: toDate(wire.expires_at),
});

export const tokensKey = ["tokens"] as const;

export const tokensQuery = keysetQuery(tokensKey, (cursor, signal) =>
  unwrap(client.GET("/api/tokens", { params: { query: { cursor, limit: 100 } }, signal })).then((page) => toPage(page, toToken)),
);

export const createToken = (body: { name: string; role: Role }) => unwrap(client.POST("/api/tokens", { body }));

export const revokeToken = (id: string) =>
  unwrap(client.DELETE("/api/tokens/{token_id}", { params: { path: { token_id: id } } }));
