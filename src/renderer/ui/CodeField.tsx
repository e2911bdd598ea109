import { useId, useRef, useState, type ClipboardEvent, type KeyboardEvent } from 'react'
import { flushSync } from 'react-dom'
import styles from './CodeField.module.css'

/** Characters above which a browser takes too long for every key that is typed into a field: some tenths of a second. */
const editableMax = 200_000
/** Characters that are shown of a longer text. */
const excerptLength = 4_000

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
 * Of a text that is too long to be edited here, a part is shown; another one can be pasted in its place.
 */
export function CodeField({ label, value, onChange, indent, problem, describedBy, rows }: CodeFieldProps) {
  const [leaving, setLeaving] = useState(false)
  const field = useRef<HTMLTextAreaElement>(null)
  const id = useId()
  const place = problem?.offset ?? null
  const isLong = value.length > editableMax
  const [wantedStart, setWantedStart] = useState(0)
  const start = isLong ? Math.max(0, Math.min(wantedStart, value.length - excerptLength)) : 0
  const shown = isLong ? value.slice(start, start + excerptLength) : value

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const area = event.currentTarget
    if (isLong || event.nativeEvent.isComposing || event.ctrlKey || event.metaKey || event.altKey) return
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
  /** What would be too long goes past the field, which would be busy with it for seconds. */
  const onPaste = (event: ClipboardEvent<HTMLTextAreaElement>) => {
    const pasted = event.clipboardData.getData('text/plain').replace(/\r\n?/g, '\n')
    const { selectionStart, selectionEnd } = event.currentTarget
    const next = isLong ? pasted : value.slice(0, selectionStart) + pasted + value.slice(selectionEnd)
    if (pasted === '' || (!isLong && next.length <= editableMax)) return
    event.preventDefault()
    setWantedStart(0)
    onChange(next)
  }
  const goTo = (offset: number) => {
    const from = Math.max(0, Math.min(offset - excerptLength / 2, value.length - excerptLength))
    if (isLong) flushSync(() => setWantedStart(from))
    // A field scrolls to its cursor as it takes the focus. Where nothing can be typed, no cursor is drawn: the place is marked.
    const at = isLong ? offset - from : offset
    field.current?.setSelectionRange(at, isLong ? at + 1 : at)
    field.current?.focus()
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
        value={shown}
        readOnly={isLong}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-problem ${id}-keys${describedBy === undefined ? '' : ` ${describedBy}`}`}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
        onBlur={() => setLeaving(false)}
        onChange={({ target }) => onChange(target.value)}
      />
      <p id={`${id}-problem`} className={styles['problem']} aria-live="polite">
        {place === null ? (
          problem?.text
        ) : (
          <button type="button" title="Go there" onClick={() => goTo(place)}>
            {problem?.text}
          </button>
        )}
      </p>
      {isLong ? (
        <p id={`${id}-keys`} className={styles['part']}>
          {value.length.toLocaleString('en')} characters are too many to edit here. Shown are{' '}
          {(start + 1).toLocaleString('en')} to {(start + shown.length).toLocaleString('en')}. Paste another
          text to replace all of them.
        </p>
      ) : (
        <p id={`${id}-keys`} className={styles['keys']}>
          Tab inserts spaces. To leave with Tab, press Escape first.
        </p>
      )}
      <span role="status" className="spoken">
        {leaving ? 'Tab now leaves this field.' : ''}
      </span>
    </div>
  )
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
