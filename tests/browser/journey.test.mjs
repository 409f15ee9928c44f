// One referral through the house in real browsers, by the printed links alone; and what interrupts such a day.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { code } from './harness/authenticator.mjs'
import { desk, startBrowser, Visitor } from './harness/browser.mjs'
import { useDemo } from './harness/demo.mjs'
import { draftWithPictures, patient } from './harness/draft.mjs'
import { photographs } from './harness/pictures.mjs'
import { fillHeader, fillLesion } from './harness/form.mjs'
import { eventually, Session } from './harness/session.mjs'
import { lookAtEveryPicture, openByKeyboard } from './harness/worklist.mjs'

const question = 'Is this mole benign? It is the one of the journey.'
const password = 'a long enough password'
let demo
let browser
let pictures

before(async () => {
  demo = await useDemo()
  browser = await startBrowser()
  pictures = await photographs(await Session.of(demo, 'gp-staff'))
})
after(async () => {
  await browser?.close()
  await demo?.stop()
})

const files = (buffers) => buffers.map((buffer, i) => ({ name: `picture-${i + 1}.jpg`, mimeType: 'image/jpeg', buffer }))

async function fillPatient(office) {
  const { page } = office
  await page.getByTestId('patient-identifier').fill(patient.identifier)
  await page.getByTestId('patient-name').fill(patient.name)
  assert.equal(await page.getByTestId('patient-birth').inputValue(), patient.birthDate, 'the number says the date of birth')
  await office.choose('patient-sex', 'Female')
}

/** Begins a new referral; gives its id. */
async function begin(visitor) {
  await visitor.page.goto(`${demo.address}/in`)
  await visitor.page.getByTestId('new-referral').click()
  await visitor.page.getByTestId('patient-name').waitFor()
  return new URL(visitor.page.url()).pathname.split('/').at(-1)
}

const saved = (page) => page.getByTestId('save-state').filter({ hasText: /^Saved/ }).waitFor()

/** Writes and sends a referral as a GP does; gives its id. */
async function refer(office) {
  const { page } = office
  const id = await begin(office)
  await fillPatient(office)
  assert.equal(await page.getByTestId('patient-system').inputValue(), 'no-national', 'eleven digits are taken for a national number')
  await office.choose('specialty', 'Dermatology')
  await page.getByTestId('site-search').pressSequentially('back')
  await page.getByTestId('site-option').filter({ hasText: /^Skin of back/ }).first().waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  assert.match(await page.getByTestId('site-chosen').innerText(), /back/i)
  await office.choose('laterality', 'Left')
  assert.equal(await page.getByTestId('kind').locator('input:checked').getAttribute('value'), 'lesion', 'the usual kind goes without saying')
  await fillLesion(office)
  await page.getByTestId('description').fill('Brown, 8 mm, irregular edge.')
  await page.getByTestId('files').setInputFiles(files(pictures))
  await page.getByTestId('question').fill(question)
  await fillHeader(office)
  await office.choose('priority', 'Routine')
  await eventually('three pictures are ready', async () => (await page.locator('[data-testid=picture][data-state=ready]').count()) === 3)
  await saved(page)

  await page.getByTestId('send').click()
  const dialog = page.getByTestId('send-dialog')
  assert.match(await dialog.innerText(), new RegExp(patient.name))
  await office.choose('intention', 'Referred')
  await dialog.getByTestId('send-confirm').click()
  await page.getByTestId('receipt').waitFor()
  assert.match(await page.getByTestId('reference').innerText(), /^\S{8}$/)
  return id
}

async function answer(reader) {
  const { page } = reader
  await page.keyboard.press('d')
  await page.keyboard.type('Benign naevus')
  await reader.choose('certainty', 'Probable')
  await page.getByTestId('disposition').selectOption('gp-manages')
  await page.getByTestId('plan').fill('No treatment. Look again if it changes.')
}

describe('a referral', () => {
  test('goes from the office to the specialist and back, and is counted', async () => {
    const manager = await Visitor.at(browser, demo, 'programme-manager')
    const office = await Visitor.at(browser, demo, 'gp-clinician')
    const reader = await Visitor.at(browser, demo, 'specialist')
    const practice = (await Session.of(demo, 'gp-clinician')).me.grants[0].practice.name
    const counted = async () => {
      await manager.page.goto(`${demo.address}/program`)
      return Number(await manager.page.getByTestId('practice-row').filter({ hasText: practice }).locator('td.strong').innerText())
    }
    const before = await counted()

    const id = await refer(office)
    await openByKeyboard(reader, demo, id)
    assert.match(await reader.page.getByTestId('facts').innerText(), new RegExp(question.replace('?', '\\?')))
    await lookAtEveryPicture(reader.page)
    await answer(reader)

    // Signed too early: the next case stands there already, and "u" brings this one back.
    await reader.page.keyboard.press('Control+Enter')
    await reader.page.getByTestId('undo-bar').waitFor()
    await reader.page.waitForURL((url) => !url.pathname.endsWith(id))
    await reader.settled()
    await reader.page.keyboard.press('u')
    await reader.page.waitForURL(`**/read/${id}`)
    assert.equal(await reader.page.getByTestId('diagnosis').inputValue(), 'Benign naevus')
    assert.equal((await (await Session.of(demo, 'gp-clinician')).get(`/api/intake/referrals/${id}`)).answer, null)

    await reader.page.keyboard.press('Control+Enter')
    await reader.page.getByTestId('undo-bar').waitFor()
    await reader.page.getByTestId('undo-bar').waitFor({ state: 'detached' })

    const { page } = office
    await eventually('the answer is in the inbox', async () => {
      await page.goto(`${demo.address}/in?tab=answers`)
      await page.getByTestId('rows').or(page.getByTestId('empty')).waitFor()
      return (await page.locator(`[data-testid=row][href="/case/${id}"]`).count()) === 1
    })
    await page.locator(`[data-testid=row][href="/case/${id}"]`).click()
    assert.match(await page.getByTestId('answer').innerText(), /Benign naevus[\s\S]*No treatment\. Look again if it changes\./)
    await page.getByTestId('acknowledge').click()
    await page.getByTestId('acknowledge').waitFor({ state: 'detached' })
    await page.getByTestId('state').filter({ hasText: 'Read' }).waitFor()

    await eventually('the practice counts one referral more', async () => (await counted()) === before + 1)
    for (const visitor of [office, reader, manager]) {
      await visitor.settled()
      assert.deepEqual(await visitor.faults(), [])
      await visitor.close()
    }
  })

  test('a file that is no picture says so in its place, and what was written stays', async () => {
    const office = await Visitor.at(browser, demo, 'gp-clinician')
    const { page } = office
    office.expect(415, '/api/intake/uploads/')
    await begin(office)
    await fillPatient(office)
    await page.getByTestId('question').fill('Written before the file.')
    await page.getByTestId('files').setInputFiles([{ name: 'notes.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('This is text. '.repeat(2000)) }])
    const tile = page.locator('[data-testid=picture][data-state=refused]')
    await tile.waitFor()
    assert.match(await tile.innerText(), /not a picture we can read/)
    assert.equal(await page.getByTestId('patient-name').inputValue(), patient.name)
    await saved(page)
    assert.deepEqual(await office.faults(), [])

    await tile.getByTestId('picture-remove').click()
    await page.reload()
    await page.getByTestId('question').waitFor()
    assert.equal(await page.getByTestId('question').inputValue(), 'Written before the file.')
    assert.equal(await page.getByTestId('picture').count(), 0)
    await page.getByTestId('discard').click()
    await page.waitForURL('**/in?tab=drafts')
    await office.close()
  })

  test('a draft outlives the locked screen and the end of the session', async () => {
    const administrator = await Session.of(demo, 'administrator')
    const practice = (await Session.of(demo, 'gp-clinician')).me.grants[0].practice
    const email = 'guest@lysbro.example'
    const person = await administrator.json('POST', '/api/directory/people', { name: 'Gerd Synthetic', email, language: 'en' })
    await administrator.json('POST', `/api/directory/people/${person.id}/grants`, { role: 'gp-clinician', practiceId: practice.id })
    const { link } = await administrator.json('POST', `/api/directory/people/${person.id}/invitation`)

    const office = await Visitor.open(browser, desk)
    const { page } = office
    office.expect(401, '/api/')
    await page.goto(link)
    const secret = await page.getByTestId('totp-secret').innerText()
    await page.getByTestId('invite-password').fill(password)
    await page.getByTestId('invite-totp').fill(code(secret))
    await page.getByTestId('invite-accept').click()
    await page.getByTestId('sign-out').waitFor()
    await office.readNotice()

    await begin(office)
    await page.getByTestId('patient-name').fill(patient.name)
    await page.getByTestId('question').fill('Half a sentence, and then')
    await page.getByTestId('lock').click()
    await page.getByTestId('lock-screen').waitFor()
    assert.equal(await page.getByTestId('patient-name').isVisible(), false, 'a locked screen shows nothing')
    await page.getByTestId('unlock-password').fill('not the password at all')
    await page.getByTestId('unlock').click()
    await page.locator('#unlock-password-error').waitFor()
    await page.getByTestId('unlock-password').fill(password)
    await page.getByTestId('unlock').click()
    await page.getByTestId('lock-screen').waitFor({ state: 'detached' })
    assert.equal(await page.getByTestId('question').inputValue(), 'Half a sentence, and then')

    // The session ends elsewhere; the next thing written asks for the sign-in and is saved after it.
    const cookie = (await office.context.cookies()).find((each) => each.name === '__Host-sid')
    await new Session(demo.address, `${cookie.name}=${cookie.value}`).json('POST', '/api/directory/sign-out-everywhere')
    await page.getByTestId('question').fill('Half a sentence, and then the rest.')
    await page.getByTestId('sign-in-form').waitFor()
    await page.getByTestId('email').fill(email)
    await page.getByTestId('password').fill(password)
    await page.getByTestId('totp').fill(code(secret, 1)) // a code counts once, and one step ahead is allowed
    await page.getByTestId('sign-in').click()
    await page.getByTestId('sign-in-form').waitFor({ state: 'detached' })
    await saved(page)
    assert.deepEqual(await office.faults(), [])
    await page.reload()
    await page.getByTestId('question').waitFor()
    assert.equal(await page.getByTestId('question').inputValue(), 'Half a sentence, and then the rest.')
    assert.equal(await page.getByTestId('patient-name').inputValue(), patient.name)
    await office.close()
  })

  test('who loses a case to the coordinator is told, and keeps what was written', async () => {
    const office = await Session.of(demo, 'gp-clinician')
    const draft = await draftWithPictures(office, pictures.slice(0, 1))
    await office.json('POST', `/api/intake/referrals/${draft.id}/submit`, { version: draft.version })

    const reader = await Visitor.at(browser, demo, 'specialist')
    const coordinator = await Visitor.at(browser, demo, 'coordinator')
    reader.expect(409, '/api/review/cases/')
    await openByKeyboard(reader, demo, draft.id)
    await coordinator.page.goto(`${demo.address}/read/${draft.id}`)
    await coordinator.page.getByTestId('claimed').waitFor()
    await coordinator.page.getByTestId('take-over').click()
    await coordinator.page.getByTestId('take-over-confirm').click()
    await coordinator.page.getByTestId('answer-panel').waitFor()

    await reader.page.getByTestId('diagnosis').fill('Written too late')
    await reader.page.getByTestId('lost').waitFor()
    assert.match(await reader.page.getByTestId('lost').innerText(), /no longer the one reading/)
    assert.equal(await reader.page.getByTestId('diagnosis').inputValue(), 'Written too late')
    assert.equal(await reader.page.getByTestId('sign').isDisabled(), true)
    assert.deepEqual(await reader.faults(), [])
    assert.deepEqual(await coordinator.faults(), [])
    await coordinator.page.getByTestId('release').click()
    await coordinator.page.waitForURL('**/work')
    await reader.close()
    await coordinator.close()
  })
})
