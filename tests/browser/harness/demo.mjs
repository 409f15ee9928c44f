// One demonstration for a whole run: seeding its programme takes most of a minute, so the test files share it.
//
// `tests/tools/with-demo.mjs` starts it and leaves a note (LYSBRO_DEMO names the file) with the address, the printed links
// and the sessions opened with them. A test file run by itself starts its own. Rejected: one process for all files, as a
// test that ends the process would end the others with it.
import { spawn } from 'node:child_process'
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../..', import.meta.url))
const binary = process.env.LYSBRO_BIN ?? join(root, 'target/debug/lysbro')
const startLimit = 300_000 // ms; an unoptimised build seeds its synthetic year on a busy machine

/** A running demonstration: its address, its printed links, and the cookies of those who have signed in. */
export class Demo {
  #note
  #stop

  constructor(note, stop) {
    this.#note = note
    this.#stop = stop
  }

  /** `{role, person, url, cookie}` of everybody who got a link; `cookie` is null before the first sign-in. */
  #read() {
    return JSON.parse(readFileSync(this.#note, 'utf8'))
  }

  /** Without a closing slash. */
  get address() {
    return this.#read().address
  }

  /** The printed link of a role: `{person, url, cookie}`. It opens once; afterwards `cookie` holds the session. */
  link(role) {
    const found = this.#read().links.find((each) => each.role === role)
    if (found === undefined) throw new Error(`the demo printed no link for the role ${role}`)
    return found
  }

  /** Keeps the session that the link of `role` opened, for the test files after this one. */
  opened(role, cookie) {
    const note = this.#read()
    note.links.find((each) => each.role === role).cookie = cookie
    writeFileSync(this.#note, JSON.stringify(note))
  }

  /** Stops the server if this process started it. */
  stop() {
    return this.#stop()
  }
}

/** The demonstration of this run, or one of its own. */
export async function useDemo() {
  const note = process.env.LYSBRO_DEMO
  return note === undefined ? (await startDemo()).demo : new Demo(note, async () => {})
}

/**
 * Starts `lysbro demo` in a fresh folder on a free port and waits for its line `ready`.
 *
 * @returns {Promise<{demo: Demo, note: string}>} `note` is the file for LYSBRO_DEMO
 */
export async function startDemo() {
  const folder = mkdtempSync(join(tmpdir(), 'lysbro-demo-'))
  const note = join(folder, 'note.json')
  const log = join(root, 'target/test-logs/demo.log')
  mkdirSync(join(root, 'target/test-logs'), { recursive: true })
  const logFile = createWriteStream(log)

  const server = spawn(binary, ['demo', '--port', '0', '--data', join(folder, 'data')], { stdio: ['ignore', 'pipe', 'pipe'] })
  server.stderr.pipe(logFile, { end: false })
  const ended = new Promise((resolve) => server.once('exit', (code, signal) => resolve(signal ?? code)))

  let address = null
  const links = []
  const ready = new Promise((resolve, reject) => {
    server.once('error', (error) => reject(new Error(`${binary} cannot be started: ${error.message}. Build it with: cargo build --workspace`)))
    server.once('exit', (code, signal) => reject(new Error(`the demo ended (${signal ?? code}) before it was ready; its log: ${log}`)))
    createInterface({ input: server.stdout }).on('line', (line) => {
      logFile.write(`${line.replace(/#.*/, '#…')}\n`)
      const link = /^link (\S+) (.+) (https?:\S+)$/.exec(line)
      if (link) links.push({ role: link[1], person: link[2], url: link[3], cookie: null })
      const where = /^address (\S+)$/.exec(line)
      if (where) address = where[1].replace(/\/$/, '')
      if (line === 'ready') resolve()
    })
  })

  async function stop() {
    if (server.exitCode === null && server.signalCode === null) {
      server.kill('SIGTERM')
      const late = setTimeout(() => server.kill('SIGKILL'), 15_000)
      await ended
      clearTimeout(late)
    }
    rmSync(folder, { recursive: true, force: true })
  }

  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the demo was not ready after ${startLimit / 1000} s; its log: ${log}`)), startLimit)
  })
  try {
    await Promise.race([ready, late])
    if (address === null) throw new Error('the demo said "ready" without a line "address <url>"')
  } catch (error) {
    await stop()
    throw error
  } finally {
    clearTimeout(timer)
  }
  writeFileSync(note, JSON.stringify({ address, links }), { mode: 0o600 })
  return { demo: new Demo(note, stop), note }
}
