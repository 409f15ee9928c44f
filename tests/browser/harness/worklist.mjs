// Finding a case on the worklist as a specialist does, without the mouse.
import assert from 'node:assert/strict'
import { eventually } from './session.mjs'

/** Opens the worklist and moves to the case's row; nothing is opened yet. */
export async function stand(reader, demo, id) {
  const { page } = reader
  await page.goto(`${demo.address}/work`)
  const row = page.locator(`[data-testid=row][href="/read/${id}"]`)
  await eventually('the case is on the worklist', async () => {
    if ((await row.count()) === 1) return true
    if ((await page.getByTestId('more').count()) === 1) await page.getByTestId('more').click()
    else await page.reload()
    await reader.settled()
    return false
  })
  const place = await page.getByTestId('row').evaluateAll((rows, href) => rows.findIndex((each) => each.getAttribute('href') === href), `/read/${id}`)
  for (let i = 0; i < place; i += 1) await page.keyboard.press('j')
}

/** The same, and starts reading. */
export async function openByKeyboard(reader, demo, id) {
  await stand(reader, demo, id)
  await reader.page.keyboard.press('Enter')
  await reader.page.waitForURL(`**/read/${id}`)
  await reader.page.getByTestId('answer-panel').waitFor()
}

/** Looks at every picture of the case that is open. */
export async function lookAtEveryPicture(page) {
  const count = await page.getByTestId('thumb').count()
  for (let i = 0; i < count; i += 1) {
    await page.locator('[data-testid=thumb][aria-current=true][data-shown=true]').waitFor()
    await page.keyboard.press('n')
  }
  assert.equal(await page.locator('[data-testid=thumb][data-shown=true]').count(), count)
}
