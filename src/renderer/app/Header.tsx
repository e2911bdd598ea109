import { Command, Search, X } from 'lucide-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { suggestFilter, type Suggestion } from '../features/clients/client-filter.ts'
import { countOf } from '../features/status/count-text.ts'
import { Button } from '../ui/Button.tsx'
import { Logo } from '../ui/Logo.tsx'
import { visibleText } from '../ui/visible-text.ts'
import { AddressPill } from './AddressPill.tsx'
import { FilterHelp } from './FilterHelp.tsx'
import styles from './Header.module.css'
import { usePanel, useRouter } from '../panel/panel-context.ts'

/** Typing in one of these means text, not a command. */
const typingIn = 'input, textarea, select, [contenteditable], dialog[open] *'

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

function ClientSearch() {
  const { clients, selection } = usePanel()
  const router = useRouter()
  const input = useRef<HTMLInputElement>(null)
  const query = useStore(clients.state, (state) => state.filter.query)
  // What is typed, spaces at its end included; the filter holds it trimmed.
  const [text, setText] = useState(query)
  const [known, setKnown] = useState(query)
  const [typing, setTyping] = useState(false)
  /** The suggestion that the keyboard stands on, -1 for none. */
  const [at, setAt] = useState(-1)
  if (query !== known) {
    setKnown(query)
    if (text.trim() !== query) setText(query)
  }

  const search = (next: string) => {
    setText(next)
    clients.search(next)
    if (next !== '' && router.state.getState().view !== 'clients') location.hash = '#/clients'
  }

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return
      if (event.target instanceof Element && event.target.matches(typingIn)) return
      event.preventDefault()
      input.current?.focus()
      input.current?.select()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])

  const suggestions = useMemo(
    () => (typing ? suggestFilter(text, clients.state.getState().byKey.values()) : []),
    [typing, text, clients],
  )
  const chosen = suggestions[at]
  const take = ({ query: next }: Suggestion) => {
    search(next)
    setAt(-1)
    input.current?.focus()
  }

  return (
    <div className={styles['search']} role="search">
      <Search size={14} aria-hidden />
      <input
        ref={input}
        type="text"
        role="searchbox"
        aria-label="Search clients"
        aria-keyshortcuts="/"
        placeholder="Search clients, or type:blender group:farm"
        spellCheck={false}
        autoComplete="off"
        value={text}
        aria-autocomplete="list"
        aria-controls="search-suggestions"
        aria-activedescendant={chosen === undefined ? undefined : `search-suggestion-${at}`}
        onChange={(event) => {
          setTyping(true)
          setAt(-1)
          search(event.target.value)
        }}
        onBlur={() => setTyping(false)}
        onKeyDown={(event) => {
          if (suggestions.length > 0 && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
            event.preventDefault()
            const by = event.key === 'ArrowDown' ? 1 : -1
            setAt(Math.max(-1, Math.min(suggestions.length - 1, at + by)))
          } else if (chosen !== undefined && (event.key === 'Enter' || event.key === 'Tab')) {
            event.preventDefault()
            take(chosen)
          } else if (event.key === 'Escape' && suggestions.length > 0) {
            event.stopPropagation()
            setTyping(false)
          } else if (event.key === 'Escape') {
            event.stopPropagation()
            if (text === '') input.current?.blur()
            else search('')
          } else if (event.key === 'ArrowDown' || event.key === 'Enter') {
            event.preventDefault()
            selection.focusActive()
          }
        }}
      />
      <FilterHelp />
      <ul id="search-suggestions" role="listbox" aria-label="Suggestions" hidden={suggestions.length === 0}>
        {suggestions.map((suggestion, index) => (
          <li
            key={suggestion.label}
            id={`search-suggestion-${index}`}
            role="option"
            aria-selected={index === at}
            // Before the click takes the focus out of the box, which closes the list.
            onPointerDown={(event) => {
              event.preventDefault()
              take(suggestion)
            }}
          >
            <bdi>{visibleText(suggestion.label)}</bdi>
          </li>
        ))}
      </ul>
      <span role="status" className="spoken">
        {suggestions.length > 0 ? countOf(suggestions.length, 'suggestion') : ''}
      </span>
      {text === '' ? (
        <kbd aria-hidden>/</kbd>
      ) : (
        <button
          type="button"
          aria-label="Clear search"
          onClick={() => {
            search('')
            input.current?.focus()
          }}
        >
          <X size={14} aria-hidden />
        </button>
      )}
    </div>
  )
}
