// Runs a command beside a running demonstration: `node tests/tools/with-demo.mjs COMMAND…`. The command finds it through
// LYSBRO_DEMO; its exit code is this one's.
import { spawn } from 'node:child_process'
import { startDemo } from '../browser/harness/demo.mjs'

const [command, ...words] = process.argv.slice(2)
if (command === undefined) throw new Error('say which command to run')

const { demo, note } = await startDemo()
const child = spawn(command, words, { stdio: 'inherit', env: { ...process.env, LYSBRO_DEMO: note } })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
const code = await new Promise((resolve) => {
  child.once('error', (error) => {
    console.error(`${command} cannot be started: ${error.message}`)
    resolve(127)
  })
  child.once('exit', (status) => resolve(status ?? 1))
})
await demo.stop()
process.exitCode = code
