// URLs like ?state=running&state=queued&q=mail, which is also how the API spells them.
type Raw = Record<string, unknown>;

export function parseSearch(text: string): Raw {
  const raw: Record<string, string | string[]> = {};
  const params = new URLSearchParams(text);
  for (const key of new Set(params.keys())) {
    const values = params.getAll(key);
    raw[key] = values.length > 1 ? values : (values[0] ?? "");
  }
  return raw;
}

export function stringifySearch(search: Raw): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(search))
    for (const one of [value].flat()) if (one !== undefined && one !== null && one !== "") params.append(key, String(one));
  const text = params.toString();
  return text ? `?${text}` : "";
}

/** Readers for one search parameter each. What the URL says wrongly counts as not said. */
export const text = (value: unknown): string | undefined => {
  const one = [value].flat()[0];
  return typeof one === "string" && one.trim() !== "" ? one : undefined;
};

export const manyOf = <T extends string>(allowed: readonly T[], value: unknown): T[] | undefined => {
  const known = [value].flat().filter((one): one is T => allowed.includes(one as T));
  return known.length > 0 ? [...new Set(known)] : undefined;
};

/** A place within the panel; anything that leads elsewhere is dropped, so that a link cannot send people away. */
export const localPath = (value: unknown): string | undefined => {
  const path = text(value);
  return path && /^\/(?![/\\])/.test(path) ? path : undefined;
};
