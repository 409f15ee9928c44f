// A signed-in person without a browser: JSON over HTTP with the session's cookie.

/** An answer that was not expected; the message carries the server's own words. */
export class Refused extends Error {
  constructor(method, path, status, problem) {
    const fields = (problem?.errors ?? []).map((each) => `${each.field}: ${each.message}`).join('; ')
    super(`${method} ${path} answered ${status} ${problem?.code ?? ''} ${problem?.detail ?? ''} ${fields}`.trim())
    this.status = status
    this.problem = problem
  }
}

export class Session {
  constructor(address, cookie) {
    this.address = address
    this.cookie = cookie
  }

  /** The session of a demonstration's person: opened with the printed link, or the one that a test opened before. */
  static async of(demo, role) {
    const link = demo.link(role)
    if (link.cookie === null) {
      const session = await Session.signIn(demo.address, link.url)
      demo.opened(role, session.cookie)
      return session
    }
    const session = new Session(demo.address, link.cookie)
    session.me = await session.get('/api/directory/me')
    return session
  }

  /** Uses up a printed sign-in link, whose token stands in the fragment. */
  static async signIn(address, url) {
    const token = new URL(url).hash.slice(1)
    const answer = await fetch(`${address}/api/directory/links/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    })
    if (answer.status !== 200) throw new Refused('POST', '/api/directory/links/sign-in', answer.status, await problemOf(answer))
    const cookie = answer.headers.getSetCookie().find((each) => each.startsWith('__Host-sid='))
    if (cookie === undefined) throw new Error('signing in set no cookie __Host-sid')
    const session = new Session(address, cookie.split(';')[0])
    session.me = await answer.json()
    // At the first sign-in everybody is told what is recorded, and confirms it once.
    const { version, confirmedAt } = session.me.notice
    if (confirmedAt === null) await session.json('POST', '/api/directory/me/notice', { version })
    return session
  }

  /** Any request; the caller judges the answer. */
  fetch(path, options = {}) {
    return fetch(`${this.address}${path}`, { ...options, headers: { cookie: this.cookie, ...options.headers } })
  }

  /** A request that must succeed; gives the JSON, or null where there is none. */
  async json(method, path, body) {
    const options = body === undefined ? { method } : { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    const answer = await this.fetch(path, options)
    if (!answer.ok) throw new Refused(method, path, answer.status, await problemOf(answer))
    return answer.status === 204 ? null : answer.json()
  }

  get(path) {
    return this.json('GET', path)
  }
}

async function problemOf(answer) {
  try {
    return await answer.json()
  } catch {
    return null
  }
}

/** Asks again until `find` gives something, or fails with `what` after `limit` ms. */
export async function eventually(what, find, limit = 60_000) {
  const end = Date.now() + limit
  for (;;) {
    const found = await find()
    if (found !== undefined && found !== null && found !== false) return found
    if (Date.now() > end) throw new Error(`${what}: not after ${limit / 1000} s`)
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}
