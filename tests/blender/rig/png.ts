import { inflateSync } from 'node:zlib'

export interface Picture {
  width: number
  height: number
  /** Red, green and blue of one pixel, 0 to 255; `y` counts from the top. */
  at(x: number, y: number): readonly [number, number, number]
  /** Mean of red, green and blue over all pixels. */
  mean: number
  /** How many different colours there are. */
  colours: number
}

/** Decodes an 8-bit RGB or RGBA PNG without interlacing: the ones that are made here (PNG specification, 9 and 10). */
export function decodePng(data: Buffer): Picture {
  if (data.toString('latin1', 0, 8) !== '\x89PNG\r\n\x1a\n') throw new Error('This is no PNG.')
  let width = 0
  let height = 0
  let channels = 0
  const packed: Buffer[] = []
  for (let at = 8; at < data.length;) {
    const length = data.readUInt32BE(at)
    const kind = data.toString('latin1', at + 4, at + 8)
    const body = data.subarray(at + 8, at + 8 + length)
    if (kind === 'IHDR') {
      width = body.readUInt32BE(0)
      height = body.readUInt32BE(4)
      channels = body[9] === 6 ? 4 : 3
      if (body[8] !== 8 || (body[9] !== 2 && body[9] !== 6) || body[12] !== 0) {
        throw new Error('Only 8-bit RGB and RGBA without interlacing are read here.')
      }
    } else if (kind === 'IDAT') packed.push(body)
    at += length + 12
  }
  const pixels = unfilter(inflateSync(Buffer.concat(packed)), width * channels, height, channels)
  const seen = new Set<number>()
  let sum = 0
  for (let at = 0; at < pixels.length; at += channels) {
    const [red = 0, green = 0, blue = 0] = pixels.subarray(at, at + 3)
    sum += red + green + blue
    seen.add((red << 16) | (green << 8) | blue)
  }
  return {
    width,
    height,
    at(x, y) {
      const [red = 0, green = 0, blue = 0] = pixels.subarray((y * width + x) * channels)
      return [red, green, blue]
    },
    mean: sum / (width * height * 3),
    colours: seen.size,
  }
}

function unfilter(raw: Buffer, stride: number, height: number, channels: number): Buffer {
  const out = Buffer.alloc(stride * height)
  for (let row = 0; row < height; row += 1) {
    const kind = raw[row * (stride + 1)]
    for (let x = 0; x < stride; x += 1) {
      const value = raw[row * (stride + 1) + 1 + x] ?? 0
      const left = x >= channels ? (out[row * stride + x - channels] ?? 0) : 0
      const up = row > 0 ? (out[(row - 1) * stride + x] ?? 0) : 0
      const corner = row > 0 && x >= channels ? (out[(row - 1) * stride + x - channels] ?? 0) : 0
      out[row * stride + x] = value + predict(kind, left, up, corner)
    }
  }
  return out
}

function predict(kind: number | undefined, left: number, up: number, corner: number): number {
  if (kind === 1) return left
  if (kind === 2) return up
  if (kind === 3) return (left + up) >> 1
  if (kind !== 4) return 0
  const guess = left + up - corner
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)]
  return a <= b && a <= c ? left : b <= c ? up : corner
}
