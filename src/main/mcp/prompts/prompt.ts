import { randomUUID } from 'node:crypto'
import type { GetPromptResult, Prompt } from '@modelcontextprotocol/sdk/types.js'
import { parsePriority, priorityName, priorityNames } from '../../../shared/protocol.ts'
import { invalidParams } from '../calls/rpc-error.ts'
import type { CallContext } from '../calls/call-context.ts'

/** A prompt of the catalogue. */
export interface PromptEntry {
  readonly prompt: Prompt
  /** Throws an `RpcError` of invalid params for missing or malformed arguments. */
  get(args: Record<string, string>, context: CallContext): GetPromptResult
  /** Values for one argument that begin with `value`. */
  complete?(argument: string, value: string, context: CallContext): string[]
}

/** `blender_dispatch_script`: renders a ready `blender_send_message` call for a script. */
export const dispatchScriptPrompt: PromptEntry = {
  prompt: {
    name: 'blender_dispatch_script',
    title: 'Send a script to Blender',
    description: 'Renders a ready blender_send_message call that dispatches a Python script as a job.',
    arguments: [
      {
        name: 'target',
        description: 'uuid:<uuid>, group:<group>, type:<client type> or broadcast',
        required: true,
      },
      { name: 'script', description: 'Python source to run', required: true },
      { name: 'priority', description: `One of ${priorityNames.join(', ')}; default info`, required: false },
      { name: 'description', description: 'What the script does, for people', required: false },
    ],
  },
  get(args) {
    const { target = '', script = '', priority = 'info', description = '' } = args
    if (script === '') throw invalidParams('script is missing: give the Python source to run.')
    const level = parsePriority(priority)
    if (level === null)
      throw invalidParams(
        `priority "${priority.slice(0, 100)}" is none of ${priorityNames.join(', ')} or 0 to 7.`,
      )
    const call = {
      // Older peers drop a job whose payload names none.
      payload: { message_type: 'job_dispatch', job_id: `script-${randomUUID()}`, script, description },
      ...parseTarget(target),
      priority: priorityName(level),
    }
    return {
      description: description === '' ? 'Dispatch a script to Blender' : description,
      messages: [
        {
          role: 'user',
          content: {
            type: 'text',
            text:
              'Call the tool blender_send_message with exactly these arguments, then watch for the job_update that ' +
              `carries the job_id of the answer:\n\n${JSON.stringify(call, null, 2)}`,
          },
        },
      ],
    }
  },
  complete(argument, value, { bus }) {
    if (argument === 'priority') return priorityNames.filter((name) => name.startsWith(value.toLowerCase()))
    if (argument !== 'target') return []
    const clients = [...bus.registry.all()]
    const groups = new Set(clients.flatMap((client) => (client.group_id === null ? [] : [client.group_id])))
    const types = new Set(clients.map((client) => client.client_type))
    const all = [
      ...clients.map((client) => `uuid:${client.uuid}`),
      ...[...groups].map((group) => `group:${group}`),
      ...[...types].map((type) => `type:${type}`),
      'broadcast',
    ]
    return all.filter((candidate) => candidate.startsWith(value))
  },
}

function parseTarget(target: string): Record<string, string> {
  if (target === 'broadcast') return {}
  const [, mode, name] = /^(uuid|group|type):(.+)$/s.exec(target) ?? []
  if (mode === undefined || name === undefined) {
    throw invalidParams(
      `target "${target.slice(0, 300)}" is none of uuid:<uuid>, group:<group>, type:<client type> or broadcast.`,
    )
  }
  return { [{ uuid: 'target_uuid', group: 'group_id', type: 'client_type' }[mode] ?? 'target_uuid']: name }
}
