// An answer as a department gives it, without a browser.
import { eventually } from './session.mjs'

/** Signs an answer as the department does, and waits until the office has it. */
export async function answered(office, specialist, draft) {
  const path = `/api/review/cases/${draft.id}`
  const seen = await eventually('the case is there', () => specialist.get(path).catch(() => null))
  const { token } = await specialist.json('POST', `${path}/claim`, {})
  for (const image of seen.images) await specialist.json('POST', `${path}/shown`, { token, imageId: image.id })
  const finding = { findingId: draft.findingId, diagnosis: 'Benign naevus', certainty: 'probable', disposition: 'gp-manages', plan: 'Look again if it changes.' }
  await specialist.json('POST', `${path}/answer`, { token, content: { summary: '', findings: [finding], tellsPatient: 'practice', books: 'nobody' } })
  return eventually('the answer has come', async () => (await office.get(`/api/intake/referrals/${draft.id}`)).answer)
}
