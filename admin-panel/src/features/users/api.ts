import { queryOptions } from "@tanstack/react-query";

import { client, unwrap, type Answer } from "@/lib/api";
import type { Role } from "@/lib/session";

type WireUser = Answer<"/api/users", "get">["items"][number];
export type User = ReturnType<typeof toUser>;

const toUser = (wire: WireUser) => ({ id: wire.id, name: wire.name, role: wire.role as Role, createdAt: new Date(wire.created_at) });

export const usersQuery = queryOptions({
  queryKey: ["users"],
  queryFn: ({ signal }) => unwrap(client.GET("/api/users", { signal })).then((page) => page.items.map(toUser)),
});

const path = (name: string) => ({ path: { name } });

export const addUser = (body: { name: string; role: Role }) => unwrap(client.POST("/api/users", { body }));

export const changeRole = ({ name, role }: { name: string; role: Role }) =>
  unwrap(client.PATCH("/api/users/{name}", { params: path(name), body: { role } }));

export const resetPassword = (name: string) =>
  unwrap(client.POST("/api/users/{name}/password", { params: path(name), body: {} }));

export const removeUser = (name: string) => unwrap(client.DELETE("/api/users/{name}", { params: path(name) }));
