import { useEffect } from 'react'
import { useStore } from 'zustand'
import type { PanelClient } from '../../../shared/clients.ts'
import { usePanel } from '../../panel/panel-context.ts'
import { noPictureView, type PictureView, type PictureWish } from './pictures-store.ts'

/** The picture of a client, kept as fresh as wished for as long as the component is there; null: only what is known. */
export function usePicture(client: PanelClient, wish: PictureWish | null): PictureView {
  const { pictures } = usePanel()
  const { userId, key } = client
  const { uuid } = client.record
  const { maxSize, everyMs, first } = wish ?? { maxSize: null, everyMs: null, first: false }
  useEffect(() => {
    if (maxSize === null) return
    return pictures.watch({ userId, uuid }, { maxSize, everyMs, first })
  }, [pictures, userId, uuid, maxSize, everyMs, first])
  return useStore(pictures.state, ({ byKey }) => byKey.get(key) ?? noPictureView)
}
