// Nothing between chairs: an answer that nobody reads climbs to the coordinator's call list, a call gives it back, and the office
// sees both. The demonstration holds answers that have been unread for days: its history is seeded through the services' own
// commands with the clock held there, so no clock is moved here.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { desk, phone, startBrowser, Visitor } from './harness/browser.mjs'
import { useDemo } from './harness/demo.mjs'
import { eventually, Session } from './harness/session.mjs'

describe('what waits', () => {
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
    test(`is shown at both ends, at ${size.width} pixels`, async () => {
      const office = await Visitor.at(browser, demo, 'gp-clinician', size)
      await office.page.goto(`${demo.address}/in?tab=answers`)
      await office.page.getByTestId('rows').waitFor()
      const first = office.page.getByTestId('row').first().getByTestId('whose')
      assert.match(await first.innerText(), /climbed to the department’s call list|yours until/)
      assert.deepEqual(await office.faults(), [])
      await office.screenshot('inbox-climbed')
      await office.close()
      const coordinator = await Visitor.at(browser, demo, 'coordinator', size)
      await coordinator.page.getByTestId('nav-calls').click()
      await coordinator.page.getByTestId('call-list').waitFor()
      assert.ok((await coordinator.page.getByTestId('call-row').count()) > 0)
      assert.deepEqual(await coordinator.faults(), [])
      await coordinator.screenshot('call-list')
      await coordinator.close()
    })
  }

  test('an unread answer climbs, is telephoned about by keyboard, and is the practice’s again', async () => {
    const gp = await Session.of(demo, 'gp-clinician')
    const practice = gp.me.grants.find((grant) => grant.practice !== null).practice
    const carl = await Session.of(demo, 'coordinator')
    const list = await carl.get('/api/review/call-list')
    const row = list.items.find((each) => each.practiceName === practice.name && each.what === 'unread-answer')
    assert.ok(row, `no unread answer of ${practice.name} has climbed: ${JSON.stringify(list)}`)

    const office = await Visitor.at(browser, demo, 'gp-clinician')
    await office.page.goto(`${demo.address}/case/${row.id}`)
    assert.equal(await office.page.getByTestId('whose').innerText(), 'climbed to the department’s call list')

    const coordinator = await Visitor.at(browser, demo, 'coordinator')
    const { page } = coordinator
    await page.goto(`${demo.address}/calls`)
    await page.getByTestId('call-list').waitFor()
    const before = Number(await page.getByTestId('call-count').innerText())
    const line = page.getByTestId('call-row').filter({ hasText: row.reference })
    const said = await line.innerText()
    assert.ok(said.startsWith(practice.name), said)
    assert.match(said, /00 00 00 00[\s\S]*Answer not read since/)
    await line.getByTestId('phoned').focus()
    await page.keyboard.press('Enter')
    await page.getByTestId('phoned-dialog').waitFor()
    await page.getByTestId('phoned-note').focus()
    await page.keyboard.type('Spoke with Siri: she reads it today.')
    assert.deepEqual(await coordinator.faults(), [])
    await coordinator.screenshot('call-dialog')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    const phoned = page.getByTestId('phoned-row').filter({ hasText: row.reference })
    await phoned.waitFor()
    assert.match(await phoned.innerText(), /Spoke with Siri: she reads it today\./)
    assert.equal(Number(await page.getByTestId('call-count').innerText()), before - 1)
    assert.deepEqual(await coordinator.faults(), [])
    await coordinator.screenshot('call-list-phoned')

    await eventually('the office has it again', async () => {
      await office.page.goto(`${demo.address}/case/${row.id}`)
      return (await office.page.getByTestId('whose').innerText()).startsWith('yours until')
    })
    assert.match(await office.page.getByTestId('case').innerText(), /The department telephoned[\s\S]*Carl Synthetic/)
    assert.equal((await office.page.content()).includes('Spoke with Siri'), false, 'the note is the department’s own')
    assert.deepEqual(await office.faults(), [])
    await Promise.all([office.close(), coordinator.close()])
  })

  test('a practice gets a telephone and a deputy, and a person turns the daily mail off', async () => {
    const gp = await Session.of(demo, 'gp-clinician')
    const practice = gp.me.grants.find((grant) => grant.practice !== null).practice
    const admin = await Visitor.at(browser, demo, 'administrator')
    const { page } = admin
    await page.goto(`${demo.address}/admin/practices/${practice.id}`)
    await page.getByTestId('deputy').selectOption({ label: 'Siri Synthetic' })
    await page.getByTestId('deputy-save').click()
    await page.getByTestId('c-phone').fill('ring us')
    admin.expect(422, '/api/directory/practices/')
    await page.getByTestId('change-save').click()
    await page.getByText('Write the telephone number with digits and spaces').waitFor()
    await page.getByTestId('c-phone').fill('00 00 00 01')
    await page.getByTestId('change-save').click()
    const manager = await Session.of(demo, 'administrator')
    await eventually('it stands', async () => {
      const stands = (await manager.get('/api/directory/practices')).find((each) => each.id === practice.id)
      return stands.phone === '00 00 00 01' && stands.deputy?.name === 'Siri Synthetic'
    })
    assert.deepEqual(await admin.faults(), [])
    await admin.screenshot('practice-deputy')
    await admin.close()
    const office = await Visitor.at(browser, demo, 'gp-clinician')
    await office.page.goto(`${demo.address}/me`)
    const box = office.page.getByTestId('me-mail')
    await box.uncheck()
    await eventually('it is chosen', async () => (await gp.get('/api/directory/me')).mailDigest === false)
    assert.deepEqual(await office.faults(), [])
    await office.screenshot('me-mail')
    await box.check()
    await office.close()
  })
})
