import { useId, type CSSProperties } from 'react'
import { useStore } from 'zustand'
import { usePanel, usePreferences } from '../../panel/panel-context.ts'
import { rowHeights } from '../../settings/preferences.ts'
import { Button } from '../../ui/Button.tsx'
import { Term } from '../../ui/Term.tsx'
import { ConnectBlenderHelp } from '../../widgets/ConnectBlenderHelp.tsx'
import { ConnectProgramHelp } from '../../widgets/ConnectProgramHelp.tsx'
import styles from './BucketRegion.module.css'
import { ClientGrid, headerHeight } from './ClientGrid.tsx'
import type { Bucket } from '../../model/clients/client-order.ts'
import { isTotalled, totalsHeight } from '../../model/clients/totals.ts'

const titles: Record<Bucket, string> = {
  persistent: 'Persistent clients',
  ephemeral: 'Ephemeral clients',
}

const titleHeight = 36

/** One bucket: its title, its grid, and what stands there while the grid is empty. */
export function BucketRegion({ bucket }: { bucket: Bucket }) {
  const { clients } = usePanel()
  const ready = useStore(clients.state, (state) => state.ready)
  const total = useStore(clients.state, (state) => state.totals[bucket])
  const shown = useStore(clients.state, (state) => state.shown[bucket].length)
  // Headings of groups count as rows, and the totals as one more.
  const rows = useStore(clients.state, (state) => state.shown[bucket].length + state.groups[bucket].length)
  const hasTotals = useStore(clients.state, ({ columns }) => columns.some(isTotalled))
  const totals = hasTotals && shown > 1 ? totalsHeight : 0
  const rowHeight = useStore(usePreferences().state, ({ density }) => rowHeights[density])
  const titleId = useId()
  // As tall as its rows; where both regions do not fit, they share the room and each scrolls.
  const content = {
    '--content': `${titleHeight + headerHeight + rows * rowHeight + totals}px`,
  } as CSSProperties
  return (
    <section
      className={`${styles['region']} ${shown === 0 ? styles['short'] : ''}`}
      aria-labelledby={titleId}
      style={content}
    >
      <div className={styles['title']}>
        <h2 id={titleId}>{titles[bucket]}</h2>
        <Term word={bucket} />
        {ready && (
          <span className={`${styles['count']} num`} translate="no">
            {shown === total ? total : `${shown} of ${total}`}
          </span>
        )}
      </div>
      <ClientGrid key={rowHeight} bucket={bucket} title={titles[bucket]} rowHeight={rowHeight} />
      {shown === 0 && (
        <div className={styles['nobody']}>
          {!ready ? <Loading /> : total > 0 ? <NoMatch bucket={bucket} /> : <Nobody bucket={bucket} />}
        </div>
      )}
    </section>
  )
}

function Loading() {
  return (
    <p className={styles['loading']} role="status">
      Waiting for the list of clients…
    </p>
  )
}

function NoMatch({ bucket }: { bucket: Bucket }) {
  const { clients } = usePanel()
  const query = useStore(clients.state, (state) => state.filter.query)
  return (
    <p className={styles['noMatch']}>
      <span>
        {query === '' ? `No ${bucket} client is in this state.` : `No ${bucket} client matches “${query}”.`}
      </span>
      <Button onClick={clients.clearFilter}>Show all</Button>
    </p>
  )
}

function Nobody({ bucket }: { bucket: Bucket }) {
  return bucket === 'persistent' ? <ConnectBlenderHelp heading="h3" /> : <ConnectProgramHelp heading="h3" />
}
