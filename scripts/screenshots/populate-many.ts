import type { ConnectedClient } from '../../tests/e2e/fixtures/connect-client.ts'

/** Many Blenders, as on a farm: records alone, which `client` registers. */
export async function populateMany(client: ConnectedClient, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await client.call('blender_register_client', {
      client_uuid: `node-${String(n).padStart(4, '0')}`,
      client_type: 'blender',
      is_persistent: true,
      group_id: `rack-${String(n % 12)}`,
      label: `Node ${String(n)}`,
      blend_file: `/projects/pilot/shot_${String(n % 60).padStart(3, '0')}.blend`,
    })
  }
}
