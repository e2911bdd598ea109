import { Download, Maximize2, RefreshCw } from 'lucide-react'
import { useState } from 'react'
import { useStore } from 'zustand'
import { usePanel, usePreferences } from '../../panel/panel-context.ts'
import { useIntent } from '../../panel/use-intent.ts'
import { Button } from '../../ui/Button.tsx'
import { visibleText } from '../../lib/visible-text.ts'
import { hasNoWindow } from '../../model/clients/client-text.ts'
import { saveAddress } from '../../lib/save-file.ts'
import { IntervalSelect } from '../../widgets/IntervalSelect.tsx'
import { needsRender, pausedWhile, pictureFileName, sourceWords } from '../../model/pictures/picture-text.ts'
import { PictureDialog } from '../pictures/PictureDialog.tsx'
import { PictureFrame } from '../pictures/PictureFrame.tsx'
import { usePicture } from '../pictures/use-picture.ts'
import { Aged } from '../../widgets/Times.tsx'
import { sizeText } from '../../lib/time-text.ts'
import type { TabProps } from '../../model/inspector/inspector-tabs.ts'
import styles from './ViewportTab.module.css'

/** Longer side that is asked for, in pixels: the inspector at its usual width on a screen of twice the density. */
const pictureSize = 960

/** What this Blender shows: a picture of its viewport, kept fresh while the tab is on show. */
export function ViewportTab({ client, current }: TabProps) {
  const { pictures } = usePanel()
  const preferences = usePreferences()
  const seconds = useStore(preferences.state, ({ viewportSeconds }) => viewportSeconds)
  const [large, setLarge] = useState(false)
  useIntent(
    'enlarge the picture',
    () => setLarge(true),
    ({ key }) => key === client.key,
  )
  // Without a window there is never a viewport to show. With one there may be one again.
  const looks = current && !hasNoWindow(client)
  const everyMs = looks && seconds !== null ? seconds * 1000 : null
  const view = usePicture(client, { maxSize: pictureSize, everyMs, first: looks })
  // A render takes it time and heat: that is for a person to ask for, each time.
  const renders = needsRender(client, view)
  const { picture, problem, taking } = view
  const paused = pausedWhile(client)
  const status = taking ? 'Taking a picture…' : paused === null || renders ? '' : `Paused ${paused}`
  const refresh = () => pictures.refresh([client.key], { render: renders })
  return (
    <div className={styles['tab']}>
      <PictureFrame client={client} view={view} expected={looks && !renders}>
        <p role="status" className={styles['problem']} data-reason={problem?.reason}>
          {picture !== null && problem !== null && current ? visibleText(problem.message) : ''}
        </p>
      </PictureFrame>
      <div className={styles['caption']}>
        {picture === null ? <span /> : <Aged what={sourceWords[picture.source]} at={picture.takenAt} />}
        <span role="status">{picture === null || !current ? '' : status}</span>
      </div>
      <div className={styles['buttons']}>
        <Button disabled={!current} aria-busy={taking} onClick={refresh}>
          <RefreshCw size={14} aria-hidden /> {renders ? 'Render preview' : 'Refresh'}
        </Button>
        <Button
          disabled={picture === null}
          onClick={() => picture !== null && saveAddress(pictureFileName(client, picture), picture.url)}
        >
          <Download size={14} aria-hidden /> Save…
        </Button>
        <Button disabled={picture === null} onClick={() => setLarge(true)}>
          <Maximize2 size={14} aria-hidden /> Larger
        </Button>
      </div>
      {renders ? (
        <p className={styles['note']}>
          {hasNoWindow(client) ? 'It has no window' : 'It shows no 3D view now'}, so its picture is a small
          preview render. That is work for it, so one is taken only when you ask.
        </p>
      ) : (
        <IntervalSelect
          value={seconds}
          onChange={(viewportSeconds) => preferences.set({ viewportSeconds })}
        />
      )}
      {picture !== null && (
        <p className={`${styles['note']} num`} translate="no">
          {picture.width} × {picture.height}, {picture.mimeType === 'image/png' ? 'PNG' : 'JPEG'},{' '}
          {sizeText(picture.bytes)}.{picture.note === '' ? '' : ` ${visibleText(picture.note)}`}
        </p>
      )}
      {large && <PictureDialog client={client} everyMs={everyMs} onClose={() => setLarge(false)} />}
    </div>
  )
}
