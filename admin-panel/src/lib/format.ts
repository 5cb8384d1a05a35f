const whole = new Intl.NumberFormat("en");

export const count = (n: number): string => whole.format(n);

/** "1 chunk", "3 chunks". */
export const plural = (n: number, noun: string, many = `${noun}s`): string => `${count(n)} ${n === 1 ? noun : many}`;

/** Micro-dollars as money. Unknown is said, never shown as zero; calls cost fractions of a cent, so small sums keep their digits. */
export function money(microUsd: number | null): string {
  if (microUsd === null) return "unpriced";
  const usd = microUsd / 1_000_000;
  if (usd === 0) return "$0";
  if (usd < 0.01) return `$${usd.toFixed(6).replace(/0+$/, "")}`;
  return `$${usd.toFixed(usd < 1 ? 4 : 2)}`;
}

export function bytes(n: number): string {
  if (n < 1024) return `${n} B`;
  const [size, unit] = n < 1024 * 1024 ? [n / 1024, "KiB"] : [n / 1024 / 1024, "MiB"];
  return `${size.toFixed(size < 100 ? 1 : 0)} ${unit}`;
}

export const byteLength = (text: string): number => new TextEncoder().encode(text).length;
