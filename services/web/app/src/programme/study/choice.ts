// The choice of a sample as it is typed, and as it is asked of the server. What is typed is kept as it is, wrong or not.
import { COVARIATES, METRICS, OUTCOMES, type Covariate, type Metric, type Outcome, type SampleWanted, type StudyWindow, type Veto } from '../../api/study';

export interface Choice {
  outcome: Outcome; users: string; partners: string; covariates: Covariate[]; metric: Metric; caliper: string; equippedDays: string; seed: string; vetoes: Veto[];
}
/** As the origin study chose: the four with the largest share, one partner each, equipped for a year. */
export const originChoice = (): Choice => ({
  outcome: 'share', users: '4', partners: '1', covariates: ['log-list-size', 'patients-per-doctor', 'kilometres'], metric: 'mahalanobis', caliper: '',
  equippedDays: '365', seed: '', vetoes: [],
});
export const FIELDS = ['users', 'partners', 'covariates', 'caliper', 'equippedDays', 'seed'] as const;
export type Field = (typeof FIELDS)[number];

/** What is asked, or the fields in which no number stands. Whether a number is allowed is for the server to say. */
export function read(choice: Choice, window: StudyWindow): { wanted: SampleWanted; wrong: null } | { wanted: null; wrong: Field[] } {
  const whole = (text: string) => (/^\d{1,12}$/.test(text.trim()) ? Number(text) : null);
  const [users, partners, equippedDays] = [whole(choice.users), whole(choice.partners), whole(choice.equippedDays)];
  const decimal = Number(choice.caliper.trim().replace(',', '.'));
  const caliper = choice.caliper.trim() === '' ? null : Number.isFinite(decimal) ? decimal : Number.NaN;
  const seed = choice.seed.trim() === '' ? null : (whole(choice.seed) ?? Number.NaN);
  const wrong: Field[] = [];
  if (users === null) wrong.push('users');
  if (partners === null) wrong.push('partners');
  if (Number.isNaN(caliper)) wrong.push('caliper');
  if (equippedDays === null) wrong.push('equippedDays');
  if (Number.isNaN(seed)) wrong.push('seed');
  if (users === null || partners === null || equippedDays === null || wrong.length) return { wanted: null, wrong };
  const { outcome, covariates, metric, vetoes } = choice;
  return { wanted: { window, outcome, users, partners, covariates: [...covariates], metric, caliper, equippedDays, seed, vetoes: vetoes.map((veto) => ({ ...veto })) }, wrong: null };
}

const KEY = 'lysbro.sample';
/** Keeps it while the tab is open, refusals too, so that a reload loses nothing; for this person alone, as a computer is shared. */
export function keep(choice: Choice, person: string, storage: Pick<Storage, 'setItem'> = sessionStorage): void {
  try {
    storage.setItem(KEY, JSON.stringify({ person, choice }));
  } catch {
    // A browser that keeps nothing begins with the origin's choice.
  }
}
export function kept(person: string, storage: Pick<Storage, 'getItem'> = sessionStorage): Choice | null {
  try {
    const found = JSON.parse(storage.getItem(KEY) ?? 'null') as { person?: unknown; choice?: unknown } | null;
    return found?.person === person && isChoice(found.choice) ? found.choice : null;
  } catch {
    return null;
  }
}
/** What an earlier version of the page has kept may lack something. */
function isChoice(value: unknown): value is Choice {
  if (typeof value !== 'object' || value === null) return false;
  const of = value as Record<string, unknown>;
  const among = (known: readonly string[], one: unknown) => typeof one === 'string' && known.includes(one);
  const veto = (one: unknown) => typeof one === 'object' && one !== null && ['user', 'partner', 'reason'].every((key) => typeof (one as Record<string, unknown>)[key] === 'string');
  return ['users', 'partners', 'caliper', 'equippedDays', 'seed'].every((key) => typeof of[key] === 'string') && among(OUTCOMES, of['outcome']) && among(METRICS, of['metric'])
    && Array.isArray(of['covariates']) && of['covariates'].every((one) => among(COVARIATES, one)) && Array.isArray(of['vetoes']) && of['vetoes'].every(veto);
}
