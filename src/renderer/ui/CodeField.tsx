import { useId, useRef, useState, type KeyboardEvent } from 'react'
import styles from './CodeField.module.css'

interface CodeFieldProps {
  label: string
  value: string
  onChange: (value: string) => void
  /** Spaces that Tab inserts. */
  indent: number
  /** What is wrong with it, and where in UTF-16 units; `offset` is null where it is about the whole. */
  problem: { text: string; offset: number | null } | undefined
  /** Id of an element that says more. */
  describedBy?: string
  rows: number
}

/**
 * A text in which lines are indented: Tab inserts spaces, Shift Tab takes them away, Enter keeps the indentation. So that
 * the keyboard is not caught in it, Tab after Escape goes on to the next field; that is said when it takes the focus.
 */
export function CodeField({ label, value, onChange, indent, problem, describedBy, rows }: CodeFieldProps) {
  const [leaving, setLeaving] = useState(false)
  const field = useRef<HTMLTextAreaElement>(null)
  const id = useId()
  const place = problem?.offset ?? null

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const area = event.currentTarget
    if (event.nativeEvent.isComposing || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'Escape') {
      // The first Escape is for the field; another one is for what is around it.
      if (leaving) return
      setLeaving(true)
      event.preventDefault()
      event.stopPropagation()
      return
    }
    if (event.key === 'Tab') {
      if (leaving) return
      event.preventDefault()
      if (event.shiftKey) outdent(area, indent)
      else {
        const column = area.selectionStart - (area.value.lastIndexOf('\n', area.selectionStart - 1) + 1)
        insert(area, ' '.repeat(indent - (column % indent)))
      }
    } else if (event.key === 'Enter' && !event.shiftKey) {
      const start = area.value.lastIndexOf('\n', area.selectionStart - 1) + 1
      const kept = /^[ \t]*/.exec(area.value.slice(start, area.selectionStart))?.[0] ?? ''
      const deeper = /[:{[(]$/.test(area.value.slice(start, area.selectionStart)) ? ' '.repeat(indent) : ''
      event.preventDefault()
      insert(area, `\n${kept}${deeper}`)
    }
    if (event.key !== 'Shift') setLeaving(false)
  }

  return (
    <div className={styles['field']}>
      <label htmlFor={id}>{label}</label>
      <textarea
        ref={field}
        id={id}
        data-first-field
        className={styles['area']}
        dir="ltr"
        rows={rows}
        wrap="off"
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        value={value}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-problem ${id}-keys${describedBy === undefined ? '' : ` ${describedBy}`}`}
        onKeyDown={onKeyDown}
        onBlur={() => setLeaving(false)}
        onChange={({ target }) => onChange(target.value)}
      />
      <p id={`${id}-problem`} className={styles['problem']} aria-live="polite">
        {place === null ? (
          problem?.text
        ) : (
          <button
            type="button"
            title="Go there"
            onClick={() => {
              if (field.current !== null) goTo(field.current, place)
            }}
          >
            {problem?.text}
          </button>
        )}
      </p>
      <p id={`${id}-keys`} className={styles['keys']}>
        Tab inserts spaces. To leave with Tab, press Escape first.
      </p>
      <span role="status" className="spoken">
        {leaving ? 'Tab now leaves this field.' : ''}
      </span>
    </div>
  )
}

/** Puts the cursor there, in sight: a field scrolls to its cursor as it takes the focus. */
function goTo(area: HTMLTextAreaElement, offset: number): void {
  area.setSelectionRange(offset, offset)
  area.focus()
}

/** As if typed, so that it can be undone. */
function insert(area: HTMLTextAreaElement, text: string): void {
  // The only way into the undo history of a field; what does not have it sets the text and tells React.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  if (document.execCommand('insertText', false, text)) return
  area.setRangeText(text, area.selectionStart, area.selectionEnd, 'end')
  area.dispatchEvent(new Event('input', { bubbles: true }))
}

function outdent(area: HTMLTextAreaElement, indent: number): void {
  const at = area.selectionStart
  const start = area.value.lastIndexOf('\n', at - 1) + 1
  const spaces = Math.min(indent, /^ */.exec(area.value.slice(start))?.[0].length ?? 0)
  if (spaces === 0) return
  area.setSelectionRange(start, start + spaces)
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  if (!document.execCommand('delete')) {
    area.setRangeText('', start, start + spaces, 'start')
    area.dispatchEvent(new Event('input', { bubbles: true }))
  }
  const back = Math.max(start, at - spaces)
  area.setSelectionRange(back, back)
}
