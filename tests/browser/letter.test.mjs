// The letter for the record at both ends: the text on the clipboard, by hand where the browser refuses, the PDF in a tab.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { desk, phone, startBrowser, Visitor } from './harness/browser.mjs'
import { useDemo } from './harness/demo.mjs'
import { Session } from './harness/session.mjs'

describe('the letter', () => {
  let demo
  let browser
  let answered

  before(async () => {
    demo = await useDemo()
    browser = await startBrowser()
    const office = await Session.of(demo, 'gp-clinician')
    const reviewer = await Session.of(demo, 'specialist')
    // One that both of the demonstration's people may open: the same referral at both ends.
    for (const tab of ['answers', 'closed']) {
      for (const { id } of (await office.get(`/api/intake/referrals?tab=${tab}`)).items) {
        const case_ = await reviewer.fetch(`/api/review/cases/${id}`)
        if (case_.ok && (await case_.json()).answers.length > 0) answered ??= id
      }
    }
    assert.ok(answered, 'a referral of this office is answered in this department')
  })
  after(async () => {
    await browser?.close()
    await demo?.stop()
  })

  const ends = [
    ['office', 'gp-clinician', (id) => `/case/${id}`, (id) => `/api/intake/referrals/${id}`],
    ['department', 'specialist', (id) => `/read/${id}`, (id) => `/api/review/cases/${id}`],
  ]
  for (const size of [desk, phone]) {
    for (const [end, role, screen, api] of ends) {
      test(`copied, and as PDF, at the ${end}, ${size.width} pixels`, async () => {
        const visitor = await Visitor.at(browser, demo, role, size)
        const { page, context } = visitor
        await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: demo.address })
        await page.goto(`${demo.address}${screen(answered)}`)
        const actions = page.getByTestId('letter-actions')
        await actions.first().waitFor()
        assert.equal(await actions.count(), 1)
        await page.getByTestId('letter-copy').click()
        await page.getByText('Copied. Paste it into the record.').waitFor()
        const copied = await page.evaluate(() => navigator.clipboard.readText())
        const asked = await page.evaluate(async (path) => (await fetch(`${path}/letter.txt?language=en`)).text(), api(answered))
        assert.equal(copied.replaceAll('\r\n', '\n'), asked)
        assert.match(copied, /^SYNTHETIC DATA[^]*\nAnswer to referral\n[^]*Diagnosis: /)
        assert.deepEqual(await visitor.faults(), [])
        await visitor.screenshot(`letter-actions-${end}`)
        await page.getByTestId('letter-actions').first().screenshot({ path: new URL(`../../target/screenshots/letter-buttons-${end}-${size.width}.png`, import.meta.url).pathname })

        const href = await page.getByTestId('letter-pdf').getAttribute('href')
        assert.equal(href, `${api(answered)}/letter.pdf?language=en`)
        const pdf = await page.evaluate(async (path) => {
          const answer = await fetch(path)
          return [answer.headers.get('content-type'), answer.headers.get('cache-control'), (await answer.text()).slice(0, 5)]
        }, href)
        assert.deepEqual(pdf, ['application/pdf', 'no-store', '%PDF-'])
        await visitor.close()
      })
    }

    test(`by hand where the browser does not let it copy, ${size.width} pixels`, async () => {
      const visitor = await Visitor.at(browser, demo, 'gp-clinician', size)
      const { page } = visitor
      await page.addInitScript(() => {
        const refuse = () => Promise.reject(new DOMException('denied', 'NotAllowedError'))
        Object.defineProperty(navigator, 'clipboard', { value: { write: refuse, writeText: refuse } })
      })
      await page.goto(`${demo.address}/case/${answered}`)
      await page.getByTestId('letter-copy').focus()
      await page.keyboard.press('Enter')
      await page.getByTestId('letter-by-hand').waitFor()
      const marked = await page.evaluate(() => {
        const field = document.activeElement
        return field.value.slice(field.selectionStart, field.selectionEnd)
      })
      assert.match(marked, /^SYNTHETIC DATA[^]*Answer to referral/)
      assert.deepEqual(await visitor.faults(), [])
      await visitor.screenshot('letter-by-hand')
      await page.keyboard.press('Escape')
      await page.getByTestId('letter-by-hand').waitFor({ state: 'detached' })
      assert.equal(await page.evaluate(() => document.activeElement.dataset.testid), 'letter-copy', 'the keyboard is where it was')
      await visitor.close()
    })
  }
})
