import type { PanelClient } from '../../../shared/clients.ts'
import { clientFile, clientName, hasNoWindow, shortUuid } from '../clients/client-text.ts'
import type { PictureProblem, PictureView, ShownPicture } from './pictures-store.ts'

/** What a picture is of, in a word or two. */
export const sourceWords: Record<ShownPicture['source'], string> = {
  viewport: 'viewport',
  preview_render: 'preview render',
  unknown: 'picture',
}

/** How long no picture is taken of a client as it is now, null where one can be. */
export function pausedWhile({ state, job }: PanelClient): string | null {
  if (state === 'away') return 'while it is not connected'
  if (state === 'stale') return 'while it gives no sign'
  return job === null ? null : 'while it runs a job'
}

/** How a picture is looked at. */
interface PictureLook {
  /** Over a live connection. */
  live: boolean
  /** One is taken as soon as it can be. */
  expected: boolean
}

/** Whether there is no viewport to show, so that its next picture is a small render: a person asks for each one. */
export function needsRender(client: PanelClient, { picture, problem }: PictureView): boolean {
  if (hasNoWindow(client) || problem?.reason === 'needs_render') return true
  return problem === null && picture?.source === 'preview_render'
}

/** What stands in the place of a picture that is not there. `waits`: there will be one in a moment. */
export function noPictureText(
  client: PanelClient,
  { taking, problem }: PictureView,
  { live, expected }: PictureLook,
): { text: string; waits: boolean } {
  const says = (text: string) => ({ text, waits: false })
  if (!live) return says('Not known without a connection.')
  if (client.state === 'away') return says('Not connected.')
  if (taking) {
    return { text: hasNoWindow(client) ? 'Rendering a preview…' : 'Taking a picture…', waits: true }
  }
  // Where none was asked for there is nothing that a job would keep from being taken.
  if (hasNoWindow(client) && problem === null) {
    return says('No window.')
  }
  const paused = pausedWhile(client)
  if (paused !== null) return says(`No picture is taken ${paused}.`)
  if (problem !== null) return says(problem.message)
  return expected ? { text: 'Waiting for a picture…', waits: true } : says('No picture yet.')
}

/** What became of the request for a newer picture, for the age of the last one; null for what passes by itself. */
export function noNewerText(reason: PictureProblem['reason']): string | null {
  switch (reason) {
    case 'failed':
      return 'the next one failed'
    case 'broken':
      return 'the next one was damaged'
    case 'timeout':
    case 'unreachable':
      return 'no answer since'
    case 'unsupported':
    case 'needs_render':
      return 'none since'
    case 'busy':
    case 'stale':
    case 'away':
    case 'left':
    case 'crowded':
      return null
  }
}

/** A name for the file: what is open in the Blender, which Blender it is, and when. No character that a system refuses. */
export function pictureFileName(client: PanelClient, { takenAt, mimeType }: ShownPicture): string {
  const file = clientFile(client)
  const name = file === null || file === 'unsaved' ? clientName(client) : file.replace(/\.blend$/i, '')
  // The time of the person who saves it, in a form that sorts.
  const at = new Date(takenAt * 1000 - new Date(takenAt * 1000).getTimezoneOffset() * 60_000)
  const time = at.toISOString().slice(0, 19).replace('T', ' ').replaceAll(':', '.')
  const parts = [safeName(name), safeName(shortUuid(client.record.uuid)), time]
  return `${parts.filter((part) => part !== '').join(' ')}.${mimeType === 'image/png' ? 'png' : 'jpg'}`
}

/** Letters, digits and a few signs, at most 60: what file systems, shells and web servers all take. */
function safeName(text: string): string {
  return Array.from(text.normalize('NFC').replace(/[^\p{L}\p{N}._-]+/gu, ' '))
    .slice(0, 60)
    .join('')
    .replace(/^[. ]+|[. ]+$/g, '')
}
