// A picture larger than the screen's view of it: the first look is as quick as ever, and whoever looks closer gets the pixels that
// the camera saw.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startBrowser, Visitor } from './harness/browser.mjs'
import { useDemo } from './harness/demo.mjs'
import { draftWithPictures } from './harness/draft.mjs'
import { png } from './harness/pictures.mjs'
import { eventually, Session } from './harness/session.mjs'
import { openByKeyboard } from './harness/worklist.mjs'

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

const [width, height] = [4800, 3600]

/** Squares of two pixels on a slow change of colour: in a view of 2048 pixels the squares are one grey. */
const fine = () => png(width, height, (x, y) => {
  const tone = ((x >> 1) + (y >> 1)) % 2 === 0 ? 60 : 0
  return [120 + tone + (x >> 7), 90 + tone + (y >> 7), 80 + tone]
})

/** How much pixels two apart differ along the middle of what is drawn (0–255). */
const contrast = (page) => page.locator('[data-testid=viewer] canvas').first().evaluate((canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, canvas.height >> 1, canvas.width, 1)
  let sum = 0
  for (let at = 0; at + 8 < data.length; at += 4) sum += Math.abs(data[at] - data[at + 8])
  return sum / canvas.width
})

test('a large picture is drawn from its view at first, and from its own pixels at 1:1', async () => {
  const office = await Session.of(demo, 'gp-clinician')
  const draft = await draftWithPictures(office, [fine()])
  await office.json('POST', `/api/intake/referrals/${draft.id}/submit`, { version: draft.version })
  const department = await Session.of(demo, 'specialist')
  const tiles = await eventually('the tiles are made', async () => (await department.get(`/api/review/cases/${draft.id}`)).images[0].tiles, 60_000)
  assert.deepEqual(tiles, { side: 1024, width, height })

  const reader = await Visitor.at(browser, demo, 'specialist')
  const { page } = reader
  const fetched = []
  page.on('response', (response) => {
    const tile = /\/tiles\/(\d+-\d+)$/.exec(new URL(response.url()).pathname)
    if (tile) fetched.push(`${tile[1]} ${response.status()}`)
  })
  await openByKeyboard(reader, demo, draft.id)
  await page.locator('[data-testid=viewer][data-open=true]').waitFor()
  await page.locator('[data-testid=thumb][data-shown=true]').waitFor()
  await reader.settled()
  assert.deepEqual(fetched, [], 'the whole picture needs no tile')
  const blurred = await contrast(page)
  await reader.screenshot('tiles-whole')

  await page.keyboard.press('z')
  await eventually('the original’s pixels are drawn', async () => (await contrast(page)) > 35, 20_000)
  console.log(`contrast whole=${blurred.toFixed(1)} 1:1=${(await contrast(page)).toFixed(1)} tiles=${fetched.length}`)
  assert.ok(blurred < 15, `the view has lost the squares: ${blurred}`)
  assert.ok(fetched.length >= 1 && fetched.length <= 12, `only what is on the screen is fetched: ${fetched}`)
  assert.ok(fetched.every((tile) => tile.endsWith(' 200')), `${fetched}`)
  await reader.screenshot('tiles-actual')
  assert.deepEqual(await reader.faults(), [])
  await page.getByTestId('release').click()
  await page.waitForURL('**/work')
  await reader.close()
})
