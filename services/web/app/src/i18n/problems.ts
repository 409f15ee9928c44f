// What the person reads when the server refuses: by the problem's stable code, else the server's own sentence.
import { Problem, Unreachable } from '../api/problem';
import type { FieldError } from '../api/types';
import { fill, language } from './language.svelte';

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

/** Codes whose English is the server's own sentence: it names the thing and the remedy. */
export const nbOfServer: Record<string, string> = {
  'already-answered': 'Svaret har allerede kommet.',
  'already-signed': 'Svaret er signert. Angre først hvis du vil endre det.',
  'already-submitted': 'Henvisningen er sendt og kan ikke endres mer.',
  'already-supplied': 'Spørsmålet er allerede besvart.',
  absent: 'Personen er borte. Velg en annen.',
  'already-there': 'Saken er der allerede. Velg en annen avdeling eller et annet fagområde.',
  answered: 'Saken er besvart.',
  'clinician-sends': 'En lege sender henvisningen. Velg hvem som har ansvaret, og merk den som klar: da står den på legens liste.',
  'has-password': 'Denne personen har allerede et passord og logger inn med det. En administrator kan lage en ny invitasjon.',
  itself: 'Et kontor kan ikke overta etter seg selv. Velg et annet.',
  'not-a-clinician': 'Dette er ikke en lege som arbeider på kontoret nå. Velg en fra listen.',
  'not-for-office': 'Et kontor inviterer leger og medarbeidere. Be en administrator om andre roller.',
  'not-open': 'Bare en henvisning som venter på svar, eller der ingen har lest svaret, kan gå til et annet kontor.',
  'one-of-two': 'Velg enten kontoret som tar over, eller det som kontoret blir en del av.',
  'practice-closed': 'Dette kontoret er lagt ned: ingen ny henvisning kan begynnes her, og ingenting kan sendes herfra. Kontoret som tok over, fullfører og sender det som er begynt.',
  'nobody-there': 'Ingen arbeider der nå, så ingen ville lese den. Velg et annet sted.',
  'training-mixed': 'Den ene er bare for å prøve tjenesten, den andre gjelder en pasient: et bilde kan ikke gå fra den ene til den andre. Velg et annet utkast, eller begynn et nytt.',
  'unknown-practice': 'Henvisningen kan ikke gå til dette kontoret. Velg et annet som er åpent.',
  'ask-administrator': 'Kontoen er ikke laget av dette kontoret. Be programmets administrator om å invitere personen.',
  'asked-already': 'Kontoret har svart denne måneden. Det trengs ikke mer nå.',
  'before-start': 'Sluttdatoen er før startdatoen.',
  'beyond-length': 'Det kom mer enn opplastingen sa. Legg til bildet på nytt.',
  'birth-date-differs': 'Fødselsdatoen er en annen enn i pasientens nummer. Kontrollsifrene i nummeret stemmer, så kontroller fødselsdatoen først, og deretter om nummeret er denne pasientens.',
  'call-too-early': 'Samtalen var mer enn et døgn før denne henvisningen ble begynt. Ring om denne pasienten, og kontroller dato og klokkeslett.',
  'call-in-the-future': 'Samtalen ligger i fremtiden. Ring først, og kontroller klokkeslettet.',
  'cancer-priority': 'Det spørres om mistanke om kreft. Velg det under «Hvor raskt» også, eller be om noe annet.',
  'checksum-mismatch': 'En del av bildet ble skadet på veien. Den sendes på nytt.',
  'claimed-by-other': 'En kollega leser denne saken nå. Velg en annen, eller be koordinatoren flytte den.',
  'compressed-body': 'Send innholdet ukomprimert.',
  'cross-origin': 'Forespørselen kom fra et annet nettsted og ble avvist.',
  crossed: 'Henvisningen ble endret akkurat nå. Se på den, og prøv igjen.',
  cursor: 'Denne siden av listen er ukjent. Begynn med den første.',
  declined: 'Avdelingen har avslått denne henvisningen.',
  'discard-final': 'Utkastet er slettet for godt.',
  duplicate: 'Det samme er med to ganger. Send det én gang.',
  'emergency-call': 'Dette er øyeblikkelig hjelp: ring vakthavende først. Skriv så hvem du snakket med, og når.',
  'empty-file': 'Filen er tom. Ta eller velg bildet på nytt.',
  exclusive: '«Ingen» kan ikke velges sammen med noe annet. Velg enten «ingen» eller det som foreligger.',
  'file-faults': 'Noe er feil i filen, så ingenting ble importert. Rett hver linje, og send den på nytt.',
  'file-too-large': 'Filen er større enn 10 MB. Del den i flere filer.',
  fixed: 'Et utkast blir på kontoret der det ble begynt. Begynn et nytt på det andre kontoret.',
  'id-reused': 'Denne ID-en er brukt til noe annet.',
  'image-exists': 'Bildet er allerede lagt til.',
  'image-left-out': 'Et nytt bilde er ikke med i svaret. Ta det med, eller fjern det.',
  'image-not-ready': 'Bildet er ikke klart ennå.',
  'in-future': 'Datoen ligger i fremtiden.',
  'in-past': 'Rettigheten ville være over allerede. Skriv en siste dag som kommer, eller la være å gi den.',
  'in-the-future': 'Datoen ligger i fremtiden. Kontroller året.',
  internal: 'Noe gikk galt hos oss og er registrert. Prøv igjen; si fra til administratoren hvis det fortsetter.',
  interrupted: 'Ikke alt kom frem. Send det på nytt.',
  'invalid-input': 'Noe mangler eller er feil. Se hvert felt.',
  'key-reused': 'Forespørselen er allerede brukt til noe annet.',
  'last-administrator': 'Dette er den siste administratoren. Gi en annen rollen først.',
  'last-specialist': 'Dette er avdelingens siste spesialist: ingen kunne svare på det som sendes dit. Gi en annen rollen først.',
  malformed: 'Verdien kan ikke leses. Kontroller den.',
  'method-not-allowed': 'Denne adressen kan ikke brukes slik. Last siden på nytt.',
  missing: 'Ingenting er registrert ennå. Oppgi dagen selv.',
  month: 'Skriv måneden som år og måned, for eksempel 2026-03. Den første kan ikke ligge etter den siste eller i fremtiden, og perioden er på høyst 240 måneder.',
  'red-flag-priority': 'Et faresignal er ikke rutine. Velg haster eller mistanke om kreft.',
  'must-be': 'Henvisningen kan ikke sendes uten dette.',
  'national-number-check': 'Ett eller to sifre i nummeret er tastet feil: kontrollsifrene stemmer ikke. Sammenlign det siffer for siffer med journalen.',
  'national-number-date': 'Et fødselsnummer eller D-nummer begynner med dag, måned og år, og dette begynner ikke med noen dag som finnes. Kontroller de seks første sifrene.',
  'national-number-length': 'Et fødselsnummer eller D-nummer har 11 sifre. Se om det er ett for lite eller for mye, eller velg en annen type nummer.',
  'national-number-letters': 'Et fødselsnummer eller D-nummer har bare sifre. Se etter en bokstav, for eksempel O for 0 eller l for 1, eller velg en annen type nummer.',
  'national-number-synthetic': 'Dette nummeret tilhører en oppdiktet testperson, og her henvises virkelige pasienter. Skriv pasientens eget nummer.',
  'nhs-number-check': 'Et siffer i NHS-nummeret er tastet feil: kontrollsifferet stemmer ikke. Sammenlign det siffer for siffer med journalen.',
  'nhs-number-filler': 'Ti ganger samme siffer er ingens NHS-nummer. Skriv pasientens eget nummer, eller velg en annen type nummer.',
  'nhs-number-length': 'Et NHS-nummer har 10 sifre. Se om det er ett for lite eller for mye, eller velg en annen type nummer.',
  'nhs-number-letters': 'Et NHS-nummer har bare sifre. Se etter en bokstav, for eksempel O for 0 eller l for 1, eller velg en annen type nummer.',
  'no-answer': 'Det er ikke noe svar å lese ennå.',
  'nobody-books': 'Pasienten skal ses, så noen må bestille time. Velg kontoret eller avdelingen.',
  'not-answered': 'Saken er ikke besvart ennå, så det er ikke noe å endre.',
  'not-json': 'Forespørselen er ikke JSON. Last siden på nytt.',
  'not-of-department': 'Personen leser ikke i avdelingen. Velg en av spesialistene der.',
  'newer-answer': 'Dette er ikke det nyeste svaret: et annet har kommet i mellomtiden. Les det først.',
  'no-open-question': 'Ingen spørsmål om denne henvisningen er åpne.',
  'not-of-practice': 'Personen er verken lege eller medarbeider her. Velg en som er det.',
  'not-on-call-list': 'Den står ikke på ringelisten lenger: kontoret har tatt den, eller en kollega har ringt. Se på listen på nytt.',
  'not-a-day': 'Det finnes ingen slik dag. Skriv den som 2026-03-01.',
  'not-a-date': 'Det finnes ingen slik dato.',
  'not-a-number': 'Skriv et tall.',
  'not-csv': 'Filen er ikke CSV. Lagre den som CSV, og velg den på nytt.',
  'not-an-email': 'Dette er ikke en e-postadresse.',
  'not-for-role': 'Dette hører ikke til rollen.',
  'not-plain': 'Teksten inneholder tegn som ikke kan lagres. Skriv den på nytt med vanlige tegn.',
  'not-submitted': 'Henvisningen er ikke sendt.',
  'number-hidden-characters': 'Nummeret inneholder et tegn som ikke kan ses. Skriv det i stedet for å lime det inn.',
  'number-too-long': 'Et nummer har høyst 32 tegn. Skriv bare nummeret.',
  'open-referrals': 'Åpne henvisninger som må overlates først: {n}. De venter på å bli sendt, på svar, eller på å bli lest.',
  'too-early': 'Velg en dag etter den første.',
  'too-far-ahead': 'Dagen er mer enn ett år frem. Skriv en tidligere dag, eller legg ned kontoret når den nærmer seg.',
  yourself: 'Dette er din egen adresse, og ingen gir seg selv en rolle. Be programmets administrator om den.',
  'other-text': 'Teksten er endret. Last siden på nytt, og les den igjen.',
  'out-of-range': 'Tallet er utenfor det som er tillatt.',
  'not-read': 'Les svaret først, og si så hva som ble gjort.',
  over: 'Fraværet er allerede over. Rett siste dag.',
  'phone-code': 'Koden er allerede brukt, eller de ti minuttene er ute. Vis en ny på datamaskinen.',
  'phone-over': 'Telefonen er ikke tilkoblet lenger. Vis en ny kode på datamaskinen, og skann den.',
  'picture-damaged': 'Det som er lagret av dette bildet, er skadet, så det vises ikke. Ta bildet og send det på nytt, eller be administratoren hente det fra en sikkerhetskopi.',
  'picture-remade': 'Denne kopien av bildet er skadet og lages på nytt. Prøv igjen om litt.',
  'kept-back': 'Et bilde i saken ble markert som noen andres, så svaret ditt ble ikke sendt. Det er utkastet ditt igjen: åpne saken, se på den en gang til og signer.',
  'question-open': 'Et spørsmål til kontoret er allerede åpent.',
  'rejected-image': 'Et bilde kunne ikke brukes. Fjern det, eller ta det på nytt.',
  reserved: 'Denne ID-en er reservert. Lag en tilfeldig (UUID versjon 4 eller 7).',
  search: 'Kort ned søket til høyst 100 tegn.',
  show: 'Velg ikke utstyrt, aldri brukt, stille eller i bruk, eller la det være for å se alle.',
  'store-away': 'Bilder kan ikke tas imot akkurat nå. Behold bildet og send det igjen om litt; det du skriver, er lagret.',
  taken: 'Adressen er allerede i bruk.',
  'too-long': 'Teksten er for lang. Kort den ned.',
  'too-long-ago': 'Datoen er mer enn 130 år tilbake. Kontroller året.',
  'too-many': 'Det er for mange.',
  'too-many-bytes': 'Bildene i kontorets utkast har nådd grensen. Send eller slett utkast, og send så bildet på nytt.',
  'too-many-drafts': 'Kontoret har for mange åpne utkast. Send eller slett noen, og lagre så dette på nytt. Det du skrev, er fortsatt her.',
  'too-many-requests': 'Det er for mange forespørsler fra nettverket ditt akkurat nå. Ingenting er tapt: prøv igjen om litt.',
  'too-many-uploads': 'Kontoret har for mange uferdige opplastinger. La dem bli ferdige eller fjern dem, og send så bildet på nytt.',
  'too-short': 'Det er for kort.',
  'too-simple': 'Passordet er for enkelt. Velg et lengre, mindre forutsigbart.',
  'too-slow': 'Forespørselen kom for sakte. Kontroller forbindelsen, og send den på nytt.',
  'too-small': 'Bildet er for lite: et fotografi trenger minst 800 × 600 piksler. Ta det på nytt med høyere oppløsning og uten zoom.',
  'training-patient': 'Den oppdiktede pasienten i en øvelse kan ikke endres. Skriv en ny henvisning for en virkelig pasient.',
  unavailable: 'Lysbro kan ikke gjøre dette akkurat nå. Ingenting er tapt: prøv igjen om litt.',
  undecodable: 'Bildet er skadet og kan ikke vises. Ta det på nytt, eller lagre det på nytt som JPEG og send det.',
  unexpected: 'Dette svaret hører ikke til noe funn i saken, eller står to ganger. Utelat det.',
  unknown: 'Det finnes ikke her. Velg fra listen.',
  'unknown-department': 'Denne avdelingen tar ikke imot henvisninger her. Velg en annen.',
  'unknown-finding': 'Funnet finnes ikke i henvisningen.',
  'unknown-host': 'Tjenesten er ikke kjent under dette navnet. Bruk adressen som administratoren ga deg.',
  'unknown-image': 'Bildet finnes ikke i henvisningen.',
  'unknown-item': 'Skjemaet spør ikke om dette. Last siden på nytt.',
  'unknown-questionnaire': 'Skjemaet er ukjent her i denne versjonen. Last siden på nytt.',
  'unknown-site': 'Kroppsdelen er ikke på listen. Velg den fra listen.',
  'unsupported-version': 'Opplastingen bruker en protokoll som er ukjent her. Last siden på nytt.',
  video: 'Dette er en video, og bare bilder kan sendes. Ta et stillbilde av det videoen viser, og velg det.',
  'view-missing': 'Et bilde mangler. Legg det til, eller skriv hvorfor det ikke kan tas.',
  withdrawn: 'Kontoret har trukket henvisningen. Det trengs ikke noe svar.',
  'wrong-code': 'Koden stemmer ikke. Vent på neste kode i appen, og prøv igjen.',
  'wrong-content-type': 'Delen av bildet kom i feil form. Last siden på nytt, og legg til bildet igjen.',
  'wrong-level': 'Svar om et funn må si hvilket. Last siden på nytt.',
  'wrong-offset': 'Opplastingen står et annet sted. Fortsett derfra.',
  'wrong-specialty': 'Avdelingen svarer ikke for dette fagområdet. Velg en annen avdeling eller et annet fagområde.',
};

function byCode(code: string): string | null {
  const table: Record<string, string> = language.code === 'nb' ? { ...nbOfServer, ...nb } : en;
  return table[code] ?? null;
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
