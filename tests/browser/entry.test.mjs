// The way in, for every role, at a desk and on a phone.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { desk, phone, startBrowser, Visitor } from './harness/browser.mjs'
import { useDemo } from './harness/demo.mjs'

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
    demo = await useDemo()
    browser = await startBrowser()
  })
  after(async () => {
    await browser?.close()
    await demo?.stop()
  })

  test('a printed link says whom it is for and signs in nobody by being looked at', async () => {
    const link = demo.link('gp-staff')
    for (const size of [desk, phone]) {
      const visitor = await Visitor.open(browser, size)
      await visitor.page.goto(link.url)
      assert.match(await visitor.page.getByTestId('link-who').innerText(), new RegExp(link.person))
      assert.equal(new URL(visitor.page.url()).hash, '', 'the token has left the address')
      await visitor.settled()
      assert.deepEqual(await visitor.faults(), [])
      await visitor.screenshot('link-open')
      assert.deepEqual(await visitor.context.cookies(), [])
      await visitor.close()
    }
  })

  for (const [role, home] of Object.entries(homes)) {
    test(`${role}: the printed link leads to ${home}, without a fault at either width`, async () => {
      for (const size of [desk, phone]) {
        const visitor = await Visitor.at(browser, demo, role, size)
        await visitor.settled()
        assert.equal(new URL(visitor.page.url()).pathname.startsWith(home), true, visitor.page.url())
        assert.deepEqual(await visitor.faults(), [])
        await visitor.close()
      }
    })
  }

  test('a link that was used opens nothing and says what to do', async () => {
    for (const size of [desk, phone]) {
      const visitor = await Visitor.open(browser, size)
      visitor.expect(410, '/api/directory/links/open')
      await visitor.page.goto(demo.link('gp-staff').url)
      await visitor.page.getByTestId('link-dead').waitFor()
      assert.deepEqual(await visitor.faults(), [])
      await visitor.screenshot('link-used')
      await visitor.close()
    }
  })

  test('who is not signed in is asked to sign in, wherever they wanted to go', async () => {
    for (const size of [desk, phone]) {
      const visitor = await Visitor.open(browser, size)
      for (const path of ['/work', '/in', '/admin/people', '/program', '/me', '/case/0190c9a4-0000-7000-8000-000000000000']) {
        await visitor.page.goto(`${demo.address}${path}`)
        await visitor.page.waitForURL('**/sign-in')
        await visitor.page.getByTestId('sign-in-form').waitFor()
      }
      await visitor.settled()
      assert.deepEqual(await visitor.faults(), [])
      await visitor.screenshot('sign-in')
      await visitor.close()
    }
  })
})
