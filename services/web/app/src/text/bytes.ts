/** A limit as people say it: 41 943 040 bytes (40 MiB) is "40 MB", not 41.9. */
export function limit(n: number, nb: boolean): string {
  return n % 1_048_576 === 0 ? `${n / 1_048_576} MB` : bytes(n, nb);
}

/** Sizes as phones show them: decimal units, one decimal from a megabyte up. */
export function bytes(n: number, nb: boolean): string {
  if (n < 1000) return `${n} B`;
  if (n < 1_000_000) return `${Math.round(n / 1000)} kB`;
  const text = (n / 1_000_000).toFixed(1);
  return `${nb ? text.replace('.', ',') : text} MB`;
}
