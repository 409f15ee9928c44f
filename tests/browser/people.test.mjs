// People come and go: staff prepare and a doctor sends, a doctor hands over and leaves, a locum's day ends, an office becomes
// part of another, a patient changes office. In real browsers; people who are new come in by an invitation.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { code } from './harness/authenticator.mjs'
import { desk, phone, startBrowser, Visitor } from './harness/browser.mjs'
import { useDemo } from './harness/demo.mjs'
import { draftWithPictures } from './harness/draft.mjs'
import { drawnPictures } from './harness/pictures.mjs'
import { eventually, Session } from './harness/session.mjs'

let demo
let browser
let pictures
let admin
let grete
let siri
let here

before(async () => {
  demo = await useDemo()
  browser = await startBrowser()
  admin = await Session.of(demo, 'administrator')
  grete = await Session.of(demo, 'gp-clinician')
  siri = await Session.of(demo, 'gp-staff')
  here = grete.me.grants.find((grant) => grant.practice !== null).practice
  pictures = (await drawnPictures(grete)).slice(0, 2)
})
after(async () => {
  await browser?.close()
  await demo?.stop()
})

/** Accepts an invitation; gives the session. */
async function accept(link) {
  const token = new URL(link).hash.slice(1)
  const anybody = new Session(demo.address, '')
  const shown = await anybody.json('POST', '/api/directory/links/open', { token })
  const form = { token, password: 'a long enough password', totpCode: code(shown.totp.secret) }
  const answer = await anybody.fetch('/api/directory/links/accept', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(form) })
  assert.equal(answer.status, 200)
  const session = new Session(demo.address, answer.headers.getSetCookie().find((each) => each.startsWith('__Host-sid=')).split(';')[0])
  session.me = await answer.json()
  // Everybody reads at the first sign-in what is recorded.
  await session.json('POST', '/api/directory/me/notice', { version: session.me.notice.version })
  return session
}

/** Registers somebody with a role, as an administrator does; gives their session. */
async function newcomer(name, role, practice, more = {}) {
  const email = `${name.split(' ')[0].toLowerCase()}-${randomUUID().slice(0, 8)}@lysbro.example`
  const { id } = await admin.json('POST', '/api/directory/people', { name, email, language: 'en' })
  await admin.json('POST', `/api/directory/people/${id}/grants`, { role, practiceId: practice, ...more })
  const { link } = await admin.json('POST', `/api/directory/people/${id}/invitation`)
  const session = await accept(link)
  await eventually(`${name} is known in the office`, async () => {
    if (role !== 'gp-clinician') return true
    return (await session.get('/api/intake/clinicians')).some((one) => one.id === id)
  })
  return session
}

async function visitorOf(session, size = desk) {
  const visitor = await Visitor.open(browser, size)
  await visitor.become(demo.address, session.cookie)
  return visitor
}

/** Judges the screen at its size, and keeps a picture of it. */
async function judge(visitor, name) {
  await visitor.settled()
  await visitor.screenshot(`people-${name}`)
  assert.deepEqual(await visitor.faults(), [], name)
}

async function send(session) {
  const draft = await draftWithPictures(session, pictures)
  await session.json('POST', `/api/intake/referrals/${draft.id}/submit`, { version: draft.version })
  return draft.id
}

const responsible = async (session, id) => (await session.get(`/api/intake/referrals/${id}`)).responsible?.name

describe('people', () => {
  test('staff prepare, and the doctor sends with one tap on the list', async () => {
    const draft = await draftWithPictures(siri, pictures)
    for (const size of [desk, phone]) {
      const staff = await visitorOf(siri, size)
      const { page } = staff
      await page.goto(`${demo.address}/new/${draft.id}`)
      await page.getByTestId('patient-name').waitFor()
      await page.getByTestId(size === phone ? 'send-foot' : 'send').click()
      await page.getByTestId('ready-dialog').getByText(grete.me.person.name, { exact: true }).click()
      await judge(staff, 'ready')
      if (size === desk) {
        await staff.context.close()
        continue
      }
      await page.getByTestId('ready-confirm').click()
      await page.waitForURL('**/in?tab=drafts')
      await page.getByTestId('row').filter({ hasText: `Ready for ${grete.me.person.name}` }).first().waitFor()
      await judge(staff, 'drafts')
      await page.goto(`${demo.address}/new/${draft.id}`)
      await page.getByTestId('ready-banner').waitFor()
      await judge(staff, 'ready-draft')
      await staff.context.close()
    }
    // Staff can't send by any other way.
    await assert.rejects(siri.json('POST', `/api/intake/referrals/${draft.id}/submit`, { version: draft.version }), /clinician-sends/)

    const doctor = await visitorOf(grete)
    const { page } = doctor
    await page.goto(`${demo.address}/in?tab=to-send`)
    await page.locator(`[data-testid=row][href="/new/${draft.id}"]`).waitFor()
    await judge(doctor, 'to-send')
    await page.locator(`[data-testid=row][href="/new/${draft.id}"]`).click()
    await page.getByTestId('send').click()
    await doctor.choose('intention', 'Referred')
    await page.getByTestId('send-confirm').click()
    await page.getByTestId('receipt').waitFor()
    assert.equal(await responsible(siri, draft.id), grete.me.person.name)
    // The department sees who answers for it.
    const reader = await Session.of(demo, 'specialist')
    await eventually('the case is there', async () => (await reader.fetch(`/api/review/cases/${draft.id}`)).status === 200)
    const { name, hprNumber } = grete.me.person
    const known = hprNumber === '' ? name : `${name}, HPR ${hprNumber}`
    assert.equal((await reader.get(`/api/review/cases/${draft.id}`)).responsible, known)
    assert.deepEqual(await doctor.faults(), [])
    await doctor.context.close()
  })

  test('a doctor leaves after the open referrals were handed over', async () => {
    const ola = await newcomer('Ola Synthetic', 'gp-clinician', here.id)
    const [first, second] = [await send(ola), await send(ola)]
    const grant = ola.me.grants[0].id
    const person = ola.me.person.id
    await eventually('the directory knows', async () => {
      const answer = await admin.fetch(`/api/directory/people/${person}/grants/${grant}/end`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"on":"2099-01-01"}' })
      return answer.status === 204
    })

    // One by one, with a note.
    const office = await visitorOf(ola)
    const { page } = office
    await page.goto(`${demo.address}/case/${first}`)
    await page.getByTestId('responsible').waitFor()
    assert.equal(await page.getByTestId('responsible').innerText(), 'Ola Synthetic')
    await page.getByTestId('hand-over').click()
    await page.getByTestId('handover-to').selectOption({ label: grete.me.person.name })
    await page.getByTestId('handover-note').fill('On leave from Monday.')
    await judge(office, 'handover')
    await page.getByTestId('handover-confirm').click()
    await page.getByTestId('responsible').filter({ hasText: grete.me.person.name }).waitFor()
    assert.match(await page.getByTestId('case').innerText(), /Handed over[\s\S]*On leave from Monday\./)
    await judge(office, 'case')
    await office.context.close()

    // The administrator is refused while another one is open.
    const administrator = await visitorOf(admin)
    administrator.expect(409, '/grants/')
    await administrator.page.goto(`${demo.address}/admin/people/${person}`)
    await eventually('the refusal', async () => {
      await administrator.page.getByTestId('end-role').click()
      await administrator.page.getByTestId('end-confirm').click()
      return administrator.page.getByTestId('end-refused').waitFor({ timeout: 3000 }).then(() => true, () => false)
    })
    assert.match(await administrator.page.getByTestId('end-refused').innerText(), /Open referrals to be handed over first: 1\./)
    await administrator.page.getByTestId('end-force').check()
    await judge(administrator, 'end-refused')
    await administrator.page.keyboard.press('Escape')

    // All that is left, by a colleague; at a desk and on a phone.
    for (const size of [desk, phone]) {
      const colleague = await visitorOf(siri, size)
      await colleague.page.goto(`${demo.address}/people`)
      await colleague.page.getByTestId('doctor').first().waitFor()
      await judge(colleague, 'duties')
      if (size === phone) {
        const row = colleague.page.getByTestId('doctor').filter({ hasText: 'Ola Synthetic' })
        await row.getByTestId('hand-over-all').click()
        await colleague.page.getByTestId('handover-to').selectOption({ label: grete.me.person.name })
        await judge(colleague, 'handover-all')
        await colleague.page.getByTestId('handover-confirm').click()
        await row.filter({ hasText: '0 open' }).waitFor()
      }
      await colleague.context.close()
    }
    assert.equal(await responsible(siri, second), grete.me.person.name)
    await eventually('nothing is open for the leaver', async () => {
      await administrator.page.reload()
      await administrator.page.getByTestId('end-role').click()
      await administrator.page.getByTestId('end-confirm').click()
      return administrator.page.getByTestId('end-role').waitFor({ state: 'detached', timeout: 3000 }).then(() => true, () => false)
    })
    assert.equal((await ola.fetch(`/api/intake/referrals/${second}`)).status, 404, 'from then on they see nothing')
    await administrator.context.close()
  })

  test('an office invites a locum, whose referrals fall to the doctor they stood in for when the day comes', async () => {
    const petra = await newcomer('Petra Synthetic', 'practice-admin', here.id)
    const until = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
    for (const size of [phone, desk]) {
      const keeper = await visitorOf(petra, size)
      const { page } = keeper
      await page.goto(`${demo.address}/`)
      await page.getByTestId('practice-people').waitFor()
      await page.getByTestId('invite-colleague').click()
      await page.getByTestId('co-name').fill('Vera Synthetic')
      await page.getByTestId('co-email').fill(`vera-${size.width}@lysbro.example`)
      await keeper.choose('co-role', 'Doctor at GP office')
      await page.getByTestId('co-until').fill(until)
      await page.getByTestId('co-covers').selectOption({ label: grete.me.person.name })
      await judge(keeper, 'invite')
      await page.getByTestId('co-save').click()
      const link = await page.getByTestId('colleague-link').innerText()
      await page.getByTestId('doctor').filter({ hasText: /locum until .*for Grete/ }).first().waitFor()
      await judge(keeper, 'our-people')
      const vera = await accept(link)
      assert.equal(vera.me.grants[0].role, 'gp-clinician')
      const row = page.getByTestId('colleague').filter({ hasText: `vera-${size.width}` })
      await row.getByTestId('end-colleague').click()
      await judge(keeper, 'end')
      await page.getByTestId('end-confirm').click()
      await row.waitFor({ state: 'detached' })
      assert.equal((await vera.fetch('/api/intake/referrals?tab=waiting')).status, 404)
      await keeper.context.close()
    }
    // A locum whose right ends at an instant, as a day does.
    const ends = new Date(Date.now() + 25_000)
    const locum = await newcomer('Vidar Synthetic', 'gp-clinician', here.id, { until: ends.toISOString(), coversFor: grete.me.person.id })
    const id = await send(locum)
    assert.equal(await responsible(grete, id), 'Vidar Synthetic')
    await eventually('it falls to whom the locum stood in for', async () => (await responsible(grete, id)) === grete.me.person.name, 120_000)
    const doctor = await visitorOf(grete)
    await doctor.page.goto(`${demo.address}/case/${id}`)
    await doctor.page.getByTestId('responsible').filter({ hasText: grete.me.person.name }).waitFor()
    assert.match(await doctor.page.getByTestId('case').innerText(), /Taken over/)
    await judge(doctor, 'fell')
    await doctor.context.close()
  })

  test('an office becomes part of another one, and a patient changes office', async () => {
    const practices = await admin.get('/api/directory/practices')
    const test = practices.find((one) => one.id === here.id).testPractice
    const register = async (name) => {
      const { id } = await admin.json('POST', '/api/directory/practices', { name, municipality: 'Solvik', centrality: 5, distanceKm: 90, channel: 'web', openedOn: '2012-01-01', testPractice: test })
      const nina = await newcomer('Nina Synthetic', 'gp-clinician', id)
      await eventually('the office knows itself', async () => (await nina.get('/api/intake/practices')).some((one) => one.id === id))
      return [id, nina]
    }
    const [fjord, nina] = await register('Fjord legekontor')
    const waiting = await send(nina)
    const administrator = await visitorOf(admin)
    for (const size of [desk, phone]) {
      const visitor = size === desk ? administrator : await visitorOf(admin, size)
      await visitor.page.goto(`${demo.address}/admin/practices/${fjord}`)
      await visitor.page.getByTestId('closing').waitFor()
      await visitor.choose('cl-how', 'Becomes part of another office')
      await visitor.page.getByTestId('cl-on').fill(new Date().toISOString().slice(0, 10))
      await visitor.page.getByTestId('cl-other').selectOption({ value: here.id })
      await judge(visitor, 'closing')
    }
    await administrator.page.getByTestId('cl-save').click()
    assert.ok((await administrator.page.getByTestId('cl-dialog').innerText()).includes(`${here.name} sees its patients`))
    await administrator.page.getByTestId('cl-confirm').click()
    await administrator.page.getByTestId('closed').waitFor()
    const told = await administrator.page.getByTestId('closed').innerText()
    assert.ok(told.includes(`part of ${here.name}`), told)
    await administrator.context.close()
    await eventually('the other office has it', async () => (await grete.fetch(`/api/intake/referrals/${waiting}`)).status === 200)
    await eventually('and somebody there answers for it', async () => (await responsible(grete, waiting)) === grete.me.person.name)

    // Nothing new begins in the office that is no more.
    const left = await visitorOf(nina)
    left.expect(409, '/api/intake/referrals/')
    await left.page.goto(`${demo.address}/in`)
    await left.page.getByTestId('new-referral').click()
    await left.page.getByTestId('patient-name').fill('Kari SYNTHETIC')
    await left.page.getByTestId('save-state').filter({ hasText: /This practice is closed/ }).waitFor()
    await judge(left, 'closed-office')
    await left.context.close()

    // The patient goes to a third office.
    const [, doctor] = await register('Havnes legesenter')
    const office = await visitorOf(grete)
    const { page } = office
    await page.goto(`${demo.address}/case/${waiting}`)
    await page.getByTestId('transfer').click()
    await page.getByTestId('transfer-to').selectOption({ label: 'Havnes legesenter' })
    await page.getByTestId('transfer-reason').fill('The patient moved to Havnes.')
    await page.getByTestId('transfer-consent').check()
    await judge(office, 'transfer')
    await page.getByTestId('transfer-confirm').click()
    await page.waitForURL('**/in?tab=waiting')
    assert.equal((await grete.fetch(`/api/intake/referrals/${waiting}`)).status, 404)
    const there = await doctor.get(`/api/intake/referrals/${waiting}`)
    assert.deepEqual([there.practice.name, there.responsible.name], ['Havnes legesenter', 'Nina Synthetic'])
    const reader = await Session.of(demo, 'specialist')
    await eventually('the department sees the new office', async () => (await reader.get(`/api/review/cases/${waiting}`)).practiceName === 'Havnes legesenter')
    assert.deepEqual(await office.faults(), [])
    await office.context.close()
  })
})
