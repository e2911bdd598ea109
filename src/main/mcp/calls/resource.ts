import type {
  Resource,
  ResourceTemplate,
  TextResourceContents,
  BlobResourceContents,
} from '@modelcontextprotocol/sdk/types.js'
import type { CallContext } from './call-context.ts'

type ResourceContents = TextResourceContents | BlobResourceContents

/** A resource of the catalogue, at a fixed address or at the addresses of a template. */
export interface ResourceEntry {
  readonly listing: { kind: 'static'; resource: Resource } | { kind: 'template'; template: ResourceTemplate }
  /** Whether this entry is the one for an address. */
  matches(uri: string): boolean
  /** Null where nothing stands at that address now. */
  read(uri: string, context: CallContext): ResourceContents | null | Promise<ResourceContents>
  /** Values for one variable of a template that begin with `value`. */
  complete?(variable: string, value: string, context: CallContext): string[]
}
