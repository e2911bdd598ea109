import { Search, X } from 'lucide-react'
import { useMemo, useState, type RefObject } from 'react'
import styles from './FilterBox.module.css'
import type { Suggestion } from '../lib/filter-language.ts'
import { visibleText } from '../lib/visible-text.ts'

interface FilterBoxProps {
  /** What it is called; its suggestions are found by `id`. */
  label: string
  id: string
  placeholder: string
  /** The query that holds, trimmed. */
  query: string
  onSearch: (query: string) => void
  suggest: (query: string) => Suggestion[]
  /** Where the arrow down leads, and Enter. */
  onLeave: () => void
  /** A page on how to search, opened by a button. */
  help: React.ReactNode
  /** The key that leads here, drawn while nothing is typed. */
  shortcut?: string
  input?: RefObject<HTMLInputElement | null>
  className?: string | undefined
}

/** A box to filter a list with, that completes what it knows. Escape closes the suggestions, then clears it, then leaves it. */
export function FilterBox(props: FilterBoxProps) {
  const { label, id, query, onSearch, suggest, input } = props
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
    onSearch(next)
  }
  const suggestions = useMemo(() => (typing ? suggest(text) : []), [typing, text, suggest])
  const chosen = suggestions[at]
  const take = ({ query: next }: Suggestion) => {
    search(next)
    setAt(-1)
  }
  const onKeyDown = (event: React.KeyboardEvent<HTMLInputElement>) => {
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
      if (text === '') event.currentTarget.blur()
      else search('')
    } else if (event.key === 'ArrowDown' || event.key === 'Enter') {
      event.preventDefault()
      props.onLeave()
    }
  }

  return (
    <div className={`${styles['box']} ${props.className ?? ''}`} role="search" aria-label={label}>
      <Search size={14} aria-hidden />
      <input
        ref={input}
        type="text"
        role="searchbox"
        aria-label={label}
        aria-keyshortcuts={props.shortcut}
        placeholder={props.placeholder}
        spellCheck={false}
        autoComplete="off"
        value={text}
        aria-autocomplete="list"
        aria-controls={id}
        aria-activedescendant={chosen === undefined ? undefined : `${id}-${at}`}
        onChange={(event) => {
          setTyping(true)
          setAt(-1)
          search(event.target.value)
        }}
        onBlur={() => setTyping(false)}
        onKeyDown={onKeyDown}
      />
      {props.help}
      <ul id={id} role="listbox" aria-label="Suggestions" hidden={suggestions.length === 0}>
        {suggestions.map((suggestion, index) => (
          <li
            key={suggestion.label}
            id={`${id}-${index}`}
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
        {suggestions.length > 0 ? `Suggestions: ${suggestions.length}` : ''}
      </span>
      {text === '' ? (
        props.shortcut !== undefined && <kbd aria-hidden>{props.shortcut}</kbd>
      ) : (
        <button
          type="button"
          aria-label="Clear search"
          onClick={(event) => {
            search('')
            event.currentTarget.closest('[role="search"]')?.querySelector('input')?.focus()
          }}
        >
          <X size={14} aria-hidden />
        </button>
      )}
    </div>
  )
}
