import { RefreshCw } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { useLive, usePanel, usePreferences } from '../../panel/panel-context.ts'
import { placeLink } from '../../panel/router.ts'
import { Button } from '../../ui/Button.tsx'
import { ClientMenu } from '../clients/ClientMenu.tsx'
import type { WallRegion } from '../../model/clients/client-order.ts'
import { useGridKeys } from '../clients/grid-keys.ts'
import { ConnectBlenderHelp } from '../../widgets/ConnectBlenderHelp.tsx'
import { CardRegion } from './CardRegion.tsx'
import { refreshPicturesInSight } from './refresh-in-sight.ts'
import styles from './Wall.module.css'
import { cardRows } from '../../model/wall/card-rows.ts'
import {
  pictureCards,
  sideBySideMinWidth,
  smallCards,
  type CardLayout,
} from '../../model/wall/wall-layout.ts'
import { adjacentCard } from '../../model/wall/wall-order.ts'
import { WallPlacesContext, type WallPlaces } from './wall-place.ts'
import { WallCard } from './WallCard.tsx'
import { Wires } from './Wires.tsx'

/** Width of the programs beside the Blenders, as the style sheet has it, without its scroll bar. */
const sideWidth = 218
/** What a scroll bar may take. */
const scrollBar = 12

/** All clients as cards: Blenders with their pictures, the others beside or below them, lines for the jobs between them. */
export function Wall() {
  const { clients } = usePanel()
  const live = useLive()
  const preferences = usePreferences()
  const size = useStore(preferences.state, ({ cardSize }) => cardSize)
  const blenderCount = useStore(clients.state, (state) => state.shown.blenders.length)
  const otherCount = useStore(clients.state, (state) => state.shown.others.length)
  const [places] = useState(() => createStore<WallPlaces>(() => ({ blenders: null, others: null })))
  const element = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const node = element.current
    if (node === null) return
    const observer = new ResizeObserver(() => setWidth(node.clientWidth))
    observer.observe(node)
    return () => observer.disconnect()
  }, [])
  const beside = width >= sideBySideMinWidth
  const blenderCards = pictureCards((beside ? width - sideWidth : width) - scrollBar, size)
  const otherCards = smallCards((beside ? sideWidth : width) - scrollBar)

  const onKeyDown = useGridKeys((active, key) => {
    const { shown, groups } = clients.state.getState()
    const shape = (region: WallRegion, { columns }: CardLayout) => ({
      keys: shown[region],
      rows: cardRows(groups[region], shown[region].length, columns),
    })
    return adjacentCard(
      { blenders: shape('blenders', blenderCards), others: shape('others', otherCards), beside },
      active,
      key,
    )
  })
  return (
    <ClientMenu>
      <div
        ref={element}
        className={`${styles['wall']} ${live ? '' : styles['lost']}`}
        data-beside={beside || undefined}
        onKeyDown={onKeyDown}
      >
        {width > 0 && (
          <WallPlacesContext value={places}>
            <section className={styles['blenders']} aria-label="Blenders">
              <Head title="Blenders" count={blenderCount}>
                <RefreshButton />
              </Head>
              {blenderCount === 0 ? (
                <NoBlender />
              ) : (
                <CardRegion region="blenders" label="Blenders" layout={blenderCards} Card={WallCard} />
              )}
            </section>
            <section className={styles['others']} aria-label="Other clients">
              <Head title="Other clients" count={otherCount} />
              {otherCount === 0 ? (
                <NoOther />
              ) : (
                <CardRegion region="others" label="Other clients" layout={otherCards} Card={WallCard} />
              )}
            </section>
            {live && <Wires beside={beside} />}
          </WallPlacesContext>
        )}
      </div>
    </ClientMenu>
  )
}

function Head({ title, count, children }: { title: string; count: number; children?: React.ReactNode }) {
  const ready = useStore(usePanel().clients.state, (state) => state.ready)
  return (
    <div className={styles['head']}>
      <h2>
        {title}{' '}
        {ready && (
          <span className="num" translate="no">
            {count}
          </span>
        )}
      </h2>
      {children}
    </div>
  )
}

/** New pictures of all Blenders in sight. */
function RefreshButton() {
  const panel = usePanel()
  const live = useLive()
  return (
    <Button
      disabled={!live}
      aria-label="Refresh the pictures in sight"
      title="Take new pictures of the Blenders in sight"
      onClick={() => refreshPicturesInSight(panel)}
    >
      <RefreshCw size={14} aria-hidden />
    </Button>
  )
}

function NoBlender() {
  const { clients } = usePanel()
  const ready = useStore(clients.state, (state) => state.ready)
  const total = useStore(clients.state, (state) => state.totals.blenders)
  if (!ready) {
    return (
      <p className={styles['nobody']} role="status">
        Waiting for the list of clients…
      </p>
    )
  }
  if (total === 0) {
    return (
      <div className={styles['nobody']}>
        <ConnectBlenderHelp heading="h3" />
      </div>
    )
  }
  return (
    <p className={styles['nobody']}>
      No Blender passes the filter.{' '}
      <Button
        onClick={() => {
          clients.search('')
          clients.showState(null)
        }}
      >
        Show all
      </Button>
    </p>
  )
}

function NoOther() {
  const { clients } = usePanel()
  const total = useStore(clients.state, ({ byKey, totals }) => byKey.size - totals.blenders)
  return (
    <p className={styles['nobody']}>
      {total > 0 ? (
        'None passes the filter.'
      ) : (
        <>
          No other program is here. <a href={placeLink('connect')}>Connect one</a>
        </>
      )}
    </p>
  )
}
