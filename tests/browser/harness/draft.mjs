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
    history: 'Has grown during the last six months.',
    findings: [
      {
        id: findingId,
        bodySite: { code: '66643007', system: 'SCT', display: 'Skin of back' },
        laterality: 'left',
        kind: 'lesion',
        description: 'Brown, 8 mm, irregular edge.',
        duration: '',
      },
    ],
    answers: answers(findingId),
  }
}

/** What the questionnaires of a skin lesion ask. */
function answers(findingId) {
  const of = (questionnaire, id, values) => ({ questionnaire, version: 1, findingId: id, values })
  return [
    of('referral', null, { 'request-type': 'advice', 'provisional-diagnosis': 'Naevus', medication: 'None', allergies: 'None known', consent: true, 'consent-mode': 'verbal' }),
    of('dermatology', null, { 'skin-type': 'C74570', risk: ['family-melanoma'] }),
    of('dermatology-lesion', findingId, { 'size-longest': 8, 'size-across': 6, duration: 'months', 'duration-count': 6, colours: ['371254008'], border: 'irregular' }),
  ]
}

/** The pictures that a brown lesion needs, in the order in which they are added. */
const views = ['overview', 'close-up', 'dermoscopic']

/**
 * Saves a draft for the session's practice; with fewer than three pictures to come, it says why the others are missing.
 *
 * @returns {Promise<{id: string, version: number, findingId: string}>}
 */
export async function saveDraft(session, pictures = views.length) {
  const practice = session.me.grants.find((grant) => grant.practice !== null)?.practice
  if (practice === undefined) throw new Error('the person belongs to no practice')
  const departments = await session.get('/api/intake/departments')
  const department = departments.find((each) => each.specialties.includes('dermatology'))
  const [id, findingId] = [randomUUID(), randomUUID()]
  const saved = await session.json('PUT', `/api/intake/referrals/${id}`, {
    version: 0,
    practiceId: practice.id,
    content: {
      ...content(department.id, findingId),
      viewOverrides: views.slice(pictures).map((view) => ({ findingId, view, reason: 'Not taken in this test.' })),
    },
  })
  return { id, version: saved.version, findingId }
}

/** A draft with these pictures, ready to be sent: overview first, then close-ups. */
export async function draftWithPictures(session, pictures) {
  const draft = await saveDraft(session, pictures.length)
  for (const [place, picture] of pictures.entries()) {
    const view = views[place] ?? 'close-up'
    const metadata = { referral: draft.id, image: randomUUID(), view, finding: draft.findingId, sha256: sha256(picture) }
    const created = await session.fetch('/api/intake/uploads', {
      method: 'POST',
      headers: {
        'tus-resumable': '1.0.0',
        'upload-length': String(picture.length),
        'upload-metadata': Object.entries(metadata).map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`).join(','),
      },
    })
    const path = new URL(created.headers.get('location'), session.address).pathname
    const sent = await session.fetch(path, {
      method: 'PATCH',
      headers: { 'tus-resumable': '1.0.0', 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
      body: picture,
    })
    if (sent.status !== 204) throw new Error(`the picture was answered ${sent.status}: ${await sent.text()}`)
  }
  await eventually('the pictures are ready', async () => {
    const { images } = await session.get(`/api/intake/referrals/${draft.id}`)
    return images.length === pictures.length && images.every((each) => each.state === 'ready')
  })
  return draft
}
