import { useLive } from '../../panel/panel-context.ts'
import type { PanelClient } from '../../../shared/clients.ts'
import { visibleText } from '../../lib/visible-text.ts'
import { clientName } from '../../model/clients/client-text.ts'
import { noPictureText } from '../../model/pictures/picture-text.ts'
import type { PictureView } from '../../model/pictures/pictures-store.ts'
import styles from './PictureFrame.module.css'

interface PictureFrameProps {
  client: PanelClient
  view: PictureView
  /** One is taken as soon as it can be. */
  expected: boolean
  /** Smaller. */
  onCard?: boolean
  /** What is drawn over the lower edge. */
  children?: React.ReactNode
}

/** The place of a picture: of one shape, whatever comes, so that nothing moves when it does. */
export function PictureFrame({ client, view, expected, onCard = false, children }: PictureFrameProps) {
  const live = useLive()
  const { picture } = view
  const none = noPictureText(client, view, { live, expected })
  return (
    <div className={styles['frame']} data-on-card={onCard || undefined}>
      {picture === null ? (
        <p className={styles['empty']} data-waits={none.waits || undefined} title={visibleText(none.text)}>
          {visibleText(none.text)}
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
