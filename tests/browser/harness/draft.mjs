// A referral as an office writes it, without a browser. The patient is synthetic, and says so.
import { randomUUID } from 'node:crypto'

/** What a complete referral holds; `departmentId` decides where it goes. */
export function content(departmentId, findingId = randomUUID()) {
  return {
    patient: { identifierSystem: 'generic', identifier: 'SYNTHETIC-1', name: 'SYNTHETIC Kari Nordmann', birthDate: '1958-03-14', sex: 'female' },
    specialty: 'dermatology',
    departmentId,
    priority: 'routine',
    question: 'Is this mole benign?',
    history: 'Has grown during the last six months.',
    findings: [{ id: findingId, bodySite: null, laterality: 'left', kind: 'lesion', description: 'Brown, 8 mm, irregular edge.', duration: '6 months' }],
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
