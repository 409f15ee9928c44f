// Runs a command beside a running layout of separate services in which one replica after the other is killed:
// `node tests/tools/with-layout.mjs COMMAND…`. The command finds the layout through LYSBRO_DEMO (address, links) and
// LYSBRO_LAYOUT (its folder); its exit code is this one's. SEED repeats a run's kills; KILLS=0 leaves everybody alive.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { root } from '../browser/harness/demo.mjs'
import { startKiller } from '../browser/harness/killer.mjs'
import { Layout } from '../browser/harness/layout.mjs'

const [command, ...words] = process.argv.slice(2)
if (command === undefined) throw new Error('say which command to run')
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)

/** Runs to its end; gives the exit code. */
function run(program, more, env) {
  const child = spawn(program, more, { stdio: 'inherit', env: { ...process.env, ...env } })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  return new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(`${program} cannot be started: ${error.message}`)
      resolve(127)
    })
    child.once('exit', (status) => resolve(status ?? 1))
  })
}

const begun = performance.now()
const layout = await Layout.start()
const started = (performance.now() - begun) / 1000
const note = join(layout.folder, 'note.json')
const env = { ...layout.trust(), LYSBRO_DEMO: note }
let killer
try {
  process.exitCode = await run(process.execPath, [join(root, 'tests/browser/harness/population.mjs'), layout.folder, note], env)
  if (process.exitCode === 0) {
    if (process.env.KILLS !== '0') killer = startKiller(layout, seed, (line) => console.log(`# ${line}`))
    process.exitCode = await run(command, words, env)
    const { kills, longest } = (await killer?.stop()) ?? { kills: 0, longest: 0 }
    console.log(`# layout: started in ${started.toFixed(1)} s; kills=${kills} seed=${seed}; a killed replica was ready again after at most ${longest.toFixed(2)} s`)
  }
} finally {
  await layout.stop()
}
