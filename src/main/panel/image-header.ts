/** What the first bytes of an image say. */
export interface ImageHeader {
  readonly mimeType: 'image/png' | 'image/jpeg'
  readonly width: number
  readonly height: number
}

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** Reads format and size of a PNG or a JPEG, null for anything else. The rest of the bytes is not looked at. */
export function imageHeader(bytes: Buffer): ImageHeader | null {
  const size = pngSize(bytes) ?? jpegSize(bytes)
  return size === null || size.width < 1 || size.height < 1 ? null : size
}

/** PNG (ISO/IEC 15948): the signature, then the chunk IHDR, which begins with the two sides. */
function pngSize(bytes: Buffer): ImageHeader | null {
  if (bytes.length < 33 || !bytes.subarray(0, 8).equals(pngSignature)) return null
  if (bytes.toString('latin1', 12, 16) !== 'IHDR') return null
  return { mimeType: 'image/png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
}

/** JPEG (ITU-T T.81, annex B): marker segments up to the frame header, which holds height and width. */
function jpegSize(bytes: Buffer): ImageHeader | null {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return null
  let at = 2
  while (at + 9 <= bytes.length) {
    if (bytes[at] !== 0xff) return null
    const marker = bytes[at + 1] ?? 0
    if (marker === 0xff) {
      // A fill byte before the marker.
      at += 1
      continue
    }
    if (isFrameHeader(marker)) {
      return { mimeType: 'image/jpeg', height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) }
    }
    at += 2 + bytes.readUInt16BE(at + 2)
  }
  return null
}

/** SOF0 to SOF15, without the three numbers among them that mean tables (DHT, JPG, DAC). */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
}
