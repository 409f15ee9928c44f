// The facts around use: the context log, written, corrected and withdrawn on a practice's page and read on the study's, and ordinary
// referrals from a file.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { desk, phone, startBrowser, Visitor } from './harness/browser.mjs'
import { useDemo } from './harness/demo.mjs'
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

/** Judges the screen as it stands. */
async function looked(visitor, name) {
  await visitor.settled()
  await visitor.screenshot(name)
  assert.deepEqual(await visitor.faults(), [], name)
  assert.ok(await visitor.fits(), `${name} fits`)
}

/** The practice of most use, by name. */
async function practice() {
  const manager = await Session.of(demo, 'programme-manager')
  const all = await manager.get('/api/directory/practices')
  return all.find((one) => one.name.includes('Solvik legekontor')) ?? all[0]
}

for (const size of [desk, phone]) {
  describe(`what happens around use, at ${size.width} pixels`, () => {
    test('an event is noted on a practice’s page, corrected, withdrawn, and stays to be seen', async () => {
      const visitor = await Visitor.at(browser, demo, 'programme-manager', size)
      const { page } = visitor
      const words = `A made-up line was down, ${size.width}.`
      await page.goto(`${demo.address}/program/${(await practice()).id}`)
      await page.getByTestId('context-open').click()
      await page.getByTestId('x-kind').selectOption('outage')
      await page.getByTestId('x-domain').selectOption('inner-setting')
      await page.getByTestId('x-from').fill('2026-01-10')
      await page.getByTestId('x-text').fill(words)
      await looked(visitor, 'context-form')
      await page.getByTestId('x-save').click()
      const entry = page.getByTestId('context-entry').filter({ hasText: words })
      await entry.waitFor()
      await entry.getByTestId('context-correct').click()
      await page.getByTestId('y-until').fill('2026-01-12')
      await looked(visitor, 'context-correct')
      await page.getByTestId('y-save').click()
      await page.getByTestId('context-correct-dialog').waitFor({ state: 'detached' })
      await eventually('the corrected row stands', async () => /1 earlier row/.test(await entry.innerText()))
      await entry.getByTestId('context-withdraw').click()
      await page.getByTestId('z-why').fill('It was another line.')
      await page.getByTestId('z-save').click()
      await eventually('it is withdrawn', async () => (await entry.getAttribute('data-withdrawn')) === 'true')
      assert.match(await entry.innerText(), /It was another line\.[\s\S]*2 earlier rows/)
      await looked(visitor, 'context-practice')
      await page.goto(`${demo.address}/program/study/context`)
      await entry.waitFor()
      await looked(visitor, 'study-context')
      await visitor.close()
    })

    test('a file of ordinary referrals is checked, mended and taken', async () => {
      const visitor = await Visitor.at(browser, demo, 'programme-manager', size)
      const { page } = visitor
      const { id } = await practice()
      const choose = (lines) => page.getByTestId('ordinary-file').setInputFiles({
        name: 'ordinary.csv', mimeType: 'text/csv', buffer: Buffer.from(['key;month;specialty;referrals', ...lines].join('\n')),
      })
      await page.goto(`${demo.address}/program/study/data`)
      await page.getByTestId('ordinary').waitFor()
      await choose([`${id};2016-01;ent;-3`, 'NOBODY;2016-13;skin;4'])
      await page.getByTestId('ordinary-faults').waitFor()
      assert.match(await page.getByTestId('import-fault-table').innerText(), /referrals[\s\S]*specialty/)
      await looked(visitor, 'ordinary-faults')
      await choose([`${id};2016-01;ent;${size.width % 90}`])
      await page.getByTestId('ordinary-take').click()
      await page.getByTestId('ordinary-done').waitFor()
      await looked(visitor, 'ordinary-done')
      await choose([`${id};2016-01;ent;${size.width % 90}`])
      await page.getByTestId('ordinary-nothing').waitFor()
      await visitor.close()
    })
  })
}
