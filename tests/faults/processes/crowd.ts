/** Many clients in one process, each with a session, a stream and a record. It never says goodbye. */
import { openRawSession } from '../../integration/wire/raw-session.ts'

const [port, prefix, count] = process.argv.slice(2)
const atOnce = 20
let next = 0

async function plugIn(): Promise<void> {
  for (let n = next; n < Number(count); n = next) {
    next += 1
    const session = await openRawSession({ port: Number(port), token: 'token-of-the-local-user' }, 'crowd')
    await session.openStream()
    await session.call('blender_register_client', {
      client_uuid: `${prefix ?? ''}-${String(n)}`,
      client_type: 'llm',
    })
  }
}

await Promise.all(Array.from({ length: atOnce }, plugIn))
process.send?.('ready')
