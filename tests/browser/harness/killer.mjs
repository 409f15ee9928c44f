// Ends replicas of a layout with SIGKILL, one at a time: the next one goes when the last one is back. Its supervisor brings it back.
import { isReady } from './layout.mjs'

/** Small and seeded, so that a run can be had again (mulberry32). */
export function chance(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let x = Math.imul(state ^ (state >>> 15), state | 1)
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61)
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32
  }
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * @returns {{stop: () => Promise<{kills: number, longest: number, each: {name: string, seconds: number}[]}>}} `longest`: seconds
 *   until a killed replica was ready again
 */
export function startKiller(layout, seed, tell = () => {}) {
  const next = chance(seed)
  const each = []
  let wanted = true

  async function kill(victim) {
    process.kill(layout.pid(victim.name), 'SIGKILL')
    const begun = performance.now()
    await sleep(50)
    while (!(await isReady(victim.port))) {
      if (performance.now() - begun > 60_000) throw new Error(`${victim.name} did not come back within a minute`)
      await sleep(20)
    }
    const seconds = (performance.now() - begun) / 1000
    each.push({ name: victim.name, seconds })
    tell(`killed ${victim.name}: ready again after ${seconds.toFixed(2)} s`)
    // The proxy gives a replica that refused a second of rest.
    await sleep(1100)
  }

  async function storm() {
    while (wanted) {
      await sleep(100 + 700 * next())
      if (wanted) await kill(layout.victim(next))
    }
  }

  const ended = storm()
  ended.catch(() => {}) // told by stop
  return {
    async stop() {
      wanted = false
      await ended
      return { kills: each.length, longest: Math.max(0, ...each.map((one) => one.seconds)), each }
    },
  }
}
