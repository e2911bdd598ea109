/** Typing in one of these means text, not a command. */
const typedInto =
  'input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable], dialog[open] *'

/** Whether keys that come to this element are text, so that no single letter may be a command there. */
export function takesText(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches(typedInto)
}
