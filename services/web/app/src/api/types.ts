// The shapes of the HTTP API, as the server speaks them. Times are RFC 3339 in UTC, dates YYYY-MM-DD, ids UUID.

import type { AnswerSet, EmergencyCall, ViewOverride } from './questionnaire';

export type Language = 'en' | 'nb';
export type Specialty = 'dermatology' | 'ent' | 'plastic-surgery';
export type Role = 'gp-clinician' | 'gp-staff' | 'practice-admin' | 'specialist' | 'coordinator' | 'programme-manager' | 'administrator';
export const VIEWS = ['overview', 'regional', 'close-up', 'oblique', 'dermoscopic', 'otoscopic', 'endoscopic', 'scale', 'document'] as const;
export type View = (typeof VIEWS)[number];
export type Priority = 'routine' | 'urgent' | 'suspected-cancer';
export type Sex = 'female' | 'male' | 'other' | 'unknown';
export type Laterality = 'left' | 'right' | 'bilateral' | 'unilateral' | 'none';
export type FindingKind = 'lesion' | 'rash' | 'ear' | 'wound' | 'burn' | 'scar';
export type IdentifierSystem = 'no-national' | 'nhs' | 'generic';
export type ReferralState = 'draft' | 'submitted' | 'in-review' | 'awaiting-information' | 'answered' | 'acknowledged' | 'withdrawn' | 'declined';
export type ImageState = 'processing' | 'ready' | 'rejected';
export type Certainty = 'certain' | 'probable' | 'uncertain';
export const DISPOSITIONS = ['gp-manages', 'gp-procedure', 'more-info', 'better-images', 'face-to-face-routine', 'face-to-face-urgent', 'cancer-pathway', 'direct-surgery'] as const;
export type Disposition = (typeof DISPOSITIONS)[number];
export type TellsPatient = 'practice' | 'department';
export type Books = 'practice' | 'department' | 'nobody';
export const STEPS = ['offered', 'agreed', 'equipped', 'connected', 'trained', 'support-ended'] as const;
export type Step = (typeof STEPS)[number];

export interface FieldError { field: string; code: string; message: string; remedy?: string }
export interface Named { id: string; name: string }

// directory
export interface Environment { programme: string; synthetic: boolean; version: string }
export interface Grant { id: string; role: Role; practice: Named | null; department: Named | null; from?: string; until?: string | null; coversFor?: string | null }
export interface Me {
  person: { id: string; name: string; email: string; language: Language; hprNumber: string };
  grants: Grant[];
  /** The text about what is recorded: which holds now, and when the person confirmed it. */
  notice: { version: string; confirmedAt: string | null };
  hasPassword: boolean;
  idleSeconds: number;
  expiresAt: string;
  mailDigest: boolean;
}
export interface LinkInfo {
  kind: 'sign-in' | 'invitation';
  name: string;
  email: string;
  place: string | null;
  expiresAt: string;
  totp: { secret: string; uri: string; qrSvg: string } | null;
}
export interface Practice {
  id: string; name: string; municipality: string; centrality: number; channel: string; listSize: number | null;
  gps: number | null; staff: number | null; testPractice: boolean; closedOn: string | null; phone: string | null; deputy: Named | null; takenOverBy: string | null; merged: boolean; enablement: { step: Step; specialty: Specialty | null; on: string }[];
}
export const EQUIPMENT = ['camera', 'phone', 'dermatoscope', 'otoscope', 'endoscope', 'computer', 'other'] as const;
export type EquipmentKind = (typeof EQUIPMENT)[number];
export const TRAINED = ['doctor', 'nurse', 'secretary', 'other'] as const;
export type Trained = (typeof TRAINED)[number];
export const CONTACTS = ['visit', 'phone', 'letter', 'video'] as const;
export type ContactKind = (typeof CONTACTS)[number];
export const REASONS = ['no-patient', 'no-time', 'equipment', 'sign-in', 'pictures', 'phoned', 'ordinary', 'other', 'not-now'] as const;
export type WhyNot = (typeof REASONS)[number];
export interface Equipment {
  id: string; kind: EquipmentKind; specialty: Specialty | null; make: string; serial: string; place: string; from: string; until: string | null; reason: string;
}
/** A practice with everything that was recorded about it. */
export interface PracticeHistory {
  id: string; name: string; municipality: string; centrality: number; distanceKm: number; openedOn: string; closedOn: string | null; testPractice: boolean;
  trialArm: string | null; registers: { from: string; listSize: number; gps: number; staff: number }[];
  enablement: { step: Step; specialty: Specialty | null; on: string }[]; equipment: Equipment[];
  trainings: { id: string; on: string; specialty: Specialty | null; role: Trained; people: number }[];
  contacts: { id: string; on: string; kind: ContactKind; note: string }[];
  reasons: { id: string; at: string; reason: WhyNot; after: string; role: Role; text: string }[];
}
export interface Askable { practiceId: string; askable: boolean }
export interface MyAccesses { items: { at: string; action: string; what: string; outcome: string }[]; next: string | null }
export interface NewPractice { name: string; municipality: string; centrality: number; distanceKm: number; channel: 'web'; openedOn: string; testPractice: boolean; phone?: string }
export interface Fault { line: number; column: string | null; code: string; message: string }
export interface ImportReport {
  practices: number; new: number; changed: number; unchanged: number; registers: number; steps: number; faults: Fault[]; moreFaults: number;
}
export interface AdminDepartment { id: string; name: string; hospital: string; specialties: Specialty[]; dutyPhone?: string | null; dutyHours?: string | null }
export interface Person { id: string; name: string; email: string; language: Language; hprNumber: string; grants: Grant[]; lastSignIn: string | null }
export interface Invitation { link: string; expiresAt: string }

// intake
export interface Department { id: string; name: string; hospital: string; specialties: Specialty[]; dutyPhone?: string | null; dutyHours?: string | null }
export interface BodySite { code: string; system: string; en: string; nb: string }
export interface CodedSite { code: string; system: string; display: string }
export interface Limits { maxImageBytes: number; maxPixels: number; maxImages: number; minLong: number; minShort: number; accept: string[] }
export type Tab = 'answers' | 'waiting' | 'drafts' | 'closed' | 'close-out' | 'to-send';
export const INTENTIONS = ['refer', 'treat', 'phone', 'other', 'unknown'] as const;
export type Intention = (typeof INTENTIONS)[number];
export const OUTCOMES = ['followed', 'otherwise', 'did-not-come', 'referred'] as const;
export type Outcome = (typeof OUTCOMES)[number];
export interface ClosedOut { outcome: Outcome; text: string; by: string; at: string }
export interface Filed { by: string; at: string }
/** Whose an open case is, since when and until when. */
export interface Chair { owner: 'practice' | 'deputy' | 'department' | 'call-list'; since: string; due: string; level: number; deputy: string | null }
export interface ReferralRow {
  id: string; state: ReferralState; specialty: Specialty | null; priority: Priority | null; initials: string; birthYear: number | null;
  bodySite: string | null; departmentName: string | null; practiceName: string; imageCount: number; updatedAt: string;
  submittedAt: string | null; dueAt: string | null; unread: boolean; question: boolean; amended?: boolean;
  closeOutMissing: boolean; training: boolean; chair: Chair | null;
  responsible: string | null; ready: boolean;
}
export interface ReferralPage { items: ReferralRow[]; next: string | null; counts: { answers: number; waiting: number; drafts: number; closeOuts: number; toSend: number } }
export interface Patient {
  identifierSystem: IdentifierSystem; identifier: string; name: string; birthDate: string; sex: Sex; phone?: string | null; address?: string | null;
}
export interface Finding {
  id: string; bodySite: CodedSite | null; laterality?: Laterality | null; kind?: FindingKind | null; description: string; duration: string;
}
export interface DraftContent {
  patient?: Partial<Patient> | null; specialty?: Specialty | null; departmentId?: string | null; priority?: Priority | null;
  question?: string | null; history?: string | null; findings?: Finding[];
  answers?: AnswerSet[]; emergencyCall?: EmergencyCall | null; viewOverrides?: ViewOverride[];
}
export interface Picture {
  id: string; findingId: string | null; view: View; state: ImageState; reason: { code: string; message: string } | null;
  quality: { sharpness: number; exposure: number; verdict: 'good' | 'blurred' | 'dark' | 'bright' | 'cast' | 'small' } | null;
  bytes: number; sha256: string; width: number | null; height: number | null; addedAt: string; capturedAt: string | null; removed: boolean;
}
/** A large picture at full size, in squares of `side` pixels. */
export interface Tiles { side: number; width: number; height: number }
/** As the office has it: with whether it went out, with the referral or a reply. */
export interface OfficePicture extends Picture { sent: boolean }
export interface Receipt {
  referral: string; submittedAt: string; dueAt: string; images: { id: string; sha256: string; bytes: number }[];
  departmentName: string; reference: string;
}
export interface Question {
  id: string; askedAt: string; askedBy: string | { name: string }; wants: string[]; text: string;
  suppliedAt: string | null; reply: string | null; replyImages: string[];
}
export interface AnsweredFinding { findingId: string; diagnosis: string; certainty: Certainty | null; disposition: Disposition | null; plan: string }
/** Empty who-tells and who-books: a draft, or an answer given before it was asked. */
export interface AnswerContent { summary: string; findings: AnsweredFinding[]; tellsPatient: TellsPatient | '' | null; books: Books | '' | null; /** why an earlier answer is amended */ reason: string }
export interface Answer extends AnswerContent {
  id: string; /** the answer that it replaces */ amends: string | null;
  answeredAt: string; answeredBy: { name: string; role: Role | string }; departmentName: string; afterWithdrawal: boolean; filed: Filed | null;
}
export const DECLINE_REASONS = ['not-suited', 'wrong-department', 'insufficient', 'outside-area', 'other'] as const;
export type DeclineReason = (typeof DECLINE_REASONS)[number];
/** A refusal as the office has it: it says which one it has read. */
export interface Declined { id: string; declinedAt: string; declinedBy: { name: string; role: string }; departmentName: string; reason: DeclineReason; text: string }
/** A step from department to department as the office has it. */
export interface Forwarded { at: string; by: string; fromDepartment: string; fromSpecialty: Specialty; toDepartment: string; toSpecialty: Specialty; text: string }
export interface Referral {
  id: string; version: number; state: ReferralState; practice: Named; training: boolean; content: DraftContent; images: OfficePicture[];
  createdAt: string; submittedAt: string | null; dueAt: string | null; receipt: Receipt | null;
  /** What is advised and hinders nothing. */
  warnings: { code: string; text: { en: string; nb: string } }[];
  missing: FieldError[]; questions: Question[]; answer: Answer | null; declined?: Declined | null;
  /** its way from department to department, oldest first */
  forwards?: Forwarded[]; withDepartment?: string | null; withSpecialty?: Specialty | null;
  /** Answers before `answer`, oldest first. */
  earlierAnswers?: Answer[];
  acknowledgedAt: string | null; withdrawnAt: string | null;
  intention: Intention | null; closeOut: ClosedOut | null; closeOutMissing: boolean;
  timeline: { at: string; what: string; who: string | null; to: string | null; note: string | null }[];
  responsible: Named | null; readyAt: string | null;
  /** The office that it belongs to now, when its own was closed or merged. */
  takenOverBy: string | null;
  chair: Chair | null;
}
export interface Saved { id: string; version: number; savedAt: string }

export interface PhoneCode { address: string; qrSvg: string; expiresAt: string }
export interface PhoneStanding { state: 'none' | 'waiting' | 'connected'; expiresAt: string | null }
export interface PhoneView {
  referral: string; patientName: string; birthYear: number | null; finding: string | null;
  pictures: { id: string; view: View; state: ImageState; sha256: string }[]; maxImages: number; maxImageBytes: number; expiresAt: string;
}
/** The draft for the right case; pictures that are left out are damaged, and have to be taken anew. */
export interface Replacement { id: string; ready: boolean; leftOut: string[] }
export interface Marked { replacement: Replacement | null }
/** Something that was entered in error; nothing of it names the patient. */
export interface EnteredInError {
  id: string; image: string | null; reference: string; departmentName: string; submittedAt: string | null; markedAt: string; markedBy: string;
  byDepartment: boolean; reason: string; answered: boolean; departmentHeard: boolean; replacement: Replacement | null;
  openers: { name: string; ofDepartment: boolean; openedAt: string; readAt: string | null }[];
}
interface NoticeBase { id: string; image: string | null; reference: string; openedAt: string; markedAt: string; byDepartment: boolean; answered: boolean }
export interface OfficeNotice extends NoticeBase { /** else told because they answer for it */ opened: boolean; departmentName: string; submittedAt: string | null }
export interface DepartmentNotice extends NoticeBase { practiceName: string; submittedAt: string }
export type Notice = OfficeNotice | DepartmentNotice;

// review
export type WorkFilter = 'all' | 'mine' | 'unclaimed' | 'urgent' | 'returned' | 'training';
export interface Claim { by: Named; mine: boolean; expiresAt: string }
/** For whom a coordinator has meant a case; no lock. */
export interface Assigned { to: Named; at: string; mine: boolean; /** away, or without a right any more */ reassign: boolean }
export interface CaseRow {
  id: string; priority: Priority; specialty: Specialty; dueAt: string; submittedAt: string; waitingHours: number; ageYears: number | null;
  sex: Sex; bodySite: string | null; question: string; practiceName: string; imageCount: number; imagesReady: number;
  state: 'waiting' | 'claimed' | 'awaiting-information' | 'returned'; claim: Claim | null; assigned: Assigned | null; training: boolean;
}
export interface WorkPage { items: CaseRow[]; next: string | null; counts: Record<WorkFilter, number>; doneToday: number }
export interface Case {
  id: string; state: string; priority: Priority; specialty: Specialty; dueAt: string; submittedAt: string; practiceName: string;
  departmentId: string; departmentName: string; referrerName: string; responsible: string | null; withdrawn: boolean; training: boolean; patient: Patient & { ageYears: number | null }; question: string; history: string;
  findings: Finding[]; images: (Picture & { shown: boolean; tiles: Tiles | null })[]; questions: Question[]; claim: Claim | null;
  answerDraft: AnswerContent | null; signed: { signedAt: string; releaseAt: string } | null; answers: Answer[];
  declines: { at: string; by: { name: string; role: string }; departmentName: string; reason: DeclineReason; text: string }[];
  /** its way until here, oldest first */
  forwards: { at: string; by: { name: string; role: string }; fromDepartment: Named; fromSpecialty: Specialty; toDepartment: Named; toSpecialty: Specialty; text: string }[];
  /** What the office answered, by questionnaire and version. */
  questionnaireAnswers: AnswerSet[]; emergencyCall: EmergencyCall | null; viewOverrides: ViewOverride[];
}
export interface Call { at: string; by: string; note: string }
export interface CallRow {
  id: string; reference: string; practiceName: string; phone: string | null; what: 'unread-answer' | 'open-question'; since: string;
  climbedAt: string; dueAt: string; priority: string; specialty: string; call: Call | null;
}
export interface CallList { items: CallRow[]; phoned: CallRow[]; count: number }
export interface Lease { token: string; expiresAt: string }

// uptake
export interface UptakePractice {
  id: string; name: string; municipality: string; listSize: number | null;
  enablement: { offered: string | null; agreed: string | null; equipped: string | null; connected: string | null; trained: string | null; supportEnded: string | null };
  firstUse: string | null; lastUse: string | null; referrals: number; imagesSent: number; answersRead: number; months: number[]; viewOverrides: number[];
  closedOn: string | null; trialArm: string;
  medianAnswerHours: number | null; silentDays: number | null; testUse: number; testPractice?: boolean;
  /** Over all time up to the end of the window. */
  uses: number; standing: Standing;
}
export const STATES = ['user', 'silent', 'never-used', 'not-equipped', 'closed'] as const;
export type UseState = (typeof STATES)[number];
export interface Standing {
  state: UseState; missing: 'equipment' | 'equipment-withdrawn' | 'connection' | 'training' | 'first-use' | 'use-again' | null; days: number | null;
  action: 'bring-equipment' | 'help-sign-in' | 'train' | 'give-time' | 'first-case-together' | 'ask-why' | 'visit-or-end' | null;
}
interface Share { numerator: number; denominator: number; share: number }
export interface Reached {
  step: 'equipped' | 'connected' | 'trained' | 'first-use' | 'several' | 'active'; practices: number; ofFirst: Share | null; ofPrevious: Share | null; notRecorded: number;
}
export interface UptakeOffice {
  id: string; name: string; municipality: string; testPractice: boolean; listSize: number | null; standing: Standing; uses: number;
  firstUse: string | null; lastUse: string | null; silentDays: number | null; months: string[];
  doings: {
    referrals: number[]; signIns: number[]; testUse: number; images: number; answersRead: number; draftsStarted: number; draftsAbandoned: number; uploadsFailed: number;
    viewOverrides: number[]; outcomes: { intention: string; closeOut: string; referrals: number }[];
    answers: { answered: number; waiting: number; medianHours: number | null; p90Hours: number | null };
  };
  trained: Record<string, number>; logPosition: number; computedAt: string;
}
export interface OwnState { practiceId: string; standing: Standing; silent: boolean }
export interface OwnRecord {
  counts: { kind: string; count: number; firstAt: string; lastAt: string }[];
  facts: { at: string; kind: string; practiceName: string | null; role: string; about: string }[]; next: string | null;
}
export interface Uptake {
  from: string; to: string; months: string[]; logPosition: number; definition: string; computedAt: string;
  totals: {
    practices: number; equipped: number; withUse: number; neverUsed: number; closed: number; referrals: number;
    topFourShare: Share | null;
  };
  funnel: Reached[];
  practices: UptakePractice[];
}
