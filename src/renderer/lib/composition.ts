/** What a key press says of an input method. Safari sends the key that ends a composition after it, with code 229. */
// eslint-disable-next-line @typescript-eslint/no-deprecated -- nothing else tells of that key
const isComposing = (event: KeyboardEvent) => event.isComposing || event.keyCode === 229

/**
 * Keeps keys that belong to an input method from everything in the page that handles keys: Enter takes a word there, and
 * arrows go through candidates. What is typed comes as input all the same.
 *
 * A code editor handles compositions itself, so it gets such keys; `keepCompositionIn` keeps them in it.
 */
export function ignoreKeysWhileComposing(page: Pick<Window, 'addEventListener'>): void {
  const ignore = (event: KeyboardEvent) => {
    const [typedIn] = event.composedPath()
    const inEditor = typedIn instanceof HTMLElement && typedIn.isContentEditable
    if (isComposing(event) && !inEditor) event.stopImmediatePropagation()
  }
  // Before every other listener: React's are at the root, and those of the window come after these.
  page.addEventListener('keydown', ignore, { capture: true })
  page.addEventListener('keyup', ignore, { capture: true })
}

/** Keeps keys of a composition in an editor from what is around it. */
export function keepCompositionIn(editor: Pick<HTMLElement, 'addEventListener'>): void {
  const keep = (event: KeyboardEvent) => {
    if (isComposing(event)) event.stopPropagation()
  }
  editor.addEventListener('keydown', keep)
  editor.addEventListener('keyup', keep)
}
