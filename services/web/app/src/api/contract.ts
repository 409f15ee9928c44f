// The server's own description (proto/openapi.json, made from the code) against the types that this application uses.
// Nothing here runs: `npm run check` fails when the two drift apart. `npm run types` makes schema.d.ts anew.
import type { components } from './schema';
import type * as ours from './types';

type Theirs = components['schemas'];

/** Field names and kinds of values: words of a list are texts, and what may be absent or null is taken as there. */
type Shape<T> = T extends string
  ? string
  : T extends number
    ? number
    : T extends boolean
      ? boolean
      : T extends readonly (infer U)[]
        ? Shape<NonNullable<U>>[]
        : T extends object
          ? { [K in keyof T]: Shape<NonNullable<T[K]>> }
          : T;

/** The server always writes a field that its description calls optional, as null. */
type Whole<T> = T extends readonly (infer U)[] ? Whole<U>[] : T extends object ? { [K in keyof T]-?: Whole<T[K]> } : T;

/** What the server answers must have every field that a screen reads. */
type Answers<Server, Expected> = Whole<Shape<Server>> extends Shape<Expected> ? true : never;

type Checks = [
  Answers<Theirs['Environment'], ours.Environment>,
  Answers<Theirs['Me'], ours.Me>,
  Answers<Theirs['LinkShown'], ours.LinkInfo>,
  Answers<Theirs['PracticeView'], ours.Practice>,
  Answers<Theirs['ImportReport'], ours.ImportReport>,
  Answers<Theirs['ListedPerson'], ours.Person>,
  Answers<Theirs['Invitation'], ours.Invitation>,
  Answers<Theirs['Department'], ours.Department>,
  Answers<Theirs['BodySite'], ours.BodySite>,
  Answers<Theirs['Limits'], ours.Limits>,
  Answers<Theirs['ReferralPage'], ours.ReferralPage>,
  Answers<Theirs['Referral'], ours.Referral>,
  Answers<Theirs['Saved'], ours.Saved>,
  Answers<Theirs['Receipt'], ours.Receipt>,
  Answers<Theirs['review.WorkPage'], ours.WorkPage>,
  Answers<Theirs['review.Case'], ours.Case>,
  Answers<Theirs['review.Claim'], ours.Claim>,
  Answers<Theirs['uptake.Panel'], ours.Uptake>,
  Answers<Theirs['uptake.PracticePage'], ours.UptakeOffice>,
  Answers<Theirs['uptake.Own'], ours.OwnState>,
  Answers<Theirs['uptake.OwnRecord'], ours.OwnRecord>,
  Answers<Theirs['PracticeHistory'], ours.PracticeHistory>,
  Answers<Theirs['MyAccesses'], ours.MyAccesses>,
];

/** All of them hold. */
export const contract: Checks = [true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true];
