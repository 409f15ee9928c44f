// Keys are counted: a benign answer takes at most six from the worklist to the next case.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startBrowser, Visitor } from './harness/browser.mjs'
import { useDemo } from './harness/demo.mjs'
import { draftWithPictures } from './harness/draft.mjs'
import { drawnPictures } from './harness/pictures.mjs'
import { eventually, Session } from './harness/session.mjs'
import { stand } from './harness/worklist.mjs'

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

/** A keyboard that counts: of a chord every key is one. */
class Counted {
  keys = 0
  constructor(page) {
    this.page = page
  }
  async press(key) {
    this.keys += key.split('+').length
    await this.page.keyboard.press(key)
  }
}

test('a benign answer to three pictures: at most six keys from the worklist to the next case', async () => {
  const office = await Session.of(demo, 'gp-clinician')
  const pictures = await drawnPictures(office)
  assert.equal(pictures.length, 3)
  const sent = []
  for (let i = 0; i < 2; i += 1) {
    const draft = await draftWithPictures(office, pictures)
    await office.json('POST', `/api/intake/referrals/${draft.id}/submit`, { version: draft.version })
    sent.push(draft.id)
  }
  const reader = await Visitor.at(browser, demo, 'specialist')
  const { page } = reader
  await stand(reader, demo, sent[0])
  const counted = new Counted(page)
  const seen = (n) => page.locator(`[data-testid=thumb][data-shown=true]`).nth(n - 1).waitFor()

  await counted.press('Enter')
  await page.waitForURL(`**/read/${sent[0]}`)
  await page.getByTestId('answer-panel').waitFor()
  await seen(1)
  await counted.press('n')
  await seen(2)
  await counted.press('n')
  await seen(3)
  await counted.press('1')
  await counted.press('Control+Enter')
  await page.waitForURL((url) => url.pathname.startsWith('/read/') && !url.pathname.endsWith(sent[0]))
  await page.getByTestId('answer-panel').waitFor()
  console.log(`benign answer keys=${counted.keys}`)
  assert.ok(counted.keys <= 6, `${counted.keys} keys`)

  await page.getByTestId('undo-bar').waitFor({ state: 'detached' })
  const answer = await eventually('the answer has come', async () => (await office.get(`/api/intake/referrals/${sent[0]}`)).answer)
  assert.deepEqual([answer.tellsPatient, answer.books, answer.findings[0].disposition], ['practice', 'nobody', 'gp-manages'])
  assert.match(answer.findings[0].diagnosis, /^Benign/)
  assert.deepEqual(await reader.faults(), [])
  await page.getByTestId('release').click()
  await page.waitForURL('**/work')
  await reader.close()
})
