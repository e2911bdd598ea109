import { busClient, rawClient } from './raw-client.ts'
import { median, type Row } from './row.ts'
import { startServer } from './servers/server-process.ts'

const callsPerRound = 500
const rounds = 7

/** Half of all calls are answered within this time, one call after another on a kept connection. */
export async function toolCall(): Promise<Row[]> {
  const plainServer = await startServer('./plain-http.ts')
  const busbarServer = await startServer('./busbar.ts')
  const plain = rawClient(plainServer)
  const busbar = await busClient(busbarServer, 'caller')
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'blender_list_available_clients', arguments: {} },
  })
  const callPlain = (): Promise<string> => plain.post('/call', body)
  const callBusbar = (): Promise<string> => busbar.call('blender_list_available_clients', {})
  await p50(callPlain)
  await p50(callBusbar)
  const times = { plain: [] as number[], busbar: [] as number[], ratio: [] as number[] }
  for (let n = 0; n < rounds; n += 1) {
    const one = await p50(callPlain)
    const other = await p50(callBusbar)
    times.plain.push(one)
    times.busbar.push(other)
    times.ratio.push(other / one)
  }
  plain.close()
  busbar.close()
  await plainServer.stop()
  await busbarServer.stop()
  const time = (values: number[]): string => `${median(values).toFixed(3)} ms`
  return [
    {
      name: 'p50 of a call (`blender_list_available_clients`; a POST of the same size)',
      plain: time(times.plain),
      busbar: time(times.busbar),
      ratio: median(times.ratio).toFixed(2),
    },
  ]
}

async function p50(call: () => Promise<unknown>): Promise<number> {
  const timesMs: number[] = []
  for (let n = 0; n < callsPerRound; n += 1) {
    const startedMs = performance.now()
    await call()
    timesMs.push(performance.now() - startedMs)
  }
  return median(timesMs)
}
