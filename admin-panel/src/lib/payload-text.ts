type Parsed = { payload: Record<string, unknown> } | { problem: string };

/** What somebody typed, as a payload: an object, whatever is in it. */
export function parsePayload(text: string): Parsed {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return { problem: "A payload is a JSON object: { … }" };
    return { payload: value as Record<string, unknown> }; // JSON has no other kind of object.
  } catch (error) {
    return { problem: `This is not JSON: ${(error as Error).message}` }; // JSON.parse throws SyntaxError only.
  }
}
