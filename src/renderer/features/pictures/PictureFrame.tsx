import { useLive } from '../../panel/panel-context.ts'
import type { PanelClient } from '../../../shared/clients.ts'
import { visibleText } from '../../ui/visible-text.ts'
import { clientName, hasNoWindow } from '../clients/client-text.ts'
import type { PictureView } from './pictures-store.ts'
import styles from './PictureFrame.module.css'

interface PictureFrameProps {
  client: PanelClient
  view: PictureView
  /** What is drawn over the lower edge. */
  children?: React.ReactNode
  /** A few words only, for a card. */
  brief?: boolean
}

/** The place of a picture: of one shape, whatever comes, so that nothing moves when it does. */
export function PictureFrame({ client, view, children, brief = false }: PictureFrameProps) {
  const live = useLive()
  const { picture } = view
  return (
    <div className={styles['frame']} data-brief={brief || undefined}>
      {picture === null ? (
        <p className={styles['empty']} data-waits={(live && isAwaited(client, view)) || undefined}>
          {emptyText(client, view, live)}
        </p>
      ) : (
        <img
          src={picture.url}
          width={picture.width}
          height={picture.height}
          alt={`What ${visibleText(clientName(client))} shows`}
          draggable={false}
        />
      )}
      {children}
    </div>
  )
}

function isAwaited(client: PanelClient, { taking, looked, problem }: PictureView): boolean {
  return taking || (problem === null && (!looked || !hasNoWindow(client)))
}

function emptyText(client: PanelClient, view: PictureView, live: boolean): string {
  if (!live) return 'Not known without a connection.'
  if (client.state === 'gone') return 'Not connected.'
  if (view.taking) return 'Taking a picture…'
  if (view.problem !== null) return view.problem.message
  if (!view.looked) return 'Waiting for a picture…'
  return hasNoWindow(client) ? 'No window.' : 'No picture yet.'
}
