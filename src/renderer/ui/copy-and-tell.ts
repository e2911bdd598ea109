import { copyText } from './copy-text.ts'
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
