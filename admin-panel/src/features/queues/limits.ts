export type Limits = { concurrency_limit: number | null; rate_limit: string | null };
export type TypedLimits = { concurrency: number | string; rate: string };

/** What somebody has changed in the form; the rest stays as it is, whatever another operator has made of it meanwhile. */
export function changedLimits(shown: TypedLimits, typed: TypedLimits): Partial<Limits> {
  const concurrency = typed.concurrency === "" ? null : Number(typed.concurrency);
  return {
    ...(typed.concurrency !== shown.concurrency && { concurrency_limit: concurrency }),
    ...(typed.rate.trim() !== shown.rate && { rate_limit: typed.rate.trim() || null }),
  };
}
