// What each specialty asks, in the browser: its questions, its pictures, its dangers, and that the department reads all of it.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { code } from './harness/authenticator.mjs'
import { desk, phone, startBrowser, Visitor } from './harness/browser.mjs'
import { useDemo } from './harness/demo.mjs'
import { patient } from './harness/draft.mjs'
import { answer, file, fillHeader, fillPatient, saved, send, site, unfold, write } from './harness/form.mjs'
import { checks, png } from './harness/pictures.mjs'
import { eventually, Session } from './harness/session.mjs'

let demo
let browser

before(async () => {
  demo = await useDemo()
  browser = await startBrowser()
})
after(async () => {
  await browser?.close()
  await demo?.stop()
})

/** Begins a referral; gives its id. */
async function begin(office, specialty) {
  const { page } = office
  await page.goto(`${demo.address}/in`)
  await page.getByTestId('new-referral').click()
  await page.getByTestId('patient-name').waitFor()
  await fillPatient(office, patient)
  if (specialty) {
    await office.choose('specialty', specialty)
    // With several departments somebody chooses one.
    const department = page.getByTestId('department')
    if ((await department.inputValue()) === '') await department.selectOption({ index: 1 })
  }
  return new URL(page.url()).pathname.split('/').at(-1)
}

const files = (page, buffers) => page.getByTestId('files').setInputFiles(buffers.map((buffer, i) => file(buffer, `picture-${i}.png`, 'image/png')))
const views = (page) => page.getByTestId('picture-view').evaluateAll((all) => all.map((one) => one.value))
const wanted = (page) => page.locator('[data-testid=view-wanted][data-advice=false]').evaluateAll((all) => all.map((one) => one.dataset.view))
const ready = (page, count) =>
  eventually(`${count} pictures are ready`, async () => (await page.locator('[data-testid=picture][data-state=ready]').count()) === count)
const pressSend = (office) => office.page.getByTestId(office.size === desk ? 'send' : 'send-foot').click()

/** A browser of somebody new who reads for this department. */
async function reader(departmentId) {
  const administrator = await Session.of(demo, 'administrator')
  const email = `reader-${randomUUID().slice(0, 8)}@lysbro.example`
  const person = await administrator.json('POST', '/api/directory/people', { name: 'Rita Synthetic', email, language: 'en' })
  await administrator.json('POST', `/api/directory/people/${person.id}/grants`, { role: 'specialist', departmentId })
  const { link } = await administrator.json('POST', `/api/directory/people/${person.id}/invitation`)
  const visitor = await Visitor.open(browser, desk)
  await visitor.page.goto(link)
  await visitor.page.getByTestId('invite-password').fill('a long enough password')
  await visitor.page.getByTestId('invite-totp').fill(code(await visitor.page.getByTestId('totp-secret').innerText()))
  await visitor.page.getByTestId('invite-accept').click()
  await visitor.page.getByTestId('sign-out').waitFor()
  await visitor.readNotice()
  return visitor
}

/** What the department reads of a referral, and the same at the office. */
async function readAtBothEnds(office, id, name) {
  const { content } = await (await Session.of(demo, 'gp-clinician')).get(`/api/intake/referrals/${id}`)
  const specialist = await reader(content.departmentId)
  specialist.expect(404, '/api/review/cases/')
  const facts = await eventually('the department has the case', async () => {
    await specialist.page.goto(`${demo.address}/read/${id}`)
    await specialist.page.getByTestId('facts').or(specialist.page.getByTestId('failed')).first().waitFor()
    return (await specialist.page.getByTestId('facts').count()) === 1 && specialist.page.getByTestId('facts')
  })
  await facts.getByTestId('answers').first().waitFor()
  await specialist.page.getByTestId('answers').first().locator('dd').first().waitFor()
  await specialist.screenshot(`${name}-reading`)
  const read = await facts.innerText()
  assert.deepEqual(await specialist.faults(), [])
  await specialist.close()

  const { page } = office
  await page.goto(`${demo.address}/case/${id}`)
  await page.getByTestId('answers').first().locator('dd').first().waitFor()
  await office.screenshot(`${name}-case`)
  const own = await page.getByTestId('case').innerText()
  await page.emulateMedia({ media: 'print' })
  assert.ok(await page.getByTestId('answers').first().isVisible(), 'answers are on paper too')
  await page.emulateMedia({ media: null })
  return { read, own, content }
}

describe('dermatology', () => {
  test('a rash: what was typed about another kind is kept, views are guessed, fever is phoned about', async () => {
    const office = await Visitor.at(browser, demo, 'gp-clinician', phone)
    const { page } = office
    const id = await begin(office, 'Dermatology')
    await site(office, 'arm', /^Skin of upper extremity/)
    await office.choose('laterality', 'Both sides')
    await write(office, 'size-longest', '8,5')
    await office.choose('kind', 'Rash')
    assert.equal(await page.getByTestId('answer-size-longest').count(), 0)
    await office.choose('kind', 'Lesion')
    assert.equal(await page.getByTestId('answer-size-longest').inputValue(), '8,5', 'what was typed comes back with the kind')
    await saved(page)
    await page.reload()
    await page.getByTestId('answer-size-longest').waitFor()
    assert.equal(await page.getByTestId('answer-size-longest').inputValue(), '8,5', 'and from the server')
    await office.choose('kind', 'Rash')

    await pressSend(office)
    await page.locator('#finding-' + (await findingId(id)) + '-answer-efflorescence-error').waitFor()
    await page.getByTestId('missing').getByText('Skin type (Fitzpatrick)').click()
    assert.ok(await page.evaluate(() => document.activeElement?.closest('[data-testid=answer-skin-type]') !== null), 'the list leads to the field')

    await answer(office, 'skin-type', 'III – sometimes burns')
    await answer(office, 'risk', 'Many sunburns or sunbeds')
    await answer(office, 'risk', 'None known')
    assert.equal(await page.getByTestId('answer-risk').locator('input:checked').count(), 1, '“none” excludes the rest')
    await answer(office, 'duration', 'Weeks')
    await answer(office, 'efflorescence', 'Papules', 'Scales')
    await answer(office, 'systemic', 'Yes')
    await page.getByTestId('emergency').waitFor()
    assert.match(await page.getByTestId('red-flag').innerText(), /fever/i)
    await answer(office, 'systemic', 'No')
    await page.getByTestId('emergency').waitFor({ state: 'detached' })

    assert.deepEqual(await wanted(page), ['overview', 'regional', 'close-up'])
    await files(page, [checks(1), checks(2), checks(3)])
    await ready(page, 3)
    assert.deepEqual(await views(page), ['overview', 'regional', 'close-up'])
    assert.deepEqual(await wanted(page), [])
    await page.getByTestId('question').fill('What is this?')
    await fillHeader(office, 'Contact dermatitis?')
    await saved(page)
    await office.screenshot('form-rash')
    assert.deepEqual(await office.faults(), [])
    await send(office, 'send-urgent')

    const { read, own, content } = await readAtBothEnds(office, id, 'rash')
    assert.equal(content.priority, 'urgent')
    for (const text of [read, own]) {
      assert.match(text, /Papules, Scales/)
      assert.match(text, /III – sometimes burns/)
      assert.match(text, /Contact dermatitis\?/)
      assert.doesNotMatch(text, /8,5|8\.5 mm/, 'a kind that was left again is not sent')
    }
    assert.deepEqual(await office.faults(), [])
    await office.close()
  })

  test('suspected cancer says what it does not replace, and asks for the dermoscope', async () => {
    const office = await Visitor.at(browser, demo, 'gp-clinician', desk)
    const { page } = office
    await begin(office, 'Dermatology')
    assert.equal((await wanted(page)).includes('dermoscopic'), false)
    await answer(office, 'request-type', 'Suspected cancer')
    await page.getByTestId('cancer-sentence').waitFor()
    assert.equal(await page.getByTestId('priority').locator('input:checked').getAttribute('value'), 'suspected-cancer')
    assert.ok((await wanted(page)).includes('dermoscopic'))
    await office.choose('priority', 'Can’t wait until tomorrow')
    await page.getByTestId('emergency').waitFor()
    await pressSend(office)
    await page.getByTestId('missing').getByText('Phone first: whom you spoke with').click()
    await page.keyboard.type('Dr Vakt, registrar')
    assert.notEqual(await page.getByTestId('spoke-at').inputValue(), '', 'the time is now, until somebody changes it')
    await saved(page)
    await page.reload()
    await page.getByTestId('spoke-with').waitFor()
    assert.equal(await page.getByTestId('spoke-with').inputValue(), 'Dr Vakt, registrar')
    assert.equal(await page.getByTestId('priority').locator('input:checked').getAttribute('value'), 'suspected-cancer')
    await office.screenshot('form-cant-wait')
    assert.deepEqual(await office.faults(), [])
    await page.getByTestId('discard').click()
    await page.waitForURL('**/in?tab=drafts')
    await office.close()
  })
})

describe('ear, nose and throat', () => {
  test('a foreign body shows the number on call, and Send opens after the call', async () => {
    const office = await Visitor.at(browser, demo, 'gp-clinician', phone)
    const { page } = office
    const id = await begin(office, 'Ear, nose and throat')
    assert.equal(await page.getByTestId('kind').locator('input:checked').getAttribute('value'), 'ear')
    await page.getByTestId('usual-site').filter({ hasText: 'Ear canal' }).click()
    await office.choose('laterality', 'Right')
    await answer(office, 'red-flags', 'Foreign body')
    const departments = await (await Session.of(demo, 'gp-clinician')).get('/api/intake/departments')
    const chosen = departments.find((one) => one.specialties.includes('ent'))
    await page.getByTestId('emergency').waitFor()
    if (chosen.dutyPhone) {
      const link = page.getByTestId('duty-phone')
      assert.match(await link.getAttribute('href'), /^tel:\+?\d+$/)
    }
    await answer(office, 'complaints', 'Hearing loss', 'Blocked')
    await answer(office, 'duration', 'Days')
    await answer(office, 'episodes', 'The first')
    await unfold(office, 'ent-ear')
    await answer(office, 'hearing-test', 'Picture of it is sent')
    assert.deepEqual(await wanted(page), ['otoscopic', 'document'])

    // An otoscope's picture may be small; a photograph of that size may not.
    await files(page, [checks(4, { width: 640, height: 480 }), checks(5)])
    await ready(page, 2)
    assert.deepEqual(await views(page), ['otoscopic', 'document'])
    assert.match(await page.getByTestId('picture-advice').first().innerText(), /640 × 480.*can be sent/s)
    await page.getByTestId('picture-view').first().selectOption('close-up')
    assert.match(await page.getByTestId('picture-advice').first().innerText(), /need 800 × 600/)
    await page.getByTestId('picture-view').first().selectOption('otoscopic')
    await page.getByTestId('picture-use').first().click()
    assert.equal(await page.getByTestId('picture-advice').count(), 0)

    await page.getByTestId('question').fill('Can you see it?')
    await fillHeader(office, 'Foreign body')
    await office.choose('priority', 'Urgent')
    await saved(page)
    await pressSend(office)
    assert.equal(await page.getByTestId('send-dialog').count(), 0, 'a red flag is phoned about first')
    await office.screenshot('form-red-flag')
    assert.deepEqual(await office.faults(), [])
    await page.getByTestId('spoke-with').fill('Einar Synthetic, on call')
    await saved(page)
    await send(office, 'send-confirm')

    const { read, own } = await readAtBothEnds(office, id, 'ear')
    for (const text of [read, own]) {
      assert.match(text, /Red flag[\s\S]*foreign body/i)
      assert.match(text, /Einar Synthetic, on call/)
      assert.match(text, /Hearing loss, Blocked/)
    }
    assert.ok(read.indexOf('Red flag') < read.indexOf('Is any of these present?'), 'flags come first')
    assert.deepEqual(await office.faults(), [])
    await office.close()
  })
})

describe('plastic surgery', () => {
  test('a wound, by keyboard alone, with a view that can’t be taken', async () => {
    const office = await Visitor.at(browser, demo, 'gp-clinician', desk)
    const { page } = office
    const keys = new Keyboard(page)
    await page.goto(`${demo.address}/in`)
    await keys.to('[data-testid=new-referral]')
    await page.keyboard.press('Enter')
    await page.getByTestId('patient-name').waitFor()
    const id = new URL(page.url()).pathname.split('/').at(-1)
    await eventually('the number comes first', () => keys.at('[data-testid=patient-identifier]'))
    await page.keyboard.type(patient.identifier)
    await page.keyboard.press('Enter')
    await page.keyboard.type(patient.name)
    await keys.choose('specialty', 'plastic-surgery')
    await page.getByTestId('department').waitFor()
    if ((await page.getByTestId('department').inputValue()) === '') {
      await keys.to('[data-testid=department]')
      await page.keyboard.press('ArrowDown')
    }
    await keys.choose('kind', 'wound')
    await keys.to('[data-testid=site-search]')
    await page.keyboard.type('lower leg')
    await page.getByTestId('site-option').first().waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await eventually('the side is next', () => keys.at('[data-testid=laterality]'))
    await page.keyboard.press('Space')
    await keys.choose('answer-cause', 'venous')
    await keys.choose('answer-duration', 'months')
    await keys.to('[data-testid=answer-length]')
    await page.keyboard.type('40')
    await page.keyboard.press('Enter')
    assert.ok(await keys.at('[data-testid=answer-width]'))
    await page.keyboard.type('25')
    await keys.tick('answer-infection', 'none')
    const chooser = page.waitForEvent('filechooser')
    await keys.to('[data-testid=files]')
    await page.keyboard.press('Enter')
    await (await chooser).setFiles([file(checks(6), 'wound.png', 'image/png')])
    await ready(page, 1)
    assert.deepEqual(await wanted(page), ['close-up'])
    await keys.to('[data-testid=view-override]', 'Shift+Tab')
    await page.keyboard.press('Enter')
    await page.getByTestId('override-dialog').waitFor()
    await office.screenshot('form-override')
    assert.deepEqual(await office.faults(), [])
    await keys.to('[data-testid=override-reason]')
    await page.keyboard.type('Dressed again before it was taken')
    await keys.to('[data-testid=override-save]')
    await page.keyboard.press('Enter')
    assert.deepEqual(await wanted(page), ['close-up'])
    await keys.to('[data-testid=answer-provisional-diagnosis]')
    await page.keyboard.type('Venous ulcer')
    await page.keyboard.press('Enter')
    await page.keyboard.type('Is a graft an option?')
    await keys.to('[data-testid=history]')
    await page.keyboard.type('Three months, compression since eight weeks.')
    await keys.to('[data-testid=usual-referral]')
    await page.keyboard.press('Enter')
    await keys.to('#answer-referral-consent')
    await page.keyboard.press('Space')
    await saved(page)
    await office.screenshot('form-wound')
    assert.deepEqual(await office.faults(), [])
    await keys.to('[data-testid=send]')
    await page.keyboard.press('Enter')
    await keys.choose('intention', 'refer')
    await keys.to('[data-testid=send-routine]')
    await page.keyboard.press('Enter')
    await page.getByTestId('receipt').waitFor()

    const { read, own, content } = await readAtBothEnds(office, id, 'wound')
    assert.equal(content.viewOverrides.length, 1)
    for (const text of [read, own]) {
      assert.match(text, /Dressed again before it was taken/)
      assert.match(text, /40 mm[\s\S]*25 mm/)
      assert.match(text, /Venous ulcer/)
    }
    assert.deepEqual(await office.faults(), [])
    await office.close()
  })

  test('a large burn is an emergency by its figure', async () => {
    const office = await Visitor.at(browser, demo, 'gp-clinician', phone)
    const { page } = office
    await begin(office, 'Plastic surgery')
    await office.choose('kind', 'Burn')
    await write(office, 'tbsa', '10')
    await answer(office, 'mechanism', 'Scald')
    assert.equal(await page.getByTestId('emergency').count(), 0)
    await write(office, 'tbsa', '10,5')
    await page.getByTestId('emergency').waitFor()
    await write(office, 'tbsa', '101')
    await saved(page)
    await pressSend(office)
    await page.locator('[data-testid=answer-tbsa][aria-invalid=true]').waitFor()
    await write(office, 'tbsa', 'ten')
    await page.getByTestId('answer-tbsa').blur()
    assert.match(await page.locator('.ds-field', { has: page.getByTestId('answer-tbsa') }).innerText(), /Write a number/)
    await office.screenshot('form-burn')
    assert.deepEqual(await office.faults(), [])
    await page.getByTestId('discard').click()
    await page.waitForURL('**/in?tab=drafts')
    await office.close()
  })
})

describe('a picture', () => {
  test('is judged in the browser as the server judges it, while the patient is there', async (t) => {
    const office = await Visitor.at(browser, demo, 'gp-clinician', phone)
    const { page } = office
    await begin(office, 'Dermatology')
    const soft = png(1200, 900, (x, y) => [120 + 40 * Math.sin(x / 90), 110 + 40 * Math.sin(y / 70), 100])
    await files(page, [checks(7), soft, checks(8, { low: 10, high: 50 }), checks(9, { low: 236, high: 255 }), checks(10, { width: 700, height: 500 })])
    const told = (name) => page.getByTestId('picture').evaluateAll((all, key) => all.map((one) => one.dataset[key] ?? null), name)
    const inBrowser = await eventually('the browser has judged', async () => {
      const found = await told('check')
      return found.length === 5 && found.every((one) => one !== null) && found
    })
    assert.deepEqual(inBrowser, ['good', 'blurred', 'dark', 'bright', 'small'])
    await eventually('the server has judged', async () => (await told('quality')).every((one) => one !== null))
    assert.deepEqual(await told('quality'), inBrowser)
    await office.screenshot('form-verdicts')
    assert.deepEqual(await office.faults(), [])
    assert.equal(await page.getByTestId('picture-advice').count(), 4)
    assert.equal(await page.getByTestId('picture-use').count(), 3, 'one that is too small can’t be used')
    await page.getByTestId('picture-use').first().click()
    assert.equal(await page.getByTestId('picture-advice').count(), 3)
    t.diagnostic(`verdicts: ${inBrowser.join(', ')}`)
    await page.getByTestId('discard').click()
    await page.waitForURL('**/in?tab=drafts')
    await office.close()
  })
})

async function findingId(id) {
  return (await (await Session.of(demo, 'gp-clinician')).get(`/api/intake/referrals/${id}`)).content.findings[0].id
}

/** Somebody who uses no pointer. */
class Keyboard {
  constructor(page) {
    this.page = page
  }

  at(selector) {
    return this.page.evaluate((wanted) => document.activeElement?.closest(wanted) !== null && document.activeElement !== document.body, selector)
  }

  /** Tab by Tab to something on the page. */
  async to(selector, key = 'Tab') {
    for (let presses = 0; presses < 200; presses += 1) {
      if (await this.at(selector)) return
      await this.page.keyboard.press(key)
    }
    throw new Error(`Tab never came to ${selector}`)
  }

  /** Chooses one of a row: Space takes the first, arrows go on. */
  async choose(group, value) {
    await this.to(`[data-testid=${group}]`)
    const on = () => this.page.evaluate((id) => document.querySelector(`[data-testid=${id}] input:checked`)?.value ?? null, group)
    if ((await on()) === null) await this.page.keyboard.press('Space')
    for (let presses = 0; presses < 20 && (await on()) !== value; presses += 1) await this.page.keyboard.press('ArrowRight')
    assert.equal(await on(), value)
  }

  /** Ticks one of several. */
  async tick(group, value) {
    await this.to(`[data-testid=${group}] input[value=${value}]`)
    await this.page.keyboard.press('Space')
  }
}
