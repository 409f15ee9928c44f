// What people are told at their first sign-in. A change of meaning is a new version: raise it in
// services/directory/src/notice.rs as well, and everybody confirms anew.
import { texts } from './language.svelte';
export const en = {
  title: 'What is recorded when you use Lysbro',
  lead: 'Please read this once. You can see your own record at any time under your name at the top.',
  'who.head': 'Sign-ins.',
  'who.text': 'When you sign in, and in which role.',
  'reads.head': 'What you open.',
  'reads.text': 'Which referrals and pictures you open, send, read and answer, and when. Patients have a right to know who has read about them.',
  'use.head': 'How the service is used.',
  'use.text': 'That a referral was begun, given up, sent or answered, counted per office and month. You stand there under a code, never by name.',
  'why.head': 'Why.',
  'why.text': 'The programme studies why some offices use telemedicine and others never start. Silence is counted too. It is a study of how the service is introduced, and is not used to judge how you do your work.',
  'not.head': 'What is not used for the study.',
  'not.text': 'Patients, pictures, free text and your name. They are stored encrypted.',
  'see.head': 'Your rights.',
  'see.text': 'You can see what is recorded about you, and ask the administrator about anything that looks wrong.',
  confirm: 'I have read this',
  after: 'That you have read it is noted with the date.',
};
export const nb: Record<keyof typeof en, string> = {
  title: 'Hva som registreres når du bruker Lysbro',
  lead: 'Les dette én gang. Du kan når som helst se hva som er registrert om deg, under navnet ditt øverst.',
  'who.head': 'Innlogginger.',
  'who.text': 'Når du logger inn, og i hvilken rolle.',
  'reads.head': 'Det du åpner.',
  'reads.text': 'Hvilke henvisninger og bilder du åpner, sender, leser og svarer på, og når. Pasienter har rett til å vite hvem som har lest om dem.',
  'use.head': 'Hvordan tjenesten brukes.',
  'use.text': 'At en henvisning er påbegynt, gitt opp, sendt eller besvart, talt per kontor og måned. Du står der med en kode, aldri med navn.',
  'why.head': 'Hvorfor.',
  'why.text': 'Programmet studerer hvorfor noen kontorer bruker telemedisin og andre aldri begynner. Også stillhet telles. Det er en studie av hvordan tjenesten innføres, og brukes ikke til å vurdere hvordan du gjør jobben din.',
  'not.head': 'Det som ikke brukes i studien.',
  'not.text': 'Pasienter, bilder, fritekst og navnet ditt. De lagres kryptert.',
  'see.head': 'Rettighetene dine.',
  'see.text': 'Du kan se hva som er registrert om deg, og spørre administratoren om det som ser galt ut.',
  confirm: 'Jeg har lest dette',
  after: 'At du har lest det, noteres med dato.',
};
export const t = texts(en, nb);
