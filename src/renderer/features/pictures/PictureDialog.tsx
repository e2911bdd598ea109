import { Download, RefreshCw } from 'lucide-react'
import { useEffect, useEffectEvent, useRef } from 'react'
import type { PanelClient } from '../../../shared/clients.ts'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { Button } from '../../ui/Button.tsx'
import { ClientText } from '../../ui/ClientText.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { clientName } from '../../model/clients/client-text.ts'
import { saveAddress } from '../../lib/save-file.ts'
import { Aged } from '../../widgets/Times.tsx'
import { needsRender, pictureFileName, sourceWords } from '../../model/pictures/picture-text.ts'
import { usePicture } from './use-picture.ts'
import styles from './PictureDialog.module.css'

/** What is drawn at least where there is room for it, in pixels. */
const largeSize = 1600

interface PictureDialogProps {
  client: PanelClient
  everyMs: number | null
  onClose: () => void
}

/** A client's picture as large as the window allows, kept as fresh as the small one. */
export function PictureDialog({ client, everyMs, onClose }: PictureDialogProps) {
  const { pictures } = usePanel()
  const live = useLive()
  const closer = useRef<HTMLButtonElement>(null)
  const view = usePicture(client, { maxSize: largeSize, everyMs, first: false })
  const { picture } = view
  const renders = needsRender(client, view)
  // The small one is drawn large until a sharper one is there. A preview render is not worth another.
  const isSmall = picture !== null && picture.source === 'viewport' && picture.width < largeSize / 2
  const { key } = client
  const sharpen = useEffectEvent(() => {
    if (isSmall) pictures.refresh([key])
  })
  useEffect(() => {
    closer.current?.focus()
    sharpen()
  }, [])
  return (
    <Dialog title={clientName(client)} quiet className={styles['dialog']} dismissable onClose={onClose}>
      <div className={styles['head']}>
        <h2>
          <ClientText text={clientName(client)} />
        </h2>
        {picture !== null && (
          <span className={styles['age']}>
            <Aged what={sourceWords[picture.source]} at={picture.takenAt} />, {picture.width} ×{' '}
            {picture.height}
          </span>
        )}
      </div>
      <div className={styles['picture']} data-past={!live || undefined}>
        {picture !== null && (
          <img src={picture.url} width={picture.width} height={picture.height} alt="What it shows" />
        )}
      </div>
      <div className={styles['buttons']}>
        <p role="status">{view.taking ? 'Taking a picture…' : (view.problem?.message ?? '')}</p>
        <Button
          disabled={!live}
          aria-busy={view.taking}
          onClick={() => pictures.refresh([key], { render: renders })}
        >
          <RefreshCw size={14} aria-hidden /> {renders ? 'Render preview' : 'Refresh'}
        </Button>
        <Button
          disabled={picture === null}
          onClick={() => picture !== null && saveAddress(pictureFileName(client, picture), picture.url)}
        >
          <Download size={14} aria-hidden /> Save…
        </Button>
        <Button ref={closer} onClick={onClose}>
          Close
        </Button>
      </div>
    </Dialog>
  )
}
