// Lysbro with its object store as a process of its own behind a line that can be switched, and one office with a nurse.
import { execFileSync, spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { root } from './demo.mjs'
import { Session } from './session.mjs'
import { startSwitchedLine } from './switched-line.mjs'

const binary = process.env.LYSBRO_BIN ?? join(root, 'target/debug/lysbro')

/** Starts a command of the program and waits for its lines `address …` and `ready`. */
async function start(words, env) {
  const child = spawn(binary, words, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  let address
  await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`lysbro ${words[0]} ended (${code}) before it was ready`)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('address ')) address = line.slice('address '.length).trim()
      if (line === 'ready') resolve()
    })
  })
  return {
    address,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

/**
 * @returns {Promise<{address: string, line: object, link: () => object, opened: () => void, nurse: string, stop: () => Promise<void>}>}
 *   `link` and `opened` are what a Visitor asks of a demonstration
 */
export async function startWithStore() {
  const folder = mkdtempSync(join(tmpdir(), 'lysbro-store-'))
  const keys = { LYSBRO_OBJECTS_ACCESS_KEY: 'browser-tests', LYSBRO_OBJECTS_SECRET_KEY: randomBytes(24).toString('hex') }
  const store = await start(['store', '--listen', '127.0.0.1:0', '--data', join(folder, 'store')], keys)
  const line = await startSwitchedLine(store.address)
  const data = join(folder, 'data')
  const served = await start(['serve', '--listen', '127.0.0.1:0', '--synthetic', '--data', data, '--objects-url', line.address], keys)
  const invite = (...words) => execFileSync(binary, ['invite', ...words, '--sign-in', '--data', data], { encoding: 'utf8' }).trim()

  const admin = await Session.signIn(served.address, invite('--email', 'ada@lysbro.example', '--name', 'Ada Synthetic', '--role', 'administrator'))
  const [practice, department] = [randomUUID(), randomUUID()]
  await admin.json('POST', '/api/directory/departments', { id: department, name: 'Skin department', hospital: 'Hospital', specialties: ['dermatology'] })
  const place = { municipality: 'Solvik', centrality: 5, distanceKm: 120, channel: 'web', openedOn: '2010-01-01', testPractice: false }
  await admin.json('POST', '/api/directory/practices', { id: practice, name: 'Solvik legekontor', ...place })
  const nurse = 'Nora Synthetic'
  let cookie = null
  const url = invite('--email', 'nora@lysbro.example', '--name', nurse, '--role', 'gp-staff', '--practice', practice)
  return {
    address: served.address,
    line,
    link: () => ({ person: nurse, url, cookie }),
    opened: (_role, kept) => (cookie = kept),
    async stop() {
      line.set('pass')
      await served.stop()
      await line.close()
      await store.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
