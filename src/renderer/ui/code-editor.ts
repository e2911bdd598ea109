import { history, historyKeymap, indentWithTab, isolateHistory, standardKeymap } from '@codemirror/commands'
import { jsonLanguage } from '@codemirror/lang-json'
import { pythonLanguage } from '@codemirror/lang-python'
import { indentUnit, syntaxHighlighting } from '@codemirror/language'
import { Compartment, EditorState } from '@codemirror/state'
import { EditorView, highlightSpecialChars, keymap } from '@codemirror/view'
import { keepCompositionIn } from '../lib/composition.ts'
import { highlighters } from '../lib/highlight-code.ts'

export interface CodeEditorOptions {
  /** What it is called. */
  label: string
  language: 'json' | 'python'
  text: string
  /** What was typed, pasted or undone; lines end with `\n`. */
  onChange: (text: string) => void
  /** Whether Tab leaves the editor now, because Escape was pressed before. */
  onLeaving: (leaving: boolean) => void
}

/** A text that is edited. */
export interface CodeEditor {
  focus: () => void
  /** Puts another text in the place of the one that is there. It can be undone. Does nothing for the same text. */
  setText: (text: string) => void
  setInvalid: (invalid: boolean) => void
  /** Elements that say more about it, outside of it. */
  describeBy: (elements: readonly Element[]) => void
  /** Puts the cursor at an offset in UTF-16 units, in sight, and takes the focus. */
  goTo: (offset: number) => void
  close: () => void
}

const languages = {
  json: { language: jsonLanguage, indent: '  ' },
  python: { language: pythonLanguage, indent: '    ' },
} as const

/**
 * CodeMirror in the shadow root of an element. There it adopts a style sheet, where in the page it would write a
 * `<style>` element, which the content policy of the panel refuses. Colours and fonts come from the page's variables.
 *
 * Tab indents. So that the keyboard is not caught in it, Tab after Escape goes on to the next field.
 */
export function createCodeEditor(host: HTMLElement, options: CodeEditorOptions): CodeEditor {
  const { label, onChange, onLeaving } = options
  const { language, indent } = languages[options.language]
  const invalidity = new Compartment()
  let text = options.text
  let invalid: boolean | null = null
  let leaving = false
  const setLeaving = (next: boolean) => {
    if (leaving === next) return
    leaving = next
    view.setTabFocusMode(next)
    onLeaving(next)
  }
  const keydown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return false
    if (event.key !== 'Escape') {
      if (event.key !== 'Shift') setLeaving(false)
      return false
    }
    // The first Escape is for the editor; another one is for what is around it.
    if (leaving) return false
    setLeaving(true)
    event.stopPropagation()
    return true
  }
  // Where a browser replaces a coloured text itself, it keeps the colour by an inline style, which the content
  // policy refuses and the console reports.
  const beforeinput = (event: InputEvent) => {
    if (event.inputType !== 'insertText' || event.data === null || event.isComposing) return false
    if (view.state.selection.main.empty) return false
    view.dispatch(view.state.replaceSelection(event.data), { userEvent: 'input.type', scrollIntoView: true })
    return true
  }

  keepCompositionIn(host)
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' })
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        EditorView.domEventHandlers({ keydown, beforeinput, blur: () => setLeaving(false) }),
        keymap.of([...standardKeymap, ...historyKeymap, indentWithTab]),
        history(),
        highlightSpecialChars(),
        indentUnit.of(indent),
        language,
        syntaxHighlighting(highlighters[options.language]),
        EditorView.contentAttributes.of({ 'aria-label': label }),
        invalidity.of([]),
        look,
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return
          const next = update.state.doc.toString()
          if (next === text) return
          text = next
          onChange(next)
        }),
      ],
    }),
  })

  return {
    focus: () => view.focus(),
    setText(next) {
      if (next === text) return
      text = next
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: next },
        annotations: isolateHistory.of('full'),
      })
    },
    setInvalid(next) {
      if (next === invalid) return
      invalid = next
      const attributes = EditorView.contentAttributes.of({ 'aria-invalid': String(next) })
      view.dispatch({ effects: invalidity.reconfigure(attributes) })
    },
    describeBy(elements) {
      view.contentDOM.ariaDescribedByElements = elements
    },
    goTo(offset) {
      const anchor = Math.min(offset, view.state.doc.length)
      view.dispatch({
        selection: { anchor },
        effects: EditorView.scrollIntoView(anchor, { y: 'center', yMargin: 0 }),
      })
      view.focus()
    },
    close: () => view.destroy(),
  }
}

/** One style sheet for all editors. Its rules hold in their shadow roots alone. */
const look = EditorView.theme({
  '&': { height: '100%', color: 'var(--text)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    font: '12px/1.5 var(--mono)',
    scrollbarWidth: 'thin',
    scrollbarColor: 'var(--line) transparent',
  },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--text)' },
  '.cm-line': { padding: '0 10px' },
  '.cm-line::selection, .cm-line ::selection': {
    background: 'var(--accent)',
    color: 'var(--on-accent)',
  },
  '.cm-specialChar': { color: 'var(--failed)' },
  '.comment': { color: 'var(--faint)' },
  '.string': { color: 'var(--json-string)' },
  '.key, .keyword': { color: 'var(--json-key)' },
  '.literal': { color: 'var(--json-literal)' },
})
