// An administrator imports a register: a file with faults, the mended one, a slow line, by keyboard alone.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { desk, phone, startBrowser, Visitor } from './harness/browser.mjs'
import { useDemo } from './harness/demo.mjs'

const header = 'key;name;municipality;centrality;distance_km;opened_on;register_from;list_size;gps;staff;agreed;equipped:dermatology'
const file = (...lines) => ({ name: 'register.csv', mimeType: 'text/csv', buffer: Buffer.from([header, ...lines, ''].join('\r\n')) })
const line = (key, name, distance = '212,4') => `${key};SYNTHETIC ${name};Solvik;6;${distance};01.01.2019;2026-01-01;2 100;2;3;2026-01-05;2026-01-12`

describe('the import of a register', () => {
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

  for (const size of [desk, phone]) {
    test(`from faults to the list by keyboard, at ${size.width} pixels`, async () => {
      const visitor = await Visitor.at(browser, demo, 'administrator', size)
      const { page } = visitor
      const [one, two] = [`I${size.width}`, `J${size.width}`]
      await page.goto(`${demo.address}/admin/practices`)
      await page.getByTestId('import-practices').focus()
      await page.keyboard.press('Enter')
      await page.getByTestId('import-file').waitFor()

      // Where a keyboard opens the system's own window for files, the test chooses in its place.
      const choose = async (chosen) => {
        const window = page.waitForEvent('filechooser')
        await page.getByTestId('import-file').focus()
        await page.keyboard.press('Enter')
        await (await window).setFiles(chosen)
      }
      await choose(file(line(one, `First ${size.width}`, 'far'), line(one, `Second ${size.width}`)))
      await page.getByTestId('import-fault-table').waitFor()
      const cells = await page.getByTestId('import-fault-table').locator('tbody tr').allInnerTexts()
      assert.equal(cells.length, 2)
      assert.match(cells[0], /2\s+distance_km\s+This is not a number\.\s+Write digits alone\./)
      assert.match(cells[1], /3\s+key\s+Line 2 has this key already\./)
      assert.equal(await page.getByTestId('import-run').count(), 0, 'nothing can be imported')
      assert.match(await page.getByTestId('import-chosen').innerText(), /register\.csv/)
      assert.deepEqual(await visitor.faults(), [])
      await visitor.screenshot('import-faults')

      await choose(file(line(one, `First ${size.width}`), line(two, `Second ${size.width}`)))
      await page.getByTestId('import-run').waitFor()
      assert.equal(await page.getByTestId('import-new').innerText(), '2')
      assert.equal(await page.getByTestId('import-steps').innerText(), '4')
      assert.equal(await page.getByTestId('import-run').innerText(), 'Import 2 practices')
      await visitor.screenshot('import-checked')
      // A slow line: what is under way is told after a second.
      await page.route('**/api/directory/import', async (route) => {
        await new Promise((resolve) => setTimeout(resolve, 2000))
        await route.continue()
      })
      await page.getByTestId('import-run').focus()
      await page.keyboard.press('Enter')
      await page.getByTestId('import-progress').waitFor()
      assert.deepEqual(await visitor.faults(), [])
      await visitor.screenshot('import-progress')
      await page.getByTestId('import-done').waitFor()
      assert.equal(await page.locator(':focus').innerText(), 'Imported', 'the keyboard is at the result')
      assert.deepEqual(await visitor.faults(), [])
      await visitor.screenshot('import-done')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.getByTestId('practices').waitFor()
      await page.getByText(`SYNTHETIC Second ${size.width}`).waitFor()

      await page.goto(`${demo.address}/admin/practices/import`)
      await choose(file(line(one, `First ${size.width}`), line(two, `Second ${size.width}`)))
      await page.getByTestId('import-nothing').waitFor()
      await choose({ name: 'register.xlsx', mimeType: 'application/zip', buffer: Buffer.from('PK\u0003\u0004rest') })
      await page.getByText('This is a workbook and not CSV.').waitFor()
      assert.deepEqual(await visitor.faults(), [])
      await visitor.close()
    })
  }

  test('in bokmål, and when the server is not reached', async () => {
    const visitor = await Visitor.at(browser, demo, 'administrator', desk)
    const { page } = visitor
    await page.goto(`${demo.address}/admin/practices/import`)
    await page.getByTestId('language').click()
    await page.getByTestId('import-file').setInputFiles(file(line('N1', 'Nord', '1.200')))
    await page.getByText('Tegnet kan stå for tusen eller for desimaler.').waitFor()
    await visitor.screenshot('import-nb')
    visitor.complaints.length = 0
    await page.route('**/api/directory/import/dry-run', (route) => route.abort())
    await page.getByTestId('import-file').setInputFiles(file(line('N1', 'Nord')))
    await page.getByTestId('import-error').waitFor()
    assert.match(await page.getByTestId('import-chosen').innerText(), /register\.csv/, 'the choice is kept')
    await page.unroute('**/api/directory/import/dry-run')
    await page.getByRole('button', { name: 'Prøv igjen' }).click()
    await page.getByTestId('import-run').waitFor()
    await page.getByTestId('language').click()
    await page.getByRole('heading', { name: 'Import practices' }).waitFor()
    await visitor.close()
  })
})
