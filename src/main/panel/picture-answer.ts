import { z } from 'zod'
import { clip } from '../../shared/well-formed.ts'
import type { Picture } from '../../shared/pictures.ts'
import { imageHeader } from './image-header.ts'

/** Longest side that is handed to a panel, in pixels: a small file can claim to be a huge picture. */
const sideMax = 4096
const noteLength = 300

/** How a look is answered where there is no viewport: nothing is rendered that nobody asked for. */
const needsRenderSchema = z.object({ needs_render: z.string() })

const answerSchema = z.object({
  image: z.object({ data: z.string() }),
  note: z.string().catch(''),
  source: z.enum(['viewport', 'preview_render', 'unknown']).catch('unknown'),
})

/**
 * The picture in what a peer answered to `get_viewport_screenshot` (docs/protocol.md, section 6), or what is wrong with
 * it. Format and size are read from the picture itself, whatever the answer says of it.
 */
export function readPictureAnswer(
  result: string,
): Omit<Picture, 'id' | 'takenAt'> | { problem: string } | { needsRender: string } {
  const parsed = parseJson(result)
  const needs = needsRenderSchema.safeParse(parsed)
  if (needs.success) return { needsRender: clip(needs.data.needs_render, noteLength) }
  const answer = answerSchema.safeParse(parsed)
  if (!answer.success) return { problem: 'Its answer holds no picture.' }
  const { image, note, source } = answer.data
  const bytes = Buffer.from(image.data, 'base64')
  const header = imageHeader(bytes)
  if (header === null) return { problem: 'What it sent is neither PNG nor JPEG.' }
  if (Math.max(header.width, header.height) > sideMax) {
    return { problem: `Its picture is larger than ${String(sideMax)} pixels.` }
  }
  return { ...header, data: bytes.toString('base64'), note: clip(note, noteLength), source }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
