import { readFile } from 'node:fs/promises'
import type { z } from 'zod'
import { wellFormedJson } from '../../shared/well-formed.ts'
import { codeOf } from './private-file.ts'

/** What a file of this program's holds. */
export type JsonFile<Value> =
  | { readonly kind: 'read'; readonly value: Value }
  | { readonly kind: 'missing' }
  /** It is there, and is no JSON, or holds something else, or is a folder. */
  | { readonly kind: 'damaged' }

/** Reads a JSON file that must fit a schema; its texts are well-formed. Rejects with the error of the file system where it can't be read. */
export async function readJsonFile<Value>(path: string, schema: z.ZodType<Value>): Promise<JsonFile<Value>> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { kind: 'missing' }
    if (codeOf(error) === 'EISDIR') return { kind: 'damaged' }
    throw error
  }
  const parsed = schema.safeParse(parse(text))
  return parsed.success ? { kind: 'read', value: parsed.data } : { kind: 'damaged' }
}

function parse(text: string): unknown {
  try {
    // Editors of Windows begin a file with a byte order mark.
    return JSON.parse(wellFormedJson(text.replace(/^\ufeff/, '')))
  } catch {
    return undefined
  }
}
