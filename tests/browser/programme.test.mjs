// The programme manager's day: the origin's figures, a search, one practice, what is recorded about it; and the office that is
// asked why, once.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { desk, phone, startBrowser, Visitor } from './harness/browser.mjs'
import { useDemo } from './harness/demo.mjs'
import { saveDraft } from './harness/draft.mjs'
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

const figure = (page, id) => page.getByTestId(`figure-${id}`).locator('dd').innerText()

/** Somebody new in an office that has been silent, signed in; the practice and its name. */
async function newcomer(role, state) {
  const administrator = await Session.of(demo, 'administrator')
  const manager = await Session.of(demo, 'programme-manager')
  const { practices } = await manager.get('/api/uptake/practices')
  const given = []
  const fits = async (row) => row.standing.state === state && row.standing.missing === 'use-again' && (await manager.get(`/api/directory/practices/${row.id}`)).reasons.every((each) => Date.now() - Date.parse(each.at) > 31 * 86_400_000)
  for (const row of practices) if (!given.length && (await fits(row))) given.push(row)
  const practice = given[0]
  assert.ok(practice, `a practice that is ${state} and may be asked`)
  const person = await administrator.json('POST', '/api/directory/people', { name: 'Nina Synthetic', email: `n${Date.now()}@lysbro.example`, language: 'en' })
  await administrator.json('POST', `/api/directory/people/${person.id}/grants`, { role, practiceId: practice.id })
  const { link } = await administrator.json('POST', `/api/directory/people/${person.id}/invitation`)
  return { practice, link }
}

describe('the programme', () => {
  test('the practices page tells the origin story, and its sheet is what is seen', async () => {
    const visitor = await Visitor.at(browser, demo, 'programme-manager')
    const { page } = visitor
    // What the demonstration began with: other tests register practices beside it.
    const { practices, totals } = await (await Session.of(demo, 'programme-manager')).get('/api/uptake/practices')
    const told = practices.filter((each) => each.name.endsWith('(synthetic)') && !each.testPractice)
    assert.deepEqual([told.filter((each) => each.enablement.equipped).length, told.filter((each) => each.referrals > 0).length], [94, 22])
    await page.goto(`${demo.address}/program`)
    await page.getByTestId('practice-row').first().waitFor()
    assert.equal(await figure(page, 'equipped'), String(totals.equipped))
    assert.equal(await figure(page, 'with-use'), String(totals.withUse))
    const share = Number.parseInt(await figure(page, 'top-four'), 10)
    assert.ok(share >= 75 && share <= 85, `the four busiest sent ${share} %`)
    assert.equal(await page.getByTestId('practice-row').count(), practices.length, 'every practice, and the one for training')
    const steps = await page.getByTestId('funnel-steps').locator('li .n').allInnerTexts()
    // The funnel counts those that were equipped; others may have sent as well.
    const used = practices.filter((each) => !each.testPractice && each.enablement.equipped && each.referrals > 0)
    assert.deepEqual([steps[0], steps[3]], [String(totals.equipped), String(used.length)])
    assert.ok(steps.every((n, i) => i === 0 || Number(n) <= Number(steps[i - 1])), `a funnel: ${steps}`)
    // What a number counts stands behind it.
    await page.getByTestId('figure-never').getByRole('button').click()
    await page.getByText('Equipped practices that have never sent one and are not closed.').waitFor()

    await page.getByTestId('show-silent').click()
    const silent = await page.getByTestId('practice-row').count()
    assert.ok(silent > 5 && silent < 22, `${silent} silent`)
    await page.getByTestId('search').fill('moen')
    await eventually('the search narrows it', async () => (await page.getByTestId('practice-row').count()) < silent)
    const seen = await page.getByTestId('practice-row').locator('.who a').allInnerTexts()
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('csv').click()])
    const lines = (await streamed(download)).trim().split('\r\n')
    assert.equal(lines.length, seen.length + 1)
    for (const name of seen) assert.ok(lines.some((line) => line.includes(name)), `${name} is in the sheet`)

    // By keyboard: a head that sorts.
    await page.goto(`${demo.address}/program`)
    await page.getByTestId('sort-name').focus()
    await page.keyboard.press('Enter')
    const names = await page.getByTestId('practice-row').locator('.who a').allInnerTexts()
    assert.deepEqual(names, [...names].sort((a, b) => a.localeCompare(b, 'en-GB')))
    assert.deepEqual(await visitor.faults(), [])
    await visitor.close()
  })

  test('a practice is opened, and equipment, a training and a contact are recorded', async () => {
    const visitor = await Visitor.at(browser, demo, 'programme-manager')
    const { page } = visitor
    await page.goto(`${demo.address}/program?show=never-used&sort=name&order=ascending`)
    await page.getByTestId('practice-row').first().locator('a').click()
    await page.getByTestId('timeline').waitFor()
    assert.equal(await page.getByTestId('standing').getAttribute('data-state'), 'never-used')

    await page.getByTestId('equipment-open').click()
    await page.getByTestId('e-kind').selectOption('endoscope')
    await page.getByTestId('e-serial').fill('E-4711')
    await page.getByTestId('e-place').fill('Room 4')
    await page.getByTestId('e-save').click()
    const row = page.getByTestId('equipment').locator('tr', { hasText: 'E-4711' })
    await row.waitFor()
    await row.getByTestId('withdraw-equipment').click()
    await page.getByTestId('w-why').fill('Broken')
    await page.getByTestId('w-save').click()
    await row.getByText('Broken').waitFor()

    await page.getByTestId('training-open').click()
    await page.getByTestId('t-role').selectOption('secretary')
    await page.getByTestId('t-people').fill('2')
    await page.getByTestId('t-save').click()
    await page.getByTestId('trainings').getByText('secretaries').waitFor()

    await page.getByTestId('contact-open').click()
    await page.getByTestId('c-kind').selectOption('visit')
    await page.getByTestId('c-note').fill('They want to begin after Easter.')
    await page.getByTestId('c-save').click()
    await page.getByTestId('contacts').getByText('after Easter').waitFor()
    assert.deepEqual(await visitor.faults(), [])
    await visitor.close()
  })

  test('a silent office is asked why in two taps, and not again', async () => {
    const { practice, link } = await newcomer('gp-clinician', 'silent')
    const visitor = await Visitor.open(browser, phone)
    visitor.expect(401, '/api/')
    const { page } = visitor
    await acceptInvitation(visitor, link)
    assert.deepEqual(await visitor.faults(), [])
    await visitor.readNotice()
    await page.getByTestId('why-not').waitFor()
    await page.getByTestId('why-pictures').click()
    await visitor.screenshot('why-not')
    assert.deepEqual(await visitor.faults(), [])
    await page.getByTestId('why-send').click()
    await page.getByTestId('why-not').waitFor({ state: 'detached' })
    await page.reload()
    await page.getByTestId('new-referral').waitFor()
    await visitor.settled()
    assert.equal(await page.getByTestId('why-not').count(), 0, 'once a month at most')

    const manager = await Visitor.at(browser, demo, 'programme-manager')
    await manager.page.goto(`${demo.address}/program/${practice.id}`)
    await manager.page.getByTestId('reasons').getByText('Pictures are hard to take').first().waitFor()
    await manager.close()

    // Their own record tells the same.
    await page.goto(`${demo.address}/me`)
    await page.getByTestId('my-record-show').click()
    await eventually('the record has caught up', async () => (await page.getByTestId('my-count').allInnerTexts()).some((text) => text.includes('Said why not this time')))
    await visitor.close()
  })

  test('whoever waves the question aside after a discarded draft is left alone', async () => {
    const office = await Session.of(demo, 'gp-clinician')
    const visitor = await Visitor.at(browser, demo, 'gp-clinician', desk)
    visitor.expect(404, '/api/intake/referrals/')
    const { page } = visitor
    const discard = async () => {
      const draft = await saveDraft(office)
      await page.goto(`${demo.address}/new/${draft.id}`)
      await page.getByTestId('patient-name').waitFor()
      await page.getByTestId('discard').click()
      await page.waitForURL('**/in?tab=drafts')
    }
    const before = await office.get('/api/directory/reasons')
    await discard()
    if (before[0].askable) {
      await page.getByTestId('why-not-dismiss').click()
      await page.getByTestId('why-not').waitFor({ state: 'detached' })
    }
    await discard()
    await visitor.settled()
    assert.equal(await page.getByTestId('why-not').count(), 0)
    assert.deepEqual(await visitor.faults(), [])
    await visitor.close()
  })
})

async function acceptInvitation(visitor, link) {
  const { code } = await import('./harness/authenticator.mjs')
  const { page } = visitor
  await page.goto(link)
  const secret = await page.getByTestId('totp-secret').innerText()
  await page.getByTestId('invite-password').fill('a long enough password')
  await page.getByTestId('invite-totp').fill(code(secret))
  await page.getByTestId('invite-accept').click()
  await page.getByTestId('notice').waitFor()
}

async function streamed(download) {
  const parts = []
  for await (const part of await download.createReadStream()) parts.push(part)
  return Buffer.concat(parts).toString('utf8').replace(/^\ufeff/, '')
}
