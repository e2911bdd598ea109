import { useEffect } from 'react'
import { useStore } from 'zustand'
import type { PanelClient } from '../../../shared/clients.ts'
import { usePanel } from '../../panel/panel-context.ts'
import { pausedWhile } from '../../model/pictures/picture-text.ts'
import { noPictureView, type PictureView, type PictureDemand } from '../../model/pictures/pictures-store.ts'

/**
 * The picture of a client, kept as fresh as asked for as long as the component is there; null: only what is known. While
 * none can be taken of it, none is asked for but by a person, and when one can be again it is at once.
 */
export function usePicture(client: PanelClient, request: PictureDemand | null): PictureView {
  const { pictures } = usePanel()
  const { userId, key } = client
  const { uuid } = client.record
  const { maxSize, everyMs, first } = request ?? { maxSize: null, everyMs: null, first: false }
  const paused = pausedWhile(client) !== null
  useEffect(() => {
    if (maxSize === null) return
    const asked = paused ? { everyMs: null, first: false } : { everyMs, first }
    return pictures.watch({ userId, uuid }, { maxSize, ...asked })
  }, [pictures, userId, uuid, maxSize, everyMs, first, paused])
  return useStore(pictures.state, ({ byKey }) => byKey.get(key) ?? noPictureView)
}
