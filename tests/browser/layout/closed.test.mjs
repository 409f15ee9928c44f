// The layout is closed: looked at from outside, as somebody would who wants in. Run by `tests/tools/with-layout.mjs`.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { request as plainRequest } from 'node:http'
import { request } from 'node:https'
import { connect } from 'node:net'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { root } from '../harness/demo.mjs'
import { Layout } from '../harness/layout.mjs'

const program = process.env.LYSBRO_BIN ?? join(root, 'target/debug/lysbro')
const services = ['directory', 'intake', 'imaging', 'review', 'uptake', 'web', 'notify']
let layout
let certificate

before(() => {
  assert.ok(process.env.LYSBRO_LAYOUT, 'run this with tests/tools/with-layout.mjs')
  layout = new Layout(process.env.LYSBRO_LAYOUT)
  certificate = readFileSync(layout.certificate)
})

const read = (name) => readFileSync(join(layout.folder, name), 'utf8').trim()
const environment = (name) =>
  Object.fromEntries(read(`environment/${name}`).split('\n').filter(Boolean).map((row) => [row.slice(0, row.indexOf('=')), row.slice(row.indexOf('=') + 2, -1)]))

/** One request exactly as written: `{status, headers, body}`; null when the line was closed without an answer. */
function ask(path, { port = layout.port, method = 'GET', headers = {}, body, send = request, ...more } = {}) {
  return new Promise((resolve) => {
    const asked = send({ host: 'localhost', servername: 'localhost', port, path, method, headers, ca: certificate, agent: false, ...more }, (answer) => {
      let text = ''
      answer.on('data', (bytes) => (text += bytes))
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body: text }))
      answer.on('error', () => resolve(null))
    })
    asked.on('error', () => resolve(null))
    asked.end(body)
  })
}

/** Raw bytes over TLS or in the clear; gives what came back until the line was closed. */
function raw(text, tls, patience = 15_000) {
  return new Promise((resolve) => {
    let got = ''
    const line = tls ? connectTls({ host: 'localhost', port: layout.port, servername: 'localhost', ca: certificate }) : connect(layout.port, '127.0.0.1')
    const late = setTimeout(() => resolve(`${got} (still open)`), patience)
    line.on(tls ? 'secureConnect' : 'connect', () => line.write(text))
    line.on('data', (bytes) => (got += bytes))
    line.on('error', () => {})
    line.on('close', () => {
      clearTimeout(late)
      resolve(got)
    })
  })
}

/** Runs to its end; `{code, out}`. */
function run(command, words, env = {}) {
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env.PATH, ...env }, timeout: 20_000 }
    execFile(command, words, options, (error, out, err) => resolve({ code: error ? (error.code ?? 'killed') : 0, out: out + err }))
  })
}
const psql = (url, sql) => run('psql', ['-XAtq', '-d', url, '-c', sql])

test('every process listens on loopback alone', { skip: !existsSync('/proc/net/tcp') && 'needs /proc' }, () => {
  const listening = new Map()
  for (const table of ['tcp', 'tcp6']) {
    for (const row of readFileSync(`/proc/net/${table}`, 'utf8').split('\n').slice(1)) {
      const [, local, , state, , , , , , inode] = row.trim().split(/\s+/)
      if (state === '0A') listening.set(inode, local)
    }
  }
  const found = []
  for (const file of readdirSync(join(layout.folder, 'run')).filter((each) => each.endsWith('.pid'))) {
    const pid = read(`run/${file}`)
    try {
      for (const open of readdirSync(`/proc/${pid}/fd`)) {
        const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${open}`))?.[1]
        if (listening.has(inode)) found.push([file, listening.get(inode)])
      }
    } catch (error) {
      if (error.code !== 'ENOENT') throw error // just killed
    }
  }
  assert.ok(found.length >= services.length * layout.count, `${found.length} listeners were found`)
  for (const [file, local] of found) assert.match(local, /^0100007F:/, `${file} listens on ${local}`)
})

test('every process gets its own secrets and nobody else’s', () => {
  const files = readdirSync(join(layout.folder, 'environment'))
  for (const file of files.filter((each) => /-\d$/.test(each))) {
    const text = read(`environment/${file}`)
    const service = file.split('-')[0]
    for (const secret of readdirSync(join(layout.folder, 'secrets'))) {
      const mine =
        secret === `login-${service}` || (secret === 'root-key' && service !== 'web') || (secret === 'objects' && ['intake', 'imaging', 'review'].includes(service)) || (secret === 'janitor' && service === 'intake')
      assert.equal(text.includes(read(`secrets/${secret}`)), mine, `${file}: ${secret}`)
    }
  }
  assert.equal(environment('web-1').LYSBRO_KEYS_URL, undefined, 'who serves files has no keys')
  const passwords = services.map((service) => read(`secrets/login-${service}`))
  assert.equal(new Set(passwords).size, services.length, 'no two logins share a password')
})

test('a login opens its own schema with its own password', async () => {
  const tables = { directory: 'directory.directory_person', intake: 'intake.intake_referral', review: 'review.review_case' }
  for (const service of services) {
    const url = environment(`${service}-1`).LYSBRO_DATABASE_URL
    const keys = await psql(url.replace(/(\/[^/?]*)(\?|$)/, '$1_keys$2'), 'select 1')
    if (service === 'web') assert.match(keys.out, /permission denied for database/)
    else assert.equal(keys.code, 0, keys.out)
    const wrong = await psql(url.replace(/:[^:@]*@/, ':not-the-password@'), 'select 1')
    assert.match(wrong.out, /password authentication failed/)
    const none = await psql(url.replace(/:[^:@]*@/, '@'), 'select 1')
    assert.notEqual(none.code, 0, 'without a password')
    for (const [owner, table] of Object.entries(tables)) {
      const answer = await psql(url, `select count(*) from ${table}`)
      if (owner === service) assert.equal(answer.code, 0, answer.out)
      else assert.match(answer.out, /permission denied/, `${service} reads ${table}`)
    }
    const rights = await psql(url, 'select rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls from pg_roles where rolname = current_user')
    assert.equal(rights.out.trim(), 'f', `${service} is an ordinary login`)
    assert.match((await psql(url, 'create table mine (id int)')).out, /permission denied|no schema has been selected/)
  }
})

test('the store answers nobody without a key', async () => {
  const store = Number(new URL(environment('intake-1').LYSBRO_OBJECTS_URL).port)
  for (const [method, path] of [['GET', '/'], ['GET', '/lysbro?list-type=2'], ['PUT', '/another'], ['GET', '/lysbro/originals/x'], ['PUT', '/lysbro/x'], ['DELETE', '/lysbro/originals/x']]) {
    const answer = await ask(path, { port: store, method, send: plainRequest })
    assert.equal(answer.status, 403, `${method} ${path}`)
  }
})

test('plain HTTP leads a page on and takes nothing', async () => {
  const plain = { port: layout.port + 1, send: plainRequest }
  const page = await ask('/in?tab=drafts', plain)
  assert.deepEqual([page.status, page.headers.location], [308, `${layout.address}/in?tab=drafts`])
  const posted = await ask('/api/directory/sign-in', { ...plain, method: 'POST', body: '{"password":"secret"}' })
  assert.equal(posted.status, 403)
  assert.equal(await ask('/', { ...plain, headers: { host: 'evil.example' } }), null, 'another name is not served')
  assert.match(await raw('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n', false), / 400 /, 'on the port of TLS')
})

test('TLS is 1.2 or newer, and browsers are told to stay with it', async () => {
  const old = await new Promise((resolve) => {
    const line = connectTls({ host: 'localhost', port: layout.port, servername: 'localhost', ca: certificate, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })
    line.on('secureConnect', () => resolve(line.getProtocol()))
    line.on('error', (error) => resolve(error.code))
  })
  assert.doesNotMatch(old, /^TLSv1/)
  for (const path of ['/', '/api/directory/me', '/metrics']) assert.match((await ask(path)).headers['strict-transport-security'] ?? '', /max-age=\d{8}/, path)
})

test('only this host is served, whatever a client says of hosts and of itself', async () => {
  assert.equal((await ask('/', { headers: { host: 'evil.example' } })).status, 421)
  assert.match(await raw('GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n', true), / 400 /)
  assert.match(await raw('GET https://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', true), / 421 /)
  assert.equal(await ask('/', { servername: 'evil.example', checkServerIdentity: () => undefined }), null, 'no certificate for another name')
  // A page of another site that names our host in a header of its own making stays another site.
  const headers = { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example', 'content-type': 'application/json' }
  const crossed = await ask('/api/directory/links/sign-in', { method: 'POST', headers, body: '{"token":"x"}' })
  assert.deepEqual([crossed.status, JSON.parse(crossed.body).code], [403, 'cross-origin'])
})

test('the machine room and lists of files are not shown', async () => {
  for (const path of ['/metrics', '/readyz', '/healthz', '/metrics/', '//metrics', '/%6detrics', '/x/../metrics', '/x/..%2fmetrics', '/api/intake/../../readyz', '/readyz?x=1']) {
    const answer = await ask(path)
    assert.equal(answer.status, 404, path)
    assert.match(answer.headers['content-type'], /problem\+json/)
    assert.match(JSON.parse(answer.body).requestId, /\S{16}/)
  }
  for (const path of ['/', '/assets', '/assets/', '/api/', '/.git/config', '/nginx.conf', '/api/intake/']) {
    assert.doesNotMatch((await ask(path)).body, /Index of|<pre>|nginx\//, path)
  }
})

test('requests that take up too much are refused', async () => {
  assert.equal((await ask('/api/directory/sign-in', { method: 'POST', headers: { 'content-length': 2 ** 32 } }))?.status, 413)
  const large = await ask('/', { headers: { 'x-large': 'x'.repeat(9000) } })
  assert.ok([400, 431].includes(large.status), `${large.status}`)
  const begun = performance.now()
  const slow = await raw('GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ', true)
  assert.doesNotMatch(slow, /still open/, 'headers that never end are cut off')
  assert.ok(performance.now() - begun > 5000, 'and not at once')
})

test('there is no account that somebody could guess', async () => {
  const url = environment('operator').LYSBRO_DATABASE_URL
  const answer = await psql(url, 'select count(*) from directory.directory_person where password_hash is not null and email like \'administrator@%\'')
  assert.equal(answer.out.trim(), '0', 'the first administrator has no password before the link is used')
  for (const password of ['admin', 'administrator', 'lysbro', 'password', '']) {
    const body = JSON.stringify({ email: 'administrator@lysbro.example', password, totp: '000000' })
    const refused = await ask('/api/directory/sign-in', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    assert.ok([400, 401, 422, 429].includes(refused.status), `${refused.status} ${refused.body}`)
    assert.equal(refused.headers['set-cookie'], undefined)
  }
})

test('nothing starts beyond this machine without a proxy, and no service without what it needs', async () => {
  const { LYSBRO_LISTEN: _, ...env } = environment('web-1')
  const open = await run(program, ['serve', 'web', '--listen', '0.0.0.0:0'], env)
  assert.notEqual(open.code, 0)
  assert.match(open.out, /proxy/)
  const store = await run(program, ['store', '--listen', '0.0.0.0:0', '--data', join(layout.folder, 'data/none')], environment('store'))
  assert.notEqual(store.code, 0)
  assert.match(store.out, /loopback/)
  const blind = await run(program, ['serve', 'intake', '--listen', '127.0.0.1:0'], { ...environment('intake-1'), LYSBRO_OBJECTS_URL: 'none' })
  assert.notEqual(blind.code, 0)
  assert.match(blind.out, /object store/)
})
