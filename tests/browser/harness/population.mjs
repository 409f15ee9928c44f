// The people of a layout: made by an administrator through the routes, signed in by links of `lysbro invite`. Leaves the
// note that the tests know from the demonstration. Run as a program: `node population.mjs FOLDER NOTE`.
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { answered } from './answer.mjs'
import { draftWithPictures } from './draft.mjs'
import { Layout } from './layout.mjs'
import { gradient } from './pictures.mjs'
import { eventually, Session } from './session.mjs'

async function invite(layout, role, person, place = []) {
  const email = `${person.split(' ')[0].toLowerCase()}@lysbro.example`
  const url = await layout.operator('invite', '--email', email, '--name', person, '--role', role, '--sign-in', ...place)
  return { role, person, url, cookie: null }
}

/** An answer that nobody has read for two weeks: its dates are set back, as if they had passed. */
async function climbed(layout, gp, reader) {
  const draft = await draftWithPictures(gp, [gradient(3)])
  await gp.json('POST', `/api/intake/referrals/${draft.id}/submit`, { version: draft.version })
  await answered(gp, reader, draft)
  const ago = (column) => `${column} = ${column} - interval '14 days'`
  await eventually('the call list knows of it', async () => {
    const changed = await layout.sql(`update review.review_wait set ${ago('since')} where case_id = '${draft.id}' returning 1`)
    return changed === '1'
  })
  await layout.sql(
    `update intake.intake_referral set ${['submitted_at', 'due_at', 'answered_at', 'until_at'].map(ago).join(', ')} where id = '${draft.id}';
     update review.review_case set ${ago('submitted_at')} where id = '${draft.id}'`,
  )
}

export async function populate(layout) {
  const admin = await invite(layout, 'administrator', 'Ada Synthetic')
  const session = await Session.signIn(layout.address, admin.url)
  admin.cookie = session.cookie
  const duty = { hospital: 'Hospital', dutyPhone: '00 00 00 00', dutyHours: 'Always' }
  const departments = Object.entries({ dermatology: 'Skin', ent: 'Ear, nose and throat', 'plastic-surgery': 'Plastic surgery' })
  const ids = departments.map(() => randomUUID())
  for (const [place, [specialty, name]] of departments.entries()) {
    await session.json('POST', '/api/directory/departments', { id: ids[place], name: `${name} department`, specialties: [specialty], ...duty })
  }
  const [department, practice] = [ids[0], randomUUID()]
  for (const [id, name] of [[practice, 'Solvik legekontor'], [randomUUID(), 'Bruvik legekontor']]) {
    const row = { id, name, phone: '00 00 00 00', municipality: 'Solvik', centrality: 5, distanceKm: 120, channel: 'web', openedOn: '2010-01-01', testPractice: false }
    await session.json('POST', '/api/directory/practices', row)
    await session.json('POST', `/api/directory/practices/${id}/register`, { from: '2020-01-01', listSize: 3100, gps: 3, staff: 4 })
    await session.json('POST', `/api/directory/practices/${id}/enablement`, { step: 'equipped', specialty: null, on: '2026-01-05' })
  }
  const [atPractice, atDepartment] = [['--practice', practice], ['--department', department]]
  const links = [
    admin,
    await invite(layout, 'gp-clinician', 'Grete Synthetic', atPractice),
    await invite(layout, 'gp-staff', 'Siri Synthetic', atPractice),
    await invite(layout, 'specialist', 'Dagny Synthetic', atDepartment),
    await invite(layout, 'coordinator', 'Carl Synthetic', atDepartment),
    await invite(layout, 'programme-manager', 'Maja Synthetic'),
  ]
  // Whoever forwards a case has to find somebody there.
  await invite(layout, 'specialist', 'Frode Synthetic', ['--department', ids[1]])
  await invite(layout, 'specialist', 'Pia Synthetic', ['--department', ids[2]])
  const gp = await Session.signIn(layout.address, links[1].url)
  links[1].cookie = gp.cookie
  await eventually('the office knows the departments', async () => (await gp.get('/api/intake/departments')).length === departments.length)
  // Two cases wait, so that there is a next one when the first is answered.
  for (const seed of [1, 2]) {
    const draft = await draftWithPictures(gp, [gradient(seed)])
    await gp.json('POST', `/api/intake/referrals/${draft.id}/submit`, { version: draft.version })
  }
  const reader = await Session.signIn(layout.address, links[3].url)
  links[3].cookie = reader.cookie
  await climbed(layout, gp, reader)
  return { address: layout.address, links }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, note] = process.argv.slice(2)
  writeFileSync(note, JSON.stringify(await populate(new Layout(folder))), { mode: 0o600 })
}
