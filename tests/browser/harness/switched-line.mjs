// A line that can be switched: a TCP proxy that passes everything on, refuses everybody, or reads and never answers.
import { connect, createServer } from 'node:net'

/**
 * @param {string} address the server's address
 * @returns {Promise<{address: string, set: (mode: 'pass' | 'refuse' | 'silent') => void, close: () => Promise<void>}>}
 */
export async function startSwitchedLine(address) {
  const { hostname, port } = new URL(address)
  const open = new Set()
  let mode = 'pass'

  const proxy = createServer((client) => {
    open.add(client)
    client.on('error', () => client.destroy())
    client.on('close', () => open.delete(client))
    if (mode === 'refuse') return client.resetAndDestroy()
    if (mode === 'silent') return client.resume()
    const server = connect(Number(port), hostname)
    open.add(server)
    server.on('error', () => client.destroy())
    server.on('close', () => {
      open.delete(server)
      client.destroy()
    })
    client.on('close', () => server.destroy())
    client.pipe(server)
    server.pipe(client)
  })
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  return {
    address: `http://127.0.0.1:${proxy.address().port}`,
    /** Open connections end: who is on the line notices. */
    set(next) {
      mode = next
      for (const end of open) end.resetAndDestroy()
    },
    close: () =>
      new Promise((resolve) => {
        for (const end of open) end.destroy()
        proxy.close(resolve)
      }),
  }
}
