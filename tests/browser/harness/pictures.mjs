// Photographs for the tests. Real ones when the folder ../shared/data/skin-isic stands beside the checkout (real sensors have
// noise, real lenses have soft edges), else the made-up ones of the running demonstration, and in a layout without one plain
// gradients: none is kept in this repository.
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import { root } from './demo.mjs'

const folder = join(root, '../shared/data/skin-isic')
const names = ['ISIC_0000000.jpg', 'ISIC_0000001.jpg', 'ISIC_0000002.jpg']

/**
 * Three JPEGs, large enough to be sent (800 × 600 pixels at least).
 *
 * @param {import('./session.mjs').Session} office somebody of an office whose demonstration has sent pictures
 * @returns {Promise<Buffer[]>}
 */
export async function photographs(office) {
  const files = names.map((name) => join(folder, name))
  return files.every((file) => existsSync(file)) ? files.map((file) => readFileSync(file)) : drawnPictures(office)
}

/** An overview, a close-up and a dermoscopic picture as the demonstration draws them. */
export async function drawnPictures(office) {
  for (const row of (await office.get('/api/intake/referrals?tab=closed')).items) {
    const { images } = await office.get(`/api/intake/referrals/${row.id}`)
    const found = ['overview', 'close-up', 'dermoscopic'].map((view) => images.find((each) => each.view === view && each.quality?.verdict === 'good'))
    if (found.includes(undefined)) continue
    return Promise.all(
      found.map(async (image) => {
        const answer = await office.fetch(`/api/intake/images/${image.id}/original`)
        if (answer.status !== 200) throw new Error(`the original of a picture was answered ${answer.status}`)
        return Buffer.from(await answer.arrayBuffer())
      }),
    )
  }
  return [1, 2, 3].map((seed) => gradient(seed))
}

const chunk = (kind, data) => {
  const named = Buffer.concat([Buffer.from(kind, 'latin1'), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, sum])
}

/** A PNG of 900 × 700 pixels; with `bytes` of random data in a chunk that every reader passes over, every one is another file. */
export function gradient(seed, bytes = 0) {
  return png(900, 700, (x, y) => {
    const wave = Math.round(40 * Math.sin((x * seed) / 23) * Math.cos(y / 17))
    return [190 + wave, 140 + wave, 110 + ((x + y + seed) % 50)]
  }, bytes)
}

/** A PNG of any size, drawn by `colour(x, y)`, which gives red, green and blue. */
export function png(width, height, colour, bytes = 0) {
  const rows = Buffer.alloc(height * (1 + width * 3))
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) rows.set(colour(x, y), y * (1 + width * 3) + 1 + x * 3)
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([signature, chunk('IHDR', header), chunk('raNd', randomBytes(bytes)), chunk('IDAT', deflateSync(rows, { level: 1 })), chunk('IEND', Buffer.alloc(0))])
}

/** Checks of two greys, sharp to the pixel: `low` and `high` decide how light it is. Every `seed` is another picture. */
export function checks(seed, { width = 1200, height = 900, low = 90, high = 160 } = {}) {
  const cell = 12 + seed
  return png(width, height, (x, y) => {
    const grey = (Math.floor(x / cell) + Math.floor(y / cell)) % 2 === 0 ? low : high
    return [grey, grey, Math.max(0, grey - 10)]
  })
}

/**
 * A valid JPEG of at least `bytes` bytes: a photograph with comment segments of random bytes behind its first segment.
 * Random, so that nothing on the way can shrink it and every call gives another file.
 */
export function largeJpeg(bytes, photograph) {
  const begin = 4 + photograph.readUInt16BE(4) // behind SOI and the segment that JFIF wants to be the first
  const parts = [photograph.subarray(0, begin)]
  for (let size = photograph.length; size < bytes; ) {
    const length = Math.min(65_533, Math.max(1, bytes - size))
    const marker = Buffer.from([0xff, 0xfe, 0, 0])
    marker.writeUInt16BE(length + 2, 2) // the length counts itself
    parts.push(marker, randomBytes(length))
    size += length + 4
  }
  parts.push(photograph.subarray(begin))
  return Buffer.concat(parts)
}

/** Hexadecimal SHA-256. */
export function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex')
}
