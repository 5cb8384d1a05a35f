const FEW = 3;

/** What an entry tells besides, in one line: nested things in parentheses, long lists as their length. */
export const told = (detail: Record<string, unknown>): string =>
  Object.entries(detail).filter(([, value]) => !isNothing(value)).map(([name, value]) => `${name}: ${words(value)}`).join(", ");

function words(value: unknown): string {
  if (Array.isArray(value)) return value.length > FEW ? String(value.length) : value.map(words).join(" and ");
  if (typeof value === "object" && value !== null) return `(${told(value as Record<string, unknown>)})`;
  return String(value);
}

const isNothing = (value: unknown): boolean =>
  value === null || (typeof value === "object" && Object.values(value as object).every(isNothing));
