import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { useStore } from 'zustand'
import { loadSettings } from '../features/settings/load-settings.ts'
import { useLive, useParts } from '../panel/panel-context.ts'
import type { Router } from '../panel/router.ts'
import { Dialog } from '../ui/Dialog.tsx'
import { visibleText } from '../lib/visible-text.ts'
import type { Action } from './actions/action.ts'
import { findActions } from './actions/find-actions.ts'
import styles from './CommandPalette.module.css'

/** The address may name the place already: it is opened again all the same. */
const goWith = (router: Router) => (fragment: string) => {
  location.hash = fragment
  router.follow(fragment)
}

/** Every action by its name, and every client and job by theirs. `onClose` is told after it has closed. */
export function CommandPalette({
  onClose,
  showShortcuts,
}: {
  onClose: () => void
  showShortcuts: () => void
}) {
  const parts = useParts()
  const { panel, router } = parts
  const list = useRef<HTMLUListElement>(null)
  const listId = useId()
  const [query, setQuery] = useState('')
  const [at, setAt] = useState(0)
  // Settings and tokens are asked for as it opens, and what can be done with them stands last.
  useEffect(() => void loadSettings(panel), [panel])
  const settings = useStore(panel.serverSettings.state, (state) => state.settings)
  const tokens = useStore(panel.tokens.state, (state) => state.tokens)
  const live = useLive()
  const actions = useMemo(
    () => findActions({ ...parts, live, settings, tokens, go: goWith(router), showShortcuts }, query),
    [parts, live, router, query, showShortcuts, settings, tokens],
  )

  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [at, actions])

  const run = (action: Action) => {
    onClose()
    // After the palette has gone and given the focus back.
    setTimeout(action.run)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key]
    const action = actions[at]
    if (by !== undefined) setAt(Math.max(0, Math.min(actions.length - 1, at + by)))
    else if (event.key === 'Enter' && action !== undefined) run(action)
    else return
    event.preventDefault()
  }

  return (
    <Dialog
      title="Commands"
      quiet
      className={styles['palette']}
      dismissable
      onClose={onClose}
      onKeyDown={onKeyDown}
    >
      <input
        type="text"
        role="combobox"
        aria-label="Search commands, clients and jobs"
        aria-expanded="true"
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={actions.length === 0 ? undefined : `${listId}-${at}`}
        placeholder="Search commands, clients and jobs"
        spellCheck={false}
        autoComplete="off"
        autoFocus
        value={query}
        onChange={(event) => {
          setQuery(event.target.value)
          setAt(0)
        }}
      />
      <ul ref={list} id={listId} role="listbox" aria-label="Commands" tabIndex={-1}>
        {actions.map((action, index) => (
          <li
            key={action.id}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === at}
            onClick={() => run(action)}
          >
            <bdi>{visibleText(action.title)}</bdi>
            <span>{visibleText(action.hint)}</span>
          </li>
        ))}
      </ul>
      <p role="status" className={actions.length === 0 ? styles['none'] : 'spoken'}>
        {actions.length === 0 ? 'Nothing is called that.' : `${actions.length} found`}
      </p>
    </Dialog>
  )
}
