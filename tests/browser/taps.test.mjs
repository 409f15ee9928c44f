// How much work a referral is: every touch and every key of a GP's three-picture dermatology referral at the width of a phone, counted
// by the page itself. Only trusted events count, which a script in the page can't make.
//
// The phone's own picture picker is not Lysbro's: choosing three pictures there and pressing Done are four touches more.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { phone, startBrowser, Visitor } from './harness/browser.mjs'
import { useDemo } from './harness/demo.mjs'
import { patient } from './harness/draft.mjs'
import { file } from './harness/form.mjs'
import { photographs } from './harness/pictures.mjs'
import { eventually, Session } from './harness/session.mjs'

const MOST_TAPS = 15
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

/** A finger and a keyboard. */
class Hands {
  constructor(page) {
    this.page = page
  }

  /** Touches the middle of an element, which must lie free on the screen: what covers it would get the touch. */
  async tap(element) {
    await element.waitFor()
    await element.evaluate((node) => node.scrollIntoView({ block: 'center' }))
    const { x, y, width, height } = await element.boundingBox()
    await this.page.touchscreen.tap(x + width / 2, y + height / 2)
  }

  tapId(id) {
    return this.tap(this.page.getByTestId(id).first())
  }

  tapText(group, text) {
    return this.tap(this.page.getByTestId(group).first().getByText(text, { exact: true }))
  }

  type(text) {
    return this.page.keyboard.type(text)
  }

  next() {
    return this.page.keyboard.press('Enter')
  }

  focused() {
    return this.page.evaluate(() => document.activeElement?.getAttribute('data-testid'))
  }

  counts() {
    return this.page.evaluate(() => ({ ...globalThis.counted }))
  }
}

async function refer(office, { specialty, question }) {
  const { page } = office
  const hands = new Hands(page)
  await page.goto(`${demo.address}/in`)
  await page.getByTestId('new-referral').waitFor()
  await page.evaluate((number) => navigator.clipboard.writeText(number), patient.identifier)
  const before = await hands.counts()

  await hands.tapId('new-referral')
  await page.getByTestId('patient-name').waitFor()
  await eventually('the number comes first', async () => (await hands.focused()) === 'patient-identifier')
  if (specialty) {
    await hands.tapText('specialty', 'Dermatology')
    await hands.tapId('patient-identifier')
  }
  await page.keyboard.press('Control+V')
  assert.equal(await page.getByTestId('patient-birth').inputValue(), patient.birthDate)
  assert.equal(await page.getByTestId('patient-sex').locator('input:checked').getAttribute('value'), patient.sex)

  // Written in one go: Enter goes on to what is still empty.
  await page.getByTestId('answer-size-longest').waitFor()
  for (const [field, text] of [['patient-name', patient.name], ['answer-size-longest', '8'], ['answer-size-across', '6'], ['answer-provisional-diagnosis', 'Naevus'], ['question', question], ['history', 'Has grown for six months.']]) {
    await hands.next()
    assert.equal(await hands.focused(), field)
    await hands.type(text)
  }

  await hands.tapText('answer-skin-type', 'II – burns easily')
  await hands.tapText('answer-risk', 'None known')
  await hands.tap(page.getByTestId('usual-site').getByText('Back', { exact: true }))
  await hands.tapText('laterality', 'Left')
  await hands.tapText('answer-duration', 'Months')
  await hands.tapText('answer-colours', 'Brown')
  const chooser = page.waitForEvent('filechooser')
  await hands.tap(page.locator('label', { has: page.getByTestId('files') }))
  await (await chooser).setFiles(pictures.map((picture, i) => file(picture, `IMG_${i}.jpg`)))
  await hands.tapId('usual-referral')
  await hands.tap(page.locator('#answer-referral-consent'))
  await eventually('three pictures are ready', async () => (await page.locator('[data-testid=picture][data-state=ready]').count()) === 3)
  const views = await page.getByTestId('picture-view').evaluateAll((all) => all.map((one) => one.value))
  assert.deepEqual(views, ['overview', 'close-up', 'dermoscopic'], 'each picture is taken for the next view that is asked for')

  await hands.tapId('send-foot')
  await hands.tapText('intention', 'Referred')
  await hands.tapId('send-routine')
  await page.getByTestId('receipt').waitFor()
  const after = await hands.counts()
  return { taps: after.taps - before.taps, keys: after.keys - before.keys }
}

test(`a three-picture dermatology referral takes at most ${MOST_TAPS} taps on a phone`, async (t) => {
  const office = await Visitor.open(browser, phone, { permissions: ['clipboard-read', 'clipboard-write'] })
  await office.page.addInitScript(() => {
    globalThis.counted = { taps: 0, keys: 0 }
    addEventListener('pointerdown', (event) => event.isTrusted && (globalThis.counted.taps += 1), true)
    addEventListener('keydown', (event) => event.isTrusted && (globalThis.counted.keys += 1), true)
  })
  await office.signIn(demo, 'gp-clinician')

  const first = await refer(office, { specialty: true, question: 'Is it benign? The first of the day.' })
  const next = await refer(office, { specialty: false, question: 'Is it benign?' })
  t.diagnostic(`the first referral of a session: ${first.taps} taps, ${first.keys} keys; the next: ${next.taps} taps, ${next.keys} keys`)
  t.diagnostic('not counted: four touches in the phone’s own picture picker, and the menu or the keyboard’s own button that pastes')
  assert.ok(first.taps <= MOST_TAPS && next.taps <= MOST_TAPS, JSON.stringify({ first, next }))
  assert.ok(next.taps >= 10, 'a count that misses touches proves nothing')
  assert.deepEqual(await office.faults(), [])
  await office.close()
})
