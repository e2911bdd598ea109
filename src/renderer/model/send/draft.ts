import { z } from 'zod'
import { blenderCommands } from '../../../shared/blender-commands.ts'
import {
  bounds,
  hasNoControlCharacters,
  jsonObjectSchema,
  type JsonObject,
  type PriorityName,
} from '../../../shared/protocol.ts'
import { compactJson, withMembers } from '../../../shared/json-text.ts'
import { checkJson, type JsonProblem } from './json-check.ts'

/** What a person can send: any payload, Python, or a command with its parameters. */
export const draftKinds = ['message', 'code', 'command'] as const
export type DraftKind = (typeof draftKinds)[number]

/** What stands in the form of one client. Every kind keeps its own text while another is shown. */
export interface Draft {
  kind: DraftKind
  /** JSON of the payload. */
  message: string
  script: string
  /** How code goes out: as the command `execute_code`, or as a `job_dispatch`. */
  codeAs: 'execute_code' | 'job_dispatch'
  command: string
  /** JSON of the command's parameters. */
  params: string
  priority: PriorityName
  /** Empty: the server makes one. Jobs only. */
  jobId: string
}

const templates = {
  message: '{\n  "message_type": "note",\n  "text": ""\n}',
  script: 'import bpy\n\nbpy.context.scene.name',
  params: '{}',
} as const

/** The form as it is at first: code for a Blender, a message for everything else. */
export function newDraft(clientType: string): Draft {
  return {
    kind: clientType === 'blender' ? 'code' : 'message',
    ...templates,
    codeAs: 'execute_code',
    command: 'get_scene_info',
    priority: 'info',
    jobId: '',
  }
}

/** A field that something is wrong with. */
export type DraftField = 'message' | 'script' | 'command' | 'params' | 'jobId'

export interface DraftProblem {
  field: DraftField
  text: string
  /** Where in the field, in UTF-16 units; null where it is about the whole. */
  offset: number | null
}

export interface DraftCheck {
  /** Null while there are problems. */
  payload: JsonObject | null
  /** The same as JSON, with each number as it was written; null while there are problems. */
  json: string | null
  /** UTF-8 bytes of the payload as JSON; null while it can't be told. */
  bytes: number | null
  problems: readonly DraftProblem[]
  /** What is allowed, but may not be meant. */
  warnings: readonly DraftProblem[]
}

/** What the draft comes to: its payload, or what keeps it from being sent. */
export function checkDraft(draft: Draft): DraftCheck {
  const problems: DraftProblem[] = []
  const warnings: DraftProblem[] = []
  const wrong = (field: DraftField, text: string, offset: number | null = null) =>
    problems.push({ field, text, offset })
  const objectIn = (field: 'message' | 'params', whole: string): JsonObject | null => {
    const checked = checkJson(draft[field])
    if (!checked.ok) {
      wrong(field, placeText(checked.problem), checked.problem.offset)
      return null
    }
    const object = jsonObjectSchema.safeParse(checked.value)
    if (!object.success || Array.isArray(checked.value)) {
      wrong(field, `${whole} must be a JSON object: { … }`)
      return null
    }
    // Not the parsed copy: it is the same value, with every name that the person wrote.
    return checked.value as JsonObject
  }

  let payload: JsonObject | null = null
  let json: string | null = null
  switch (draft.kind) {
    case 'message':
      payload = objectIn('message', 'A payload')
      if (payload !== null) json = compactJson(draft.message)
      break
    case 'code':
      if (draft.script.trim() === '') wrong('script', 'There is no code yet.')
      else if (draft.codeAs === 'job_dispatch') {
        payload = { message_type: 'job_dispatch', script: draft.script, description: firstLine(draft.script) }
      } else {
        const params = { code: draft.script }
        payload = { message_type: 'command_dispatch', command: 'execute_code', params }
      }
      break
    case 'command': {
      const command = draft.command
      if (command === '') wrong('command', 'A command has a name.')
      else checkName('command', 'The name', command, wrong)
      const params = objectIn('params', 'Parameters')
      if (params !== null) {
        payload = { message_type: 'command_dispatch', command, params }
        json = withMembers(JSON.stringify(payload), { added: { params: compactJson(draft.params) } })
        warnings.push(...commandWarnings(command, params))
      }
    }
  }
  if (draft.kind !== 'message' && draft.jobId !== '') {
    checkName('jobId', 'The job id', draft.jobId, wrong)
    if (payload !== null) {
      json = withMembers(json ?? JSON.stringify(payload), { added: { job_id: JSON.stringify(draft.jobId) } })
      payload = { ...payload, job_id: draft.jobId }
    }
  }
  if (payload !== null) json ??= JSON.stringify(payload)
  const bytes = json === null ? null : new TextEncoder().encode(json).length
  if (bytes !== null && bytes > bounds.payloadBytes) {
    wrong(
      draft.kind === 'message' ? 'message' : draft.kind === 'code' ? 'script' : 'params',
      'It is larger than 4 MiB, the most that a payload may be. Write large data to a file and send its path.',
    )
  }
  const isSendable = problems.length === 0
  return { payload: isSendable ? payload : null, json: isSendable ? json : null, bytes, problems, warnings }
}

/** Parameters to begin with: those that the add-on needs for a command it knows, still empty. */
export function paramsTemplate(command: string): string {
  const needed = knownParams(command).filter((param) => param.needed)
  return JSON.stringify(Object.fromEntries(needed.map(({ name }) => [name, ''])), null, 2)
}

/** The text that is shown, as it is at first. */
export function emptiedDraft({ kind, command }: Draft): Partial<Draft> {
  switch (kind) {
    case 'message':
      return { message: templates.message }
    case 'code':
      return { script: templates.script }
    case 'command':
      return { params: paramsTemplate(command) }
  }
}

/** A parameter as the add-on takes it. */
interface KnownParam {
  name: string
  needed: boolean
  about: string
}

/** The parameters that the add-on knows of a command; none of one that it does not know. */
export function knownParams(command: string): KnownParam[] {
  return Object.entries(paramsOf(command) ?? {}).map(([name, schema]) => ({
    name,
    needed: !schema.safeParse(undefined).success,
    about: schema.description ?? '',
  }))
}

function paramsOf(command: string): Record<string, z.ZodType> | null {
  return Object.hasOwn(blenderCommands, command)
    ? blenderCommands[command as keyof typeof blenderCommands].params
    : null
}

/** Other peers may know other commands: what the add-on does not take is said, and can be sent all the same. */
function commandWarnings(command: string, params: JsonObject): DraftProblem[] {
  const known = paramsOf(command)
  const warn = (field: DraftField, text: string): DraftProblem => ({ field, text, offset: null })
  if (known === null) {
    return command === '' ? [] : [warn('command', 'The Blender add-on does not know this command.')]
  }
  const checked = z.strictObject(known).safeParse(params)
  if (checked.success) return []
  return checked.error.issues.slice(0, 5).map((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return warn('params', `The add-on does not know ${issue.keys.slice(0, 5).join(', ')}.`)
    }
    return warn('params', `${issue.path.join('.')}: ${issue.message}`)
  })
}

function checkName(
  field: DraftField,
  what: string,
  name: string,
  wrong: (field: DraftField, text: string, offset: number | null) => void,
): void {
  if (name.length > bounds.nameLength) {
    wrong(field, `${what} has ${name.length} characters; at most ${bounds.nameLength} are allowed.`, null)
  } else if (!hasNoControlCharacters(name)) wrong(field, `${what} must have no control characters.`, null)
}

function placeText({ message, line, column }: JsonProblem): string {
  return `Line ${line}, column ${column}: ${message}.`
}

/** What a script is called in lists: its first line with anything in it. */
function firstLine(script: string): string {
  const line = script.split('\n').find((each) => each.trim() !== '') ?? ''
  return line.trim().slice(0, bounds.nameLength)
}

/** What was sent, in a line. */
export function draftTitle({ kind, message, script, command, codeAs }: Draft): string {
  switch (kind) {
    case 'message':
      return message.slice(0, 400).replace(/\s+/g, ' ').slice(0, 80)
    case 'code':
      return codeAs === 'execute_code' ? 'execute_code' : (script.slice(0, 400).trim().split('\n')[0] ?? '')
    case 'command':
      return command
  }
}
