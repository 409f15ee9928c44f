// Chromium with its eyes open: every page reports what the console, the content security policy and the network say, and
// a test ends by asking for silence.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { root } from './demo.mjs'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const wcag = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
const shots = join(root, 'target/screenshots')
const shownInReadme = join(root, 'tests/screenshots')

/** In a layout whose replicas are killed a request may be cut; pages have to live with it, so it is no complaint. */
const killed = process.env.LYSBRO_LAYOUT !== undefined
const cut = /status of 50[234]|net::ERR_(HTTP2_PROTOCOL_ERROR|CONNECTION_RESET|CONNECTION_CLOSED|CONTENT_LENGTH_MISMATCH|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE)/

/** Widths of a desk and of a phone, in CSS pixels. */
export const desk = { width: 1440, height: 900 }
export const phone = { width: 390, height: 844 }

/** Starts Chromium; `CHROMIUM` names it, else tests/tools/chromium.sh finds it. */
export function startBrowser() {
  const executablePath = execFileSync(join(root, 'tests/tools/chromium.sh'), { encoding: 'utf8' }).trim()
  // A layout's certificate signs itself; this one key is trusted and no other.
  const trusted = process.env.LYSBRO_TRUSTED_KEY
  const trust = trusted === undefined ? [] : [`--ignore-certificate-errors-spki-list=${trusted}`]
  return chromium.launch({ executablePath, args: ['--disable-gpu', ...trust] })
}

/** One person's browser: a context of its own, so that people do not share cookies. */
export class Visitor {
  static async open(browser, size, options = {}) {
    const context = await browser.newContext({
      viewport: size,
      hasTouch: size === phone,
      isMobile: size === phone,
      locale: 'en-GB',
      timezoneId: 'Europe/Oslo',
      reducedMotion: 'reduce',
      ...options,
    })
    const visitor = new Visitor(context, size)
    visitor.page = await context.newPage()
    visitor.page.setDefaultTimeout(20_000)
    await visitor.#listen()
    return visitor
  }

  constructor(context, size) {
    this.context = context
    this.size = size
    this.complaints = []
    this.expected = []
  }

  /** A browser in which the demonstration's person of this role is signed in. */
  static async at(browser, demo, role, size = desk) {
    const visitor = await Visitor.open(browser, size)
    await visitor.signIn(demo, role)
    return visitor
  }

  /** From now on this answer is part of the test: Chromium writes every refused request to the console. */
  expect(status, path) {
    this.expected.push({ status, path })
  }

  async #listen() {
    await this.page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        console.error(`CSP ${event.effectiveDirective} blocked ${event.blockedURI || 'inline'} at ${event.sourceFile}:${event.lineNumber}`)
      })
    })
    this.page.on('console', (message) => {
      if (message.type() !== 'error') return
      const where = message.location().url
      // Who is not signed in yet asks once who they are, and Chromium writes every 401 to the console.
      if (message.text().includes('status of 401') && where.endsWith('/api/directory/me')) return
      if (killed && cut.test(message.text())) return
      if (this.expected.some((each) => message.text().includes(`status of ${each.status}`) && where.includes(each.path))) return
      this.complaints.push(`console: ${message.text()} (${where})`)
    })
    this.page.on('pageerror', (error) => this.complaints.push(`error: ${error.message}`))
    this.page.on('response', (response) => {
      if (response.status() >= (killed ? 505 : 500) || response.status() === 500) this.complaints.push(`${response.status()} ${response.request().method()} ${response.url()}`)
    })
  }

  /** Signs in by the printed link, as a person does: open it, look whom it is for, press the button. Later visits keep the session. */
  async signIn(demo, role) {
    const link = demo.link(role)
    if (link.cookie === null) {
      await this.page.goto(link.url)
      const who = await this.page.getByTestId('link-who').innerText()
      if (!who.includes(link.person)) throw new Error(`the link for ${link.person} says: ${who}`)
      await this.page.getByTestId('link-sign-in').click()
      await this.page.getByTestId('sign-out').waitFor()
      await this.readNotice()
      const kept = (await this.context.cookies()).find((each) => each.name === '__Host-sid')
      demo.opened(role, `__Host-sid=${kept.value}`)
    } else {
      await this.become(demo.address, link.cookie)
      await this.page.goto(demo.address)
      await this.page.getByTestId('sign-out').waitFor()
    }
  }

  /** At the first sign-in: reads what is recorded, and confirms it. */
  async readNotice() {
    const told = await this.page.evaluate(async () => (await (await fetch('/api/directory/me')).json()).notice.confirmedAt !== null)
    if (told) return
    const confirm = this.page.getByTestId('notice-confirm')
    await confirm.click()
    await confirm.waitFor({ state: 'detached' })
  }

  /** Takes over a session that was opened elsewhere. */
  become(address, cookie) {
    const [name, value] = cookie.split('=')
    return this.context.addCookies([{ name, value, url: address.replace('http:', 'https:'), httpOnly: true, secure: true, sameSite: 'Lax' }])
  }

  /** Presses one of a row of choices, by what it says. */
  choose(group, name) {
    return this.page.getByTestId(group).first().getByText(name, { exact: true }).click()
  }

  /** Waits until the screen has fetched what it shows. */
  async settled() {
    await this.page.waitForLoadState('networkidle')
    await this.page.locator('h1:visible').or(this.page.getByTestId('failed')).first().waitFor()
  }

  /** What is wrong with the page as it stands: axe's findings, a page wider than its window, and every complaint so far. */
  async faults() {
    const faults = [...(await this.axe()), ...this.complaints]
    if (!(await this.fits())) faults.push(`wider than ${this.size.width} px: ${await this.#widest()}`)
    return faults
  }

  #widest() {
    return this.page.evaluate(() =>
      [...document.querySelectorAll('body *')]
        .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
        .slice(0, 5)
        .map((element) => `${element.tagName.toLowerCase()}.${element.className}`)
        .join(', '),
    )
  }

  /** Runs axe on the page as it stands; gives one line per violation and element. */
  async axe() {
    await this.page.evaluate(axeSource)
    const violations = await this.page.evaluate(async (tags) => {
      const found = await globalThis.axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })
      return found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary.replace(/\s+/g, ' ')}`))
    }, wcag)
    return violations
  }

  /** True when nothing lies beside the window: a phone must not scroll sideways. */
  fits() {
    return this.page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)
  }

  /**
   * Saves the whole screen as target/screenshots/<name>-<width>.png; with UPDATE_SCREENSHOTS=1 the window, also, as the committed
   * tests/screenshots/<readme>.
   */
  async screenshot(name, { readme = false } = {}) {
    mkdirSync(shots, { recursive: true })
    if (readme && process.env.UPDATE_SCREENSHOTS === '1') {
      mkdirSync(shownInReadme, { recursive: true })
      const quality = readme.endsWith('.jpg') ? { type: 'jpeg', quality: 85 } : {}
      await this.page.screenshot({ path: join(shownInReadme, readme), animations: 'disabled', ...quality })
    }
    // What is fixed to the window (a foot, a dialog, the viewer) would stand in the middle of a long picture; so the window
    // grows to the length of the page, except where the screen is made for the height of the window.
    const height = await this.page.evaluate(() => (document.querySelector('dialog[open], [data-testid=reading]') ? 0 : document.documentElement.scrollHeight))
    if (height > this.size.height) {
      await this.page.setViewportSize({ ...this.size, height })
      await this.page.waitForLoadState('networkidle')
      await this.page.waitForFunction(() => [...document.images].every((image) => image.complete))
    }
    await this.page.screenshot({ path: join(shots, `${name}-${this.size.width}.png`), animations: 'disabled' })
    if (height > this.size.height) await this.page.setViewportSize(this.size)
  }

  close() {
    return this.context.close()
  }
}
