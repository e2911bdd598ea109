import { useId, useState, type FocusEvent, type KeyboardEvent, type MouseEvent } from 'react'
import { usePanel } from '../panel/panel-context.ts'
import { RightClickMenu } from '../ui/ActionMenu.tsx'
import { CopyValue } from '../ui/CopyValue.tsx'
import type { Word } from '../lib/glossary.ts'
import type { MenuEntries } from '../ui/menu-entries.ts'
import { shortcutOf } from '../lib/shortcuts.ts'
import { Term } from '../ui/Term.tsx'
import { factEntries } from './fact-entries.ts'
import styles from './Facts.module.css'

const valueSelector = '[data-fact]'

/**
 * A list of names and values; values that are cut have their whole text in the title. Tab leads to the first value, the
 * arrow keys to the others, and each has a menu that copies it.
 */
export function Facts({ children }: { children: React.ReactNode }) {
  const { toasts } = usePanel()
  const [entries, setEntries] = useState<MenuEntries>([])
  const [hasFocus, setHasFocus] = useState(false)

  const onFocus = ({ target, currentTarget }: FocusEvent<HTMLElement>) => {
    setHasFocus(true)
    if (target === currentTarget) currentTarget.querySelector<HTMLElement>(valueSelector)?.focus()
  }
  const onBlur = ({ relatedTarget, currentTarget }: FocusEvent<HTMLElement>) => {
    if (!currentTarget.contains(relatedTarget)) setHasFocus(false)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (shortcutOf(event, 'inspector') !== 'value') return
    const values = [...event.currentTarget.querySelectorAll<HTMLElement>(valueSelector)]
    const at = values.indexOf(event.target as HTMLElement)
    if (at === -1) return
    const places: Partial<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: values.length - 1,
    }
    event.preventDefault()
    values[places[event.key] ?? at]?.focus()
  }
  const onAsk = (event: MouseEvent) => {
    const value = valueUnder(event.target as Element)
    if (value === null) {
      event.stopPropagation()
      return
    }
    const { fact = '', value: exact } = value.dataset
    setEntries(factEntries(toasts, fact, exact ?? value.innerText.trim()))
  }
  return (
    <RightClickMenu entries={entries} onAsk={onAsk}>
      <dl
        className={styles['facts']}
        // While one of its values has the focus, Shift Tab leads out of the list.
        tabIndex={hasFocus ? undefined : 0}
        onFocus={onFocus}
        onBlur={onBlur}
        onKeyDown={onKeyDown}
      >
        {children}
      </dl>
    </RightClickMenu>
  )
}

interface FactProps {
  name: string
  /** The word that explains the name, where it needs a sentence. */
  term?: Word
  /** The value as it is copied: exact where a short text is shown, empty where there is none. Left out: the text as shown. */
  value?: string | undefined
  /** Puts a button that copies it beside the value. */
  copy?: boolean
  title?: string | undefined
  /** Lets a value take several lines. */
  wrap?: boolean
  children: React.ReactNode
}

export function Fact({ name, term, value, copy = false, title, wrap = false, children }: FactProps) {
  const id = useId()
  return (
    <>
      <dt id={`${id}-name`}>{term === undefined ? name : <Term word={term}>{name}</Term>}</dt>
      <dd className={wrap ? styles['wrap'] : undefined}>
        <span
          id={id}
          role="group"
          aria-labelledby={`${id}-name ${id}`}
          tabIndex={-1}
          data-fact={name}
          data-value={value}
          title={title}
          translate="no"
        >
          {children}
        </span>
        {copy && <CopyValue name={name.toLowerCase()} text={value ?? ''} />}
      </dd>
    </>
  )
}

/** The value that a place belongs to; its name and its button count as it. */
function valueUnder(element: Element): HTMLElement | null {
  const place = element.closest('dd') ?? element.closest('dt')?.nextElementSibling
  return place?.querySelector<HTMLElement>(valueSelector) ?? null
}
