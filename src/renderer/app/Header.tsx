import { Search, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { Logo } from '../ui/Logo.tsx'
import { AddressPill } from './AddressPill.tsx'
import styles from './Header.module.css'
import { usePanel, useRouter } from '../panel/panel-context.ts'

/** Typing in one of these means text, not a command. */
const typingIn = 'input, textarea, select, [contenteditable], dialog[open] *'

export function Header() {
  return (
    <header className={styles['header']}>
      <a className={styles['logo']} href="#/clients">
        <Logo size={20} />
        <span>Busbar</span>
      </a>
      <ClientSearch />
      <AddressPill />
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

  return (
    <div className={styles['search']} role="search">
      <Search size={14} aria-hidden />
      <input
        ref={input}
        type="text"
        role="searchbox"
        aria-label="Search clients"
        aria-keyshortcuts="/"
        placeholder="Search clients by name, file, group, host"
        spellCheck={false}
        autoComplete="off"
        value={text}
        onChange={(event) => search(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            event.stopPropagation()
            if (text === '') input.current?.blur()
            else search('')
          } else if (event.key === 'ArrowDown' || event.key === 'Enter') {
            event.preventDefault()
            selection.focusActive()
          }
        }}
      />
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
