// tuspy, the Python client of tus: another implementation of the protocol than the one our own pages use.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { root, useDemo } from '../browser/harness/demo.mjs'
import { saveDraft } from '../browser/harness/draft.mjs'
import { largeJpeg, photographs, sha256 } from '../browser/harness/pictures.mjs'
import { eventually, Session } from '../browser/harness/session.mjs'

let demo
let office
let folder

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lysbro-tuspy-'))
  demo = await useDemo()
  office = await Session.of(demo, 'gp-clinician')
})
after(async () => {
  await demo?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** Runs the Python script with `task` on its standard input; `PYTHON` names a Python that has tuspy. */
function tuspy(task) {
  return new Promise((resolve, reject) => {
    const script = execFile(process.env.PYTHON ?? join(root, 'target/tools/venv/bin/python'), [join(root, 'tests/clients/tuspy_upload.py')], (error, out, err) =>
      error ? reject(new Error(`${error.message}\n${err}`)) : resolve(JSON.parse(out)),
    )
    script.stdin.end(JSON.stringify(task))
  })
}

test('tuspy sends 5 MB in two sittings and every byte arrives', async () => {
  const picture = largeJpeg(5 * 1024 * 1024, (await photographs(office))[0])
  const file = join(folder, 'picture.jpg')
  writeFileSync(file, picture)
  const draft = await saveDraft(office)
  const image = randomUUID()
  const sent = await tuspy({
    endpoint: `${demo.address}/api/intake/uploads`,
    cookie: office.cookie,
    file,
    chunk: 2 * 1024 * 1024,
    metadata: { referral: draft.id, image, view: 'overview' },
  })
  assert.equal(sent.resumed_at, 2 * 1024 * 1024)

  await eventually('the picture is ready', async () => {
    const found = (await office.get(`/api/intake/referrals/${draft.id}`)).images.find((each) => each.id === image)
    return found?.state === 'ready'
  })
  const answer = await office.fetch(`/api/intake/images/${image}/original`)
  assert.equal(answer.status, 200)
  assert.equal(sha256(Buffer.from(await answer.arrayBuffer())), sha256(picture))
})
