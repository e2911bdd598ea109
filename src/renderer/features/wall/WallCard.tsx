import { memo } from 'react'
import { useStore } from 'zustand'
import { clientKey as keyOf, type PanelClient } from '../../../shared/clients.ts'
import { useLive, usePanel, usePreferences } from '../../panel/panel-context.ts'
import { Chip } from '../../ui/Chip.tsx'
import { ClientText } from '../../ui/ClientText.tsx'
import { StateDot } from '../../ui/StateDot.tsx'
import { visibleText } from '../../lib/visible-text.ts'
import { chosenTargetName, workingOnName } from '../../model/clients/client-columns.ts'
import {
  clientFile,
  clientName,
  hasNoWindow,
  isBlender,
  shortUuid,
  stateWords,
} from '../../model/clients/client-text.ts'
import { JobCell } from '../clients/JobCell.tsx'
import { PictureFrame } from '../pictures/PictureFrame.tsx'
import { needsRender, noNewerText, pausedWhile, sourceWords } from '../../model/pictures/picture-text.ts'
import { usePicture } from '../pictures/use-picture.ts'
import { Aged } from '../../widgets/Times.tsx'
import type { CardPlace } from './CardRegion.tsx'
import styles from './WallCard.module.css'
import { pictureSizes } from '../../model/wall/wall-layout.ts'

/** One client as a card: a Blender with its picture, anything else in a few words. */
export const WallCard = memo(function WallCard(place: CardPlace) {
  const { clientKey, rowIndex, left, top, tabStop, inSight } = place
  const { clients, selection } = usePanel()
  const live = useLive()
  const client = useStore(clients.state, (state) => state.byKey.get(clientKey))
  const selected = useStore(selection.state, (state) => state.selected.has(clientKey))
  if (client === undefined) return null
  return (
    <div
      role="row"
      aria-rowindex={rowIndex}
      aria-selected={selected}
      aria-disabled={live ? undefined : true}
      aria-label={cardLabel(client, live)}
      data-key={clientKey}
      data-state={client.state}
      tabIndex={tabStop ? 0 : -1}
      className={`${styles['card']} ${!live || client.state === 'away' ? styles['quiet'] : ''}`}
      style={{ transform: `translate(${left}px, ${top}px)` }}
      onFocus={() => selection.standOn(clientKey)}
    >
      <div role="gridcell" className={styles['inner']}>
        {isBlender(client) ? (
          <>
            <CardPicture client={client} inSight={inSight} />
            <div className={styles['text']}>
              <Name client={client} />
              <FileAndGroup client={client} />
              <div className={`${styles['line']} ${styles['job']}`}>
                <JobCell client={client} />
                <AskedBy client={client} />
              </div>
            </div>
          </>
        ) : (
          <div className={styles['text']}>
            <Name client={client} />
            <WorkingOn client={client} />
            <div className={`${styles['line']} ${styles['job']}`}>
              <JobCell client={client} />
            </div>
          </div>
        )}
      </div>
    </div>
  )
})

function cardLabel(client: PanelClient, live: boolean): string {
  const name = clientName(client)
  const parts = name === client.record.uuid ? [name] : [name, client.record.uuid]
  return visibleText([...parts, live ? stateWords[client.state] : 'not live'].join(', '))
}

function CardPicture({ client, inSight }: { client: PanelClient; inSight: boolean }) {
  const preferences = usePreferences()
  const seconds = useStore(preferences.state, ({ wallSeconds }) => wallSeconds)
  const size = useStore(preferences.state, ({ cardSize }) => cardSize)
  const { pictures } = usePanel()
  const live = useLive()
  const looks = !hasNoWindow(client)
  const everyMs = looks && seconds !== null ? seconds * 1000 : null
  const view = usePicture(client, inSight ? { maxSize: pictureSizes[size], everyMs, first: looks } : null)
  const renders = needsRender(client, view)
  const { picture, problem } = view
  const noNewer = problem === null ? null : noNewerText(problem.reason)
  return (
    <PictureFrame client={client} view={view} expected={inSight && !renders} onCard>
      {renders && live && !view.taking && pausedWhile(client) === null && (
        <button
          type="button"
          tabIndex={-1}
          className={styles['render']}
          onClick={(event) => {
            event.stopPropagation()
            pictures.refresh([client.key], { render: true })
          }}
        >
          Render preview
        </button>
      )}
      {picture !== null && (
        <span className={styles['age']}>
          <Aged what={sourceWords[picture.source]} at={picture.takenAt} />
          {problem !== null && noNewer !== null && (
            <span className={styles['noNewer']} title={visibleText(problem.message)}>
              , {noNewer}
            </span>
          )}
        </span>
      )}
    </PictureFrame>
  )
}

function Name({ client }: { client: PanelClient }) {
  const live = useLive()
  const name = clientName(client)
  const { uuid } = client.record
  return (
    <div className={styles['line']}>
      <StateDot state={live ? client.state : 'away'} />
      <ClientText className={styles['name']} text={name} />
      {name !== uuid && (
        <span className={styles['uuid']} title={visibleText(uuid)}>
          <bdi>{visibleText(shortUuid(uuid))}</bdi>
        </span>
      )}
    </div>
  )
}

function FileAndGroup({ client }: { client: PanelClient }) {
  const { group_id: group, blend_file: path } = client.record
  return (
    <div className={styles['line']}>
      <span className={styles['file']} title={path === undefined ? undefined : visibleText(path)}>
        <bdi>{visibleText(clientFile(client) ?? 'no file')}</bdi>
      </span>
      {group !== null && <Chip className={styles['group']} text={group} />}
    </div>
  )
}

/** Who asked for the job that it runs: what the line on the wall says too. */
function AskedBy({ client }: { client: PanelClient }) {
  const { job, userId } = client
  const name = useStore(usePanel().clients.state, ({ byKey }) => {
    const asker = job === null ? undefined : byKey.get(keyOf({ userId, uuid: job.fromUuid }))
    return asker === undefined ? null : clientName(asker)
  })
  if (name === null || client.state === 'away' || client.state === 'stale') return null
  return (
    <span className={styles['by']}>
      for <ClientText text={name} />
    </span>
  )
}

function WorkingOn({ client }: { client: PanelClient }) {
  const target = useStore(usePanel().clients.state, (state) => workingOnName(client, state.byKey))
  const chosen = useStore(usePanel().clients.state, (state) => chosenTargetName(client, state.byKey))
  if (target !== null) {
    return (
      <div className={styles['line']}>
        <span aria-hidden>→</span>
        <ClientText className={styles['target']} text={target} />
      </div>
    )
  }
  return (
    <div className={`${styles['line']} ${styles['faint']}`}>
      {chosen === null ? (
        'nothing yet'
      ) : (
        <>
          chose <ClientText className={styles['target']} text={chosen} />
        </>
      )}
    </div>
  )
}
