import {
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
  type CSSProperties,
  type Ref,
} from 'react'
import { createCodeEditor, type CodeEditor } from './code-editor.ts'
import styles from './CodeField.module.css'

/** What takes the focus: a field of a form. */
export interface Focusable {
  focus: () => void
}

interface CodeFieldProps {
  label: string
  language: 'json' | 'python'
  value: string
  onChange: (value: string) => void
  /** What is wrong with it, and where in UTF-16 units; `offset` is null where it is about the whole. */
  problem: { text: string; offset: number | null } | undefined
  /** Id of an element that says more. */
  describedBy?: string
  /** Lines of the text in sight at first. */
  rows: number
  ref?: Ref<Focusable>
}

/** Code that is edited, with what is wrong with it. The editor's keys are told when it takes the focus. */
export function CodeField(props: CodeFieldProps) {
  const { label, language, value, onChange, problem, describedBy, rows, ref } = props
  const [leaving, setLeaving] = useState(false)
  const host = useRef<HTMLDivElement>(null)
  const editor = useRef<CodeEditor>(null)
  const id = useId()
  const place = problem?.offset ?? null
  const isInvalid = problem !== undefined

  // Before the next key: a later effect would put a text back that was typed over in the meantime.
  const latest = useRef({ value, onChange })
  useLayoutEffect(() => {
    latest.current = { value, onChange }
  })
  useLayoutEffect(() => {
    if (host.current === null) return undefined
    const made = createCodeEditor(host.current, {
      label,
      language,
      text: latest.current.value,
      onChange: (text) => latest.current.onChange(text),
      onLeaving: setLeaving,
    })
    editor.current = made
    return () => {
      editor.current = null
      made.close()
    }
  }, [label, language])
  useLayoutEffect(() => {
    const ids = [`${id}-problem`, `${id}-keys`, describedBy ?? '']
    editor.current?.setText(value)
    editor.current?.setInvalid(isInvalid)
    editor.current?.describeBy(
      ids.map((each) => document.getElementById(each)).filter((element) => element !== null),
    )
  })
  useImperativeHandle(ref, () => ({ focus: () => editor.current?.focus() }), [])

  return (
    <div className={styles['field']}>
      {/* The editor has the same name as an attribute: nothing outside of a shadow root can label what is in it. */}
      <span className={styles['label']} aria-hidden onClick={() => editor.current?.focus()}>
        {label}
      </span>
      <div
        ref={host}
        className={styles['area']}
        style={{ '--rows': rows } as CSSProperties}
        dir="ltr"
        data-invalid={isInvalid}
      />
      <p id={`${id}-problem`} className={styles['problem']} aria-live="polite">
        {place === null ? (
          problem?.text
        ) : (
          <button type="button" title="Go there" onClick={() => editor.current?.goTo(place)}>
            {problem?.text}
          </button>
        )}
      </p>
      <p id={`${id}-keys`} className={styles['keys']}>
        Tab indents. To leave with Tab, press Escape first.
      </p>
      <span role="status" className="spoken">
        {leaving ? 'Tab now leaves this field.' : ''}
      </span>
    </div>
  )
}
