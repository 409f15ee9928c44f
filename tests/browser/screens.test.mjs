// Every screen at a desk and on a phone: no finding of axe, nothing blocked by the content security policy, no error in the
// console, nothing wider than the window. Leaves a picture of each in target/screenshots.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { code } from './harness/authenticator.mjs'
import { desk, phone, startBrowser, Visitor } from './harness/browser.mjs'
import { useDemo } from './harness/demo.mjs'
import { draftWithPictures } from './harness/draft.mjs'
import { drawnPictures, gradient } from './harness/pictures.mjs'
import { eventually, Session } from './harness/session.mjs'

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

/** Judges the screen as it stands, and keeps a picture of it. */
async function judge(visitor, name, options) {
  await visitor.settled()
  await visitor.screenshot(name, options)
  const faults = await visitor.faults()
  visitor.complaints.length = 0
  return faults.map((fault) => `${name}: ${fault}`)
}

/** Opens each address, does what its step says, and judges. */
async function judgeAll(visitor, screens) {
  const faults = []
  for (const [name, path, step, options] of screens) {
    await visitor.page.goto(`${demo.address}${path}`)
    await visitor.page.getByTestId('sign-out').waitFor()
    await visitor.settled()
    if (step) await step(visitor.page)
    faults.push(...(await judge(visitor, name, options)))
  }
  return faults
}

const closeDialog = (page) => page.keyboard.press('Escape')

for (const size of [desk, phone]) {
  describe(`at ${size.width} pixels`, () => {
    test('the office: inbox, answer, question, own page', async () => {
      const visitor = await Visitor.at(browser, demo, 'gp-clinician', size)
      visitor.expect(404, '/api/intake/referrals/')
      const asked = 'Question from the specialist'
      const faults = await judgeAll(visitor, [
        ['inbox-answers', '/in'],
        ['inbox-waiting', '/in?tab=waiting'],
        ['inbox-closed', '/in?tab=closed'],
        ['case-answer', '/in', async (page) => {
          await page.getByTestId('row').first().click()
          await page.getByTestId('answer').waitFor()
        }],
        ['case-closed', '/in?tab=closed', async (page) => {
          await page.getByTestId('row').first().click()
          await page.getByTestId('answer').waitFor()
        }],
        ['case-question', '/in?tab=waiting', async (page) => {
          await page.getByTestId('row').filter({ hasText: asked }).first().click()
          await page.getByTestId('question-card').first().waitFor()
        }],
        ['case-waiting', '/in?tab=waiting', async (page) => {
          await page.getByTestId('row').filter({ hasNotText: asked }).first().click()
          await page.getByTestId('case').waitFor()
        }],
        ['withdraw-dialog', '/in?tab=waiting', async (page) => {
          await page.getByTestId('row').filter({ hasNotText: asked }).first().click()
          await page.getByTestId('withdraw').click()
          await page.getByTestId('withdraw-reason').waitFor()
        }],
        ['no-access', '/work'],
        ['me', '/me', async (page) => {
          await page.getByTestId('my-record-show').click()
          await page.getByTestId('my-accesses').waitFor()
        }],
        ['case-unknown', '/case/0190c9a4-0000-7000-8000-000000000000'],
      ])
      assert.deepEqual(faults, [])
      await visitor.close()
    })

    test('the office: a draft, empty and full, Send, the receipt', async () => {
      const draft = await draftWithPictures(office, pictures)
      const coarse = await draftWithPictures(office, [gradient(1)])
      const visitor = await Visitor.at(browser, demo, 'gp-clinician', size)
      const { page } = visitor
      const send = size === desk ? 'send' : 'send-foot'
      const faults = await judgeAll(visitor, [
        ['draft-empty', '/new', () => page.getByTestId('patient-name').waitFor()],
        ['draft-refused', '/new', async () => {
          await page.getByTestId('patient-name').fill('Kari SYNTHETIC')
          await page.getByTestId(send).click()
        }],
        ['inbox-drafts', '/in?tab=drafts'],
        ['draft-advised', `/new/${coarse.id}`, async () => {
          await page.getByTestId('coarse-picture').waitFor()
          await page.getByTestId('coarse-picture').scrollIntoViewIfNeeded()
        }],
        ['draft', `/new/${draft.id}`, async () => {
          await page.locator('[data-testid=picture][data-state=ready]').nth(2).waitFor()
          // The read-me's window stands where the finding and its pictures are seen together.
          await page.getByTestId('kind').evaluate((field) => {
            field.scrollIntoView({ block: 'start' })
            scrollBy(0, -56)
          })
        }, { readme: size === desk && 'referral-1440.jpg' }],
      ])
      await page.getByTestId(send).click()
      await page.getByTestId('send-dialog').waitFor()
      faults.push(...(await judge(visitor, 'send-dialog')))
      await visitor.choose('intention', 'Referred')
      await page.getByTestId('send-confirm').click()
      await page.getByTestId('receipt').waitFor()
      faults.push(...(await judge(visitor, 'receipt')))
      assert.deepEqual(faults, [])
      await visitor.close()
    })

    test('the specialist: worklist, reading, answer, letter, question', async () => {
      const visitor = await Visitor.at(browser, demo, 'specialist', size)
      const { page } = visitor
      const faults = await judgeAll(visitor, [
        ['worklist', '/work', () => page.getByTestId('rows').waitFor(), { readme: size === desk && 'worklist-1440.png' }],
        ['worklist-mine', '/work?filter=mine'],
        ['key-help', '/work', async () => {
          await page.keyboard.press('?')
          await page.getByTestId('key-help').waitFor()
        }],
      ])
      // A case of its own: what is written at one width must not stand there at the other.
      const draft = await draftWithPictures(office, pictures)
      await office.json('POST', `/api/intake/referrals/${draft.id}/submit`, { version: draft.version })
      const reviewer = await Session.of(demo, 'specialist')
      await eventually('the case has come', async () => (await reviewer.fetch(`/api/review/cases/${draft.id}`)).status === 200)
      await page.goto(`${demo.address}/read/${draft.id}`)
      await page.locator('[data-testid=viewer][data-open=true]').waitFor()
      faults.push(...(await judge(visitor, 'reading-before-start')))
      await page.getByTestId('start').click()
      await page.getByTestId('answer-panel').waitFor()
      const count = await page.getByTestId('thumb').count()
      for (let i = 0; i < count; i += 1) {
        await page.locator('[data-testid=thumb][aria-current=true][data-shown=true]').waitFor()
        await page.keyboard.press('n')
      }
      await page.keyboard.press('n')
      await page.locator('[data-testid=viewer][data-open=true]').waitFor()
      faults.push(...(await judge(visitor, 'reading', { readme: size === desk && 'reading-1440.jpg' })))
      await page.getByTestId('sign').click()
      faults.push(...(await judge(visitor, 'reading-refused')))
      await page.getByTestId('diagnosis').first().fill('Dysplastic naevus')
      await visitor.choose('certainty', 'Probable')
      await page.getByTestId('disposition').first().selectOption('gp-procedure')
      await page.getByTestId('plan').first().fill('Excise with 2 mm margin and send for histology.')
      faults.push(...(await judge(visitor, 'reading-written')))
      await page.getByTestId('preview').click()
      await page.getByTestId('letter').waitFor()
      faults.push(...(await judge(visitor, 'letter')))
      await closeDialog(page)
      await page.getByTestId('ask').click()
      await page.getByTestId('ask-dialog').waitFor()
      faults.push(...(await judge(visitor, 'ask-dialog')))
      await closeDialog(page)
      await page.getByTestId('release').click()
      await page.waitForURL('**/work')
      assert.deepEqual(faults, [])
      await visitor.close()
    })

    test('the programme: figures and every practice', async () => {
      const visitor = await Visitor.at(browser, demo, 'programme-manager', size)
      const { page } = visitor
      const faults = await judgeAll(visitor, [
        ['programme', '/program', () => page.getByTestId('practice-row').first().waitFor(), { readme: size === desk && 'programme-1440.png' }],
        ['programme-tables', '/program', async () => {
          for (const summary of await page.locator('summary').all()) await summary.click()
        }],
        ['programme-specialty', '/program?specialty=ent&sort=name&order=ascending', () => page.getByTestId('practice-row').first().waitFor()],
        ['programme-silent', '/program?show=silent', () => page.getByTestId('practice-row').first().waitFor()],
        ['programme-nobody', '/program?search=nowhere', () => page.getByTestId('shown').waitFor()],
        ['practice-user', '/program?show=users', async () => {
          await page.getByTestId('practice-row').first().locator('a').click()
          await page.getByTestId('timeline').waitFor()
          await page.getByTestId('contact-open').waitFor()
        }],
        ['practice-forms', '/program?show=never-used', async () => {
          await page.getByTestId('practice-row').first().locator('a').click()
          for (const part of ['equipment-open', 'training-open', 'contact-open']) await page.getByTestId(part).click()
        }],
      ])
      assert.deepEqual(faults, [])
      await visitor.close()
    })

    test('the administration: every list, page and form', async () => {
      const visitor = await Visitor.at(browser, demo, 'administrator', size)
      const first = (list) => async (page) => {
        await page.getByTestId(list).locator('a').first().click()
        await page.waitForURL(/\/admin\/\w+\/./)
      }
      const press = (button) => async (page) => {
        await page.getByTestId(button).click()
        await page.locator('dialog[open]').waitFor()
      }
      const header = 'key;name;municipality;centrality;distance_km;opened_on'
      const register = (lines, shown) => async (page) => {
        await page.getByTestId('import-file').setInputFiles({ name: 'register.csv', mimeType: 'text/csv', buffer: Buffer.from(`${header}\n${lines}\n`) })
        await page.getByTestId(shown).waitFor()
      }
      const faults = await judgeAll(visitor, [
        ['admin-practices', '/admin/practices'],
        ['admin-practice-new', '/admin/practices', press('add-practice')],
        ['admin-practice', '/admin/practices', first('practices')],
        ['admin-import', '/admin/practices/import', (page) => page.getByTestId('import-columns').click()],
        ['admin-import-faults', '/admin/practices/import', register('A1;SYNTHETIC Import;Solvik;7;212;2019-02-30\nA1;SYNTHETIC Other;Solvik;6;;2019-01-01', 'import-fault-table')],
        ['admin-import-checked', '/admin/practices/import', register(`S${size.width};SYNTHETIC Import ${size.width};Solvik;6;212;2019-01-01`, 'import-run')],
        ['admin-departments', '/admin/departments'],
        ['admin-department-new', '/admin/departments', press('add-department')],
        ['admin-people', '/admin/people'],
        ['admin-person-new', '/admin/people', press('add-person')],
        ['admin-person', '/admin/people', first('people')],
      ])
      assert.deepEqual(faults, [])
      await visitor.close()
    })

    test('the locked screen', async () => {
      // A session of her own: whoever shares a locked one is locked as well.
      const administrator = await Session.of(demo, 'administrator')
      const person = await administrator.json('POST', '/api/directory/people', { name: 'Lise Synthetic', email: `lock${size.width}@lysbro.example`, language: 'en' })
      await administrator.json('POST', `/api/directory/people/${person.id}/grants`, { role: 'programme-manager' })
      const { link } = await administrator.json('POST', `/api/directory/people/${person.id}/invitation`)
      const visitor = await Visitor.open(browser, size)
      await visitor.page.goto(link)
      await visitor.page.getByTestId('invite-password').waitFor()
      const faults = await judge(visitor, 'link-invitation')
      const secret = await visitor.page.getByTestId('totp-secret').innerText()
      await visitor.page.getByTestId('invite-password').fill('a long enough password')
      await visitor.page.getByTestId('invite-totp').fill(code(secret))
      await visitor.page.getByTestId('invite-accept').click()
      await visitor.page.getByTestId('notice').waitFor()
      faults.push(...(await judge(visitor, 'notice')))
      await visitor.page.getByTestId('lock').click()
      await visitor.page.getByTestId('lock-screen').waitFor()
      faults.push(...(await judge(visitor, 'lock-screen')))
      assert.deepEqual(faults, [])
      await visitor.close()
    })
  })
}
