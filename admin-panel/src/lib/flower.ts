import { queryOptions } from "@tanstack/react-query";

import { client, unwrap, type Answer } from "./api";

export type FlowerStatus = Answer<"/api/flower", "get">;

// Behind our own door it is at /flower/. `npm run dev` beside a Flower that was started by hand looks at Flower's own port.
const told: string | undefined = import.meta.env.VITE_FLOWER_URL;
export const FLOWER_URL = withSlash(told || (import.meta.env.DEV ? "http://localhost:5555" : "/flower/"));
export const isBehindOurDoor = FLOWER_URL.startsWith("/");

const LOOK_AGAIN_MS = 5000;

/** How Flower is. No event tells that it went away or came back, so it is asked while somebody looks. */
export const flowerQuery = queryOptions({
  queryKey: ["flower"],
  queryFn: () => unwrap(client.GET("/api/flower")),
  refetchInterval: LOOK_AGAIN_MS,
});

function withSlash(url: string): string {
  return url.endsWith("/") ? url : `${url}/`;
}

/** A place within Flower, like `task/0198…`; anything that leads elsewhere is dropped. */
export function placeInFlower(value: unknown): string | undefined {
  if (typeof value !== "string" || !/^[\w-][^\\]*$/.test(value)) return undefined;
  const path = value.split(/[?#]/, 1)[0] ?? "";
  return path.includes("//") || path.includes(":") || path.split("/").some((one) => one.startsWith("..")) ? undefined : value;
}

export const flowerAddress = (place: string | undefined): string => FLOWER_URL + (place ?? "");

/** The other way round: which place an address shows. */
export function placeShown({ pathname, search }: Pick<Location, "pathname" | "search">): string | undefined {
  return pathname.startsWith(FLOWER_URL) ? placeInFlower(pathname.slice(FLOWER_URL.length) + search) : undefined;
}

export const taskPlace = (jobId: string): string => `task/${encodeURIComponent(jobId)}`;

/** Flower's tables tell of a failed refresh in a dialogue, which would block the whole panel. */
export function muteDialogues(frame: Window): void {
  frame.alert = () => undefined;
}

/** A job's id is Celery's id of its task. */
export const jobAt = (place: string | undefined): string | undefined => /^task\/([\w-]+)$/.exec(place ?? "")?.[1];
