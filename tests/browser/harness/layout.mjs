// The layout of separate services (`deploy/layout.sh`) for a run of tests: started in a fresh folder on free ports.
import { execFile } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from './demo.mjs'

const script = join(root, 'deploy/layout.sh')
const services = ['directory', 'intake', 'imaging', 'review', 'uptake', 'web', 'notify']

/** A layout in its folder; nothing but what the script leaves there is known of it. */
export class Layout {
  constructor(folder) {
    this.folder = folder
    this.port = Number(this.#setting('port'))
    this.count = Number(this.#setting('count'))
    this.address = `https://localhost:${this.port}`
    this.certificate = join(folder, 'tls/certificate.pem')
  }

  #setting(name) {
    return readFileSync(join(this.folder, 'settings', name), 'utf8').trim()
  }

  /** Starts one; its PostgreSQL is its own too. */
  static async start() {
    const folder = mkdtempSync(join(tmpdir(), 'lysbro-layout-'))
    try {
      await run(folder, ['start'], { LYSBRO_PORT: '0', LYSBRO_SYNTHETIC: 'true' })
    } catch (error) {
      await run(folder, ['remove']).catch(() => {})
      throw error
    }
    return new Layout(folder)
  }

  /** `lysbro …` as the operator; gives what it printed. */
  async operator(...words) {
    return (await run(this.folder, ['run', ...words])).trim()
  }

  /** Runs SQL in the services' database and gives what it prints. Nobody but a test does this: for time that has passed. */
  async sql(statements) {
    const name = readFileSync(join(this.folder, 'private-postgres'), 'utf8').trim()
    const url = new URL(readFileSync(join(root, 'target/postgres', name, 'url'), 'utf8').trim())
    url.pathname = `/${this.#setting('prefix')}`
    const { stdout } = await promisify(execFile)('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-c', statements, url.href])
    return stdout.trim()
  }

  /** What a child process needs so that it trusts this layout's certificate. */
  trust() {
    const key = new X509Certificate(readFileSync(this.certificate)).publicKey.export({ type: 'spki', format: 'der' })
    return {
      NODE_EXTRA_CA_CERTS: this.certificate,
      REQUESTS_CA_BUNDLE: this.certificate,
      LYSBRO_TRUSTED_KEY: createHash('sha256').update(key).digest('base64'),
      LYSBRO_LAYOUT: this.folder,
    }
  }

  /** `{name, port}` of every replica whose name begins with `beginning`. */
  replicas(beginning = '') {
    const all = services.flatMap((service, place) =>
      Array.from({ length: this.count }, (_, each) => ({ name: `${service}-${each + 1}`, port: this.port + 3 + place * this.count + each })),
    )
    return all.filter((each) => each.name.startsWith(beginning))
  }

  pid(name) {
    return Number(readFileSync(join(this.folder, 'run', `${name}.pid`), 'utf8'))
  }

  /** From now on this share of the kills goes to replicas of one service. */
  killMostly(service, share) {
    writeFileSync(join(this.folder, 'kill-mostly'), JSON.stringify({ service, share }))
  }

  /** Whom to kill next; `next` gives numbers from 0 to 1. */
  victim(next) {
    const file = join(this.folder, 'kill-mostly')
    const { service, share } = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { service: '', share: 0 }
    const all = this.replicas(next() < share ? service : '')
    return all[Math.floor(next() * all.length)]
  }

  /** Stops everything; the logs stay in target/test-logs/layout. */
  async stop() {
    const kept = join(root, 'target/test-logs/layout')
    rmSync(kept, { recursive: true, force: true })
    mkdirSync(kept, { recursive: true })
    await run(this.folder, ['stop'])
    await new Promise((resolve) => execFile('cp', ['-r', join(this.folder, 'log'), join(this.folder, 'nginx'), kept], resolve))
    await run(this.folder, ['remove'])
  }
}

function run(folder, words, more = {}) {
  return new Promise((resolve, reject) => {
    const options = { env: { ...process.env, ...more, LYSBRO_LAYOUT: folder }, maxBuffer: 1 << 24 }
    execFile(script, words, options, (error, out, err) => (error ? reject(new Error(`layout.sh ${words[0]}: ${error.signal ?? error.code}: ${error.message}\n${err}`)) : resolve(out)))
  })
}

/** Whether the replica on this port says that it is ready. */
export function isReady(port) {
  return new Promise((resolve) => {
    let text = ''
    const line = connect(port, '127.0.0.1')
    line.setTimeout(5000, () => line.destroy())
    line.on('connect', () => line.write('GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'))
    line.on('data', (bytes) => (text += bytes))
    line.on('error', () => {})
    line.on('close', () => resolve(text.startsWith('HTTP/1.1 200 ')))
  })
}
