// The study of uptake: every part at a desk and on a phone, the designer of interview samples from the first look to a refused pair,
// and the study as one file.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { desk, phone, startBrowser, Visitor } from './harness/browser.mjs'
import { useDemo } from './harness/demo.mjs'
import { eventually } from './harness/session.mjs'

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

/** Each part with how many charts it shows. */
const parts = [
  ['', 3], ['adoption', 3], ['concentration', 2], ['activity', 4], ['rates', 3], ['process', 2], ['turnaround', 1], ['network', 1],
  ['context', 0], ['sample', 0], ['definitions', 0], ['data', 0], ['exports', 0],
]
const open = (page, part, search = '') => page.goto(`${demo.address}/program/study${part && `/${part}`}${search}`)
const pairs = (page) => page.getByTestId('pair').evaluateAll((all) => all.map((each) => `${each.dataset.user} ${each.dataset.partner}`))

async function bytesOf(page, button) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId(button).first().click()])
  const pieces = []
  for await (const piece of await download.createReadStream()) pieces.push(piece)
  return { name: download.suggestedFilename(), bytes: Buffer.concat(pieces) }
}

for (const size of [desk, phone]) {
  describe(`the study at ${size.width} pixels`, () => {
    test('every part is drawn, named in the navigation and free of faults', async () => {
      const visitor = await Visitor.at(browser, demo, 'programme-manager', size)
      const { page } = visitor
      const faults = []
      for (const [part, charts] of parts) {
        await open(page, part)
        await page.getByTestId('log-position').waitFor()
        if (part === 'sample') await page.getByTestId('protocol').waitFor()
        if (part === 'data') await page.getByTestId('lines').waitFor()
        await visitor.settled()
        // The screenshot is of the whole page, so that what waits to be near is near.
        await visitor.screenshot(`study-${part || 'overview'}`)
        await eventually(`the charts of ${part}`, async () => (await page.locator('[data-testid=chart][data-shown=true] svg').count()) === charts, 20_000)
        await visitor.screenshot(`study-${part || 'overview'}`)
        assert.equal(await page.getByTestId('failed').count(), 0, `nothing failed in ${part}`)
        const findings = await page.getByTestId('finding').allInnerTexts()
        assert.ok(findings.every((finding) => finding.length > 20), `${part} says what its charts show: ${findings}`)
        const here = page.locator('[data-testid=parts] a[aria-current=page]')
        assert.equal(await here.count(), 1)
        assert.equal(await here.getAttribute('data-testid'), `part-${part || 'study'}`)
        faults.push(...(await visitor.faults()).map((fault) => `${part}: ${fault}`))
        visitor.complaints.length = 0
      }
      assert.deepEqual(faults, [])
      await visitor.close()
    })

    test('the way from part to part takes the window along', async () => {
      const visitor = await Visitor.at(browser, demo, 'programme-manager', size)
      const { page } = visitor
      const go = async (part) => {
        if (size === phone) await page.getByTestId('parts-open').click()
        await page.getByTestId(`part-${part}`).click()
      }
      await page.goto(`${demo.address}/program`)
      await visitor.settled()
      await go('study')
      await page.getByTestId('log-position').waitFor()
      const { from, until } = { from: await page.getByTestId('window-from').inputValue(), until: await page.getByTestId('window-until').inputValue() }
      assert.match(`${from} ${until}`, /^\d{4}-\d{2}-01 \d{4}-\d{2}-01$/, 'the record’s own days stand in the fields')
      await page.getByTestId('window-specialty').selectOption('dermatology')
      await page.waitForURL(/specialty=dermatology/)
      await go('concentration')
      await page.waitForURL(/\/study\/concentration\?specialty=dermatology/)
      await page.locator('[data-chart=lorenz][data-shown=true]').waitFor()
      await page.locator('[data-chart=lorenz] a').click()
      await page.waitForURL(/\/study\/definitions\?specialty=dermatology#I-08/)
      await eventually('the definition is in sight', () => page.locator('[id="I-08"]').evaluate((card) => card.getBoundingClientRect().top >= 0 && card.getBoundingClientRect().top < innerHeight), 10_000)
      await page.locator('[id="I-08"] summary').click()
      await page.locator('[id="I-08"]').getByTestId('lines').waitFor()
      // Another who gets the address sees the same.
      visitor.expect(422, '/api/uptake/study')
      await page.getByTestId('window-from').fill(until)
      await page.locator('#window-until-error').waitFor()
      assert.equal(await page.getByTestId('window-until').getAttribute('aria-invalid'), 'true')
      await page.getByTestId('window-whole').click()
      await page.getByTestId('log-position').waitFor()
      assert.deepEqual(await visitor.faults(), [])
      await visitor.close()
    })

    test('a sample is drawn, changed, and a pair refused and taken back', async () => {
      const visitor = await Visitor.at(browser, demo, 'programme-manager', size)
      const { page } = visitor
      await open(page, 'sample')
      await page.getByTestId('pair').nth(3).waitFor()
      const first = await pairs(page)
      assert.equal(first.length, 4, 'as the origin study chose')
      assert.equal(await page.getByTestId('ranked').locator('tr.chosen').count(), 4)
      assert.equal(await page.getByTestId('frame').locator('tr[data-group=user]').count(), 4)

      // What is wrong is said beside its field, and what was typed stays.
      visitor.expect(422, '/api/uptake/study/sample')
      await page.getByTestId('s-users').fill('99')
      await page.getByTestId('sample-stale').waitFor()
      await page.getByTestId('s-draw').click()
      await page.locator('#s-users-error').waitFor()
      assert.equal(await page.getByTestId('s-users').inputValue(), '99')
      await page.getByTestId('s-users').fill('many')
      await page.getByTestId('s-draw').click()
      await page.locator('#s-users-error').waitFor()
      assert.ok(await page.getByTestId('s-users').evaluate((field) => field === document.activeElement), 'the first wrong field has the focus')
      await visitor.screenshot('study-sample-refused-input')
      assert.deepEqual(await visitor.faults(), [])
      await page.getByTestId('s-users').fill('3')
      await page.locator('[data-covariate=kilometres]').uncheck()
      await page.getByTestId('s-draw').click()
      await eventually('three users', async () => (await page.getByTestId('ranked').locator('tr.chosen').count()) === 3)
      assert.equal(await page.getByTestId('balance').locator('tbody tr').count(), 2)
      await page.getByTestId('s-origin').click()
      await eventually('the origin’s pairs are back', async () => (await pairs(page)).join() === first.join())

      // A pair is refused, which needs a reason.
      await page.getByTestId('refuse').first().click()
      await page.getByTestId('refuse-reason').fill('no')
      await page.getByTestId('refuse-go').click()
      await page.locator('#refuse-reason-error').waitFor()
      await visitor.screenshot('study-refuse')
      assert.deepEqual(await visitor.faults(), [])
      await page.getByTestId('refuse-reason').fill('They share a building')
      await page.getByTestId('refuse-go').click()
      await page.getByTestId('refuse-dialog').waitFor({ state: 'detached' })
      const second = await pairs(page)
      assert.ok(!second.includes(first[0]), 'the refused pair is gone')
      assert.match(await page.getByTestId('protocol').innerText(), /vetoed: .*They share a building/)

      // A reload loses nothing.
      await page.reload()
      await page.getByTestId('refused').getByText('They share a building').waitFor()
      await eventually('the same sample', async () => (await pairs(page)).join() === second.join())
      const { name, bytes } = await bytesOf(page, 'protocol-save')
      assert.match(name, /^sample-protocol-.*\.txt$/)
      assert.equal(createHash('sha256').update(bytes).digest('hex'), await page.getByTestId('protocol-hash').innerText(), 'the file is what the hash is of')
      const frame = (await bytesOf(page, 'frame-csv')).bytes.toString('utf8').trim().split('\r\n')
      assert.equal(frame.length, 1 + (await page.getByTestId('frame').locator('tbody tr').count()))

      await page.getByTestId('take-back').click()
      await eventually('the pair is back', async () => (await pairs(page)).join() === first.join())
      assert.equal(await page.getByTestId('refused').count(), 0)
      await visitor.settled()
      assert.deepEqual(await visitor.faults(), [])
      await visitor.close()
    })
  })
}

describe('the study', () => {
  test('is exported as one file, once it is said what for', async () => {
    const visitor = await Visitor.at(browser, demo, 'programme-manager')
    const { page } = visitor
    await open(page, 'exports')
    await page.getByTestId('bundle-make').click()
    await page.locator('#purpose-error').waitFor()
    await visitor.choose('purpose', 'Checking the figures')
    const { name, bytes } = await bytesOf(page, 'bundle-make')
    assert.match(name, /^study-\d{4}-\d{2}-\d{2}-\d{4}-\d{2}-\d{2}\.zip$/)
    assert.equal(bytes.subarray(0, 2).toString('latin1'), 'PK')
    await page.getByTestId('bundle-state').getByText(name).waitFor()
    await visitor.choose('taken', 'Its tables, in the formats of others')
    const tables = await bytesOf(page, 'bundle-make')
    assert.match(tables.name, /^study-tables-\d{4}/)
    assert.equal(tables.bytes.subarray(0, 2).toString('latin1'), 'PK')
    await page.getByTestId('bundle-state').getByText(tables.name).waitFor()
    assert.deepEqual(await visitor.faults(), [])
    await visitor.close()
  })

  test('gives a chart’s table as a file', async () => {
    const visitor = await Visitor.at(browser, demo, 'administrator')
    const { page } = visitor
    await open(page, 'concentration')
    const chart = page.locator('[data-chart=ranking][data-shown=true]')
    await page.locator('[data-chart=ranking]').scrollIntoViewIfNeeded()
    await chart.waitFor()
    await chart.locator('summary').click()
    const rows = await chart.locator('tbody tr').count()
    const { bytes } = await bytesOf({ waitForEvent: page.waitForEvent.bind(page), getByTestId: (id) => chart.getByTestId(id) }, 'chart-csv')
    assert.equal(bytes.toString('utf8').trim().split('\r\n').length, rows + 1)
    assert.deepEqual(await visitor.faults(), [])
    await visitor.close()
  })

  test('is not for an office', async () => {
    const visitor = await Visitor.at(browser, demo, 'gp-clinician')
    await open(visitor.page, 'sample')
    await visitor.page.locator('h1', { hasText: 'Nothing here' }).waitFor()
    assert.equal(await visitor.page.getByTestId('sample-form').count(), 0)
    await visitor.close()
  })
})
