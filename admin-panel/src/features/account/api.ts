import { queryOptions } from "@tanstack/react-query";

import { client, unwrap, type Answer } from "@/lib/api";

type WireSession = Answer<"/api/auth/sessions", "get">["items"][number];
export type Session = ReturnType<typeof toSession>;

const toSession = (wire: WireSession) => ({
  id: wire.id,
  current: wire.current,
  address: wire.address,
  userAgent: wire.user_agent,
  createdAt: new Date(wire.created_at),
  lastSeenAt: new Date(wire.last_seen_at),
  expiresAt: new Date(wire.expires_at),
});

export const sessionsQuery = queryOptions({
  queryKey: ["sessions"],
  queryFn: () => unwrap(client.GET("/api/auth/sessions")).then((page) => page.items.map(toSession)),
});

export const changePassword = (body: { old: string; new: string }) => unwrap(client.POST("/api/auth/password", { body }));

export const endSession = (id: string) =>
  unwrap(client.DELETE("/api/auth/sessions/{session_id}", { params: { path: { session_id: id } } }));

export const endAllSessions = () => unwrap(client.DELETE("/api/auth/sessions"));
