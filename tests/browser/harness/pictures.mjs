// Photographs for the tests: three real ones, and a real one made as large as wanted.
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const names = ['ISIC_0000000.jpg', 'ISIC_0000001.jpg', 'ISIC_0000002.jpg']

/** Paths of three JPEGs of 1022 × 767 pixels. */
export const photographs = names.map((name) => fileURLToPath(new URL(`../samples/${name}`, import.meta.url)))

/**
 * A valid JPEG of at least `bytes` bytes: a photograph with comment segments of random bytes behind its first segment.
 * Random, so that nothing on the way can shrink it and every call gives another file.
 */
export function largeJpeg(bytes, photograph = photographs[0]) {
  const picture = readFileSync(photograph)
  const begin = 4 + picture.readUInt16BE(4) // behind SOI and the segment that JFIF wants to be the first
  const parts = [picture.subarray(0, begin)]
  for (let size = picture.length; size < bytes; ) {
    const length = Math.min(65_533, Math.max(1, bytes - size))
    const marker = Buffer.from([0xff, 0xfe, 0, 0])
    marker.writeUInt16BE(length + 2, 2) // the length counts itself
    parts.push(marker, randomBytes(length))
    size += length + 4
  }
  parts.push(picture.subarray(begin))
  return Buffer.concat(parts)
}

/** Hexadecimal SHA-256. */
export function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex')
}
