// A picture larger than the screen's view of it: the first look is as quick as ever, and whoever looks closer gets the pixels that
// the camera saw.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { phone, startBrowser, Visitor } from './harness/browser.mjs'
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

/** Nothing but a slow change of colour: a step in it is a seam. */
const smooth = () => png(width, height, (x, y) => [110 + (x >> 6), 90 + (y >> 6), 100])

/** The middle lines of what is drawn, across and down, one channel of each pixel (0–255). */
const lines = (page) => page.locator('[data-testid=viewer] canvas').first().evaluate((canvas) => {
  const read = (...place) => Array.from(canvas.getContext('2d').getImageData(...place).data).filter((_, at) => at % 4 === 0)
  return [read(0, canvas.height >> 1, canvas.width, 1), read(canvas.width >> 1, 0, 1, canvas.height)]
})

/** How much pixels two apart differ across. */
const contrast = async (page) => {
  const [reds] = await lines(page)
  return reds.slice(2).reduce((sum, red, x) => sum + Math.abs(red - reds[x]), 0) / reds.length
}

/** The largest step between neighbours along both lines. */
const steepest = async (page) => Math.max(...(await lines(page)).flatMap((reds) => reds.slice(1).map((red, at) => Math.abs(red - reds[at]))))

let draft

test('tiles are made of pictures that were sent', async () => {
  const office = await Session.of(demo, 'gp-clinician')
  draft = await draftWithPictures(office, [fine(), smooth()])
  await office.json('POST', `/api/intake/referrals/${draft.id}/submit`, { version: draft.version })
  const department = await Session.of(demo, 'specialist')
  const images = await eventually('the tiles are made', async () => {
    const { images } = await department.get(`/api/review/cases/${draft.id}`)
    return images.every((image) => image.tiles !== null) && images
  }, 240_000) // one after the other, behind every other picture, in an unoptimised build
  for (const image of images) assert.deepEqual(image.tiles, { side: 1024, width, height })
})

/** Opens the case; gives back the tiles that are fetched from now on. */
const open = async (reader) => {
  const { page } = reader
  const fetched = []
  page.on('response', (response) => {
    const tile = /\/tiles\/(\d+-\d+)$/.exec(new URL(response.url()).pathname)
    if (tile) fetched.push(`${tile[1]} ${response.status()}`)
  })
  await openByKeyboard(reader, demo, draft.id)
  await page.locator('[data-testid=viewer][data-open=true]').waitFor()
  await page.locator('[data-testid=thumb][aria-current=true][data-shown=true]').waitFor()
  await reader.settled()
  return fetched
}

/** Puts the case back, for the next one to open. */
const close = async (reader) => {
  assert.deepEqual(await reader.faults(), [])
  await reader.page.getByTestId('release').click()
  await reader.page.waitForURL('**/work')
  await reader.close()
}

test('a large picture is drawn from its view at first, and from its own pixels at 1:1', async () => {
  const reader = await Visitor.at(browser, demo, 'specialist')
  const { page } = reader
  const fetched = await open(reader)
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

  // Turned they lie between those of the screen, and are still sharp.
  await page.keyboard.press('r')
  await reader.settled()
  await eventually('they are drawn turned', async () => (await contrast(page)) > 20, 20_000)
  await close(reader)
})

test('tiles meet without a seam at any size', async () => {
  const reader = await Visitor.at(browser, demo, 'specialist')
  const { page } = reader
  const fetched = await open(reader)
  await page.keyboard.press('n')
  await page.locator('[data-testid=viewer][data-open=true]').waitFor()
  await page.locator('[data-testid=thumb][aria-current=true][data-shown=true]').waitFor()
  // The corner of four tiles to the middle.
  await page.keyboard.press('z')
  await reader.settled()
  const { x, y } = await page.getByTestId('viewer').boundingBox()
  await page.mouse.move(x + 200, y + 600)
  await page.mouse.down()
  await page.mouse.move(x + 552, y + 352, { steps: 8 })
  await reader.settled()
  await page.mouse.up()
  for (const key of ['+', '+', '+', '-', '-', '-', '-', '-']) {
    await page.keyboard.press(key)
    await reader.settled()
    await eventually(`no seam after ${key}`, async () => (await steepest(page)) <= 4, 10_000)
  }
  assert.ok(fetched.length >= 2, `tiles were drawn side by side: ${fetched}`)
  await reader.screenshot('tiles-smooth')
  await close(reader)
})

test('on a phone the button leads to the same pixels', async () => {
  const reader = await Visitor.at(browser, demo, 'specialist', phone)
  const { page } = reader
  const fetched = await open(reader)
  assert.deepEqual(fetched, [], 'the whole picture needs no tile')
  await reader.screenshot('tiles-whole')
  await page.getByRole('button', { name: '1:1' }).tap()
  await eventually('the original’s pixels are drawn', async () => (await contrast(page)) > 20, 20_000)
  assert.ok(fetched.length >= 1 && fetched.length <= 6, `only what is on the screen is fetched: ${fetched}`)
  await reader.screenshot('tiles-actual')
  await close(reader)
})
