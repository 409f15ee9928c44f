// A slow line: a TCP proxy that lets so many bytes a second pass towards the server, per connection, and anything back.
import { connect, createServer } from 'node:net'

const tick = 20 // ms

/** @returns {Promise<{address: string, close: () => Promise<void>}>} */
export async function startSlowLine(address, bytesPerSecond) {
  const { protocol, port } = new URL(address)
  const portion = Math.ceil((bytesPerSecond * tick) / 1000)
  const open = new Set()
  const line = createServer((client) => {
    const server = connect(Number(port), '127.0.0.1')
    let timer
    const drop = () => {
      clearInterval(timer)
      client.destroy()
      server.destroy()
    }
    for (const end of [client, server]) {
      open.add(end)
      end.on('error', drop)
      end.on('close', () => {
        open.delete(end)
        drop()
      })
    }
    server.pipe(client)
    client.pause()
    timer = setInterval(() => {
      const bytes = client.read(Math.min(portion, client.readableLength))
      if (bytes !== null) server.write(bytes)
    }, tick)
    client.on('readable', () => {}) // fills the buffer that the timer empties
  })
  await new Promise((resolve) => line.listen(0, '127.0.0.1', resolve))
  return {
    address: `${protocol}//localhost:${line.address().port}`,
    close: () =>
      new Promise((resolve) => {
        for (const end of open) end.destroy()
        line.close(resolve)
      }),
  }
}
