// The replica that takes an upload is killed in the middle of it and the upload is finished by another process: with
// tus-js-client and with tuspy, unmodified, over a line so slow that pieces are under way when the kill comes. Run by
// `tests/tools/with-layout.mjs`, whose killer does the killing. UPLOADS says how many interrupted ones there have to be.
//
// Which replica a piece goes to is the proxy's choice, so kills come at random moments, and an upload counts only when the
// client saw its piece break off and the proxy's log says that another replica than the broken one took the last byte. SHARE
// says how many of the kills go to intake.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import * as tus from 'tus-js-client'
import { root, useDemo } from '../harness/demo.mjs'
import { saveDraft } from '../harness/draft.mjs'
import { Layout } from '../harness/layout.mjs'
import { gradient, sha256 } from '../harness/pictures.mjs'
import { Session } from '../harness/session.mjs'
import { startSlowLine } from '../harness/slow-line.mjs'

const wanted = Number(process.env.UPLOADS ?? 12)
const together = 8
const perSecond = 1_200_000
let layout
let office
let line
let folder

before(async () => {
  assert.ok(process.env.LYSBRO_LAYOUT, 'run this with tests/tools/with-layout.mjs')
  layout = new Layout(process.env.LYSBRO_LAYOUT)
  office = await Session.of(await useDemo(), 'gp-clinician')
  line = await startSlowLine(layout.address, perSecond)
  folder = mkdtempSync(join(tmpdir(), 'lysbro-uploads-'))
  layout.killMostly('intake', Number(process.env.SHARE ?? 1))
})
after(async () => {
  layout?.killMostly('', 0)
  await line?.close()
  rmSync(folder, { recursive: true, force: true })
})

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Sends the picture as our pages do, or whole; gives how often a piece broke off. */
function withTusJs(picture, metadata, whole) {
  let broken = 0
  return new Promise((resolve, reject) => {
    const upload = new tus.Upload(picture, {
      endpoint: `${line.address}/api/intake/uploads`,
      headers: { cookie: office.cookie },
      metadata,
      chunkSize: whole ? Infinity : 512 * 1024,
      retryDelays: Array(30).fill(200),
      onShouldRetry: (error) => {
        const request = error.originalRequest
        if (request?.getMethod() === 'PATCH' && (error.originalResponse?.getStatus() ?? 503) >= 500) broken += 1
        return true
      },
      onError: reject,
      onSuccess: () => resolve({ broken, upload: new URL(upload.url, line.address).pathname.split('/').at(-1) }),
    })
    upload.start()
  })
}

/** The same by the Python script, in pieces of 700 kB. */
function withTuspy(picture, metadata) {
  const file = join(folder, `${metadata.image}.png`)
  writeFileSync(file, picture)
  const task = { endpoint: `${line.address}/api/intake/uploads`, cookie: office.cookie, file, chunk: 700_000, metadata }
  return new Promise((resolve, reject) => {
    const script = spawn(process.env.PYTHON ?? join(root, 'target/tools/venv/bin/python'), [join(root, 'tests/clients/tuspy_through_kills.py')])
    let [out, err] = ['', '']
    script.stdout.on('data', (bytes) => (out += bytes))
    script.stderr.on('data', (bytes) => (err += bytes))
    script.once('error', reject)
    script.once('close', (code) => {
      rmSync(file)
      if (code !== 0) return reject(new Error(`tuspy ended with ${code}: ${err}`))
      const { broken, url } = JSON.parse(out)
      resolve({ broken, upload: new URL(url, line.address).pathname.split('/').at(-1) })
    })
    script.stdin.end(JSON.stringify(task))
  })
}

/** Asks until there is an answer: while replicas are killed an answer may break off too. */
async function patiently(what, ask) {
  for (let tries = 0; ; tries += 1) {
    try {
      return await ask()
    } catch (error) {
      if (tries === 40 || (error.status ?? 503) < 500) throw new Error(`${what}: ${error.message}`, { cause: error })
      await pause(250)
    }
  }
}

async function stored(image) {
  const answer = await office.fetch(`/api/intake/images/${image}/original`)
  if (answer.status !== 200) throw Object.assign(new Error(`the original was answered ${answer.status}`), { status: answer.status })
  return sha256(Buffer.from(await answer.arrayBuffer()))
}

/** A draft that was looked at goes again: a practice may have 500 of them. */
async function discard(draft) {
  try {
    await office.json('DELETE', `/api/intake/referrals/${draft.id}`)
  } catch (error) {
    // A repeat whose first answer broke off finds it gone already.
    if (error.status !== 404) throw error
  }
}

async function one(send, number) {
  const picture = gradient((number % 9) + 1, Math.floor(600_000 + Math.random() * 1_200_000))
  const draft = await patiently('a draft', () => saveDraft(office))
  const image = randomUUID()
  const metadata = { referral: draft.id, image, view: 'close-up', finding: draft.findingId, sha256: sha256(picture) }
  const { broken, upload } = await send(picture, metadata, number % 2 === 0)
  const same = (await patiently('the original', () => stored(image))) === sha256(picture)
  await patiently('the end of a draft', () => discard(draft))
  return { broken, upload, same }
}

/** Whether this upload broke off at one replica and another one was asked last, by the proxy's log. */
function finishedElsewhere(id) {
  const log = readFileSync(join(layout.folder, 'nginx/access.log'), 'utf8').split('\n').map((row) => row.split(' '))
  const rows = log.filter(([, , method, uri]) => (method === 'PATCH' || method === 'HEAD') && uri.endsWith(id))
  const broke = rows.find((row) => row[2] === 'PATCH' && Number(row[4]) >= 499)
  return broke !== undefined && broke[8] !== rows.at(-1)[8]
}

/** Uploads until `count` were interrupted, several at once; every one, interrupted or not, must have arrived. */
async function until(count, send) {
  let [begun, interrupted, counted, differing] = [0, 0, 0, 0]
  async function lane() {
    while (counted < count && begun < count * 12 + 40) {
      begun += 1
      const { broken, upload, same } = await one(send, begun)
      if (!same) differing += 1
      if (broken > 0) interrupted += 1
      if (broken > 0 && finishedElsewhere(upload)) counted += 1
    }
  }
  await Promise.all(Array.from({ length: together }, lane))
  return { begun, interrupted, counted, differing }
}

for (const [name, send] of [['tus-js-client', withTusJs], ['tuspy', withTuspy]]) {
  test(`${name}: every upload whose replica was killed arrives byte for byte`, async () => {
    const count = Math.ceil(wanted / 2)
    const { begun, interrupted, counted, differing } = await until(count, send)
    console.log(`# uploads client=${name} begun=${begun} interrupted=${interrupted} finished_by_the_other=${counted} equal=${begun - differing} of ${begun}`)
    assert.equal(differing, 0)
    assert.ok(counted >= count, `only ${counted} of ${count} were interrupted and finished by the other replica`)
  })
}
