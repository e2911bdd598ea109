import { Command } from 'lucide-react'
import { useCallback, useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import { clientFilter } from '../model/clients/client-filter.ts'
import { usePanel, useRouter } from '../panel/panel-context.ts'
import { placeLink } from '../panel/router.ts'
import { useIntent } from '../panel/use-intent.ts'
import { Button } from '../ui/Button.tsx'
import { FilterBox } from '../ui/FilterBox.tsx'
import { FilterHelp } from '../ui/FilterHelp.tsx'
import { Logo } from '../ui/Logo.tsx'
import { shortcutOf } from '../lib/shortcuts.ts'
import { isTextInput } from '../lib/text-input.ts'
import { AddressPill } from './AddressPill.tsx'
import styles from './Header.module.css'

export function Header({ onCommands }: { onCommands: () => void }) {
  return (
    <header className={styles['header']}>
      <a className={styles['logo']} href="#/clients">
        <Logo size={20} />
        <span>Busbar</span>
      </a>
      <ClientSearch />
      <div className={styles['end']}>
        <Button
          kind="quiet"
          className={styles['commands']}
          aria-label="Commands"
          aria-keyshortcuts="Control+K Meta+K"
          title="Commands, clients and jobs by name (Ctrl K)"
          onClick={onCommands}
        >
          <Command size={14} aria-hidden />
        </Button>
        <AddressPill />
      </div>
    </header>
  )
}

const examples = [
  ['shot farm', 'both words anywhere: name, uuid, type, group, file, host, program'],
  ['type:blender', 'the type has “blender” in it'],
  ['group:"farm"', 'the group is exactly that'],
  ['-state:stale', 'not that'],
  ['drops:>0', 'more than so many; also < and a plain number'],
] as const

function ClientSearch() {
  const { clients, selection } = usePanel()
  const router = useRouter()
  const input = useRef<HTMLInputElement>(null)
  const query = useStore(clients.state, (state) => state.filter.query)

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (shortcutOf(event, 'anywhere') !== 'search' || isTextInput(event)) return
      event.preventDefault()
      input.current?.focus()
      input.current?.select()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
  useIntent(
    'search',
    () => input.current?.focus(),
    (intent) => intent.in === 'clients',
  )
  const suggest = useCallback(
    (text: string) => clientFilter.suggest(text, clients.state.getState().byKey.values()),
    [clients],
  )

  return (
    <FilterBox
      id="search-suggestions"
      className={styles['search']}
      label="Search clients"
      placeholder="Search clients, or type:blender group:farm"
      shortcut="/"
      input={input}
      query={query}
      suggest={suggest}
      help={<FilterHelp title="How to search" language={clientFilter} examples={examples} />}
      onSearch={(next) => {
        clients.search(next)
        if (next !== '' && router.state.getState().view !== 'clients') location.hash = placeLink('clients')
      }}
      onLeave={selection.focusActive}
    />
  )
}
