import { queryOptions, useQuery } from "@tanstack/react-query";

import { client, unwrap } from "./api";

export const ROLES = ["viewer", "operator", "admin"] as const;
export type Role = (typeof ROLES)[number];

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: () => unwrap(client.GET("/api/auth/me")),
  staleTime: 5 * 60_000,
  retry: false,
});

/** How people sign in here. It changes with a restart of the server only. */
export const modeQuery = queryOptions({
  queryKey: ["sign-in mode"],
  queryFn: () => unwrap(client.GET("/api/auth/mode")),
  staleTime: Infinity,
});

export const roleReaches = (role: Role, needed: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(needed);

/** Whether the person may do what `needed` may. Only for what is shown: the server decides for itself. */
export function useMay(needed: Role): boolean {
  const me = useQuery(meQuery).data;
  return me !== undefined && roleReaches(me.role, needed);
}

export const signIn = (body: { username: string; password: string }) =>
  unwrap(client.POST("/api/auth/login", { body }));

export const signOut = () => unwrap(client.POST("/api/auth/logout"));
