// The way in, for every role, at a desk and on a phone.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { desk, phone, startBrowser, Visitor } from './harness/browser.mjs'
import { startDemo } from './harness/demo.mjs'

const homes = {
  'gp-clinician': '/in',
  'gp-staff': '/in',
  specialist: '/work',
  coordinator: '/work',
  'programme-manager': '/program',
  administrator: '/admin',
}

describe('the way in', () => {
  let demo
  let browser

  before(async () => {
    demo = await startDemo()
    browser = await startBrowser()
  })
  after(async () => {
    await browser?.close()
    await demo?.stop()
  })

  for (const [role, home] of Object.entries(homes)) {
    test(`${role}: the printed link leads to ${home}, without a fault at either width`, async () => {
      const link = demo.link(role)
      const atDesk = await Visitor.open(browser, desk)
      await atDesk.signIn(link)
      await atDesk.settled()
      assert.equal(new URL(atDesk.page.url()).pathname.startsWith(home), true, atDesk.page.url())
      assert.deepEqual(await atDesk.faults(), [])
      await atDesk.screenshot(`home-${role}`)

      const onPhone = await Visitor.open(browser, phone, { storageState: await atDesk.context.storageState() })
      await onPhone.page.goto(demo.address)
      await onPhone.page.getByTestId('sign-out').waitFor()
      await onPhone.settled()
      assert.deepEqual(await onPhone.faults(), [])
      await onPhone.screenshot(`home-${role}`)

      const again = await Visitor.open(browser, phone)
      await again.page.goto(link.url)
      await again.page.getByTestId('link-dead').waitFor()
      assert.deepEqual(await again.axe(), [])
      await Promise.all([atDesk.close(), onPhone.close(), again.close()])
    })
  }

  test('who is not signed in is asked to sign in', async () => {
    const visitor = await Visitor.open(browser, phone)
    await visitor.page.goto(`${demo.address}/work`)
    await visitor.page.waitForURL('**/sign-in')
    await visitor.settled()
    assert.deepEqual(await visitor.faults(), [])
    await visitor.screenshot('sign-in')
    await visitor.close()
  })
})
