// The object store goes away while a nurse adds pictures: the browser keeps them, says so calmly, and sends them by itself.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startBrowser, Visitor } from './harness/browser.mjs'
import { useDemo } from './harness/demo.mjs'
import { photographs } from './harness/pictures.mjs'
import { eventually, Session } from './harness/session.mjs'
import { startWithStore } from './harness/with-store.mjs'

let demo
let lysbro
let browser
let pictures

before(async () => {
  demo = await useDemo()
  pictures = await photographs(await Session.of(demo, 'gp-staff'))
  lysbro = await startWithStore()
  browser = await startBrowser()
})
after(async () => {
  await browser?.close()
  await lysbro?.stop()
  await demo?.stop()
})

const calm = /Waits in this browser and is sent by itself|Venter i nettleseren og sendes av seg selv/
const saved = (page) => page.getByTestId('save-state').filter({ hasText: /^(Saved|Lagret)/ }).waitFor()
const ready = (page) => page.locator('[data-testid=picture][data-state=ready]').count()

for (const [way, first] of [['refuse', 0], ['silent', 1]]) {
  test(`a picture waits in the browser while the store is away (${way}), and text is saved`, async () => {
    const nurse = await Visitor.at(browser, lysbro, 'gp-staff')
    const { page } = nurse
    try {
      await page.goto(`${lysbro.address}/in`)
      await page.getByTestId('new-referral').click()
      await page.getByTestId('patient-name').fill('Kari SYNTHETIC')
      await page.getByTestId('site-search').pressSequentially('back')
      await page.getByTestId('site-option').first().waitFor()
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Enter')
      await saved(page)

      lysbro.line.set(way)
      nurse.complaints = []
      await page.getByTestId('files').setInputFiles([{ name: 'picture.jpg', mimeType: 'image/jpeg', buffer: pictures[first] }])
      const tile = page.getByTestId('picture').first()
      await eventually('the picture says calmly that it waits', async () => calm.test(await tile.innerText()))
      assert.equal(await tile.getAttribute('data-state'), 'waiting')
      await page.getByTestId('question').fill('Written while the store is away.')
      await saved(page)
      const id = new URL(page.url()).pathname.split('/').at(-1)
      const kept = await page.evaluate(async (id) => (await fetch(`/api/intake/referrals/${id}`)).json(), id)
      assert.equal(kept.content.question, 'Written while the store is away.', 'text is on the server')
      assert.deepEqual(await nurse.axe(), [])
      await nurse.screenshot(`store-away-${way}`)

      lysbro.line.set('pass')
      await eventually('the picture arrived by itself', async () => (await ready(page)) === 1, 90_000)
      // Chromium writes every 503 to the console; nothing else may stand there.
      const others = nurse.complaints.filter((complaint) => !/503|ERR_CONNECTION/.test(complaint))
      assert.deepEqual(others, [])
    } finally {
      await nurse.close()
    }
  })
}
