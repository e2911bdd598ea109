import type { Panel } from '../../panel/panel.ts'
import { hasNoWindow } from '../../model/clients/client-text.ts'

/** Takes new pictures of the Blenders in sight. A preview render is work: it is asked for one by one. */
export function refreshPicturesInSight({ pictures, clients }: Pick<Panel, 'pictures' | 'clients'>): void {
  const { byKey } = clients.state.getState()
  pictures.refresh(
    pictures.watched().filter((key) => {
      const client = byKey.get(key)
      return client !== undefined && !hasNoWindow(client)
    }),
  )
}
