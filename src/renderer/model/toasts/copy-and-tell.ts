import { copyText } from '../../lib/copy-text.ts'
import type { Toasts } from './toasts.ts'

/** Puts a text on the clipboard and says by a toast whether it is there. `what` is what it is: `uuid`, `record`. */
export function copyAndTell(toasts: Toasts, what: string, text: string): void {
  void copyText(text).then((copied) =>
    toasts.show(
      copied
        ? { kind: 'done', text: `Copied the ${what}.` }
        : { kind: 'problem', text: `The ${what} was not copied.` },
    ),
  )
}

/** The same with the whole address of a place in the panel, of which this is the fragment. */
export function copyLink(toasts: Toasts, fragment: string): void {
  copyAndTell(toasts, 'link', new URL(fragment, location.href).href)
}

/** The same with a text that has to be fetched first. */
export function copyFetched(toasts: Toasts, what: string, fetch: () => Promise<string>): void {
  void fetch().then(
    (text) => copyAndTell(toasts, what, text),
    () => toasts.show({ kind: 'problem', text: `The ${what} could not be fetched, so nothing was copied.` }),
  )
}
