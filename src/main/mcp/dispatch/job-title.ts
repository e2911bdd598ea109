import { blenderCommands } from '../../../shared/blender-commands.ts'
import type { JsonObject } from '../../../shared/protocol.ts'
import { startOf } from '../../base/start-of.ts'

/** Most characters of a title. */
const titleLength = 200
/** How far into a script its title is looked for: one may be megabytes. */
const codeLooked = 4000

export interface TitledCommand {
  readonly command: string
  readonly params: JsonObject
  /** What the caller says that it does; absent or blank: the title comes from the command. */
  readonly description?: string | undefined
  /** Path of the file that the target has open; absent where it has none, or does not say. */
  readonly openFile?: string | undefined
}

/**
 * What a job is called where people read of it: what its caller says, else what matters of the command. One line of
 * 200 characters at most, and a copy (see `startOf`).
 */
export function jobTitle({ command, params, description = '', openFile }: TitledCommand): string {
  return oneLine(description) || oneLine(titleOf(command, params, openFile)) || startOf(command, titleLength)
}

function titleOf(command: string, params: JsonObject, openFile: string | undefined): string {
  const text = (name: string): string => {
    const value = params[name]
    return typeof value === 'string' ? value : ''
  }
  const file = fileName(text('path') || (openFile ?? ''))
  switch (command) {
    case 'execute_code':
      return codeTitle(text('code'))
    case 'save_file':
      return saveTitle(params, file)
    case 'open_file':
      return `Open ${file}${params.discard_changes === true ? ' and lose unsaved changes' : ''}`
    case 'render_image':
      return typeof params.frame === 'number'
        ? `Render frame ${String(params.frame)}`
        : 'Render the current frame'
    case 'undo': {
      const steps = typeof params.steps === 'number' ? params.steps : 1
      return `Undo ${String(steps)} ${steps === 1 ? 'step' : 'steps'}`
    }
    case 'get_object_info':
      return `Look at ${text('name')}`
    case 'get_scene_info':
      return 'Look at the scene'
    case 'browse_data':
      return text('item_name') === ''
        ? `Look through ${text('collection') || 'all data'}`
        : `Look at ${text('item_name')} of ${text('collection')}`
    default:
      return Object.hasOwn(blenderCommands, command)
        ? blenderCommands[command as keyof typeof blenderCommands].title
        : command
  }
}

function saveTitle(params: JsonObject, file: string): string {
  const copy = params.copy === true
  if (params.overwrite === true) return `Save ${copy ? 'a copy ' : ''}over ${file || 'the open file'}`
  const isNamed = typeof params.path === 'string' && params.path !== ''
  if (!isNamed) return `Save ${copy ? 'a copy of ' : ''}${file || 'the file'}`
  return `Save ${copy ? 'a copy ' : ''}as ${file}`
}

/** A script's first line. Where it begins with imports and a comment follows them, that comment. */
function codeTitle(code: string): string {
  const lines = code
    .slice(0, codeLooked)
    .split(/\r\n|[\n\r]/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^#[\W_]*$/.test(line))
  const comment = lines.find((line) => !/^(import|from)\s/.test(line))
  const line = comment?.startsWith('#') === true ? comment : (lines[0] ?? '')
  return line.replace(/^#+\s*/, '')
}

/** The last part of a path of any system. */
const fileName = (path: string): string => path.split(/[/\\]/).at(-1) ?? ''

/** One line without control characters. */
function oneLine(text: string): string {
  const line = text
    .slice(0, 2 * titleLength)
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\s]+/g, ' ')
    .trim()
  // A copy also of what is short: it may be a slice of a long script.
  return Buffer.from(startOf(line, titleLength)).toString()
}
