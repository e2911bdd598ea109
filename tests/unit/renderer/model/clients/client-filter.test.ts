import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientFilter } from '../../../../../src/renderer/model/clients/client-filter.ts'
import { panelClient } from '../../fakes/panel-clients.ts'

const clients = [
  panelClient('b-1', {
    dropped: 3,
    protocolVersion: '2025-11-25',
    program: { name: 'busbar-blender', title: 'Busbar for Blender', version: '1.0' },
    record: {
      pid: 4021,
      label: 'Atelier 1',
      group_id: 'farm',
      capabilities: ['gpu', 'python execution'],
      blend_file: 'C:\\work\\shot 40.blend',
    },
  }),
  panelClient('b-2', { state: 'away', queued: 12, record: { group_id: 'farm-2' } }),
  panelClient('llm-1', { state: 'stale', userId: 'eve', record: { client_type: 'llm' } }),
]
const found = (query: string) => clients.filter(clientFilter.parse(query)).map(({ record }) => record.uuid)

describe('a query', () => {
  it.each([
    ['', ['b-1', 'b-2', 'llm-1']],
    ['type:blender', ['b-1', 'b-2']],
    ['TYPE:Blender group:farm', ['b-1', 'b-2']],
    ['group:"farm"', ['b-1']],
    ['group:none', ['llm-1']],
    ['state:stale', ['llm-1']],
    ['state:away', ['b-2']],
    ['state:disconnected', ['b-2']],
    ['state:gone', ['b-2']],
    ['-type:llm -state:gone', ['b-1']],
    ['can:gpu', ['b-1']],
    ['can:"python execution"', ['b-1']],
    ['file:"c:\\work\\shot 40.blend"', ['b-1']],
    ['"shot 40"', ['b-1']],
    ['shot 41', []],
    ['drops:>0', ['b-1']],
    ['queue:<12', ['b-1', 'llm-1']],
    ['queue:12', ['b-2']],
    ['queue:>x', []],
    ['type:', ['b-1', 'b-2', 'llm-1']],
    ['farm drops:', ['b-1', 'b-2']],
    ['program:1.0', ['b-1']],
    ['program:"Busbar for Blender 1.0"', ['b-1']],
    ['program:busbar-blender', ['b-1']],
    ['"Busbar for"', ['b-1']],
    ['protocol:2025', ['b-1']],
    ['user:eve', ['llm-1']],
    ['-user:"eve"', ['b-1', 'b-2']],
    ['pid:4021', ['b-1']],
    ['pid:>0', ['b-1']],
    ['constructor:x', []],
    ['C:\\work', ['b-1']],
    ['unknown:thing', []],
    ['group:"farm', ['b-1']],
  ])('%s', (query, uuids) => {
    expect(found(query)).toEqual(uuids)
  })

  it('never throws, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string(), (query) => {
        expect(found(query)).toBeInstanceOf(Array)
      }),
    )
  })
})

describe('suggestions', () => {
  const labels = (query: string) => clientFilter.suggest(query, clients).map(({ label }) => label)

  it('are names at first, then the values there are', () => {
    expect(labels('st')).toEqual(['state:'])
    expect(labels('farm type:bl')).toEqual(['type:blender'])
    expect(labels('group:')).toEqual(['group:farm', 'group:farm-2', 'group:none'])
    expect(labels('can:py')).toEqual(['can:python execution'])
  })

  it('complete the query in place, in quotes where a value has spaces', () => {
    expect(clientFilter.suggest('farm -can:py', clients)).toEqual([
      { query: 'farm -can:"python execution" ', label: 'can:python execution' },
    ])
  })

  it.each(['', 'farm ', 'nothing:x', 'group:farm-2'])('are none for “%s”', (query) => {
    expect(labels(query)).toEqual([])
  })
})
