export type Language = 'json' | 'python' | 'text'

/** Characters above which a text is shown plain: highlighting makes an element of each token. */
export const highlightMax = 20_000

/** JSON where a text is a whole object or list of it and not too long to be highlighted, else a text. */
export function languageOf(text: string): Language {
  try {
    const value: unknown = text.length <= highlightMax ? JSON.parse(text) : null
    return typeof value === 'object' && value !== null ? 'json' : 'text'
  } catch {
    return 'text'
  }
}
