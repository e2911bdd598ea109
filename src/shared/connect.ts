/** What is needed to connect a program or a Blender. */
import { z } from 'zod'

export const connectInfoSchema = z.object({
  url: z.string(),
  dataDir: z.string(),
  /** Command that starts a background Blender which serves. */
  blenderCommand: z.string(),
})
export type ConnectInfo = z.infer<typeof connectInfoSchema>

/** The Blender add-on as a file to save; `bytes` is base64. */
export const addonPackageSchema = z.object({ fileName: z.string(), bytes: z.string() })
export type AddonPackage = z.infer<typeof addonPackageSchema>
