// How unevenly use is spread over offices. Pure; every figure keeps its numerator and denominator.

export interface Point { /** share of offices, 0–1 */ x: number; /** share of referrals, 0–1 */ y: number }

/** The Lorenz curve: offices from least to most use. Starts at 0,0 and ends at 1,1; empty when there is no use. */
export function lorenz(counts: readonly number[]): Point[] {
  const total = counts.reduce((sum, n) => sum + n, 0);
  if (total <= 0) return [];
  const sorted = [...counts].sort((a, b) => a - b);
  const points: Point[] = [{ x: 0, y: 0 }];
  let sum = 0;
  sorted.forEach((n, i) => {
    sum += n;
    points.push({ x: (i + 1) / sorted.length, y: sum / total });
  });
  return points;
}

/** Gini coefficient from the curve by trapezia: 0 when all use it alike, towards 1 when one office has it all. Null without use. */
export function gini(counts: readonly number[]): number | null {
  const points = lorenz(counts);
  if (points.length === 0) return null;
  let area = 0;
  for (let i = 1; i < points.length; i += 1) {
    const [a, b] = [points[i - 1] as Point, points[i] as Point];
    area += ((a.y + b.y) / 2) * (b.x - a.x);
  }
  return 1 - 2 * area;
}

export interface Share { numerator: number; denominator: number; share: number }
/** What the k offices with most use have of all use. Null without use. */
export function topShare(counts: readonly number[], k: number): Share | null {
  const denominator = counts.reduce((sum, n) => sum + n, 0);
  if (denominator <= 0) return null;
  const numerator = [...counts].sort((a, b) => b - a).slice(0, k).reduce((sum, n) => sum + n, 0);
  return { numerator, denominator, share: numerator / denominator };
}

/** Referrals of all offices per month. */
export function perMonth(rows: readonly { months: readonly number[] }[], months: number): number[] {
  return Array.from({ length: months }, (_, i) => rows.reduce((sum, row) => sum + (row.months[i] ?? 0), 0));
}
