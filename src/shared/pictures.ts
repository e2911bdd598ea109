/** Pictures of what a Blender shows, taken because a person looks at it in the panel. */
import { z } from 'zod'
import { clientRefSchema } from './clients.ts'

/** Longest side that a panel may ask for, in pixels. More than that the add-on does not draw. */
export const pictureSizeMax = 2048

export const pictureSchema = z.object({
  /** Another one for each picture. */
  id: z.string(),
  /** Unix seconds. */
  takenAt: z.number(),
  /** Read from the picture's own first bytes, as are its sides in pixels. */
  mimeType: z.enum(['image/png', 'image/jpeg']),
  width: z.number().int(),
  height: z.number().int(),
  /** At most 1 MiB, as base64. */
  data: z.string(),
  /** `preview_render`: there was no 3D view to draw, as in a Blender without a window. `unknown`: its peer did not say. */
  source: z.enum(['viewport', 'preview_render', 'unknown']),
  /** What the picture is not, in the peer's words, for example full size. At most 300 characters. */
  note: z.string(),
})
export type Picture = z.infer<typeof pictureSchema>

export const pictureRequestSchema = z.object({
  client: clientRefSchema,
  /** Longer side in pixels. One that is being taken already is handed out whatever its size. */
  maxSize: z.number().int().min(64).max(pictureSizeMax),
  /** A picture of this size that is no older than this will do, in seconds: several panels then cost no more than one. */
  maxAgeSeconds: z.number().min(0).max(3600).default(0),
  /** A person asked for a small render where there is no viewport to show. */
  render: z.boolean().default(false),
})
export type PictureRequest = z.infer<typeof pictureRequestSchema>

/**
 * Why there is no new picture. `busy`: it runs or waits to run a job, or has not answered the last request; `stale`,
 * `away`: nothing was asked of it; `left`: it is not registered; `unsupported`: it is no Blender, or filters such requests
 * out; `failed`: it answered with an error, or with what is no picture; `timeout`: no answer in time; `crowded`: as many
 * as may be are being taken, try again; `needs_render`: it shows no viewport, and a render is for a person to ask for.
 */
export const noPictureReasonSchema = z.enum([
  'busy',
  'stale',
  'away',
  'left',
  'unsupported',
  'failed',
  'timeout',
  'crowded',
  'needs_render',
])
export type NoPictureReason = z.infer<typeof noPictureReasonSchema>

export const pictureOutcomeSchema = z.union([
  z.object({ outcome: z.literal('taken'), picture: pictureSchema }),
  z.object({
    outcome: noPictureReasonSchema,
    /** For a person: what happened and what to do. */
    message: z.string(),
  }),
])
export type PictureOutcome = z.infer<typeof pictureOutcomeSchema>
