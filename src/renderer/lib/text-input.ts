/** Typing in one of these means text, not a command. */
const typedInto =
  'input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable], dialog[open] *'

/** Whether a key is text where it was pressed, so that no single letter may be a command there. */
export function isTextInput(event: Event): boolean {
  // The target of an event from a shadow root is the root's host: the path begins with what has the focus.
  const [element] = event.composedPath()
  return element instanceof Element && element.matches(typedInto)
}
