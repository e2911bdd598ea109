import { setTimeout as pause } from 'node:timers/promises'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'

export interface Endpoint {
  url: string
  token: string
}

interface Listing {
  persistent: { uuid: string; client_type: string; label?: string }[]
}

/** Looks at the scene of one Blender after another, every few seconds, until the signal. */
export async function runSurveyor(endpoint: Endpoint, signal: AbortSignal): Promise<void> {
  await work(
    { endpoint, name: 'Surveyor', uuid: 'demo-surveyor', everyMs: 4000, signal },
    async (client, target) => {
      await client.callTool({ name: 'blender_get_scene_info', arguments: { target } })
    },
  )
}

/** Adds an object, slowly enough to be watched, and takes the oldest one away when there are many. */
export async function runArtist(endpoint: Endpoint, signal: AbortSignal): Promise<void> {
  await work(
    { endpoint, name: 'Set Dresser', uuid: 'demo-set-dresser', everyMs: 7000, signal },
    async (client, target) => {
      await client.callTool({ name: 'blender_execute_code', arguments: { target, code: dressing } })
    },
  )
}

const dressing = `
import random, time
for step in range(10):
    report_progress(step / 10, "placing props")
    time.sleep(0.25)
place = (random.uniform(-5, 5), random.uniform(-5, 5), 0)
random.choice([bpy.ops.mesh.primitive_cube_add, bpy.ops.mesh.primitive_monkey_add])(size=0.5, location=place)
props = [thing for thing in bpy.data.objects if thing.type == "MESH"]
if len(props) > 20:
    bpy.data.objects.remove(props[0])
len(bpy.data.objects)
`

interface Work {
  endpoint: Endpoint
  name: string
  uuid: string
  everyMs: number
  signal: AbortSignal
}

/** Takes the Blenders in turn; when this client is unregistered in the panel it says so and stops. */
async function work(
  { endpoint, name, uuid, everyMs, signal }: Work,
  job: (client: Client, target: string) => Promise<void>,
): Promise<void> {
  const client = new Client({ name, version: '1.0.0' })
  const unregistered = new AbortController()
  client.fallbackNotificationHandler = async ({ params }) => {
    const data = params?.data as { payload?: { message_type?: string; reason?: string } } | undefined
    if (data?.payload?.message_type === 'client_unregistered') {
      console.log(`${name} was unregistered: ${data.payload.reason ?? ''}`)
      unregistered.abort()
    }
    await Promise.resolve()
  }
  const headers = { authorization: `Bearer ${endpoint.token}` }
  await client.connect(new StreamableHTTPClientTransport(new URL(endpoint.url), { requestInit: { headers } }))
  const identity = { client_uuid: uuid, client_type: 'llm', label: name }
  await client.callTool({ name: 'blender_register_client', arguments: identity })
  const either = AbortSignal.any([signal, unregistered.signal])
  try {
    for (let turn = 0; !either.aborted; turn += 1) {
      const { structuredContent } = await client.callTool({
        name: 'blender_list_available_clients',
        arguments: { include_stale: false },
      })
      const blenders = (structuredContent as Listing).persistent.filter(
        (one) => one.client_type === 'blender',
      )
      const target = blenders[turn % Math.max(1, blenders.length)]
      if (target !== undefined) await job(client, target.uuid)
      await pause(everyMs, undefined, { signal: either })
    }
  } catch (error) {
    // Unregistered or ended: the call that was under way fails, and nobody needs to know.
    if (!either.aborted) console.log(`${name}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
