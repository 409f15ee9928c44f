// What the person reads when the server refuses: by the problem's stable code, else the server's own sentence.
import { Problem, Unreachable } from '../api/problem';
import type { FieldError } from '../api/types';
import { fill, language } from './language.svelte';
import { fetchServed, served } from './served.svelte';

export const en = {
  unreachable: 'The server was not reached. Check the connection and try again.',
  'server-error': 'Something failed on our side. Try again in a moment.',
  'not-found': 'It does not exist, or you do not have access to it.',
  'wrong-credentials': 'That did not match. Check the e-mail, the password and the code, and try again.',
  'too-many-attempts': 'Too many attempts. Wait a little, then try again.',
  'signed-out': 'You are signed out. Sign in to go on.',
  locked: 'The screen is locked.',
  'link-expired': 'The link has expired.',
  'link-used': 'The link has been used already.',
  'link-unknown': 'The link is not known here.',
  'stale-version': 'The draft was changed in another window. Load the newest version before you go on.',
  'claim-lost': 'You are no longer the one reading this case. What you wrote is still here.',
  'already-sent': 'The answer had already been sent, so it can’t be undone.',
  'images-not-shown': 'Look at every picture before you sign.',
  'too-large': 'The picture is too large.',
  'not-a-picture': 'This is not a picture we can read. Send JPEG, HEIC, PNG or WebP.',
  'truncated-picture': 'The picture is incomplete. Take or choose it again.',
  'digest-mismatch': 'The picture was damaged on the way. Send it again.',
  'too-many-images': 'There are too many pictures on this referral. Remove one first.',
  'upload-expired': 'The upload waited too long. Add the picture again.',
  'too-many-pixels': 'The picture has too many pixels. Take it again with a lower resolution.',
  'upload-under-way': 'A picture is still on its way. Wait until it has arrived, or remove it, then send.',
  required: 'This is missing.',
  failed: 'It did not work. Try again.',
};
export const nb: Record<keyof typeof en, string> = {
  unreachable: 'Fikk ikke kontakt med serveren. Kontroller forbindelsen og prøv igjen.',
  'server-error': 'Noe sviktet hos oss. Prøv igjen om litt.',
  'not-found': 'Det finnes ikke, eller du har ikke tilgang til det.',
  'wrong-credentials': 'Det stemte ikke. Kontroller e-post, passord og kode, og prøv igjen.',
  'too-many-attempts': 'For mange forsøk. Vent litt, og prøv igjen.',
  'signed-out': 'Du er logget ut. Logg inn for å fortsette.',
  locked: 'Skjermen er låst.',
  'link-expired': 'Lenken er utløpt.',
  'link-used': 'Lenken er allerede brukt.',
  'link-unknown': 'Lenken er ukjent her.',
  'stale-version': 'Utkastet ble endret i et annet vindu. Hent den nyeste versjonen før du fortsetter.',
  'claim-lost': 'Det er ikke lenger du som leser denne saken. Det du skrev er fortsatt her.',
  'already-sent': 'Svaret var allerede sendt og kan ikke angres.',
  'images-not-shown': 'Se på alle bildene før du signerer.',
  'too-large': 'Bildet er for stort.',
  'not-a-picture': 'Dette er ikke et bilde vi kan lese. Send JPEG, HEIC, PNG eller WebP.',
  'truncated-picture': 'Bildet er ufullstendig. Ta eller velg det på nytt.',
  'digest-mismatch': 'Bildet ble skadet underveis. Send det på nytt.',
  'too-many-images': 'Det er for mange bilder på henvisningen. Fjern ett først.',
  'upload-expired': 'Opplastingen ventet for lenge. Legg til bildet på nytt.',
  'too-many-pixels': 'Bildet har for mange piksler. Ta det på nytt med lavere oppløsning.',
  'upload-under-way': 'Et bilde er fortsatt på vei. Vent til det er kommet frem, eller fjern det, og send så.',
  required: 'Dette mangler.',
  failed: 'Det virket ikke. Prøv igjen.',
};

function byCode(code: string): string | null {
  if (language.code !== 'nb') return (en as Record<string, string>)[code] ?? null;
  void fetchServed();
  return (nb as Record<string, string>)[code] ?? served.nb[code] ?? null;
}
export function problemText(error: unknown): string {
  if (error instanceof Unreachable) return byCode('unreachable') ?? '';
  if (!(error instanceof Problem)) return byCode('failed') ?? '';
  if (error.code === 'too-many-attempts' && error.retryAfter) {
    const wait = language.code === 'nb' ? 'For mange forsøk. Prøv igjen om {n} sekunder.' : 'Too many attempts. Try again in {n} seconds.';
    return fill(wait, { n: error.retryAfter });
  }
  if (error.code === 'open-referrals' && language.code === 'nb') {
    const open = /: (\d+)\./.exec(error.detail)?.[1] ?? '';
    return fill(byCode(error.code) ?? '', { n: open });
  }
  return byCode(error.code) ?? (error.detail || (byCode('failed') ?? ''));
}
/** A single field's message. The server writes good English sentences; in bokmål the known codes come first. */
export function fieldText(error: FieldError): string {
  const own = byCode(error.code);
  const served = [error.message, error.remedy].filter(Boolean).join(' ');
  return language.code === 'nb' ? (own ?? served) : served || (own ?? '');
}
/** A rejected picture's reason. */
export function codeText(code: string, fallback: string): string {
  return byCode(code) ?? fallback;
}
export function errorsByField(error: unknown): Record<string, string> {
  const out: Record<string, string> = {};
  if (error instanceof Problem) for (const e of error.errors) out[e.field] ??= fieldText(e);
  return out;
}
