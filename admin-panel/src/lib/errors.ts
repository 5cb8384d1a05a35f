export type FieldError = { field: string; message: string };

type Problem = { title?: string; detail?: string; code?: string; errors?: FieldError[] };

/** A refusal by the API, in its own words. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: FieldError[] = [],
  ) {
    super(message);
    this.name = "ApiError";
  }
}

/** Nobody answered: the server is away, or the network is. */
export class Unreachable extends Error {
  constructor() {
    super("The server cannot be reached. Is it running?");
    this.name = "Unreachable";
  }
}

export function toApiError(status: number, body: unknown): ApiError {
  // A proxy in front of us answers HTML when the API is down: that is no problem+json, and its text helps nobody.
  if (typeof body !== "object" || body === null) return new ApiError(status, "unknown", sentence(status));
  const problem = body as Problem;
  const message = problem.detail || problem.title || sentence(status);
  return new ApiError(status, problem.code ?? "unknown", message, problem.errors ?? []);
}

const sentence = (status: number) =>
  status >= 500 ? `The server is in trouble (${status}). Try again shortly.` : `The server refused this (${status}).`;

export const isSignedOut = (error: unknown): boolean => error instanceof ApiError && error.status === 401;

/** Field messages in the shape of a form's errors. "body.context" and "context" mean the same field. */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!(error instanceof ApiError)) return {};
  return Object.fromEntries(error.fields.map(({ field, message }) => [field.replace(/^body\./, ""), message]));
}
