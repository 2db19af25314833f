/** Two carets side by side. */
export function Wordmark() {
  return (
    <svg viewBox="0 0 64 64" className="size-5 shrink-0" aria-hidden>
      <rect width="64" height="64" rx="15" fill="var(--ink)" />
      <path d="M23 18v28" stroke="var(--canvas)" strokeWidth="7" strokeLinecap="round" />
      <path
        d="M41 18v28"
        stroke="var(--canvas)"
        strokeWidth="7"
        strokeLinecap="round"
        opacity="0.6"
      />
    </svg>
  );
}
