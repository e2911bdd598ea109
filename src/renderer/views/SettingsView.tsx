import { Search } from 'lucide-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import { useLive, usePanel, useRouter } from '../panel/panel-context.ts'
import { useIntent } from '../panel/use-intent.ts'
import { countOf } from '../lib/count-text.ts'
import { ApprovalsSection } from '../features/settings/ApprovalsSection.tsx'
import { BlocksSection } from '../features/settings/BlocksSection.tsx'
import { LimitsSection } from '../features/settings/LimitsSection.tsx'
import { loadSettings } from '../features/settings/load-settings.ts'
import { ActivityLogSection, LookSection, NotificationsSection } from '../features/settings/LookSections.tsx'
import { ServerSection } from '../features/settings/ServerSection.tsx'
import {
  findEntries,
  settingEntries,
  settingSections,
  type SectionId,
} from '../model/settings/setting-entries.ts'
import { Shown } from '../features/settings/Row.tsx'
import styles from '../features/settings/Settings.module.css'
import { TokensSection } from '../features/settings/TokensSection.tsx'

/** How often tokens and settings are looked at anew: the command line and other panels change them too. */
const reloadMs = 5_000

const sections: Record<SectionId, () => React.ReactNode> = {
  look: () => <LookSection />,
  notifications: () => <NotificationsSection />,
  approvals: () => <ApprovalsSection />,
  tokens: () => <TokensSection />,
  blocks: () => <BlocksSection />,
  server: () => <ServerSection />,
  limits: () => <LimitsSection />,
  history: () => <ActivityLogSection />,
}

/** All that a person may set, on one page that can be searched. */
export function SettingsView() {
  const item = useStore(useRouter().state, (place) => place.item)
  // Another section is wanted: a search that may hide it ends.
  return <Page key={item} item={item} />
}

function Page({ item }: { item: string | null }) {
  const live = useLive()
  const [query, setQuery] = useState('')
  useReload(live)
  const entries = useEntries()
  const shown = useMemo(() => findEntries(entries, query), [entries, query])
  const found = new Set(entries.filter(({ id }) => shown.has(id)).map(({ section }) => section))
  const page = useRef<HTMLElement>(null)
  const searchBox = useRef<HTMLInputElement>(null)
  useIntent(
    'search',
    () => searchBox.current?.focus(),
    (intent) => intent.in === 'settings',
  )
  // What is wished for may be hidden by a search: it ends.
  const { intents } = usePanel()
  const intent = useStore(intents.state, (state) => state.intent)
  const [knownIntent, setKnownIntent] = useState(intent)
  if (intent !== knownIntent) {
    setKnownIntent(intent)
    if (intent !== null) setQuery('')
  }
  useEffect(() => {
    if (item === null) return
    const heading = page.current?.querySelector<HTMLElement>(`#settings-${CSS.escape(item)}`)
    heading?.scrollIntoView({ block: 'start' })
    heading?.focus({ preventScroll: true })
  }, [item])

  return (
    <main ref={page} className={styles['view']} aria-label="Settings">
      <h1 className="spoken">Settings</h1>
      <div className={styles['bar']}>
        <label className={styles['search']}>
          <Search size={14} aria-hidden />
          <input
            ref={searchBox}
            type="search"
            aria-label="Search settings"
            placeholder="Search settings"
            autoComplete="off"
            value={query}
            onChange={({ target }) => setQuery(target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') setQuery('')
            }}
          />
        </label>
        <span role="status" className={`${styles['count']} num`} translate="no">
          {query.trim() === ''
            ? ''
            : shown.size === 0
              ? 'Nothing found'
              : countOf(shown.size, 'match', 'matches')}
        </span>
      </div>
      <div className={`${styles['page']} ${live ? '' : styles['past']}`}>
        {!live && (
          <p className={styles['note']}>
            No connection: what the server says below is as it was last known, and nothing of it can be
            changed.
          </p>
        )}
        <Shown value={shown}>
          {settingSections
            .filter(({ id }) => found.has(id))
            .map(({ id, title }) => (
              <section key={id} className={styles['section']} aria-labelledby={`settings-${id}`}>
                <h2 id={`settings-${id}`} tabIndex={-1}>
                  {title}
                </h2>
                {sections[id]()}
              </section>
            ))}
        </Shown>
        {shown.size === 0 && (
          <p className={styles['note']}>No setting has all of these words. Escape clears the search.</p>
        )}
      </div>
    </main>
  )
}

function useEntries() {
  const { approvals, tokens, blocks, serverSettings, status } = usePanel()
  const policy = useStore(approvals.state, (state) => state.policy)
  const listed = useStore(tokens.state, (state) => state.tokens)
  const blocked = useStore(blocks.state, (state) => state.blocks)
  const settings = useStore(serverSettings.state, (state) => state.settings)
  const names = useStore(
    status,
    useShallow((state) => state.status?.limits.map(({ name }) => name) ?? []),
  )
  return useMemo(
    () =>
      settingEntries({
        policy,
        tokens: listed,
        blocks: blocked,
        settings: settings?.settings ?? [],
        limits: names.map((name) => ({ name, used: 0, max: 0 })),
      }),
    [policy, listed, blocked, settings, names],
  )
}

function useReload(live: boolean) {
  const panel = usePanel()
  useEffect(() => {
    if (!live) return
    const load = () => loadSettings(panel)
    void load()
    const timer = setInterval(() => void load(), reloadMs)
    return () => clearInterval(timer)
  }, [live, panel])
}
