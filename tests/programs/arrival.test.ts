import { afterAll, beforeAll, expect, it } from 'vitest'
import { allPrograms } from './programs/all-programs.ts'
import { createProgramsRig, type ProgramsRig } from './rig/programs-rig.ts'
import type { TappedRequest } from './rig/wire-tap.ts'

let rig: ProgramsRig
beforeAll(async () => {
  rig = await createProgramsRig()
})
afterAll(() => rig.close())

interface Rpc {
  method?: string
  params?: {
    protocolVersion?: string
    clientInfo?: { name: string; title?: string }
    _meta?: { progressToken?: unknown }
  }
}

/** What of its requests a server may have to know. */
function mannersOf(requests: readonly TappedRequest[]) {
  const calls = (method: string) => requests.filter(({ body }) => (body as Rpc | null)?.method === method)
  const params = (request: TappedRequest | undefined) => (request?.body as Rpc | undefined)?.params
  const { protocolVersion, clientInfo } = params(calls('initialize')[0]) ?? {}
  const stream = requests.find(({ method }) => method === 'GET')
  return {
    clientInfo: { name: clientInfo?.name, title: clientInfo?.title },
    protocolVersion,
    asksForDiscovery: calls('server/discover').length > 0,
    accept: calls('initialize')[0]?.headers.accept,
    namesVersionInHeader: stream?.headers['mcp-protocol-version'] === protocolVersion,
    opensStream: stream?.status === 200,
    sendsProgressToken: calls('tools/call').every((call) => params(call)?._meta?.progressToken !== undefined),
  }
}

const usual = {
  accept: 'application/json, text/event-stream',
  asksForDiscovery: false,
  namesVersionInHeader: true,
  opensStream: true,
  sendsProgressToken: true,
}

/** As recorded. The names are those of `src/shared/program-names.ts`. */
const manners: Readonly<Record<string, ReturnType<typeof mannersOf>>> = {
  'Claude Code': {
    ...usual,
    clientInfo: { name: 'claude-code', title: 'Claude Code' },
    protocolVersion: '2025-11-25',
    asksForDiscovery: true,
  },
  Codex: {
    ...usual,
    clientInfo: { name: 'codex-mcp-client', title: 'Codex' },
    protocolVersion: '2025-06-18',
    accept: 'text/event-stream, application/json',
  },
  'Gemini CLI': {
    ...usual,
    clientInfo: { name: 'gemini-cli-mcp-client', title: undefined },
    protocolVersion: '2025-06-18',
    namesVersionInHeader: false,
  },
  OpenCode: {
    ...usual,
    clientInfo: { name: 'opencode', title: undefined },
    protocolVersion: '2025-11-25',
  },
}

it.each(allPrograms)('$name finds no Blender, and is shown by the name that people know', async (program) => {
  const run = await rig.start(program)
  expect((await run.call('blender_get_scene_info')).outcome).toStrictEqual({
    status: 'no_target',
    job_id: expect.any(String) as string,
    target_uuid: '',
    result: '',
    error: 'No live Blender is connected. Open Blender with the Busbar add-on and connect it.',
    duration_ms: expect.any(Number) as number,
  })
  await run.call('blender_use_target', {})
  const { outcome } = await run.call('blender_list_available_clients')
  const labels = (outcome as { ephemeral: { label: string; uuid: string }[] }).ephemeral
    .filter(({ uuid }) => uuid.startsWith(`llm-${manners[program.name]?.clientInfo.name ?? ''}-`))
    .map(({ label }) => label)
  expect(labels).toStrictEqual([program.name])
  await run.end()
  expect(mannersOf(run.tap.requests)).toStrictEqual(manners[program.name])
})
