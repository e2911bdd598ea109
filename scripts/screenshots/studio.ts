/**
 * A small studio on a working day, for the pictures: real Blenders with windows, scenes and files, and programs that
 * use them by the bus. Nothing in it is painted: every client, job and picture comes over the wire.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createToken } from '../../src/main/access/token-file.ts'
import { connectClient, type ConnectedClient } from '../../tests/e2e/fixtures/connect-client.ts'
import { startBlender, type RealBlender } from '../../tests/e2e/fixtures/real-blender.ts'
import type { PanelServer } from '../../tests/e2e/fixtures/server-process.ts'

export interface Studio {
  /** Sets two Blenders to work, with a job each that does not end, and lets a third program wait for approval. */
  beginWork(): Promise<void>
  /** A client that may register more. */
  readonly script: ConnectedClient
  close(): Promise<void>
}

const windows = [
  { label: 'Atelier 1', scene: 'lighting', file: 'shot_040_lighting.blend' },
  { label: 'Atelier 2', scene: 'comp', file: 'shot_041_comp.blend' },
  { label: 'Farm 03', scene: 'fx', file: 'shot_038_fx.blend' },
] as const

/** Opens the studio below `folder`; it resolves when everybody is registered and some work is done. */
export async function openStudio(server: PanelServer, blender: string, folder: string): Promise<Studio> {
  const blenders: RealBlender[] = []
  const shots = await mkdtemp(join(tmpdir(), 'pilot-'))
  for (const { label, scene, file } of windows) {
    const args = ['--python', join(import.meta.dirname, 'scene.py'), '--', scene, join(shots, file)]
    const own = { folder: join(folder, scene), dataDir: server.dataDir, label, group: 'farm' }
    blenders.push(await startBlender(blender, { ...own, window: true, args }))
  }
  const laptop = { folder: join(folder, 'laptop'), dataDir: server.dataDir, label: 'Laptop, living room' }
  blenders.push(await startBlender(blender, laptop))

  const model = await connectClient(server, {
    name: 'claude-code',
    version: '2.1.0',
    register: { client_uuid: 'llm-61ac', client_type: 'llm', label: 'Claude Code' },
  })
  const script = await connectClient(server, {
    name: 'pipeline.py',
    register: { client_uuid: 'script-09', client_type: 'script', label: 'pipeline.py' },
  })
  const lost = await connectClient(server, {
    name: 'busbar-blender',
    register: {
      client_uuid: 'blender-0b771d3e-4c21',
      client_type: 'blender',
      is_persistent: true,
      group_id: 'farm',
      label: 'Farm 04',
      blend_file: 'D:\\shots\\shot_038_fx.blend',
      hostname: 'farm-04',
    },
  })
  await lost.vanish()
  const uuids = await registeredAs(model, [...windows.map(({ label }) => label), laptop.label])
  const uuidOf = (label: string): string => uuids.get(label) ?? ''

  const target = uuidOf('Atelier 1')
  await model.call('blender_get_scene_info', { target })
  for (const light of ['Key light', 'Key']) {
    const code = `import bpy\n\nlamp = bpy.data.objects["${light}"]\nlamp.data.energy = 800`
    if (light === 'Key') {
      await model.call('blender_execute_code', {
        target,
        code: 'bpy.ops.object.light_add(type="AREA"); bpy.context.object.name = "Key"',
      })
    }
    await model.call('blender_execute_code', { target, code })
  }

  const closing = new AbortController()
  return {
    script,
    async beginWork() {
      await model.call('blender_send_message', {
        target_uuid: target,
        payload: { message_type: 'command_dispatch', command: 'execute_code', params: { code: playblast } },
      })
      await script.call('blender_send_message', {
        target_uuid: uuidOf('Farm 03'),
        payload: { message_type: 'job_dispatch', script: bake, description: 'Bake the smoke' },
      })
      void waitForApproval(server, uuidOf('Atelier 2'), closing.signal)
      // The first words of progress have come.
      await delay(2000)
    },
    async close() {
      closing.abort()
      await Promise.all(blenders.map((each) => each.kill()))
      await rm(shots, { recursive: true, force: true })
    },
  }
}

const playblast = `import time

frames = 50
for frame in range(31, frames + 1):
    report_progress(frame / frames, f"Frame {frame} of {frames}")
    time.sleep(60)`

const bake = `import time

report_progress(0.18, "Simulating the smoke")
time.sleep(1200)`

const proposal = `import bpy

# Soften the key light and warm it up a little.
for light in bpy.data.lights:
    if light.type == "AREA":
        light.size = 2.5
        light.color = (1.0, 0.93, 0.84)

print("lights:", len(bpy.data.lights))`

/** A program that has to ask: it came with a token made for it. It asks until `signal` aborts. */
async function waitForApproval(server: PanelServer, target: string, signal: AbortSignal): Promise<void> {
  const tokens = join(server.dataDir, 'tokens.json')
  const { token } = await createToken(
    tokens,
    { name: 'lm-studio', scopes: ['bus', 'llm'] },
    Date.now() / 1000,
  )
  const known = async (): Promise<boolean> =>
    (await fetch(server.url, { headers: { authorization: `Bearer ${token}` } })).status !== 401
  while (!(await known())) await delay(100)
  const program = await connectClient(
    { url: server.url, token },
    {
      name: 'lm-studio',
      version: '0.4.2',
      register: { client_uuid: 'llm-d200', client_type: 'llm', label: 'LM Studio, qwen' },
    },
  )
  const call = { name: 'blender_execute_code', arguments: { target, code: proposal } }
  await program.client.callTool(call, undefined, { signal, timeout: 3_600_000 }).catch(() => undefined)
}

interface Listing {
  persistent: { uuid: string; label?: string; blend_file?: string }[]
}

/** The uuids by label, once all of them are on the bus and have told of their files. */
async function registeredAs(
  client: ConnectedClient,
  labels: readonly string[],
): Promise<Map<string, string>> {
  const until = performance.now() + 120_000
  for (;;) {
    const { persistent } = (await client.call('blender_list_available_clients')) as unknown as Listing
    const uuids = new Map(persistent.map(({ label = '', uuid }) => [label, uuid]))
    if (labels.every((label) => uuids.has(label))) return uuids
    if (performance.now() > until) throw new Error(`Not all Blenders came: ${[...uuids.keys()].join(', ')}`)
    await delay(500)
  }
}
