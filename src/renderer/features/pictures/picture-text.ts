import type { PanelClient } from '../../../shared/clients.ts'
import { clientFile, clientName, shortUuid } from '../clients/client-text.ts'
import type { ShownPicture } from './pictures-store.ts'

/** What a picture is of, in a word or two. */
export const sourceWords: Record<ShownPicture['source'], string> = {
  viewport: 'viewport',
  preview_render: 'preview render',
  unknown: 'picture',
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
