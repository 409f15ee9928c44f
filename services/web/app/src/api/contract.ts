// The server's own description (proto/openapi.json, made from the code) against the types that this application uses.
// Nothing here runs: `npm run check` fails when the two drift apart. `npm run types` makes schema.d.ts anew.
import type { components } from './schema';
import type * as context from './context';
import type * as department from './department';
import type * as ordinary from './ordinary';
import type * as questionnaire from './questionnaire';
import type * as study from './study';
import type * as ours from './types';

type Theirs = components['schemas'];

/** Field names and kinds of values: words of a list are texts, and what may be absent or null is taken as there. */
type Shape<T> = unknown extends T
  ? any // a value that the description leaves open, such as an answer
  : T extends string
  ? string
  : T extends number
    ? number
    : T extends boolean
      ? boolean
      : T extends readonly (infer U)[]
        ? Shape<NonNullable<U>>[]
        : T extends object
          ? { [K in keyof T]: unknown extends T[K] ? any : Shape<NonNullable<T[K]>> }
          : T;

/** The server always writes a field that its description calls optional, as null. */
type Whole<T> = unknown extends T ? any : T extends readonly (infer U)[] ? Whole<U>[] : T extends object ? { [K in keyof T]-?: Whole<T[K]> } : T;

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
  Answers<Theirs['Questionnaire'], questionnaire.Questionnaire>,
  Answers<Theirs['BodySite'], ours.BodySite>,
  Answers<Theirs['Limits'], ours.Limits>,
  Answers<Theirs['ReferralPage'], ours.ReferralPage>,
  Answers<Theirs['Referral'], ours.Referral>,
  Answers<Theirs['Saved'], ours.Saved>,
  Answers<Theirs['Receipt'], ours.Receipt>,
  Answers<Theirs['Errors'], { items: ours.EnteredInError[] }>,
  Answers<Theirs['Notices'], { items: ours.OfficeNotice[] }>,
  Answers<Theirs['Marked'], ours.Marked>,
  Answers<Theirs['PhoneCode'], ours.PhoneCode>,
  Answers<Theirs['PhoneStanding'], ours.PhoneStanding>,
  Answers<Theirs['PhoneView'], ours.PhoneView>,
  Answers<Theirs['review.Notices'], { items: ours.DepartmentNotice[] }>,
  Answers<Theirs['review.WorkPage'], ours.WorkPage>,
  Answers<Theirs['review.Case'], ours.Case>,
  Answers<Theirs['review.Claim'], ours.Claim>,
  Answers<Theirs['review.Board'], department.Board>,
  Answers<Theirs['review.EndedPage'], department.EndedPage>,
  Answers<Theirs['review.Absence'], department.Absence>,
  Answers<Theirs['review.Department'], department.Receiver>,
  Answers<Theirs['review.CallList'], ours.CallList>,
  Answers<Theirs['uptake.Panel'], ours.Uptake>,
  Answers<Theirs['uptake.PracticePage'], ours.UptakeOffice>,
  Answers<Theirs['uptake.Own'], ours.OwnState>,
  Answers<Theirs['uptake.OwnRecord'], ours.OwnRecord>,
  Answers<Theirs['uptake.Study'], study.Study>,
  Answers<Theirs['uptake.Indicator'], study.Indicator>,
  Answers<Theirs['uptake.Chart'], study.StudyChart>,
  Answers<Theirs['uptake.Sample'], study.Sample>,
  Answers<Theirs['ContextLog'], context.ContextLog>,
  Answers<Theirs['OrdinaryReport'], ordinary.OrdinaryReport>,
  Answers<Theirs['PracticeHistory'], ours.PracticeHistory>,
  Answers<Theirs['MyAccesses'], ours.MyAccesses>,
];

/** All of them hold. */
export const contract: Checks = [true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true];
