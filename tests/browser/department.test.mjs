// What a department does beside answering, in real browsers: it forwards, declines, amends, and a coordinator sees to the rest.
// Every new screen is judged at a desk and on a phone, and leaves a picture in target/screenshots.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { code } from './harness/authenticator.mjs'
import { desk, phone, startBrowser, Visitor } from './harness/browser.mjs'
import { useDemo } from './harness/demo.mjs'
import { draftWithPictures } from './harness/draft.mjs'
import { drawnPictures } from './harness/pictures.mjs'
import { eventually, Session } from './harness/session.mjs'
import { lookAtEveryPicture, openByKeyboard } from './harness/worklist.mjs'

let demo
let browser
let office
let pictures

before(async () => {
  demo = await useDemo()
  browser = await startBrowser()
  office = await Session.of(demo, 'gp-clinician')
  pictures = await drawnPictures(office)
})
after(async () => {
  await browser?.close()
  await demo?.stop()
})

/** Sends a referral with one picture; gives its id. */
async function send() {
  const draft = await draftWithPictures(office, pictures.slice(0, 1))
  await office.json('POST', `/api/intake/referrals/${draft.id}/submit`, { version: draft.version })
  return draft.id
}

/** A new specialist of a department, signed in by invitation. */
async function newcomer(name, departmentId) {
  const administrator = await Session.of(demo, 'administrator')
  const email = `${name.toLowerCase()}@lysbro.example`
  const person = await administrator.json('POST', '/api/directory/people', { name: `${name} Synthetic`, email, language: 'en' })
  await administrator.json('POST', `/api/directory/people/${person.id}/grants`, { role: 'specialist', departmentId })
  const { link } = await administrator.json('POST', `/api/directory/people/${person.id}/invitation`)
  const visitor = await Visitor.open(browser, desk)
  await visitor.page.goto(link)
  const secret = await visitor.page.getByTestId('totp-secret').innerText()
  await visitor.page.getByTestId('invite-password').fill('a long enough password')
  await visitor.page.getByTestId('invite-totp').fill(code(secret))
  await visitor.page.getByTestId('invite-accept').click()
  await visitor.page.getByTestId('sign-out').waitFor()
  await visitor.readNotice()
  return visitor
}

/** Judges the screen as it stands at both widths. */
async function judge(visitor, name) {
  const faults = []
  for (const size of [phone, desk]) {
    visitor.size = size
    await visitor.page.setViewportSize(size)
    await visitor.settled()
    await visitor.screenshot(name)
    faults.push(...(await visitor.faults()).map((fault) => `${name} ${size.width}: ${fault}`))
    visitor.complaints.length = 0
  }
  assert.deepEqual(faults, [])
}

/** The referral on the office's list and page, with the answer or refusal unread. */
async function openUnread(visitor, id) {
  const { page } = visitor
  await eventually('it is unread in the inbox', async () => {
    await page.goto(`${demo.address}/in?tab=answers`)
    await page.getByTestId('rows').or(page.getByTestId('empty')).waitFor()
    return (await page.locator(`[data-testid=row][href="/case/${id}"]`).count()) === 1
  })
}

describe('a department', () => {
  test('forwards a case, and the department there answers it', async () => {
    const reader = await Visitor.at(browser, demo, 'specialist')
    const { page } = reader
    reader.expect(404, '/api/review/cases/')
    const id = await send()
    const departments = await office.get('/api/intake/departments')
    const own = (await Session.of(demo, 'specialist')).me.grants[0].department
    const there = departments.find((each) => each.id !== own.id)
    const specialty = there.specialties[0]

    await openByKeyboard(reader, demo, id)
    await page.keyboard.press('w')
    await page.getByTestId('forward-dialog').waitFor()
    await page.getByTestId('forward-send').click()
    await page.locator('#forward-text-error').waitFor()
    await page.getByTestId('forward-to').selectOption(`${there.id} ${specialty}`)
    await page.getByTestId('forward-text').fill('Rather yours: please have a look.')
    await judge(reader, 'forward-dialog')
    await page.getByTestId('forward-send').click()
    await page.waitForURL((url) => !url.pathname.endsWith(id))

    // It is not ours any more: a line stands under Finished, and the address opens nothing.
    await page.goto(`${demo.address}/ended`)
    const line = page.getByTestId('ended-row').first()
    await line.waitFor()
    assert.match(await line.innerText(), /Forwarded[\s\S]*Rather yours: please have a look\./)
    assert.equal(await line.locator('a').count(), 0)
    await judge(reader, 'ended')
    await page.goto(`${demo.address}/read/${id}`)
    await page.getByTestId('failed').waitFor()

    const colleague = await newcomer('Eli', there.id)
    await openByKeyboard(colleague, demo, id)
    assert.match(await colleague.page.getByTestId('way').innerText(), /Rather yours: please have a look\./)
    await judge(colleague, 'reading-forwarded')
    await lookAtEveryPicture(colleague.page)
    await colleague.page.keyboard.press('1')
    await colleague.page.keyboard.press('Control+Enter')
    await colleague.page.getByTestId('undo-bar').waitFor()
    await colleague.page.getByTestId('undo-bar').waitFor({ state: 'detached' })

    const gp = await Visitor.at(browser, demo, 'gp-clinician')
    await openUnread(gp, id)
    await gp.page.locator(`[data-testid=row][href="/case/${id}"]`).click()
    await gp.page.getByTestId('answer').waitFor()
    assert.match(await gp.page.getByTestId('way').innerText(), /Rather yours: please have a look\./)
    assert.match(await gp.page.getByTestId('answer').innerText(), new RegExp(`Benign[\\s\\S]*Who tells the patient[\\s\\S]*The office[\\s\\S]*${there.name}`))
    await judge(gp, 'case-forwarded')
    for (const visitor of [reader, colleague, gp]) await visitor.close()
  })

  test('declines with a reason that the office has to read', async () => {
    const reader = await Visitor.at(browser, demo, 'specialist')
    const { page } = reader
    const id = await send()
    await openByKeyboard(reader, demo, id)
    await page.keyboard.press('x')
    await page.getByTestId('decline-dialog').waitFor()
    await page.getByTestId('decline-send').click()
    await page.locator('#decline-text-error').waitFor()
    await reader.choose('decline-reason', 'Can’t be assessed from pictures')
    await page.getByTestId('decline-text').fill('The scalp can’t be judged from pictures. Please refer the patient to be seen.')
    await judge(reader, 'decline-dialog')
    await page.getByTestId('decline-send').click()
    await page.waitForURL((url) => !url.pathname.endsWith(id))
    await page.goto(`${demo.address}/read/${id}`)
    await page.getByTestId('is-declined').waitFor()
    await judge(reader, 'reading-declined')

    const gp = await Visitor.at(browser, demo, 'gp-clinician')
    await openUnread(gp, id)
    assert.match(await gp.page.locator(`[data-testid=row][href="/case/${id}"]`).innerText(), /Unread[\s\S]*Declined/)
    await gp.page.locator(`[data-testid=row][href="/case/${id}"]`).click()
    await gp.page.getByTestId('declined').waitFor()
    assert.match(await gp.page.getByTestId('declined').innerText(), /Can’t be assessed from pictures[\s\S]*refer the patient to be seen/)
    await judge(gp, 'case-declined')
    await gp.page.getByTestId('acknowledge').click()
    await gp.page.getByTestId('acknowledge').waitFor({ state: 'detached' })
    await gp.page.getByTestId('copy-draft').click()
    await gp.page.waitForURL(/\/new\/./)
    await gp.page.getByTestId('question').waitFor()
    assert.match(await gp.page.getByTestId('question').inputValue(), /Is this mole benign/)
    await gp.page.getByTestId('discard').click()
    await gp.page.waitForURL('**/in?tab=drafts')
    assert.deepEqual(await gp.faults(), [])
    for (const visitor of [reader, gp]) await visitor.close()
  })

  test('amends an answer that was read: unread again, and both stand', async () => {
    const reader = await Visitor.at(browser, demo, 'specialist')
    const { page } = reader
    const id = await send()
    await openByKeyboard(reader, demo, id)
    await lookAtEveryPicture(page)
    await page.keyboard.press('1')
    await judge(reader, 'reading-quick')
    await page.keyboard.press('Control+Enter')
    await page.getByTestId('undo-bar').waitFor()
    await page.getByTestId('undo-bar').waitFor({ state: 'detached' })
    const first = await eventually('the answer has come', async () => (await office.get(`/api/intake/referrals/${id}`)).answer)
    await office.json('POST', `/api/intake/referrals/${id}/acknowledge`, { answerId: first.id })

    await page.goto(`${demo.address}/ended`)
    await page.locator(`[data-testid=ended-row] a[href="/read/${id}"]`).first().click()
    await page.getByTestId('amend').waitFor()
    await judge(reader, 'reading-answered')
    await page.keyboard.press('v')
    await page.getByTestId('amend-reason').waitFor()
    assert.match(await page.getByTestId('diagnosis').inputValue(), /^Benign/, 'it begins with what was sent')
    await page.getByTestId('sign').click()
    assert.match(await page.getByTestId('needs').innerText(), /Why the answer is amended/)
    await page.getByTestId('amend-reason').fill('A second look: better to have it out.')
    await page.getByTestId('diagnosis').fill('Dysplastic naevus')
    await page.getByTestId('disposition').selectOption('direct-surgery')
    await judge(reader, 'reading-amending')
    await page.getByTestId('sign').click()
    await page.getByTestId('undo-bar').waitFor()
    await page.getByTestId('undo-bar').waitFor({ state: 'detached' })

    const gp = await Visitor.at(browser, demo, 'gp-clinician')
    await openUnread(gp, id)
    assert.match(await gp.page.locator(`[data-testid=row][href="/case/${id}"]`).innerText(), /Unread[\s\S]*Amended/)
    await gp.page.locator(`[data-testid=row][href="/case/${id}"]`).click()
    await gp.page.getByTestId('amended').first().waitFor()
    assert.match(await gp.page.getByTestId('answer').innerText(), /Amended[\s\S]*A second look[\s\S]*Dysplastic naevus[\s\S]*The department/)
    await gp.page.getByTestId('earlier-answers').locator('summary').click()
    assert.match(await gp.page.getByTestId('earlier-answers').innerText(), /Benign/)
    await judge(gp, 'case-amended')
    await gp.page.getByTestId('acknowledge').click()
    await gp.page.getByTestId('acknowledge').waitFor({ state: 'detached' })
    for (const visitor of [reader, gp]) await visitor.close()
  })

  test('has a board: what is nobody’s is given to somebody, a reading is ended, an absence is noted', async () => {
    const coordinator = await Visitor.at(browser, demo, 'coordinator')
    const reader = await Visitor.at(browser, demo, 'specialist')
    const { page } = coordinator
    coordinator.expect(422, '/api/review/cases/')
    const id = await send()
    const person = (await Session.of(demo, 'specialist')).me.person
    await openByKeyboard(reader, demo, id)

    await page.goto(`${demo.address}/work`)
    await page.getByTestId('nav-board').click()
    const row = page.getByTestId('board-row').filter({ has: page.locator(`a[href="/read/${id}"]`) })
    await row.waitFor()
    assert.match(await row.innerText(), new RegExp(`${person.name} reads since`))
    await row.getByTestId('end').click()
    await page.getByTestId('end-confirm').click()
    await row.filter({ hasText: 'Nobody’s' }).waitFor()
    await row.getByTestId('assign').selectOption(person.id)
    await row.filter({ hasNotText: 'Nobody’s' }).waitFor()
    await page.getByTestId('colleague').filter({ hasText: person.name }).filter({ hasText: /Assigned 1/ }).waitFor()
    await judge(coordinator, 'board')

    // The reader sees it among their own.
    await reader.page.goto(`${demo.address}/work?filter=mine`)
    await reader.page.locator(`[data-testid=row][href="/read/${id}"]`).filter({ hasText: 'Assigned to you' }).waitFor()
    await judge(reader, 'worklist-assigned')
    await reader.page.getByTestId('to-absence').click()
    const today = new Date().toLocaleDateString('sv-SE', { timeZone: 'Europe/Oslo' })
    await reader.page.getByTestId('absence-from').fill(today)
    await reader.page.getByTestId('absence-to').fill(today)
    await reader.page.getByTestId('absence-add').click()
    await reader.page.getByTestId('absences').waitFor()
    await judge(reader, 'absence')

    await page.reload()
    await row.filter({ hasText: 'is away: give it to somebody else' }).waitFor()
    const other = page.getByTestId('board-row').filter({ hasText: 'Nobody’s' }).first()
    assert.equal(await other.getByTestId('assign').locator(`option[value="${person.id}"]`).isDisabled(), true)
    await page.getByTestId('colleague').filter({ hasText: person.name }).getByTestId('absence').click()
    await page.getByTestId('absence-dialog').waitFor()
    await judge(coordinator, 'absence-dialog')
    await page.getByTestId('absence-remove').click()
    await page.getByTestId('absence-dialog').getByText('No absence is noted.').waitFor()
    await page.keyboard.press('Escape')
    await row.getByTestId('assign').selectOption('')
    await row.filter({ hasText: 'Nobody’s' }).waitFor()
    for (const visitor of [coordinator, reader]) await visitor.close()
  })
})
