// The new-referral page, as the tests fill it: by what is read on it.

/** Unfolds what need not be answered. */
export function unfold(office, questionnaire) {
  return office.page.getByTestId(`more-${questionnaire}`).locator('summary').click()
}

/** Presses options of an item. */
export async function answer(office, linkId, ...options) {
  for (const option of options) await office.page.getByTestId(`answer-${linkId}`).getByText(option, { exact: true }).click()
}

/** Writes an item's text or number. */
export function write(office, linkId, text) {
  return office.page.getByTestId(`answer-${linkId}`).fill(String(text))
}

/** Whose it is; the number brings date of birth and sex. */
export async function fillPatient(office, patient) {
  await office.page.getByTestId('patient-identifier').fill(patient.identifier)
  await office.page.getByTestId('patient-name').fill(patient.name)
}

/** Chooses a body site by what the search finds. */
export async function site(office, search, name) {
  const { page } = office
  await page.getByTestId('site-search').pressSequentially(search)
  await page.getByTestId('site-option').filter({ hasText: name }).first().click()
  await page.getByTestId('site-chosen').waitFor()
}

/** What is asked of a skin lesion and of its patient. */
export async function fillLesion(office) {
  await answer(office, 'skin-type', 'II – burns easily')
  await answer(office, 'risk', 'Melanoma in the family')
  await write(office, 'size-longest', 8)
  await write(office, 'size-across', 6)
  await answer(office, 'duration', 'Months')
  await answer(office, 'colours', 'Brown')
}

/** What every referral is asked, beside its question. */
export async function fillHeader(office, diagnosis = 'Naevus') {
  const { page } = office
  await page.getByTestId('history').fill('Has grown during the last six months.')
  await write(office, 'provisional-diagnosis', diagnosis)
  await page.getByTestId('usual-referral').click()
  await answer(office, 'consent', /patient knows/)
}

/** A file as the browser is given it. */
export const file = (buffer, name = 'picture.jpg', mimeType = 'image/jpeg') => ({ name, mimeType, buffer })

/** Waits until the draft is saved as it stands. */
export const saved = (page) => page.getByTestId('save-state').filter({ hasText: /^Saved/ }).waitFor()

/** Presses Send, and what the dialog offers; gives the receipt's reference. */
export async function send(office, button = 'send-routine') {
  const { page } = office
  await page.getByTestId(office.size.width > 980 ? 'send' : 'send-foot').click()
  await page.getByTestId('send-dialog').waitFor()
  await office.choose('intention', 'Referred')
  await page.getByTestId('send-dialog').getByTestId(button).click()
  await page.getByTestId('receipt').waitFor()
  return page.getByTestId('reference').innerText()
}
