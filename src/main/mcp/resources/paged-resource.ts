import type { CallContext } from '../calls/call-context.ts'
import type { ResourceEntry } from '../calls/resource.ts'
import { invalidParams } from '../calls/rpc-error.ts'
import { textPage } from '../calls/text-page.ts'

interface PagedDefinition {
  /** Ends in `{?offset}`; before it stands one variable in braces. */
  readonly uriTemplate: string
  readonly name: string
  readonly description: string
  readonly mimeType: string
  /** The whole text; null where there is none for this caller. */
  readonly find: (id: string, context: CallContext) => string | null
  /** Values of the variable that may be suggested. Default: none. */
  readonly names?: (context: CallContext) => string[]
}

/**
 * A long text that is read in pages. Without an offset its first page; `_meta` of the answer says where the page begins,
 * where the next one does (null at the end), and how many bytes of UTF-8 the text has.
 */
export function pagedEntry(definition: PagedDefinition): ResourceEntry {
  const { uriTemplate, name, description, mimeType, find, names } = definition
  const [before = '', variable = '', after = ''] = uriTemplate.replace('{?offset}', '').split(/[{}]/)
  const parts = (uri: string): { id: string; offset: string | null } | null => {
    const { path, query } = splitQuery(uri)
    if (!path.startsWith(before) || !path.endsWith(after)) return null
    const id = path.slice(before.length, path.length - after.length)
    return id === '' || id.includes('/') ? null : { id, offset: query }
  }
  return {
    listing: { kind: 'template', template: { uriTemplate, name, description, mimeType } },
    matches: (uri) => parts(uri) !== null,
    read(uri, context) {
      const found = parts(uri)
      const id = found === null ? null : decode(found.id)
      const text = id === null ? null : find(id, context)
      if (text === null) return null
      const page = textPage(text, offsetOf(found?.offset ?? null))
      if (page === null) {
        throw invalidParams(`There is no such offset: the text has ${String(Buffer.byteLength(text))} bytes.`)
      }
      const { text: part, offset, next_offset, total_bytes } = page
      return { uri, mimeType, text: part, _meta: { offset, next_offset, total_bytes } }
    },
    complete: (asked, value, context) =>
      asked === variable ? (names?.(context) ?? []).filter((each) => each.startsWith(value)) : [],
  }
}

function splitQuery(uri: string): { path: string; query: string | null } {
  const at = uri.indexOf('?')
  return at === -1 ? { path: uri, query: null } : { path: uri.slice(0, at), query: uri.slice(at + 1) }
}

/** RFC 6570, form-style query expansion: `?offset=<n>`; an empty value is one that was left out. */
function offsetOf(query: string | null): number {
  if (query === null || query === '' || query === 'offset=') return 0
  const [, digits] = /^offset=(\d{1,15})$/.exec(query) ?? []
  if (digits === undefined) throw invalidParams('The offset is a number of bytes, as in "?offset=262144".')
  return Number(digits)
}

/** The variable's value from its percent-encoded form (RFC 6570 simple expansion); null for a broken encoding. */
export function decode(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
