/** A hull on its way down the slip. */
export function BrandMark({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#1b5e86" />
      <path d="M6 22.5 26 16v2.8L6 25.3zM9 18.6V9.5l4 2.2v5.6zM15 16.7v-7l9 4.2-1.2.4z" fill="#fff" />
    </svg>
  );
}
