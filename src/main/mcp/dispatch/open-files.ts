import { basename } from 'node:path/posix'
import type { ClientInfo } from '../../bus/client-info.ts'
import type { UserMessageBus } from '../../bus/user-message-bus.ts'
import type { JsonObject } from '../../../shared/protocol.ts'
import type { Presence } from '../sessions/presence.ts'

/** Most files that are named to a Blender; the oldest clients come first. */
const filesMax = 50

/** A file that another Blender has open. */
export interface OpenFile {
  readonly label: string
  readonly path: string
}

/**
 * What other Blenders on the target's computer have open and a `save_file` could mean: files whose name is that of the
 * path that it gives, or of the target's own file. The target alone knows which file its path leads to.
 */
export function openElsewhere(
  bus: UserMessageBus,
  presence: Presence,
  target: ClientInfo,
  { path }: JsonObject,
): OpenFile[] {
  const { hostname, blend_file: own = '' } = target.metadata
  const wanted = nameOf(typeof path === 'string' && path !== '' ? path : own)
  if (hostname === undefined || wanted === '') return []
  return [...bus.registry.all()]
    .filter((client) => client !== target && client.metadata.hostname === hostname)
    .filter((client) => presence.contact(client) !== 'away')
    .map(({ uuid, metadata: { label, blend_file = '' } }) => ({ label: label ?? uuid, path: blend_file }))
    .filter((file) => file.path !== '' && nameOf(file.path) === wanted)
    .slice(0, filesMax)
}

/** The name of a file as two paths to it share it: in lower case, without what Blender adds. */
function nameOf(path: string): string {
  return basename(path.replaceAll('\\', '/'))
    .toLowerCase()
    .replace(/\.blend$/, '')
}
