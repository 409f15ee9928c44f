/** Sizes as phones show them: decimal units, one decimal from a megabyte up. */
export function bytes(n: number, nb: boolean): string {
  if (n < 1000) return `${n} B`;
  if (n < 1_000_000) return `${Math.round(n / 1000)} kB`;
  const text = (n / 1_000_000).toFixed(1);
  return `${nb ? text.replace('.', ',') : text} MB`;
}
