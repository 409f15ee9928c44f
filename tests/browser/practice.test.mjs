// What goes wrong on a real day: the wrong patient, a camera that is a phone's, a rehearsal, an answer nobody closed.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { answered } from './harness/answer.mjs'
import { desk, phone, startBrowser, Visitor } from './harness/browser.mjs'
import { useDemo } from './harness/demo.mjs'
import { draftWithPictures, patient, saveDraft } from './harness/draft.mjs'
import { fillHeader, fillLesion } from './harness/form.mjs'
import { photographs } from './harness/pictures.mjs'
import { eventually, Session } from './harness/session.mjs'

let demo
let browser
let pictures

before(async () => {
  demo = await useDemo()
  browser = await startBrowser()
  pictures = await photographs(await Session.of(demo, 'gp-staff'))
})
after(async () => {
  await browser?.close()
  await demo?.stop()
})

const files = (buffers) => buffers.map((buffer, i) => ({ name: `picture-${i + 1}.jpg`, mimeType: 'image/jpeg', buffer }))
const saved = (page) => page.getByTestId('save-state').filter({ hasText: /^Saved/ }).waitFor()

/** A sent referral; gives its id. */
async function sent(session, count = 2) {
  const draft = await draftWithPictures(session, pictures.slice(0, count))
  await session.json('POST', `/api/intake/referrals/${draft.id}/submit`, { version: draft.version })
  return draft
}

/** Judges the screen and leaves pictures of it at both widths. */
async function looked(visitor, name) {
  await visitor.settled()
  await visitor.screenshot(name)
  const faults = await visitor.faults()
  const wide = visitor.size
  visitor.size = phone
  await visitor.page.setViewportSize(phone)
  await visitor.screenshot(name)
  if (!(await visitor.fits())) faults.push(`${name} is wider than a phone`)
  visitor.size = wide
  await visitor.page.setViewportSize(wide)
  assert.deepEqual(faults, [], name)
}

describe('the wrong patient', () => {
  test('goes out of sight at both ends, everybody is told, and the right case is begun with the same press', async () => {
    const doctor = await Session.of(demo, 'gp-clinician')
    const draft = await sent(doctor)
    const nurse = await Visitor.at(browser, demo, 'gp-staff')
    const reader = await Visitor.at(browser, demo, 'specialist')
    await nurse.page.goto(`${demo.address}/case/${draft.id}`)
    await nurse.page.getByTestId('case').waitFor()
    await eventually('the case is at the department', async () => {
      await reader.page.goto(`${demo.address}/read/${draft.id}`)
      await reader.settled()
      return (await reader.page.getByTestId('reading').count()) === 1
    })

    const office = await Visitor.at(browser, demo, 'gp-clinician')
    const { page } = office
    await page.goto(`${demo.address}/case/${draft.id}`)
    await page.getByTestId('wrong-patient').click()
    await page.getByTestId('mistake-reason').fill('It was her sister who sat here.')
    await looked(office, 'wrong-patient')
    await page.getByTestId('mistake-confirm').click()
    await page.waitForURL('**/new/**')
    const anew = new URL(page.url()).pathname.split('/').at(-1)
    assert.equal(await page.getByTestId('patient-name').inputValue(), '')
    assert.match(await page.getByTestId('question').inputValue(), /mole benign/)
    await eventually('the same pictures are there', async () => (await page.getByTestId('picture').count()) === 2)
    const [before, after] = [await doctor.get(`/api/intake/referrals/${anew}`), draft]
    assert.equal(before.images.length, 2)
    assert.notEqual(anew, after.id)

    // Gone for everybody, and each who had opened it is told.
    nurse.expect(404, `/api/intake/referrals/${draft.id}`)
    reader.expect(404, `/api/review/cases/${draft.id}`)
    await nurse.page.goto(`${demo.address}/case/${draft.id}`)
    await nurse.page.getByTestId('failed').waitFor()
    await nurse.page.getByTestId('notice').waitFor()
    assert.match(await nurse.page.getByTestId('notice').innerText(), /wrong patient[\s\S]*Disregard/)
    assert.doesNotMatch(await nurse.page.getByTestId('notice').innerText(), new RegExp(patient.name))
    await nurse.page.goto(`${demo.address}/in`)
    await nurse.page.getByTestId('notice').waitFor()
    await looked(nurse, 'notice-office')
    await nurse.page.getByTestId('notice-read').click()
    await nurse.page.getByTestId('notice').waitFor({ state: 'detached' })
    await reader.page.goto(`${demo.address}/read/${draft.id}`)
    await reader.page.getByTestId('failed').or(reader.page.getByTestId('gone')).waitFor()
    await eventually('the specialist is told', async () => {
      await reader.page.goto(`${demo.address}/work`)
      await reader.settled()
      return (await reader.page.getByTestId('notice').count()) >= 1
    })
    await looked(reader, 'notice-department')

    await page.goto(`${demo.address}/errors`)
    const report = page.getByTestId('error').first()
    await report.waitFor()
    await eventually('the office sees who opened it there', async () => {
      await page.reload()
      await report.waitFor()
      return /in the department/.test(await report.innerText())
    })
    assert.match(await report.innerText(), /has read the notice/)
    await looked(office, 'entered-in-error')
    for (const visitor of [office, nurse, reader]) await visitor.close()
  })

  test('a specialist sees that one picture is somebody else’s', async () => {
    const doctor = await Session.of(demo, 'gp-clinician')
    const draft = await sent(doctor, 2)
    const reader = await Visitor.at(browser, demo, 'specialist')
    const { page } = reader
    await eventually('the case is at the department', async () => {
      await page.goto(`${demo.address}/read/${draft.id}`)
      await reader.settled()
      return (await page.getByTestId('thumb').count()) === 2
    })
    await page.getByTestId('wrong-patient').click()
    await reader.choose('mistake-which', 'Only the picture that is shown')
    await page.getByTestId('mistake-reason').fill('This is a man’s ear.')
    await page.getByTestId('mistake-confirm').click()
    await eventually('the picture is gone', async () => (await page.getByTestId('thumb').count()) === 1)
    const left = await eventually('at the office too', async () => {
      const { images } = await doctor.get(`/api/intake/referrals/${draft.id}`)
      return images.length === 1 ? images : null
    })
    assert.equal(left.length, 1)
    assert.deepEqual(await reader.faults(), [])
    await reader.close()
  })
})

describe('a phone', () => {
  test('lends its camera to an open draft, once, and sees nothing else', async () => {
    const office = await Visitor.at(browser, demo, 'gp-clinician')
    const doctor = await Session.of(demo, 'gp-clinician')
    const draft = await saveDraft(doctor)
    const { page } = office
    await page.goto(`${demo.address}/new/${draft.id}`)
    await page.getByTestId('use-phone').click()
    await page.getByRole('img', { name: 'QR code for the phone' }).waitFor()
    const address = await page.getByTestId('phone-address').textContent()
    await looked(office, 'phone-code')

    const lent = await Visitor.open(browser, phone)
    lent.expect(401, '/api/')
    await lent.page.goto(address)
    await lent.page.getByTestId('phone-patient').waitFor()
    assert.equal(await lent.page.getByTestId('phone-patient').innerText(), patient.name)
    assert.equal(new URL(lent.page.url()).hash, '', 'the code does not stay in the address')
    assert.match(await lent.page.getByTestId('phone-page').innerText(), /born 1958/)
    assert.doesNotMatch(await lent.page.getByTestId('phone-page').innerText(), new RegExp(patient.identifier))
    await page.getByTestId('phone-connected').waitFor()
    await lent.page.getByTestId('phone-files').setInputFiles(files(pictures.slice(0, 2)))
    await eventually('both pictures are on the phone', async () => (await lent.page.getByTestId('phone-pictures').locator('li').count()) === 2)
    await eventually('and at the computer', async () => /2 pictures/.test(await page.getByTestId('phone-count').innerText()))
    await eventually('they are drawn', async () => (await lent.page.getByTestId('phone-pictures').locator('img').count()) === 2)
    await lent.page.waitForLoadState('networkidle')
    await lent.screenshot('phone-camera')
    assert.deepEqual(await lent.faults(), [])
    await lent.page.getByRole('button', { name: 'Remove picture 2' }).click()
    await eventually('one is left at the computer', async () => /1 picture /.test(`${await page.getByTestId('phone-count').innerText()} `))

    // A second phone with the same code gets nothing; neither does the first one at any other address.
    const late = await Visitor.open(browser, phone)
    late.expect(410, '/api/intake/phone/open')
    late.expect(401, '/api/')
    await late.page.goto(address)
    await late.page.getByTestId('phone-over').waitFor()
    await late.close()
    const cookie = (await lent.context.cookies()).find((each) => each.name === '__Host-phone')
    const other = new Session(demo.address, `${cookie.name}=${cookie.value}`)
    for (const path of [`/api/intake/referrals/${draft.id}`, '/api/intake/referrals?tab=drafts', '/api/directory/me']) {
      assert.equal((await other.fetch(path)).status, 401, path)
    }

    await page.getByTestId('phone-end').click()
    await lent.page.getByTestId('phone-over').waitFor()
    await lent.screenshot('phone-over')
    assert.equal(await page.getByTestId('picture').count(), 1)
    assert.deepEqual(await office.faults(), [])
    await office.close()
    await lent.close()
  })
})

describe('a rehearsal', () => {
  test('goes the whole way with nobody, marked at both ends, and is counted nowhere', async () => {
    const office = await Visitor.at(browser, demo, 'gp-clinician')
    const reader = await Visitor.at(browser, demo, 'specialist')
    const manager = await Session.of(demo, 'programme-manager')
    const mine = (await Session.of(demo, 'gp-clinician')).me.grants[0].practice.name
    const row = async () => (await manager.get('/api/uptake/practices')).practices.find((each) => each.name === mine)
    const before = await row()
    const { page } = office
    await page.goto(`${demo.address}/in`)
    await page.getByTestId('try-it').click()
    await page.waitForURL('**/new/**')
    const id = new URL(page.url()).pathname.split('/').at(-1)
    await page.getByTestId('training').waitFor()
    assert.equal(await page.getByTestId('patient-name').isDisabled(), true)
    assert.match(await page.getByTestId('patient-name').inputValue(), /SYNTHETIC/)
    await office.choose('specialty', 'Dermatology')
    await page.getByTestId('site-search').pressSequentially('back')
    await page.getByTestId('site-option').filter({ hasText: /^Skin of back/ }).first().waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await office.choose('laterality', 'Left')
    await fillLesion(office)
    await page.getByTestId('files').setInputFiles(files(pictures.slice(0, 3)))
    await page.getByTestId('question').fill('A rehearsal.')
    await fillHeader(office)
    await office.choose('priority', 'Urgent')
    await eventually('the pictures are ready', async () => (await page.locator('[data-testid=picture][data-state=ready]').count()) === 3)
    await saved(page)
    await looked(office, 'training-draft')
    await page.getByTestId('send').click()
    await page.getByTestId('send-confirm').click()
    assert.match(await page.getByTestId('intention').innerText(), /Choose one/, 'what would have been done is asked for')
    await office.choose('intention', 'Don’t know')
    await looked(office, 'send-intention')
    await page.getByTestId('send-confirm').click()
    await page.getByTestId('receipt').waitFor()

    const link = reader.page.locator(`[data-testid=row][href="/read/${id}"]`)
    await eventually('it stands under training', async () => {
      await reader.page.goto(`${demo.address}/work?filter=training`)
      await reader.settled()
      return (await link.count()) === 1
    })
    await looked(reader, 'worklist-training')
    for (const filter of ['all', 'urgent', 'unclaimed']) {
      await reader.page.goto(`${demo.address}/work?filter=${filter}`)
      await reader.settled()
      assert.equal(await link.count(), 0, filter)
    }
    await reader.page.goto(`${demo.address}/read/${id}`)
    await reader.page.getByTestId('training').waitFor()
    await looked(reader, 'reading-training')
    await eventually('the programme counts it as test use alone', async () => {
      const after = await row()
      return after.testUse > before.testUse && after.referrals === before.referrals
    })
    await office.close()
    await reader.close()
  })
})

describe('a close-out', () => {
  test('is asked for until it is recorded, in two taps; the answer is filed at both ends', async () => {
    const doctor = await Session.of(demo, 'gp-clinician')
    const specialist = await Session.of(demo, 'specialist')
    const draft = await sent(doctor, 1)
    const answer = await answered(doctor, specialist, draft)
    await doctor.json('POST', `/api/intake/referrals/${draft.id}/acknowledge`, { answerId: answer.id })
    const office = await Visitor.at(browser, demo, 'gp-clinician')
    const { page } = office
    await page.goto(`${demo.address}/in?tab=close-out`)
    const row = page.locator(`[data-testid=row][href="/case/${draft.id}"]`)
    await row.waitFor()
    assert.match(await row.innerText(), /What was done\?/)
    await looked(office, 'inbox-close-out')
    await row.click()
    await page.getByTestId('close-out').waitFor()
    await office.choose('outcome', 'Followed the advice')
    await looked(office, 'close-out')
    await page.getByTestId('close-save').click()
    await page.getByTestId('closed-out').waitFor()
    await page.getByTestId('file').click()
    await page.getByTestId('filed').waitFor()
    assert.match(await page.getByTestId('filed').innerText(), /Filed in the record by/)
    await looked(office, 'closed-and-filed')
    await page.goto(`${demo.address}/in?tab=close-out`)
    await page.getByTestId('rows').or(page.getByTestId('empty')).waitFor()
    assert.equal(await row.count(), 0)

    const reader = await Visitor.at(browser, demo, 'specialist')
    await reader.page.goto(`${demo.address}/read/${draft.id}`)
    await reader.page.getByTestId('file').click()
    await reader.page.getByTestId('filed').waitFor()
    await looked(reader, 'filed-department')
    await office.close()
    await reader.close()
  })
})

describe('a question', () => {
  test('keeps the pictures of the reply in sight over a reload, until they are removed or have gone', async () => {
    const doctor = await Session.of(demo, 'gp-clinician')
    const specialist = await Session.of(demo, 'specialist')
    const draft = await sent(doctor, 1)
    const path = `/api/review/cases/${draft.id}`
    await eventually('the case is there', () => specialist.get(path).catch(() => null))
    const { token } = await specialist.json('POST', `${path}/claim`, {})
    await specialist.json('POST', `${path}/information-request`, { token, wants: ['better-images'], text: 'Sharper, please.' })
    const asked = () => doctor.get(`/api/intake/referrals/${draft.id}`)
    await eventually('the office is asked', async () => (await asked()).state === 'awaiting-information')

    const office = await Visitor.at(browser, demo, 'gp-clinician', phone)
    const { page } = office
    await page.goto(`${demo.address}/case/${draft.id}`)
    const card = page.getByTestId('question-card')
    await card.getByTestId('files').setInputFiles(files(pictures.slice(1, 3)))
    const ready = (count) => eventually(`${count} are ready`, async () => (await card.locator('[data-testid=picture][data-state=ready]').count()) === count)
    await ready(2)
    await page.reload()
    await ready(2)
    await looked(office, 'reply-pictures')
    await card.getByTestId('picture-remove').first().click()
    await ready(1)
    await card.getByTestId('reply').fill('Here it is.')
    await card.getByTestId('reply-send').click()
    await eventually('the reply has gone', async () => (await asked()).state !== 'awaiting-information')
    const after = await asked()
    assert.equal(after.images.filter((image) => image.sent && !image.removed).length, 2, 'the first, and the one that went along')
    assert.equal(after.questions.at(-1).replyImages.length, 1)
    await office.close()
  })
})
