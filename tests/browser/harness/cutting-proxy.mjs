// A line that breaks: a TCP proxy that passes bytes on to the server and drops both ends after a given number of them.
import { connect, createServer } from 'node:net'

/**
 * @param {string} address the server's address
 * @param {number[]} cuts positions in the stream of bytes towards the server, counted over all connections, ascending
 * @returns {Promise<{address: string, done: () => number, close: () => Promise<void>}>} `done` counts the cuts made
 */
export async function startCuttingProxy(address, cuts) {
  const { hostname, port } = new URL(address)
  const waiting = [...cuts]
  const open = new Set()
  let passed = 0

  const proxy = createServer((client) => {
    const server = connect(Number(port), hostname)
    const drop = () => {
      client.destroy()
      server.destroy()
    }
    open.add(client).add(server)
    for (const end of [client, server]) {
      end.on('error', drop)
      end.on('close', () => {
        open.delete(end)
        drop()
      })
    }
    server.pipe(client)
    client.on('data', (bytes) => {
      if (waiting.length > 0 && passed + bytes.length > waiting[0]) {
        const allowed = Math.max(0, waiting.shift() - passed)
        passed += allowed
        server.write(bytes.subarray(0, allowed), () => setImmediate(drop))
        client.pause()
        return
      }
      passed += bytes.length
      if (!server.write(bytes)) {
        client.pause()
        server.once('drain', () => client.resume())
      }
    })
  })
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  return {
    address: `http://localhost:${proxy.address().port}`,
    done: () => cuts.length - waiting.length,
    close: () =>
      new Promise((resolve) => {
        for (const end of open) end.destroy()
        proxy.close(resolve)
      }),
  }
}
