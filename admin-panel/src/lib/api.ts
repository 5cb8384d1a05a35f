import createClient from "openapi-fetch";

import { toApiError, Unreachable } from "./errors";
import type { paths } from "./schema";

/** The typed client. The session travels as a same-origin cookie; nothing here holds a credential. */
export const client = createClient<paths>({
  // Relative, and looked up at each call, so that tests may stand in for it.
  baseUrl: globalThis.location?.origin ?? "",
  fetch: (request) => globalThis.fetch(request),
});

type Outcome<T> = { data?: T; error?: unknown; response: Response };

/** The value of a call, or a typed failure: no screen looks at a status code. */
export async function unwrap<T>(call: Promise<Outcome<T>>): Promise<T> {
  const { data, error, response } = await call.catch((failure: unknown) => {
    if (failure instanceof SyntaxError) throw toApiError(502, null);
    throw new Unreachable();
  });
  if (!response.ok) throw toApiError(response.status, error);
  return data as T; // A 204 has no body, and its T is undefined.
}

type Json<R> = R extends { content: { "application/json": infer Body } } ? Body : never;
type Success<R> = { [Status in keyof R]: Status extends 200 | 201 | 202 ? Json<R[Status]> : never }[keyof R];

/** The body that a path answers with, whatever the schema is called. */
export type Answer<Path extends keyof paths, Method extends keyof paths[Path]> = paths[Path][Method] extends {
  responses: infer R;
}
  ? Success<R>
  : never;
