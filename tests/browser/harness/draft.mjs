// A referral as an office writes it, without a browser. The patient is synthetic, and says so.
import { randomUUID } from 'node:crypto'
import { sha256 } from './pictures.mjs'
import { eventually } from './session.mjs'

/** Month + 80: the tax authority's synthetic series, which no real person has. The check digits are right. */
export const patient = { identifierSystem: 'no-national', identifier: '14835840264', name: 'Kari SYNTHETIC', birthDate: '1958-03-14', sex: 'female' }

/** What a complete referral holds; `departmentId` decides where it goes. */
export function content(departmentId, findingId = randomUUID()) {
  return {
    patient,
    specialty: 'dermatology',
    departmentId,
    priority: 'routine',
    question: 'Is this mole benign, or should it be removed?',
    history: 'Has grown during the last six months. No melanoma in the family.',
    findings: [
      {
        id: findingId,
        bodySite: { code: '66643007', system: 'SCT', display: 'Skin of back' },
        laterality: 'left',
        kind: 'lesion',
        description: 'Brown, 8 mm, irregular edge.',
        duration: '6 months',
      },
    ],
  }
}

/**
 * Saves a draft for the session's practice.
 *
 * @returns {Promise<{id: string, version: number, findingId: string}>}
 */
export async function saveDraft(session) {
  const practice = session.me.grants.find((grant) => grant.practice !== null)?.practice
  if (practice === undefined) throw new Error('the person belongs to no practice')
  const departments = await session.get('/api/intake/departments')
  const department = departments.find((each) => each.specialties.includes('dermatology'))
  const [id, findingId] = [randomUUID(), randomUUID()]
  const saved = await session.json('PUT', `/api/intake/referrals/${id}`, {
    version: 0,
    practiceId: practice.id,
    content: content(department.id, findingId),
  })
  return { id, version: saved.version, findingId }
}

/** A draft with these pictures, ready to be sent: overview first, then close-ups. */
export async function draftWithPictures(session, pictures) {
  const draft = await saveDraft(session)
  for (const [place, picture] of pictures.entries()) {
    const view = ['overview', 'close-up', 'dermoscopic'][place] ?? 'close-up'
    const metadata = { referral: draft.id, image: randomUUID(), view, finding: draft.findingId, sha256: sha256(picture) }
    const created = await session.fetch('/api/intake/uploads', {
      method: 'POST',
      headers: {
        'tus-resumable': '1.0.0',
        'upload-length': String(picture.length),
        'upload-metadata': Object.entries(metadata).map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`).join(','),
      },
    })
    await sendPicture(session, new URL(created.headers.get('location'), session.address).pathname, picture)
  }
  await eventually('the pictures are ready', async () => {
    const { images } = await session.get(`/api/intake/referrals/${draft.id}`)
    return images.length === pictures.length && images.every((each) => each.state === 'ready')
  })
  return draft
}

/** How often a picture is asked to go on from where it stands, before it is given up. */
const TRIES = 5

/**
 * Sends a picture's bytes. As a tus client does, it asks where the upload stands when it hears 409: a proxy that lost a
 * replica's answer repeats the piece at another, which has it already.
 */
async function sendPicture(session, path, picture) {
  const tus = { 'tus-resumable': '1.0.0' }
  let offset = 0
  for (let tried = 1; ; tried += 1) {
    const sent = await session.fetch(path, {
      method: 'PATCH',
      headers: { ...tus, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' },
      body: picture.subarray(offset),
    })
    if (sent.status === 204) return
    if (sent.status !== 409 || tried === TRIES) throw new Error(`the picture was answered ${sent.status}: ${await sent.text()}`)
    const stands = await session.fetch(path, { method: 'HEAD', headers: tus })
    offset = Number(stands.headers.get('upload-offset'))
  }
}
