// A demo server of its own for each test file: a fresh folder, a free port, synthetic people.
import { spawn } from 'node:child_process'
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../..', import.meta.url))
const binary = process.env.LYSBRO_BIN ?? join(root, 'target/debug/lysbro')
const startLimit = 180_000 // ms; an unoptimised build seeds its synthetic year on a busy machine

/**
 * Starts `lysbro demo` and waits for its line `ready`.
 *
 * @returns {Promise<{address: string, link: (role: string, person?: string) => {person: string, url: string}, log: string, stop: () => Promise<void>}>}
 *   `address` without a closing slash; `link` hands out each printed link once, because a link opens once.
 */
export async function startDemo() {
  const folder = mkdtempSync(join(tmpdir(), 'lysbro-demo-'))
  const log = join(root, 'target/test-logs', `server-${basename(process.argv[1] ?? 'test', '.test.mjs')}.log`)
  mkdirSync(join(root, 'target/test-logs'), { recursive: true })
  const logFile = createWriteStream(log)

  const server = spawn(binary, ['demo', '--port', '0', '--data', folder], { stdio: ['ignore', 'pipe', 'pipe'] })
  server.stderr.pipe(logFile)
  const ended = new Promise((resolve) => server.once('exit', (code, signal) => resolve(signal ?? code)))

  let address = null
  const links = []
  const ready = new Promise((resolve, reject) => {
    server.once('error', (error) => reject(new Error(`${binary} cannot be started: ${error.message}. Build it with: cargo build --workspace`)))
    server.once('exit', (code, signal) => reject(new Error(`the demo ended (${signal ?? code}) before it was ready; its log: ${log}`)))
    createInterface({ input: server.stdout }).on('line', (line) => {
      logFile.write(`${line.replace(/#.*/, '#…')}\n`)
      const link = /^link (\S+) (.+) (https?:\S+)$/.exec(line)
      if (link) links.push({ role: link[1], person: link[2], url: link[3] })
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

  const late = new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`the demo was not ready after ${startLimit / 1000} s; its log: ${log}`)), startLimit).unref()
  })
  try {
    await Promise.race([ready, late])
    if (address === null) throw new Error('the demo said "ready" without a line "address <url>"')
  } catch (error) {
    await stop()
    throw error
  }

  function link(role, person) {
    const at = links.findIndex((each) => each.role === role && (person === undefined || each.person === person))
    if (at < 0) throw new Error(`the demo printed no unused link for the role ${role}`)
    return links.splice(at, 1)[0]
  }
  return { address, link, log, stop }
}
