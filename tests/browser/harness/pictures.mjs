// Photographs for the tests. Real ones when the folder ../shared/data/skin-isic stands beside the checkout (real sensors have
// noise, real lenses have soft edges), else the made-up ones of the running demonstration: none is kept in this repository.
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
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
  throw new Error('the demonstration has no closed referral with three good pictures')
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
