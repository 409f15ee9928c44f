// Uploading as tus-js-client does it, unmodified: over a line that breaks, and against oneself.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as tus from 'tus-js-client'
import { startCuttingProxy } from './harness/cutting-proxy.mjs'
import { useDemo } from './harness/demo.mjs'
import { saveDraft } from './harness/draft.mjs'
import { largeJpeg, photographs, sha256 } from './harness/pictures.mjs'
import { eventually, Session } from './harness/session.mjs'

const MEGABYTE = 1024 * 1024
let demo
let office
let photograph

before(async () => {
  demo = await useDemo()
  office = await Session.of(demo, 'gp-clinician')
  photograph = (await photographs(office))[0]
})
after(() => demo?.stop())

/** Sends `picture` by way of `address`; settles when the server has taken the last byte. */
function send(address, picture, metadata, options = {}) {
  return new Promise((resolve, reject) => {
    const upload = new tus.Upload(picture, {
      endpoint: `${address}/api/intake/uploads`,
      headers: { cookie: office.cookie },
      metadata,
      retryDelays: Array(40).fill(40),
      onError: reject,
      onSuccess: () => resolve(upload),
      ...options,
    })
    upload.start()
  })
}

/** Metadata for a new picture of a new draft. */
async function describe(picture) {
  const draft = await saveDraft(office)
  const image = randomUUID()
  return { draft, image, metadata: { referral: draft.id, image, view: 'close-up', finding: draft.findingId, sha256: sha256(picture) } }
}

async function original(image) {
  const answer = await office.fetch(`/api/intake/images/${image}/original`)
  assert.equal(answer.status, 200)
  return Buffer.from(await answer.arrayBuffer())
}

function ready(referral, image) {
  return eventually('the picture is ready', async () => {
    const found = (await office.get(`/api/intake/referrals/${referral}`)).images.find((each) => each.id === image)
    assert.notEqual(found?.state, 'rejected', JSON.stringify(found?.reason))
    return found?.state === 'ready' && found
  })
}

test('11 MB arrive byte for byte over a line that breaks ten times', async (t) => {
  const picture = largeJpeg(11 * MEGABYTE, photograph)
  const cuts = Array.from({ length: 10 }, () => Math.floor((0.02 + 0.96 * Math.random()) * picture.length)).sort((a, b) => a - b)
  t.diagnostic(`cuts after ${cuts.join(', ')} bytes`)
  const line = await startCuttingProxy(demo.address, cuts)
  try {
    const { draft, image, metadata } = await describe(picture)
    const offsets = []
    await send(line.address, picture, metadata, {
      chunkSize: 3 * MEGABYTE,
      onAfterResponse: (request, response) => {
        if (request.getMethod() === 'HEAD') offsets.push(Number(response.getHeader('Upload-Offset')))
      },
    })
    assert.equal(line.done(), 10, 'every cut was made')
    assert.ok(offsets.some((offset) => offset > 0), 'an interrupted upload went on where it had stopped')

    const shown = await ready(draft.id, image)
    assert.equal(shown.bytes, picture.length)
    assert.equal(shown.sha256, sha256(picture))
    assert.equal(sha256(await original(image)), sha256(picture))
  } finally {
    await line.close()
  }
})

test('six pieces for one place: one is taken, five are told so', async () => {
  const picture = largeJpeg(2 * MEGABYTE, photograph)
  const { draft, image, metadata } = await describe(picture)
  const created = await office.fetch('/api/intake/uploads', {
    method: 'POST',
    headers: {
      'tus-resumable': '1.0.0',
      'upload-length': String(picture.length),
      'upload-metadata': Object.entries(metadata).map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`).join(','),
    },
  })
  assert.equal(created.status, 201)
  const path = new URL(created.headers.get('location'), demo.address).pathname
  const patch = (offset, end) =>
    office.fetch(path, {
      method: 'PATCH',
      headers: { 'tus-resumable': '1.0.0', 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' },
      body: picture.subarray(offset, end),
    })

  const piece = 64 * 1024
  const answers = await Promise.all(Array.from({ length: 6 }, () => patch(0, piece)))
  assert.deepEqual(answers.map((each) => each.status).sort(), [204, 409, 409, 409, 409, 409])
  const head = await office.fetch(path, { method: 'HEAD', headers: { 'tus-resumable': '1.0.0' } })
  assert.equal(head.headers.get('upload-offset'), String(piece))

  assert.equal((await patch(piece, picture.length)).status, 204)
  await ready(draft.id, image)
  assert.equal(sha256(await original(image)), sha256(picture))
})

test('a file that is no picture is refused at its last byte, and leaves nothing', async () => {
  const file = Buffer.from('%PDF-1.7\n'.padEnd(20_000, 'x'))
  const { draft, metadata } = await describe(file)
  const refusal = await send(demo.address, file, metadata, { retryDelays: null }).then(
    () => null,
    (error) => error,
  )
  assert.equal(refusal?.originalResponse?.getStatus(), 415)
  assert.equal(JSON.parse(refusal.originalResponse.getBody()).code, 'not-a-picture')
  assert.deepEqual((await office.get(`/api/intake/referrals/${draft.id}`)).images, [])
})
